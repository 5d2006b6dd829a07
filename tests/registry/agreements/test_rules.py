from collections.abc import Callable
from datetime import date, timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.agreements.rules import (
    NEXT,
    RUNNING,
    Action,
    Period,
    Status,
    advance,
    check_direction,
    check_extension,
    check_permit,
    check_termination,
)
from shared.errors import ActionNotAllowed, InvalidInput

DAY = timedelta(days=1)
DAYS = st.dates(date(2000, 1, 1), date(2090, 1, 1))
PERIODS = st.tuples(DAYS, st.integers(1, 2000)).map(lambda p: (p[0], p[0] + timedelta(days=p[1])))


def refused(check: Callable[..., None], *values: Any) -> set[str]:
    """The fields that the rule refuses."""
    try:
        check(*values)
    except InvalidInput as refusal:
        return {error.pointer for error in refusal.errors}
    return set()


@pytest.mark.parametrize(("status", "action"), sorted(set(product(Status, Action)) - NEXT.keys()))
def test_an_action_that_is_not_open_is_refused(status: Status, action: Action) -> None:
    with pytest.raises(ActionNotAllowed, match=f"cannot {action} an agreement that is {status}"):
        advance(status, action)


@pytest.mark.parametrize("status", RUNNING)
def test_a_running_agreement_ends_in_one_of_three_ways(status: Status) -> None:
    ends = {
        action: NEXT[status, action]
        for s, action in NEXT
        if s is status and action not in (Action.PASS_ON, Action.RETRACT)
    }

    assert ends == {
        Action.EXPIRE: Status.EXPIRED,
        Action.SUCCEED: Status.EXTENDED,
        Action.TERMINATE: Status.TERMINATED,
    }


@pytest.mark.parametrize("status", Status)
def test_any_record_can_be_taken_back_and_once_only(status: Status) -> None:
    assert ((status, Action.RETRACT) in NEXT) == (status is not Status.RETRACTED)
    assert (Status.RETRACTED, Action.RETRACT) not in NEXT


@given(PERIODS)
def test_an_agreement_may_fill_the_permits_period_to_its_edges_and_not_pass_them(permit: Period) -> None:
    first, last = permit

    check_permit(first, last, [permit])
    for starts_on, ends_on in ((first - DAY, last), (first, last + DAY)):
        with pytest.raises(InvalidInput) as refusal:
            check_permit(starts_on, ends_on, [permit])
        assert (refusal.value.rule, refusal.value.legal_basis) == ("V02", "PP 59/2016")


@given(PERIODS, st.lists(PERIODS, max_size=4))
def test_one_permit_covers_the_whole_period(agreement: Period, permits: list[Period]) -> None:
    def days(period: Period) -> range:
        return range(period[0].toordinal(), period[1].toordinal() + 1)

    covered = any(days(agreement)[0] in days(p) and days(agreement)[-1] in days(p) for p in permits)

    assert refused(check_permit, *agreement, permits) == (set() if covered else {"#/ends_on"})


def test_two_permits_that_follow_each_other_do_not_make_one() -> None:
    permits = [(date(2020, 1, 1), date(2021, 12, 31)), (date(2022, 1, 1), date(2023, 12, 31))]

    with pytest.raises(InvalidInput):
        check_permit(date(2021, 1, 1), date(2022, 12, 31), permits)


@given(PERIODS, PERIODS)
def test_an_extension_starts_and_ends_later_than_what_it_extends(extension: Period, predecessor: Period) -> None:
    pointers = ("#/starts_on", "#/ends_on")
    too_early = {p for p, new, old in zip(pointers, extension, predecessor, strict=True) if new <= old}

    assert refused(check_extension, extension, predecessor) == too_early


@given(PERIODS, DAYS, DAYS)
def test_an_agreement_is_terminated_on_a_day_of_its_own_that_has_come_or_with_its_first(
    period: Period, ended_on: date, today: date
) -> None:
    allowed = period[0] <= ended_on <= period[1] and (ended_on <= today or ended_on == period[0])

    assert refused(check_termination, ended_on, period, today) == (set() if allowed else {"#/ended_on"})


@given(PERIODS, PERIODS)
def test_a_programme_direction_lies_within_its_agreement(direction: Period, agreement: Period) -> None:
    outside = {
        name
        for name, is_outside in (
            ("#/starts_on", direction[0] < agreement[0]),
            ("#/ends_on", direction[1] > agreement[1]),
        )
        if is_outside
    }

    assert refused(check_direction, direction, agreement) == outside
