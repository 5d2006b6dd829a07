"""Every event that recommendations publishes. A field may be added if it is optional; anything else is a new version.

No personal data: a person in post is an opaque id with a position and a nationality.
"""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import StringConstraints

from shared.contracts.values import Country, Pointer, RegionCode
from shared.events.envelope import Event
from shared.http.body import Line, Reason, Text


class RecommendationsEvent(Event):
    """An event of one NGO. `regions`: codes of the provinces, regencies and cities that it concerns."""

    source = "recommendations"

    ngo_id: UUID
    regions: tuple[RegionCode, ...] = ()

    def stream_key(self) -> str:
        return str(self.ngo_id)

    def extensions(self) -> Mapping[str, str]:
        return {"regions": ",".join(self.regions)}


RecommendationKind = Literal["foreign_staff", "tax_relief"]
Rule = Annotated[str, StringConstraints(pattern="^[VR][0-9]{2}$")]


class RecommendationEvent(RecommendationsEvent):
    request_id: UUID
    agreement_id: UUID
    kind: RecommendationKind


class RecommendationSubmitted(RecommendationEvent):
    work_plan_activity_id: UUID


class RecommendationRevisionRequested(RecommendationEvent):
    commented_fields: tuple[Pointer, ...]


class RecommendationIssued(RecommendationEvent):
    """A numbered letter to another ministry; not the permit itself."""

    letter_id: UUID
    letter_number: Line
    issued_on: date
    valid_to: date
    legal_basis: tuple[Text, ...]


class RecommendationRejected(RecommendationEvent):
    reason: Reason
    rule: Rule | None = None
    legal_basis: Text | None = None


class RecommendationWithdrawn(RecommendationEvent):
    pass


class RecommendationRevoked(RecommendationEvent):
    letter_id: UUID
    letter_number: Line
    reason: Reason


class ForeignStaffEvent(RecommendationsEvent):
    """`staff_id` names one person of one NGO without saying who it is."""

    staff_id: UUID
    request_id: UUID
    position: Line
    nationality: Country


class ForeignStaffStarted(ForeignStaffEvent):
    starts_on: date
    ends_on: date


class ForeignStaffEnded(ForeignStaffEvent):
    ended_on: date
