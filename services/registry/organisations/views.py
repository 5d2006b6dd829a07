"""What organisations look like from outside: forms that come in, documents that go out."""

from datetime import date, datetime
from typing import Any, Literal, Self
from uuid import UUID

from pydantic import Field, model_validator

from services.registry.dates import Day
from services.registry.duplicates.queries import CANDIDATES_MAX
from services.registry.duplicates.views import LikelyDuplicate
from services.registry.licences.api import Permit
from services.registry.organisations.rules import Status
from services.registry.profiles.views import Profile, ProfileDetails
from shared.http.body import Body, LongText, Number, Reason, ShortText, ShortTexts, View
from shared.http.values import wrong


class Application(Profile):
    """The form with which an organisation asks to be registered."""

    principle_permit: Permit


class Decision(Body):
    decision: Literal["accepted", "rejected"]
    reason: Reason | None = None

    @model_validator(mode="after")
    def _rejects_with_a_reason(self) -> Self:
        if self.decision == "rejected" and self.reason is None:
            raise wrong("is needed to reject", "reason")
        return self


class Act(Body):
    reason: Reason


class Merger(Act):
    successor_id: UUID
    effective_on: Day


class Organisation(View):
    """What the public sees. The standing changes without the organisation, so it is a resource of its own."""

    id: UUID
    version: Number
    status: Status
    name: ShortText
    name_en: ShortText | None
    acronym: ShortText
    aliases: ShortTexts
    legal_form: ShortText
    origin_country: ShortText
    home_city: ShortText
    iati_org_id: ShortText | None = None
    lei: ShortText | None = None
    website: ShortText | None
    sectors: ShortTexts
    started_in_indonesia_on: date
    counterpart_unit: ShortText
    successor_id: UUID | None
    merged_on: date | None


class OrganisationLink(View):
    """What other resources show of it."""

    id: UUID
    name: ShortText
    acronym: ShortText
    status: Status


class Standing(View):
    """`late` as long as an obligation is overdue; `days_late` counts from the oldest one's due date."""

    compliance: Literal["on_time", "late"]
    overdue_obligations: Number
    days_late: Number
    foreign_staff_in_post: Number

    @classmethod
    def of(cls, row: Any) -> Self:
        return cls(
            compliance="late" if row["overdue_obligations"] else "on_time",
            overdue_obligations=row["overdue_obligations"],
            days_late=row["days_late"],
            foreign_staff_in_post=row["foreign_staff_in_post"],
        )


class ShownOrganisation(Organisation):
    standing: Standing | None = Field(default=None, description="With `expand=standing`")
    predecessors: list[OrganisationLink] | None = Field(
        default=None, max_length=100, description="With `expand=predecessors`: the last that merged into it"
    )


class ListedOrganisation(Organisation):
    standing: Standing

    @classmethod
    def of(cls, row: Any) -> Self:
        return cls.model_validate({**row, "standing": Standing.of(row)})


class Step(View):
    action: ShortText
    from_status: Status | None
    to_status: Status
    reason: LongText | None
    actor_role: ShortText
    at: datetime


class PrinciplePermit(View):
    number: ShortText
    issuer: ShortText
    issued_on: date
    valid_from: date
    valid_to: date


class ApplicationView(Organisation, ProfileDetails):
    """The whole form with all that was decided since; for the organisation's own people and the ministry."""

    applied_at: datetime
    principle_permit: PrinciplePermit
    steps: list[Step] = Field(max_length=10_000)
    likely_duplicates: list[LikelyDuplicate] = Field(
        max_length=CANDIDATES_MAX, description="Registered ones that may be the same, until the application is decided"
    )

    @classmethod
    def of(cls, row: Any) -> Self:
        likely = [LikelyDuplicate.of(each) for each in row["likely_duplicates"]]
        return cls.model_validate({**row, "likely_duplicates": likely})


class ListedApplication(View):
    id: UUID
    version: Number
    status: Status
    name: ShortText
    acronym: ShortText
    origin_country: ShortText
    counterpart_unit: ShortText
    applied_at: datetime
