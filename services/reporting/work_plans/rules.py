"""What a work plan must be like to be submitted, and its states. Pure."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final
from uuid import UUID

from services.reporting.copies.models import Agreement, Budget
from services.reporting.submission import rules as submission
from services.reporting.submission.rules import Action, Status
from services.reporting.work_plans.content import Activity, WorkPlanContent
from shared.errors import ActionNotAllowed, FieldError, InvalidInput, NotAllowed
from shared.regions import check_codes, same_place

NEXT: Final = submission.NEXT | {
    (Status.IN_REVIEW, Action.APPROVE): Status.APPROVED,
    (Status.IN_REVIEW, Action.REJECT): Status.REJECTED,
}

DECISIONS: Final = {
    Status.APPROVED: Action.APPROVE,
    Status.REVISION_REQUESTED: Action.REQUEST_REVISION,
    Status.REJECTED: Action.REJECT,
}

OPERATIONS_MAX_SHARE: Final = Decimal("0.20")
"""`budget.operational_max_share`, from a guideline of 2009: exceeding it is a warning."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the world around a plan when it is judged."""

    agreement: Agreement
    budgets: Mapping[UUID, Budget]
    """Of the agreement's master plan, by activity."""
    partners: Mapping[UUID, date]
    """The NGO's approved local partners, and until when they are registered."""
    minutes: Collection[str]
    """Regions whose minutes are there."""
    approved_already: bool
    """Another plan of this agreement and year is approved."""
    today: date


@dataclass(frozen=True, slots=True)
class Caution:
    rule: str
    field: str
    detail: str


def check_unit(unit: str, counterpart_unit: str | None) -> None:
    """The technical unit that the agreement is with verifies its work plans; another one only reads them."""
    if counterpart_unit is not None and unit != counterpart_unit:
        raise NotAllowed(f"this needs an official of {counterpart_unit}, with which the plan's agreement is made")


def check_submission(plan: WorkPlanContent, known: Known) -> None:
    """Refuse with every broken rule at once."""
    errors = [
        *_check_year(plan, known),
        *(
            error
            for number, activity in enumerate(plan.activities)
            for error in _check_activity(activity, f"#/activities/{number}", known)
        ),
        *(
            FieldError("#/minutes", f"the minutes of the discussion (BAP) in {region} are missing", "V05")
            for region in missing_minutes(plan.regions, known.minutes)
        ),
    ]
    if not plan.prohibited_purposes_declared:
        errors.append(
            FieldError("#/prohibited_purposes_declared", "must be declared (UU 17/2013 art. 52): send true", "V21")
        )
    if errors:
        raise InvalidInput(
            f"the plan cannot be submitted: {len(errors)} rule(s) stand against it", errors=errors, rule=errors[0].rule
        )


def _check_year(plan: WorkPlanContent, known: Known) -> Iterator[FieldError]:
    starts_on, ends_on = known.agreement.starts_on, known.agreement.ends_on
    if not starts_on.year <= plan.year <= ends_on.year:
        detail = f"must be a year of the agreement, which runs from {starts_on} to {ends_on}"
        yield FieldError("#/year", detail, "V03")
    if known.approved_already:
        yield FieldError("#/year", f"a plan of {plan.year} is approved already", "V03")


def _check_activity(activity: Activity, pointer: str, known: Known) -> Iterator[FieldError]:
    if activity.master_plan_activity_id not in known.budgets:
        detail = "must be an activity of this agreement's master plan (RIK)"
        yield FieldError(f"{pointer}/master_plan_activity_id", detail, "V04")
    if outside := sorted(region for region in activity.regions if not same_place(region, known.agreement.regions)):
        detail = f"must lie in the agreement's work area; {', '.join(outside)} do not"
        yield FieldError(f"{pointer}/regions", detail, "V04")
    if activity.local_partner_id is not None:
        registered_to = known.partners.get(activity.local_partner_id)
        if registered_to is None or registered_to < known.today:
            detail = "must be an approved local partner whose registration is valid"
            yield FieldError(f"{pointer}/local_partner_id", detail, "V20")


