"""What a report must be like to be submitted, and its states. Pure."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final
from uuid import UUID

from services.reporting.obligations.rules import period_dates
from services.reporting.reports.content import ReportContent, ReportedActivity
from services.reporting.submission import rules as submission
from services.reporting.submission.rules import Action, Status
from shared.errors import FieldError, InvalidInput

NEXT: Final = submission.NEXT | {(Status.IN_REVIEW, Action.ACCEPT): Status.ACCEPTED}

DECISIONS: Final = {
    Status.ACCEPTED: Action.ACCEPT,
    Status.REVISION_REQUESTED: Action.REQUEST_REVISION,
}

DEVIATION_THRESHOLD: Final = Decimal("0.20")
"""`report.deviation_threshold`: further from the plan than this needs a reason."""


@dataclass(frozen=True, slots=True)
class PlannedActivity:
    """An activity of the approved work plan. `months` in which it takes place; none: all year."""

    target: Decimal
    months: Collection[int]

    def planned_within(self, period: str) -> Decimal:
        """The share of the year's target that falls into the period, by months."""
        first, last = period_dates(period)
        months = self.months or range(1, 13)
        within = sum(first.month <= month <= last.month for month in months)
        return self.target * within / len(months)


def check_submission(
    report: ReportContent, *, period: str, approved: Mapping[UUID, PlannedActivity], today: date
) -> None:
    """Refuse with every broken rule at once. `approved`: the activities of the approved plan of that year."""
    errors: list[FieldError] = []
    _, last = period_dates(period)
    if today <= last:
        errors.append(FieldError("#/obligation_id", f"the period {period} is open until {last}", "V08"))
    for number, activity in enumerate(report.activities):
        pointer = f"#/activities/{number}"
        planned = approved.get(activity.work_plan_activity_id)
        if planned is None:
            detail = f"must be an activity of the approved work plan of {period[:4]}"
            errors.append(FieldError(f"{pointer}/work_plan_activity_id", detail, "V08"))
        else:
            errors += _check_deviation(activity, planned.planned_within(period), pointer)
    if errors:
        raise InvalidInput(
            f"the report cannot be submitted: {len(errors)} rule(s) stand against it",
            errors=errors,
            rule=errors[0].rule,
        )


def _check_deviation(activity: ReportedActivity, planned: Decimal, pointer: str) -> Iterator[FieldError]:
    deviates = abs(activity.realised - planned) > DEVIATION_THRESHOLD * planned
    if deviates and not activity.deviation_reason:
        detail = (
            f"must say why {activity.realised.normalize():f} was realised of {planned.normalize():f} planned "
            f"in this period: more than {DEVIATION_THRESHOLD:.0%} off"
        )
        yield FieldError(f"{pointer}/deviation_reason", detail, "V09")


def check_edit(report: ReportContent, *, obligation_id: UUID) -> None:
    if report.obligation_id != obligation_id:
        raise InvalidInput.field("#/obligation_id", f"must stay {obligation_id}; or draft another report")
