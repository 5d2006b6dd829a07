from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.reporting.copies.models import Agreement, Budget
from services.reporting.work_plans.content import WorkPlanContent
from services.reporting.work_plans.rules import Known, check_submission, missing_minutes, warnings
from shared.errors import InvalidInput
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