def check_against_master_plan(plan: WorkPlanContent, budgets: Mapping[UUID, Budget]) -> None:
    """The master plan may have been amended since the plan was handed in; what is approved rests on today's version."""
    dropped = [a.title for a in plan.activities if a.master_plan_activity_id not in budgets]
    if dropped:
        raise ActionNotAllowed(
            f"the master plan (RIK) was amended since and no longer has the activity of: {'; '.join(dropped[:20])}; "
            "ask for a revision",
            rule="V04",
        )


def missing_minutes(regions: Collection[str], minutes: Collection[str]) -> list[str]:
    """Regions of the plan whose discussion has no minutes (BAP) yet."""
    return sorted(region for region in set(regions) if not same_place(region, minutes))


def warnings(
    plan: WorkPlanContent, budgets: Mapping[UUID, Budget], planned_in_other_years: Mapping[str, Decimal]
) -> list[Caution]:
    """What a reviewer should look at. `planned_in_other_years`: by currency, in approved plans."""
    return [*_over_budget(plan, budgets, planned_in_other_years), *_too_much_for_operations(plan)]


def _over_budget(
    plan: WorkPlanContent, budgets: Mapping[UUID, Budget], planned_in_other_years: Mapping[str, Decimal]
) -> Iterator[Caution]:
    allowed: defaultdict[str, Decimal] = defaultdict(Decimal)
    for budget in budgets.values():
        allowed[budget.currency] += budget.amount
    for currency, amount in sorted(planned(plan).items()):
        total = amount + planned_in_other_years.get(currency, Decimal())
        if total > allowed[currency]:
            detail = f"plans of {total} {currency} exceed the master plan's {allowed[currency]} {currency}"
            yield Caution("V06", "/activities", detail)


def _too_much_for_operations(plan: WorkPlanContent) -> Iterator[Caution]:
    for currency, amount in sorted(planned(plan).items()):
        operations = sum(a.budget_operations for a in plan.activities if a.currency == currency)
        if amount and operations / amount > OPERATIONS_MAX_SHARE:
            share = f"{OPERATIONS_MAX_SHARE:.0%}"
            detail = f"operations take {operations} of {amount} {currency}, more than {share}"
            yield Caution("V07", "/activities", detail)


def planned(plan: WorkPlanContent) -> dict[str, Decimal]:
    """What the plan costs, by currency."""
    totals: defaultdict[str, Decimal] = defaultdict(Decimal)
    for activity in plan.activities:
        totals[activity.currency] += activity.budget_programme + activity.budget_operations
    return dict(totals)


def check_regions(plan: WorkPlanContent, agreed: Collection[str]) -> None:
    """V17: codes that hold on some day of the plan's year, or those under which its agreement was signed (`agreed`)."""
    first, last = date(plan.year, 1, 1), date(plan.year, 12, 31)
    check_codes(plan.named_regions, on=first, until=last, agreed=agreed)


def check_edit(plan: WorkPlanContent, *, agreement_id: UUID, year: int, activity_ids: Collection[UUID]) -> None:
    """An edit keeps what the plan is for, and names no activities that it never had."""
    errors = []
    if plan.agreement_id != agreement_id:
        errors.append(FieldError("#/agreement_id", f"must stay {agreement_id}; or draft another plan"))
    if plan.year != year:
        errors.append(FieldError("#/year", f"must stay {year}; or draft another plan"))
    errors += [
        FieldError(f"#/activities/{number}/id", "must be the id of an activity of this plan, once, or absent")
        for number, activity in enumerate(plan.activities)
        if activity.id is not None
        and (activity.id not in activity_ids or activity.id in {a.id for a in plan.activities[:number]})
    ]
    if errors:
        raise InvalidInput("the edit changes what this plan is", errors=errors)
