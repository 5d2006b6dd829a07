from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.reporting.obligations.rules import (
    NEXT,
    NOTICE_DAYS,
    RULES,
    UNMET,
    Action,
    DueRule,
    Status,
    check_extension,
    days_late,
    due_under,
    period_dates,
    time_passes,
)
from services.reporting.states import advance
from shared.errors import ActionNotAllowed, InvalidInput

dates = st.dates(date(2018, 1, 1), date(2032, 12, 31))


def test_an_agreement_of_a_year_makes_a_plan_two_semesters_and_a_year_due() -> None:
    due = due_under(date(2020, 1, 1), date(2020, 12, 31))

    assert [(d.kind, d.period, d.due_on, d.rule) for d in due] == [
        ("work_plan", "2020", date(2020, 1, 31), "rkt.due"),
        ("semester_report", "2020-S1", date(2020, 7, 31), "report.semester1.due"),
        ("semester_report", "2020-S2", date(2021, 1, 31), "report.semester2.due"),
        ("annual_report", "2020", date(2021, 3, 31), "report.annual.due"),
    ]


@given(dates, dates)
def test_exactly_the_periods_that_overlap_the_agreement_are_due_once(one: date, other: date) -> None:
    starts_on, ends_on = sorted((one, other))
    due = due_under(starts_on, ends_on)

    found = [(d.rule, d.period) for d in due]
    expected = {
        (rule.key, f"{year}-{rule.part}" if rule.part else str(year))
        for year in range(2020, 2033)
        for rule in RULES
        if starts_on <= period_dates(f"{year}-{rule.part}".rstrip("-"))[1]
        and period_dates(f"{year}-{rule.part}".rstrip("-"))[0] <= ends_on
    }
    assert len(found) == len(set(found))
    assert set(found) == expected


@given(dates, dates)
def test_nothing_is_due_before_the_agreement_has_run_a_while_and_all_has_a_legal_basis(one: date, other: date) -> None:
    starts_on, ends_on = sorted((one, other))

    for due in due_under(starts_on, ends_on):
        assert due.due_on >= starts_on + timedelta(days=NOTICE_DAYS)
        assert due.legal_basis


def test_a_rule_holds_for_the_periods_that_begin_while_it_is_valid() -> None:
    old = DueRule("old", "annual_report", "", 3, 31, True, date(2020, 1, 1), date(2020, 12, 31), "then")
    new = DueRule("new", "annual_report", "", 4, 30, True, date(2021, 1, 1), None, "now")

    due = due_under(date(2019, 1, 1), date(2021, 12, 31), [old, new])

    assert [(d.period, d.due_on) for d in due] == [
        ("2020", date(2021, 3, 31)),
        ("2021", date(2022, 4, 30)),
    ]


@pytest.mark.parametrize(
    ("today", "action"),
    [
        (date(2020, 6, 30), None),
        (date(2020, 7, 1), Action.REMIND),
        (date(2020, 7, 31), Action.REMIND),
        (date(2020, 8, 1), Action.MISS),
    ],
)
def test_it_is_due_soon_for_thirty_days_and_late_from_the_day_after(today: date, action: Action | None) -> None:
    assert time_passes(date(2020, 7, 31), today) is action


@given(dates, dates)
def test_it_is_overdue_exactly_when_it_is_a_day_late(due_on: date, today: date) -> None:
    assert (time_passes(due_on, today) is Action.MISS) == (days_late(due_on, today) > 0)


@pytest.mark.parametrize(("status", "action"), sorted(set(product(Status, Action)) - NEXT.keys()))
def test_an_action_that_is_not_open_is_refused(status: Status, action: Action) -> None:
    with pytest.raises(ActionNotAllowed, match=f"cannot {action} an obligation that is {status}"):
        advance(NEXT, status, action, of="an obligation")


def test_what_is_not_met_can_always_be_met_extended_or_waived() -> None:
    for status in UNMET:
        assert advance(NEXT, status, Action.FULFIL, of="it") is Status.FULFILLED
        assert advance(NEXT, status, Action.EXTEND, of="it") is Status.OPEN
        assert advance(NEXT, status, Action.WAIVE, of="it") is Status.WAIVED


@pytest.mark.parametrize("new", [date(2020, 7, 31), date(2020, 8, 11)])
def test_an_extension_is_to_a_later_day_that_is_not_over(new: date) -> None:
    with pytest.raises(InvalidInput):
        check_extension(date(2020, 7, 31), new, date(2020, 8, 12))

    check_extension(date(2020, 7, 31), date(2020, 8, 12), date(2020, 8, 12))
