"""Every event that reporting publishes. A field may be added if it is optional; anything else is a new version.

No personal data: guests are counted by nationality, reviewers' comments stay in the API.
"""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, StringConstraints

from shared.contracts.values import Code, Count, Country, Number, Pointer, RegionCode, Sha256, Year
from shared.events.envelope import Event
from shared.http.body import Line, Reason, Text


class ReportingEvent(Event):
    """An event of one NGO. `regions`: codes of the provinces, regencies and cities that it concerns."""

    source = "reporting"

    ngo_id: UUID
    regions: tuple[RegionCode, ...] = ()

    def stream_key(self) -> str:
        return str(self.ngo_id)

    def extensions(self) -> Mapping[str, str]:
        return {"regions": ",".join(self.regions)}


ObligationKind = Literal["work_plan", "semester_report", "annual_report"]
Period = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}(-S[12])?$")]


class ObligationEvent(ReportingEvent):
    """Something that is due. `period` is `2020`, `2020-S1` or `2020-S2`."""

    obligation_id: UUID
    agreement_id: UUID
    kind: ObligationKind
    period: Period
    due_on: date


class ObligationCreated(ObligationEvent):
    rule: Code
    legal_basis: Text
    moved_from_ngo_id: UUID | None = None


class ObligationDueSoon(ObligationEvent):
    days_left: Count


class ObligationOverdue(ObligationEvent):
    days_late: Count


class ObligationFulfilled(ObligationEvent):
    on_time: bool
    days_late: Count


class ObligationExtended(ObligationEvent):
    """`due_on` is the new date."""

    previous_due_on: date
    reason: Reason


class ObligationWaived(ObligationEvent):
    reason: Reason
    moved_to_ngo_id: UUID | None = None


class ObligationReopened(ObligationEvent):
    """What had fulfilled it was withdrawn or rejected."""

    reason: Reason


class WorkPlanEvent(ReportingEvent):
    """An annual work plan (RKT)."""

    work_plan_id: UUID
    agreement_id: UUID
    year: Year
    version: Number


class WorkPlanSubmitted(WorkPlanEvent):
    content_sha256: Sha256


class WorkPlanRevisionRequested(WorkPlanEvent):
    commented_fields: tuple[Pointer, ...]


class WorkPlanActivity(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    activity_id: UUID
    master_plan_activity_id: UUID
    title: Line
    regions: tuple[RegionCode, ...]


class WorkPlanApproved(WorkPlanEvent):
    activities: tuple[WorkPlanActivity, ...]


class WorkPlanRejected(WorkPlanEvent):
    reason: Reason


class WorkPlanWithdrawn(WorkPlanEvent):
    pass


class ReportEvent(ReportingEvent):
    report_id: UUID
    obligation_id: UUID
    agreement_id: UUID
    kind: ObligationKind
    period: Period
    version: Number


class ReportSubmitted(ReportEvent):
    on_time: bool
    days_late: Count
    content_sha256: Sha256


class ReportRevisionRequested(ReportEvent):
    commented_fields: tuple[Pointer, ...]


class ReportAccepted(ReportEvent):
    pass


class ReportWithdrawn(ReportEvent):
    pass


class VisitStop(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    region: RegionCode
    on: date


class VisitEvent(ReportingEvent):
    """A visit of foreign guests. A change of dates or stops is a new version, which regions answer anew."""

    visit_id: UUID
    version: Number
    starts_on: date
    ends_on: date


class VisitAnnounced(VisitEvent):
    purpose: Text
    guests: Number
    nationalities: tuple[Country, ...]
    stops: tuple[VisitStop, ...]
    late: bool


class VisitChanged(VisitEvent):
    purpose: Text
    guests: Number
    nationalities: tuple[Country, ...]
    stops: tuple[VisitStop, ...]
    late: bool


class VisitAnsweredByRegion(VisitEvent):
    region: RegionCode
    answer: Literal["approved", "postponed", "refused"]
    reason: Reason


class VisitAcknowledged(VisitEvent):
    """Every region on the way has agreed."""


class VisitPostponed(VisitEvent):
    region: RegionCode
    reason: Reason


class VisitRejected(VisitEvent):
    region: RegionCode
    reason: Reason


class VisitCancelled(VisitEvent):
    reason: Reason


class VisitCompleted(VisitEvent):
    pass


class StoryEvent(ReportingEvent):
    story_id: UUID
    title: Line
    category: Code


class StorySubmitted(StoryEvent):
    pass


class StoryPublished(StoryEvent):
    pass


class StoryUnpublished(StoryEvent):
    reason: Reason
