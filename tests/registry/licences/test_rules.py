from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.agreements.rules import Period
from services.registry.licences.rules import (
    NEXT,
    Action,
    LeadTime,
    OperationalPermit,
    Status,
    advance,
    check_nothing_rests,
    check_operational_permit_end,
    check_principle_permit_period,
    check_revocation,
    months_before,
    status_when_recorded,
    warnings_due,
    years_later,
)
from services.registry.reference.rules import DatedRule
from shared.errors import ActionNotAllowed, InvalidInput

THREE_YEARS = DatedRule(3, "PP 59/2016")
DAYS = st.dates(date(2000, 1, 1), date(2090, 1, 1))
ANY_TIME = (date(1990, 1, 1), None)
LEADS = [LeadTime(months, *ANY_TIME, "PP 59/2016") for months in (9, 6, 4, 3)]


@given(DAYS)
def test_a_permit_may_last_until_the_same_day_three_years_later(start: date) -> None:
    end = years_later(start, 3)

    check_principle_permit_period(start, end, THREE_YEARS, "#")
    with pytest.raises(InvalidInput) as refusal:
        check_principle_permit_period(start, end + timedelta(days=1), THREE_YEARS, "#")

    assert (refusal.value.rule, refusal.value.legal_basis) == ("V01", "PP 59/2016")
    assert refusal.value.errors[0].pointer == "#/valid_to"


@given(DAYS)
def test_three_years_later_is_the_same_day_of_the_same_month(start: date) -> None:
    end = years_later(start, 3)

    assert (end.year, end.month) == (start.year + 3, start.month)
    assert end.day == (28 if (start.month, start.day) == (2, 29) else start.day)


def test_before_there_was_a_rule_there_was_no_limit() -> None:
    check_principle_permit_period(date(2010, 1, 1), date(2020, 1, 1), None, "#")
    check_operational_permit_end(date(2020, 1, 1), None, None, "#")


@given(DAYS, st.integers(0, 60))
def test_an_izin_operasional_ends_with_the_izin_prinsip_at_the_latest(end: date, margin: int) -> None:
    rule, last = DatedRule(margin, "PP 59/2016"), end + timedelta(days=margin)

    check_operational_permit_end(last, end, rule, "#")
    with pytest.raises(InvalidInput, match=f"must be {last} at the latest") as refusal:
        check_operational_permit_end(last + timedelta(days=1), end, rule, "#")

    assert refusal.value.errors[0].pointer == "#/valid_to"


def test_without_an_izin_prinsip_there_is_no_izin_operasional() -> None:
    with pytest.raises(InvalidInput, match="needs an izin prinsip"):
        check_operational_permit_end(date(2023, 1, 1), None, DatedRule(0, "PP 59/2016"), "#")


@pytest.mark.parametrize(("status", "action"), sorted(set(product(Status, Action)) - NEXT.keys()))
def test_an_action_that_is_not_open_is_refused(status: Status, action: Action) -> None:
    with pytest.raises(ActionNotAllowed, match=f"cannot {action} a licence that is {status}"):
        advance(status, action)


def test_a_licence_ends_once_and_only_its_record_can_be_taken_back_after_a_revocation() -> None:
    assert {action for status, action in NEXT if status is Status.EXPIRED} == {Action.REVOKE, Action.RETRACT}
    assert {action for status, action in NEXT if status is Status.REVOKED} == {Action.RETRACT}
    assert {action for status, action in NEXT if status is Status.RETRACTED} == set()


PERMIT = (date(2020, 2, 1), date(2023, 2, 1))
SIGNED = [("MSP-1", (date(2020, 3, 1), date(2022, 3, 1)))]


@pytest.mark.parametrize(
    ("agreements", "others"),
    [
        ([], []),
        (SIGNED, [PERMIT]),
        ([("MSP-1", (date(2020, 1, 1), date(2022, 3, 1)))], []),  # signed within another one, which was revoked
    ],
)
def test_a_permit_is_taken_back_where_each_agreement_lies_within_another_one(
    agreements: list[tuple[str, Period]], others: list[Period]
) -> None:
    check_nothing_rests(PERMIT, agreements, [], others, 0)


def test_two_permits_that_follow_each_other_do_not_carry_an_agreement() -> None:
    others = [(date(2020, 2, 1), date(2021, 2, 1)), (date(2021, 2, 2), date(2023, 2, 1))]

    with pytest.raises(ActionNotAllowed, match="agreements MSP-1") as refusal:
        check_nothing_rests(PERMIT, SIGNED, [], others, 0)

    assert refusal.value.rule == "V02"


ONE_DAY = timedelta(days=1)
ENDING = [OperationalPermit("IO-1", PERMIT[1], DatedRule(0, "PP"))]


