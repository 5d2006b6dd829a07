from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.reporting.copies.models import Agreement, Budget
from services.reporting.work_plans.content import WorkPlanContent
from services.reporting.work_plans.rules import (
    Known,
    check_against_master_plan,
    check_submission,
    missing_minutes,
    warnings,
)
from shared.errors import ActionNotAllowed, InvalidInput
from tests.reporting.partners import FLORES_TIMUR, MANGGARAI, Partner

PARTNER = Partner("snv-staff")
AGREEMENT = Agreement(PARTNER.agreement_id, PARTNER.ngo_id, PARTNER.starts_on, PARTNER.ends_on, PARTNER.regions)
BUDGETS = {activity_id: Budget(Decimal(9000), "EUR") for activity_id in PARTNER.activity_ids}
KNOWN = Known(
    agreement=AGREEMENT,
    budgets=BUDGETS,
    partners={PARTNER.partner_id: date(2021, 12, 31)},
    minutes={FLORES_TIMUR, MANGGARAI},
    approved_already=False,
    today=date(2020, 2, 3),
)


def plan(**first_activity: Any) -> WorkPlanContent:
    body = PARTNER.plan()
    body["activities"][0] |= first_activity
    return WorkPlanContent.model_validate(body)


def broken(plan: WorkPlanContent, known: Known) -> list[tuple[str, str | None]]:
    try:
        check_submission(plan, known)
    except InvalidInput as refused:
        return [(error.pointer, error.rule) for error in refused.errors]
    return []


def test_a_plan_that_keeps_all_rules_can_be_submitted() -> None:
    assert broken(plan(), KNOWN) == []


@pytest.mark.parametrize(("year", "kept"), [(2019, False), (2020, True), (2022, True), (2023, False)])
def test_v03_the_year_lies_in_the_agreement(year: int, kept: bool) -> None:
    changed = plan().model_copy(update={"year": year})

    assert broken(changed, KNOWN) == ([] if kept else [("#/year", "V03")])


@given(st.dates(date(2001, 1, 1), date(2098, 12, 31)), st.integers(0, 2000), st.integers(-2, 8))
def test_v03_any_year_that_shares_a_day_with_the_agreement_is_its_own(start: date, days: int, offset: int) -> None:
    end = start + timedelta(days=days)
    year = start.year + offset
    changed = plan().model_copy(update={"year": year})
    shares_a_day = start <= date(year, 12, 31) and date(year, 1, 1) <= end

    found = broken(changed, replace(KNOWN, agreement=replace(AGREEMENT, starts_on=start, ends_on=end)))

    assert found == ([] if shares_a_day else [("#/year", "V03")])


@given(st.sets(st.sampled_from([*PARTNER.regions, "34.03", "53"]), min_size=1))
def test_v04_the_regions_of_an_activity_are_some_of_the_agreements(regions: set[str]) -> None:
    activity = plan().activities[0].model_copy(update={"regions": sorted(regions)})
    changed = plan().model_copy(update={"activities": [activity]})

    found = broken(changed, replace(KNOWN, minutes=regions))

    assert found == ([] if regions <= set(PARTNER.regions) else [("#/activities/0/regions", "V04")])


@given(st.sets(st.sampled_from(PARTNER.activity_ids)))
def test_v04_the_version_of_the_master_plan_in_force_counts(in_force: set[UUID]) -> None:
    budgets = {activity_id: BUDGETS[activity_id] for activity_id in in_force}
    dropped = [n for n, activity_id in enumerate(PARTNER.activity_ids) if activity_id not in in_force]

    assert broken(plan(), replace(KNOWN, budgets=budgets)) == [
        (f"#/activities/{n}/master_plan_activity_id", "V04") for n in dropped
    ]
    rule = None
    try:
        check_against_master_plan(plan(), budgets)
    except ActionNotAllowed as refusal:
        rule = refusal.rule
    assert rule == ("V04" if dropped else None)


def test_v03_one_plan_of_a_year_is_approved() -> None:
    assert broken(plan(), replace(KNOWN, approved_already=True)) == [("#/year", "V03")]


def test_v04_activities_are_of_the_master_plan_and_in_the_work_area() -> None:
    changed = plan(master_plan_activity_id=str(uuid4()), regions=[FLORES_TIMUR, "34.03"])

    assert broken(changed, replace(KNOWN, minutes={FLORES_TIMUR, MANGGARAI, "34.03"})) == [
        ("#/activities/0/master_plan_activity_id", "V04"),
        ("#/activities/0/regions", "V04"),
    ]


@given(st.sets(st.sampled_from([FLORES_TIMUR, MANGGARAI, "53.01"])))
def test_v05_every_regency_without_minutes_is_named(minutes: set[str]) -> None:
    missing = {FLORES_TIMUR, MANGGARAI} - minutes

    assert broken(plan(), replace(KNOWN, minutes=minutes)) == [("#/minutes", "V05")] * len(missing)
    assert missing_minutes([FLORES_TIMUR, MANGGARAI], minutes) == sorted(missing)


@pytest.mark.parametrize(("today", "kept"), [(date(2021, 12, 31), True), (date(2022, 1, 1), False)])
def test_v20_a_local_partner_is_approved_and_registered(today: date, kept: bool) -> None:
    named = plan(local_partner_id=str(PARTNER.partner_id))

    assert broken(named, replace(KNOWN, today=today)) == ([] if kept else [("#/activities/0/local_partner_id", "V20")])
    assert broken(plan(local_partner_id=str(uuid4())), KNOWN) == [("#/activities/0/local_partner_id", "V20")]


def test_v21_prohibited_purposes_are_ruled_out() -> None:
    changed = plan().model_copy(update={"prohibited_purposes_declared": False})

    assert broken(changed, KNOWN) == [("#/prohibited_purposes_declared", "V21")]


@pytest.mark.parametrize(("elsewhere", "warned"), [("0.00", False), ("0.01", True)])
def test_v06_plans_beyond_the_master_plans_budget_are_a_warning(elsewhere: str, warned: bool) -> None:
    found = warnings(plan(), BUDGETS, {"EUR": Decimal(elsewhere)})

    assert [caution.rule for caution in found] == ["V06"] * warned


@pytest.mark.parametrize(("operations", "warned"), [("3500.00", False), ("3500.01", True)])
def test_v07_more_than_a_fifth_for_operations_is_a_warning(operations: str, warned: bool) -> None:
    # The two activities cost 18,000 with 2,000 for operations; 4,500 of 22,500 would be a fifth.
    found = warnings(plan(budget_programme="10000.00", budget_operations=operations), {}, {})

    assert ("V07" in [caution.rule for caution in found]) == warned
