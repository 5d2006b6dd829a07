"""A seed is a promise: it plans the same again, and a few seeds in a row leave no kind of fault out."""

from tests.faults.disasters import DISASTERS
from tests.faults.faults import KINDS
from tests.faults.schedule import BY_NAME, DISASTER_EVERY, WINDOW_SECONDS, plan


def test_the_same_seed_plans_the_same() -> None:
    assert plan(17) == plan(17)
    assert plan(17) != plan(18)


def test_ten_seeds_in_a_row_make_every_fault_and_sixteen_every_disaster() -> None:
    assert {fault.kind for seed in range(5, 15) for fault in plan(seed).faults} == {kind.name for kind in KINDS}

    disasters = {disaster.kind for seed in range(5, 5 + 4 * DISASTER_EVERY) if (disaster := plan(seed).disaster)}
    assert disasters == {kind.name for kind in DISASTERS}


def test_a_plan_fits_its_window_and_its_kinds() -> None:
    for fault in (fault for seed in range(50) for fault in plan(seed).faults):
        kind = BY_NAME[fault.kind]
        assert 0 <= fault.at < WINDOW_SECONDS
        assert fault.target in kind.targets
        assert kind.seconds[0] <= fault.seconds <= kind.seconds[1]
