"""What an NGO writes in a request for foreign staff."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints, ValidationInfo, field_validator

from services.recommendations.fields import Day, ForeignCountry, Regency
from services.recommendations.requests.kind import Terms
from shared.http.body import Body, Line, Text
from shared.http.values import wrong

PassportNumber = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]{5,20}$", max_length=20)]
PermitRoute = Literal["SETNEG_KTLN", "RPTKA"]


class Person(Body):
    """As the passport says. `previous_passport_number` of a renewed one keeps the years in post together."""

    name: Line
    sex: Literal["F", "M", "X"]
    birth_date: Day
    birth_place: Line
    nationality: ForeignCountry
    passport_number: PassportNumber
    previous_passport_number: PassportNumber | None = None
    passport_valid_from: Day
    passport_valid_to: Day

    @field_validator("passport_valid_to")
    @classmethod
    def _after_its_start(cls, day: date, info: ValidationInfo) -> date:
        if (start := info.data.get("passport_valid_from")) and day <= start:
            raise wrong("must be after `passport_valid_from`")
        return day


class StaffRequest(Body):
    agreement_id: UUID
    work_plan_activity_id: UUID
    person: Person
    position: Line
    duty_region: Regency
    starts_on: Day
    ends_on: Day
    counterpart_position: Line = Field(description="Post of the Indonesian who works alongside")
    knowledge_transfer_plan: Text
    permit_route: PermitRoute
    replaces_letter_id: UUID | None = Field(default=None, description="An earlier letter that this one is to replace")

    @field_validator("ends_on")
    @classmethod
    def _not_before_start(cls, day: date, info: ValidationInfo) -> date:
        if (start := info.data.get("starts_on")) and day < start:
            raise wrong("must not be before `starts_on`")
        return day

    def terms(self) -> Terms:
        return Terms(
            self.agreement_id,
            self.work_plan_activity_id,
            self.starts_on,
            self.ends_on,
            (("#/duty_region", self.duty_region),),
            self.replaces_letter_id,
        )
