"""Every event that recommendations publishes. A field may be added if it is optional; anything else is a new version.

No personal data: a person in post is an opaque id with a position and a nationality.
"""

from collections.abc import Mapping
from datetime import date
from typing import Literal
from uuid import UUID

from shared.events.envelope import Event


class RecommendationsEvent(Event):
    """An event of one NGO. `regions`: codes of the provinces, regencies and cities that it concerns."""

    source = "recommendations"

    ngo_id: UUID
    regions: tuple[str, ...] = ()

    def stream_key(self) -> str:
        return str(self.ngo_id)

    def extensions(self) -> Mapping[str, str]:
        return {"regions": ",".join(self.regions)}


RecommendationKind = Literal["foreign_staff", "tax_relief"]


class RecommendationEvent(RecommendationsEvent):
    request_id: UUID
    agreement_id: UUID
    kind: RecommendationKind


class RecommendationSubmitted(RecommendationEvent):
    work_plan_activity_id: UUID


class RecommendationRevisionRequested(RecommendationEvent):
    commented_fields: tuple[str, ...]


class RecommendationIssued(RecommendationEvent):
    """A numbered letter to another ministry; not the permit itself."""

    letter_id: UUID
    letter_number: str
    issued_on: date
    valid_to: date
    legal_basis: tuple[str, ...]


class RecommendationRejected(RecommendationEvent):
    reason: str
    rule: str | None = None
    legal_basis: str | None = None


class RecommendationWithdrawn(RecommendationEvent):
    pass


class RecommendationRevoked(RecommendationEvent):
    letter_id: UUID
    letter_number: str
    reason: str


class ForeignStaffEvent(RecommendationsEvent):
    """`staff_id` names one person of one NGO without saying who it is."""

    staff_id: UUID
    request_id: UUID
    position: str
    nationality: str


class ForeignStaffStarted(ForeignStaffEvent):
    starts_on: date
    ends_on: date


class ForeignStaffEnded(ForeignStaffEvent):
    ended_on: date
