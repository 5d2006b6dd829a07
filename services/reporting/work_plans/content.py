"""What a work plan says: as it is sent, and as it is kept."""

from collections.abc import Iterator
from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.reporting.fields import Currency, Money, Quantity, Regencies
from shared.http.body import Body, Line, Text
from shared.regions import listed

Year = Annotated[int, Field(ge=2000, le=2100)]
Month = Annotated[int, Field(ge=1, le=12)]


class Activity(Body):
    id: UUID | None = Field(default=None, description="Given by us; send it again to keep it in a later edit")
    master_plan_activity_id: UUID
    title: Line
    output_indicator: Line
    unit: Line
    target: Quantity
    regions: Regencies
    months: list[Month] = Field(default_factory=list, max_length=12, description="When it takes place; empty: all year")
    budget_programme: Money
    budget_operations: Money
    currency: Currency
    local_partner_id: UUID | None = None


class WorkPlanContent(Body):
    agreement_id: UUID
    year: Year
    title: Line
    introduction: Text | None = None
    objective: Text
    target_group: Text
    activities: Annotated[list[Activity], Field(min_length=1, max_length=100)]
    prohibited_purposes_declared: bool = Field(
        description="No politics, intelligence, public fund-raising, off-purpose use: UU 17/2013 art. 52"
    )

    @property
    def regions(self) -> tuple[str, ...]:
        return tuple(sorted({region for activity in self.activities for region in activity.regions}))

    @property
    def named_regions(self) -> Iterator[tuple[str, str]]:
        """Each region with the pointer to where it is named."""
        for number, activity in enumerate(self.activities):
            yield from listed(f"#/activities/{number}/regions", activity.regions)
