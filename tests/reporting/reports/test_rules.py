from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.reporting.reports.content import Beneficiaries, ReportContent
from services.reporting.reports.rules import PlannedActivity, check_submission
from shared.errors import InvalidInput
from tests.reporting.partners import MANGGARAI

ACTIVITY = uuid4()


def report(realised: str = "50", reason: str | None = None) -> ReportContent:
    activity = {
        "work_plan_activity_id": ACTIVITY,
        "realised": realised,
        "beneficiaries": {"male": 1, "female": 1, "total": 2},
        "spent": "1.00",
        "currency": "EUR",
        "regions": [MANGGARAI],
        "status": "on_track",
        "deviation_reason": reason,
    }
    return ReportContent.model_validate({"obligation_id": uuid4(), "activities": [activity], "summary": "Done"})


def broken(
    report: ReportContent,
    *,
    period: str = "2020-S1",
    months: tuple[int, ...] = (),
    today: date = date(2020, 7, 1),
) -> list[tuple[str, str | None]]:
    approved = {ACTIVITY: PlannedActivity(Decimal(100), months)}
    try:
        check_submission(report, period=period, approved=approved, today=today)
    except InvalidInput as refused:
        return [(error.pointer, error.rule) for error in refused.errors]
    return []


@pytest.mark.parametrize(
    ("period", "last_day"),
    [("2020-S1", date(2020, 6, 30)), ("2020-S2", date(2020, 12, 31)), ("2020", date(2020, 12, 31))],
)
def test_v08_the_period_is_over(period: str, last_day: date) -> None:
    realised = report("100" if period == "2020" else "50")

    assert broken(realised, period=period, today=last_day) == [("#/obligation_id", "V08")]
    assert broken(realised, period=period, today=date(2021, 1, 1)) == []


def test_v08_activities_are_of_the_approved_plan() -> None:
    with pytest.raises(InvalidInput) as refused:
        check_submission(report(), period="2020-S1", approved={}, today=date(2020, 7, 1))

    assert [(e.pointer, e.rule) for e in refused.value.errors] == [("#/activities/0/work_plan_activity_id", "V08")]


@pytest.mark.parametrize(("realised", "kept"), [("39.99", False), ("40", True), ("60", True), ("60.01", False)])
def test_v09_more_than_a_fifth_off_half_the_years_target_needs_a_reason(realised: str, kept: bool) -> None:
    assert broken(report(realised)) == ([] if kept else [("#/activities/0/deviation_reason", "V09")])
    assert broken(report(realised, "the road was flooded")) == []


@pytest.mark.parametrize(
    ("period", "months", "planned"),
    [
        ("2020-S1", (5, 6, 7, 8), "50"),
        ("2020-S1", (6, 7, 8, 9), "25"),
        ("2020-S1", (7, 8), "0"),
        ("2020-S2", (7, 8), "100"),
        ("2020", (1, 12), "100"),
    ],
)
def test_v09_what_is_planned_for_a_period_follows_the_months(
    period: str, months: tuple[int, ...], planned: str
) -> None:
    today = date(2021, 1, 1)

    assert broken(report(planned), period=period, months=months, today=today) == []
    off = str(Decimal(planned) * 2 + 1)
    assert broken(report(off), period=period, months=months, today=today)[0][1] == "V09"


@given(st.integers(0, 10**8), st.integers(0, 10**8), st.integers(-3, 3))
def test_v10_the_total_is_the_sum(male: int, female: int, off: int) -> None:
    total = max(0, male + female + off)
    if total == male + female:
        assert Beneficiaries(male=male, female=female, total=total).total == total
    else:
        with pytest.raises(ValidationError, match="the sum of male and female"):
            Beneficiaries(male=male, female=female, total=total)
