"""What a report says: as it is sent, and as it is kept."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, model_validator

from services.reporting.fields import Currency, Money, Quantity, Regencies
from shared.http.body import Body, Line, Reason, Text
from shared.http.values import wrong
from shared.regions import listed

Count = Annotated[int, Field(ge=0, le=300_000_000)]


class Beneficiaries(Body):
    male: Count
    female: Count
    total: Count

    @model_validator(mode="after")
    def _adds_up(self) -> "Beneficiaries":
        if self.total != self.male + self.female:
            raise wrong(f"must be {self.male + self.female}, the sum of male and female", "total", rule="V10")
        return self


class ReportedActivity(Body):
    work_plan_activity_id: UUID
    realised: Quantity
    beneficiaries: Beneficiaries
    spent: Money
    currency: Currency
    regions: Regencies
    status: Literal["on_track", "late", "stopped", "completed"]
    deviation_reason: Reason | None = None


class Publication(Body):
    """Where the report was published for the public (UU 17/2013 art. 51(f))."""

    medium: Line
    published_on: date
    reference: Line


class ReportContent(Body):
    obligation_id: UUID
    activities: Annotated[list[ReportedActivity], Field(min_length=1, max_length=100)]
    summary: Text
    issues: Text | None = None
    next_steps: Text | None = None
    publication_evidence: list[Publication] = Field(default_factory=list, max_length=20)

    @property
    def regions(self) -> tuple[str, ...]:
        return tuple(sorted({region for activity in self.activities for region in activity.regions}))

    @property
    def named_regions(self) -> Iterator[tuple[str, str]]:
        """Each region with the pointer to where it is named."""
        for number, activity in enumerate(self.activities):
            yield from listed(f"#/activities/{number}/regions", activity.regions)