@pytest.mark.parametrize(
    ("operational", "others", "is_kept"),
    [
        (ENDING, [], True),
        (ENDING, [(PERMIT[0], PERMIT[1] - ONE_DAY)], True),
        (ENDING, [PERMIT], False),
        ([OperationalPermit("IO-1", PERMIT[1], None)], [], False),  # of before there was such a limit
        ([OperationalPermit("IO-1", PERMIT[1] + ONE_DAY, DatedRule(0, "PP"))], [], False),  # rests on another one
    ],
)
def test_a_permit_with_which_an_izin_operasional_ends_is_not_taken_back(
    operational: list[OperationalPermit], others: list[Period], is_kept: bool
) -> None:
    if is_kept:
        with pytest.raises(ActionNotAllowed, match="izin operasional IO-1 would outlast"):
            check_nothing_rests(PERMIT, [], operational, others, 0)
    else:
        check_nothing_rests(PERMIT, [], operational, others, 0)


def test_a_licence_that_a_notified_activity_names_is_not_taken_back() -> None:
    with pytest.raises(ActionNotAllowed, match="notified activities name this licence"):
        check_nothing_rests(PERMIT, [], [], [], 1)


@pytest.mark.parametrize(
    ("today", "status"),
    [(date(2023, 1, 31), Status.VALID), (date(2023, 2, 1), Status.VALID), (date(2023, 2, 2), Status.EXPIRED)],
)
def test_a_licence_is_valid_on_its_last_day(today: date, status: Status) -> None:
    assert status_when_recorded(date(2023, 2, 1), today) is status


@pytest.mark.parametrize(
    ("day", "months", "before"),
    [
        (date(2023, 2, 1), 9, date(2022, 5, 1)),
        (date(2023, 3, 31), 1, date(2023, 2, 28)),
        (date(2024, 3, 31), 1, date(2024, 2, 29)),
        (date(2023, 1, 15), 1, date(2022, 12, 15)),
        (date(2023, 12, 31), 12, date(2022, 12, 31)),
    ],
)
def test_months_before_a_day(day: date, months: int, before: date) -> None:
    assert months_before(day, months) == before


@given(DAYS, st.sampled_from([9, 6, 4, 3]))
def test_a_warning_is_due_from_its_day_on_and_not_a_day_earlier(end: date, months: int) -> None:
    [lead] = [lead for lead in LEADS if lead.months == months]
    day = months_before(end, months)

    assert lead.is_due(end, day)
    assert not lead.is_due(end, day - timedelta(days=1))


@given(DAYS, st.integers(-400, 400), st.integers(-400, 400))
def test_the_lead_times_of_the_day_of_the_warning_count(end: date, begin: int, length: int) -> None:
    day = months_before(end, 3)
    first = day + timedelta(days=begin)
    lead = LeadTime(3, first, first + timedelta(days=length), "a law")

    assert lead.is_due(end, end) == (first <= day <= first + timedelta(days=length))


@given(DAYS, st.lists(st.integers(0, 400), min_size=1, max_size=12))
def test_looking_at_any_days_tells_each_lead_time_once_and_ever_nearer_ones(end: date, days_left: list[int]) -> None:
    noted: set[int] = set()
    told: list[int] = []
    for left in sorted(days_left, reverse=True):
        today = end - timedelta(days=left)
        due = warnings_due(end, today, LEADS, noted)
        now = {*due.passed_over, *([due.tell.months] if due.tell else [])}
        assert not now & noted
        noted |= now
        told += [due.tell.months] if due.tell else []
        # Nothing is left behind: all whose day has come are noted, and the nearest of them has been told.
        assert noted == {lead.months for lead in LEADS if lead.is_due(end, today)}
        assert not noted or told[-1] == min(noted)

    assert told == sorted(set(told), reverse=True)


def test_after_a_long_pause_only_the_nearest_warning_is_told() -> None:
    due = warnings_due(date(2023, 2, 1), date(2022, 12, 24), LEADS, set())

    assert due.tell
    assert (due.tell.months, due.passed_over) == (3, (4, 6, 9))


def test_a_lead_time_that_comes_late_into_the_configuration_says_nothing_that_a_nearer_one_said() -> None:
    due = warnings_due(date(2023, 2, 1), date(2022, 12, 24), [*LEADS, LeadTime(7, *ANY_TIME, "a law")], {3, 4, 6, 9})

    assert (due.tell, due.passed_over) == (None, (7,))


def test_a_licence_is_revoked_on_a_day_on_which_it_was_valid() -> None:
    first, last, today = date(2020, 2, 1), date(2023, 2, 1), date(2021, 6, 1)

    for good in (first, today):
        check_revocation(first, last, good, today)
    check_revocation(first, last, last, date(2024, 1, 1))
    for bad, on in (
        (first - timedelta(days=1), today),
        (today + timedelta(days=1), today),
        (date(2023, 2, 2), date(2024, 1, 1)),
    ):
        with pytest.raises(InvalidInput):
            check_revocation(first, last, bad, on)
