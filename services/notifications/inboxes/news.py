"""What inboxes read of the others' events: only the fields that their messages name."""

from datetime import date, datetime
from uuid import UUID

from pydantic import AliasChoices, BaseModel, Field


class News(BaseModel):
    """`about`: the plan, report, visit, ... that it is news of."""

    ngo_id: UUID
    occurred_at: datetime
    regions: tuple[str, ...] = ()
    about: UUID = Field(validation_alias=AliasChoices("about", "ngo_id"))

    @property
    def holder_id(self) -> UUID:
        """Whose it is."""
        return self.ngo_id


class HeldNews(News):
    """Of what passes to the successor with a merger."""

    passed_to_ngo_id: UUID | None = None

    @property
    def holder_id(self) -> UUID:
        return self.passed_to_ngo_id or self.ngo_id


class NgoNews(News):
    pass


class ProfileChanged(News):
    changed_fields: tuple[str, ...]


class ProfileChecked(News):
    confirmed_fields: tuple[str, ...]
    queried_fields: tuple[str, ...]


class NgoDecided(News):
    reason: str


class NgoMerged(NgoDecided):
    successor_id: UUID
    effective_on: date


class MspSigned(News):
    about: UUID = Field(validation_alias="agreement_id")
    number: str
    title: str
    starts_on: date
    ends_on: date


class LicenceNews(News):
    about: UUID = Field(validation_alias="licence_id")
    kind: str
    number: str


class LicenceRecorded(LicenceNews):
    valid_from: date
    valid_to: date


class LicenceExpiring(LicenceNews):
    valid_to: date
    days_left: int


class LicenceExpired(LicenceNews):
    valid_to: date


class LicenceRevoked(LicenceNews):
    revoked_on: date
    reason: str


class LicenceRetracted(LicenceNews):
    reason: str


class ForeignMinistryStep(News):
    step: str
    outcome: str | None = None
    reached_on: date


class MspExtended(News):
    about: UUID = Field(validation_alias="agreement_id")
    ends_on: date
    successor_number: str
    successor_ends_on: date


class MspEnded(HeldNews):
    about: UUID = Field(validation_alias="agreement_id")
    number: str
    cause: str
    ended_on: date


class MspRetracted(HeldNews):
    about: UUID = Field(validation_alias="agreement_id")
    number: str
    reason: str


class ProgrammeDirection(News):
    about: UUID = Field(validation_alias="agreement_id")
    number: str
    title: str
    starts_on: date
    ends_on: date


class MasterPlanNews(News):
    about: UUID = Field(validation_alias="agreement_id")


class MasterPlanAmended(MasterPlanNews):
    version: int
    reason: str


class AlignmentNews(News):
    about: UUID = Field(validation_alias="activity_id")
    item: str
    weight: int


class AlignmentEnded(AlignmentNews):
    reason: str


class PartnerProposed(News):
    about: UUID = Field(validation_alias="partner_id")
    name: str


class PartnerNews(HeldNews):
    about: UUID = Field(validation_alias="partner_id")


class PartnerNamed(PartnerNews):
    name: str


class PartnerRenewed(PartnerNamed):
    registration_valid_to: date


class PartnerStepped(PartnerNews):
    step: str


class PartnerStarted(PartnerNews):
    started_on: date


class PartnerEnded(PartnerNews):
    ended_on: date
    reason: str


class PartnersImported(News):
    count: int


class PartnerRejected(PartnerNews):
    reason: str


class ActivityNews(HeldNews):
    about: UUID = Field(validation_alias="activity_id")


class ActivityPlanned(ActivityNews):
    title: str
    starts_on: date
    ends_on: date


class ActivityRecorded(ActivityNews):
    title: str


class ActivityAnswered(ActivityNews):
    region: str
    answer: str
    reason: str


class ActivityWithdrawn(ActivityNews):
    reason: str


class MeasureNews(News):
    about: UUID = Field(validation_alias="measure_id")
    kind: str


class MeasureTaken(MeasureNews):
    starts_on: date
    legal_basis: str
    reason: str


class MeasureLifted(MeasureNews):
    lifted_on: date
    reason: str


class ExternalMeasure(MeasureNews):
    issuer: str
    number: str


class ObligationNews(News):
    about: UUID = Field(validation_alias="obligation_id")
    kind: str
    period: str
    due_on: date


class ObligationDueSoon(ObligationNews):
    days_left: int


class ObligationOverdue(ObligationNews):
    days_late: int


class ObligationExtended(ObligationNews):
    previous_due_on: date
    reason: str


class ObligationSettled(ObligationNews):
    reason: str


class WorkPlanNews(News):
    about: UUID = Field(validation_alias="work_plan_id")
    year: int


class WorkPlanRejected(WorkPlanNews):
    reason: str


class ReportNews(News):
    about: UUID = Field(validation_alias="report_id")
    kind: str
    period: str


class VisitNews(News):
    about: UUID = Field(validation_alias="visit_id")
    starts_on: date
    ends_on: date


class VisitPlanned(VisitNews):
    purpose: str
    guests: int


class VisitAnswered(VisitNews):
    region: str
    answer: str
    reason: str


class VisitStopped(VisitNews):
    region: str
    reason: str


class VisitCancelled(VisitNews):
    reason: str


class StoryNews(News):
    about: UUID = Field(validation_alias="story_id")
    title: str


class StoryUnpublished(StoryNews):
    reason: str


class RecommendationNews(News):
    about: UUID = Field(validation_alias="request_id")
    kind: str


class RecommendationIssued(RecommendationNews):
    letter_number: str
    issued_on: date
    valid_to: date


class RecommendationRejected(RecommendationNews):
    reason: str


class RecommendationRevoked(RecommendationNews):
    letter_number: str
    reason: str
