"""What a likely duplicate looks like from outside."""

from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field

from services.registry.duplicates.queries import CANDIDATES_MAX
from services.registry.duplicates.rules import reasons, score
from services.registry.organisations.rules import Status
from shared.http.body import ShortText, View

Share = Annotated[float, Field(ge=0, le=1)]


class DuplicateReason(View):
    """Which field of this organisation is like which of the other; 1: they are equal."""

    field: ShortText
    other_field: ShortText
    similarity: Share


class LikelyDuplicate(View):
    id: UUID
    name: ShortText
    acronym: ShortText
    status: Status
    origin_country: ShortText
    score: Share
    reasons: list[DuplicateReason] = Field(max_length=10)

    @classmethod
    def of(cls, row: Any) -> Self:
        likeness = row["likeness"]
        return cls.model_validate({**row, "score": score(likeness), "reasons": reasons(likeness)})


class LikelyDuplicates(View):
    candidates: list[LikelyDuplicate] = Field(max_length=CANDIDATES_MAX)
