from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.measures.rules import (
    LIFTING,
    TAKING,
    Effect,
    check_dates,
    check_lifting,
    is_in_force,
    lifting,
    taking,
)
from services.registry.organisations.rules import NEXT, Status
from shared.errors import ActionNotAllowed, InvalidInput

DAY = date(2020, 5, 1)
DAYS = st.integers(-3, 3).map(lambda days: DAY + timedelta(days))


@pytest.mark.parametrize(("status", "effect"), sorted(product(Status, Effect)))
def test_a_measure_is_taken_against_an_active_or_suspended_organisation_only(status: Status, effect: Effect) -> None:
    if status in (Status.ACTIVE, Status.SUSPENDED):
        assert taking(status, effect) is TAKING[status, effect]
    else:
        with pytest.raises(ActionNotAllowed, match=f"an organisation that is {status}"):
            taking(status, effect)


@pytest.mark.parametrize(("status", "effect"), sorted(product(Status, Effect)))
def test_what_is_lifted_reinstates_or_changes_nothing(status: Status, effect: Effect) -> None:
    if (status, effect) in LIFTING:
        assert lifting(status, effect) is LIFTING[status, effect]
    else:
        with pytest.raises(ActionNotAllowed, match="cannot be lifted"):
            lifting(status, effect)


def test_a_suspending_measure_leaves_a_suspended_organisation_and_a_closing_one_a_closed_one() -> None:
    wanted = {Effect.SUSPENDS: Status.SUSPENDED, Effect.CLOSES: Status.CLOSED}
    for (status, effect), action in TAKING.items():
        after = status if action is None else NEXT[status, action]
        assert after is wanted.get(effect, status)


@given(DAYS, DAYS, st.sampled_from(Effect))
def test_what_suspends_or_closes_has_begun_when_it_is_recorded(
    decided_on: date, starts_on: date, effect: Effect
) -> None:
    wrong = decided_on > DAY or (effect is not Effect.NONE and starts_on > DAY)
    if wrong:
        with pytest.raises(InvalidInput):
            check_dates(decided_on, starts_on, effect, DAY)
    else:
        check_dates(decided_on, starts_on, effect, DAY)


@given(DAYS, DAYS, st.sampled_from([Effect.NONE, Effect.SUSPENDS]))
def test_a_measure_is_lifted_from_its_start_to_today_and_a_suspension_today(
    lifted_on: date, starts_on: date, effect: Effect
) -> None:
    right = starts_on <= lifted_on <= DAY and (effect is Effect.NONE or lifted_on == DAY)
    if right:
        check_lifting(lifted_on, starts_on=starts_on, effect=effect, today=DAY)
    else:
        with pytest.raises(InvalidInput):
            check_lifting(lifted_on, starts_on=starts_on, effect=effect, today=DAY)


@given(DAYS, st.none() | DAYS, st.sampled_from(Effect), st.booleans())
def test_no_calendar_ends_what_suspends_or_closes(
    starts_on: date, ends_on: date | None, effect: Effect, is_lifted: bool
) -> None:
    found = is_in_force(starts_on=starts_on, ends_on=ends_on, effect=effect, is_lifted=is_lifted, on=DAY)

    lasts = ends_on is None or ends_on >= DAY or effect is not Effect.NONE
    assert found == (starts_on <= DAY and lasts and not is_lifted)
