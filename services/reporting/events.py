"""Every event that reporting publishes. A field may be added if it is optional; anything else is a new version.

No personal data: guests are counted by nationality, reviewers' comments stay in the API.
"""

from collections.abc import Mapping
from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from shared.events.envelope import Event


class ReportingEvent(Event):
    """An event of one NGO. `regions`: codes of the provinces, regencies and cities that it concerns."""

    source = "reporting"

    ngo_id: UUID
    regions: tuple[str, ...] = ()

    def stream_key(self) -> str:
        return str(self.ngo_id)

    def extensions(self) -> Mapping[str, str]:
        return {"regions": ",".join(self.regions)}


ObligationKind = Literal["work_plan", "semester_report", "annual_report"]


class ObligationEvent(ReportingEvent):
    """Something that is due. `period` is `2020`, `2020-S1` or `2020-S2`."""

    obligation_id: UUID
    agreement_id: UUID
    kind: ObligationKind
    period: str
    due_on: date


class ObligationCreated(ObligationEvent):
    rule: str
    legal_basis: str
    moved_from_ngo_id: UUID | None = None


class ObligationDueSoon(ObligationEvent):
    days_left: int


class ObligationOverdue(ObligationEvent):
    days_late: int


class ObligationFulfilled(ObligationEvent):
    on_time: bool
    days_late: int


class ObligationExtended(ObligationEvent):
    """`due_on` is the new date."""

    previous_due_on: date
    reason: str


class ObligationWaived(ObligationEvent):
    reason: str
    moved_to_ngo_id: UUID | None = None


class ObligationReopened(ObligationEvent):
    """What had fulfilled it was withdrawn or rejected."""

    reason: str


class WorkPlanEvent(ReportingEvent):
    """An annual work plan (RKT)."""

    work_plan_id: UUID
    agreement_id: UUID
    year: int
    version: int


class WorkPlanSubmitted(WorkPlanEvent):
    content_sha256: str


class WorkPlanRevisionRequested(WorkPlanEvent):
    commented_fields: tuple[str, ...]


class WorkPlanActivity(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    activity_id: UUID
    master_plan_activity_id: UUID
    title: str
    regions: tuple[str, ...]


class WorkPlanApproved(WorkPlanEvent):
    activities: tuple[WorkPlanActivity, ...]


class WorkPlanRejected(WorkPlanEvent):
    reason: str


class WorkPlanWithdrawn(WorkPlanEvent):
    pass


class ReportEvent(ReportingEvent):
    report_id: UUID
    obligation_id: UUID
    agreement_id: UUID
    kind: ObligationKind
    period: str
    version: int


class ReportSubmitted(ReportEvent):
    on_time: bool
    days_late: int
    content_sha256: str


class ReportRevisionRequested(ReportEvent):
    commented_fields: tuple[str, ...]


class ReportAccepted(ReportEvent):
    pass


class ReportWithdrawn(ReportEvent):
    pass


class VisitStop(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    region: str
    on: date


class VisitEvent(ReportingEvent):
    """A visit of foreign guests. A change of dates or stops is a new version, which regions answer anew."""

    visit_id: UUID
    version: int
    starts_on: date
    ends_on: date


class VisitAnnounced(VisitEvent):
    purpose: str
    guests: int
    nationalities: tuple[str, ...]
    stops: tuple[VisitStop, ...]
    late: bool


class VisitChanged(VisitEvent):
    purpose: str
    guests: int
    nationalities: tuple[str, ...]
    stops: tuple[VisitStop, ...]
    late: bool


class VisitAnsweredByRegion(VisitEvent):
    region: str
    answer: Literal["approved", "postponed", "refused"]
    reason: str


class VisitAcknowledged(VisitEvent):
    """Every region on the way has agreed."""


class VisitPostponed(VisitEvent):
    region: str
    reason: str


class VisitRejected(VisitEvent):
    region: str
    reason: str


class VisitCancelled(VisitEvent):
    reason: str


class VisitCompleted(VisitEvent):
    pass


class StoryEvent(ReportingEvent):
    story_id: UUID
    title: str
    category: str


class StorySubmitted(StoryEvent):
    pass


class StoryPublished(StoryEvent):
    pass


class StoryUnpublished(StoryEvent):
    reason: str
