from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.alignment.explanation import Claim, explain
from services.registry.alignment.rules import (
    NEXT,
    WHOLE,
    Action,
    Framework,
    Frameworks,
    Link,
    Status,
    advance,
    check_weight,
    may_decide,
)
from shared.errors import ActionNotAllowed, InvalidInput

FRAMEWORKS = Frameworks(
    {
        "RPJMN-2020": Framework("RPJMN-2020", "national_plan", 2020, 2024),
        "RPJMN-2025": Framework("RPJMN-2025", "national_plan", 2025, 2029),
        "SDG": Framework("SDG", "global_goals", 2016, 2030),
    },
    {
        "PN4-2020": "RPJMN-2020",
        "PN5-2020": "RPJMN-2020",
        "PN2-2025": "RPJMN-2025",
        "PN3-2025": "RPJMN-2025",
        "PN8-2025": "RPJMN-2025",
        "SDG-6": "SDG",
    },
    [Link("PN5-2020", "PN3-2025", "mainly"), Link("PN5-2020", "PN2-2025", "partly")],
)
YEARS = st.tuples(st.integers(2010, 2035), st.integers(2010, 2035)).map(sorted)
ITEMS = st.sampled_from(sorted(FRAMEWORKS.of_item))


def counted(item: str, first: int, last: int, *, named: tuple[str, ...] = ()) -> list[tuple[str, str, list[int]]]:
    return [
        (count.item, count.link.kind if count.link else "named", list(count.years))
        for count in FRAMEWORKS.counts(item, first, last, named=named or (item,))
    ]


@pytest.mark.parametrize(("status", "action"), sorted(set(product(Status, Action)) - NEXT.keys()))
def test_an_action_that_is_not_open_is_refused(status: Status, action: Action) -> None:
    with pytest.raises(ActionNotAllowed, match=f"cannot {action} an alignment that is {status}"):
        advance(status, action)


@pytest.mark.parametrize(("status", "action"), sorted(NEXT))
def test_an_action_that_is_open_leads_on(status: Status, action: Action) -> None:
    assert advance(status, action) is NEXT[status, action]


@given(st.lists(st.integers(1, 30), max_size=3), st.integers(1, WHOLE))
def test_weights_within_a_framework_make_up_a_hundred_at_most(others: list[int], weight: int) -> None:
    if sum(others) + weight <= WHOLE:
        check_weight(weight, others)
    else:
        with pytest.raises(InvalidInput, match=f"must be {WHOLE - sum(others)} at most"):
            check_weight(weight, others)


def test_an_activity_within_its_framework_counts_for_what_it_names() -> None:
    assert counted("PN5-2020", 2020, 2023) == [("PN5-2020", "named", [2020, 2021, 2022, 2023])]


def test_an_activity_that_runs_on_into_the_next_plan_counts_there_for_what_continues_its_item() -> None:
    assert counted("PN5-2020", 2024, 2026) == [
        ("PN5-2020", "named", [2024]),
        ("PN3-2025", "mainly", [2025, 2026]),
        ("PN2-2025", "partly", [2025, 2026]),
    ]


def test_the_crosswalk_leads_back_too() -> None:
    assert counted("PN3-2025", 2024, 2025) == [("PN3-2025", "named", [2025]), ("PN5-2020", "mainly", [2024])]


def test_what_an_activity_names_in_the_next_plan_itself_goes_before_the_crosswalk() -> None:
    assert counted("PN5-2020", 2024, 2026, named=("PN5-2020", "PN8-2025")) == [("PN5-2020", "named", [2024])]
    assert FRAMEWORKS.years_left_out("PN5-2020", 2024, 2026, named=("PN5-2020", "PN8-2025")) == []


def test_years_for_which_nothing_continues_an_item_are_left_out() -> None:
    assert FRAMEWORKS.years_left_out("PN4-2020", 2024, 2026) == [2025, 2026]
    assert FRAMEWORKS.years_left_out("SDG-6", 2029, 2032) == [2031, 2032]


@given(ITEMS, YEARS, st.lists(ITEMS, max_size=3))
def test_each_year_counts_for_something_or_is_left_out(item: str, years: list[int], others: list[str]) -> None:
    first, last = years
    named = {item, *others}

    counts = FRAMEWORKS.counts(item, first, last, named=named)
    left_out = FRAMEWORKS.years_left_out(item, first, last, named=named)

    for count in counts:
        assert count.years
        assert set(count.years) <= set(range(first, last + 1))
        holds = FRAMEWORKS.by_code[count.framework]
        assert all(holds.first_year <= year <= holds.last_year for year in count.years)
    assert not {year for count in counts for year in count.years} & set(left_out)


def test_an_explanation_says_who_says_so_which_framework_holds_and_what_continues_it() -> None:
    claim = Claim("PN5-2020", Status.CONFIRMED, "fasker_officer", "ngo_admin")

    why = explain(claim, FRAMEWORKS, 2023, 2026, named={"PN5-2020"})

    assert why.english == (
        "PN5-2020 was proposed by ngo_admin and confirmed by fasker_officer. "
        "RPJMN-2020 holds 2020-2024, the activity runs 2023-2026: it counts for PN5-2020 in 2023-2024. "
        "In 2025-2026 RPJMN-2025 holds (2025-2029): it counts for PN3-2025, which continues PN5-2020 mainly. "
        "In 2025-2026 RPJMN-2025 holds (2025-2029): it counts for PN2-2025, which continues PN5-2020 partly."
    )
    assert "dikukuhkan fasker_officer" in why.indonesian
    assert "yang melanjutkan PN5-2020 terutama" in why.indonesian


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.CONFIRMED}))
def test_what_is_not_confirmed_does_not_count(status: Status) -> None:
    why = explain(Claim("PN5-2020", status, "fasker_officer", "ngo_admin"), FRAMEWORKS, 2020, 2023, named=())

    assert (why.counts, why.years_left_out) == ((), ())


@pytest.mark.parametrize(
    ("role", "unit", "may"),
    [("fasker_officer", "", True), ("satker_officer", "Ditjen A", True), ("satker_officer", "Ditjen B", False)],
)
def test_a_technical_unit_decides_for_its_own_partners(role: str, unit: str, may: bool) -> None:
    assert may_decide(role, unit, "Ditjen A") is may
