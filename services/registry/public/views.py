"""What the public sees of an organisation."""

from datetime import date, datetime
from typing import Any, Literal, Self
from uuid import UUID

from pydantic import Field

from services.registry.organisations.rules import Status
from services.registry.organisations.views import OrganisationLink, Standing
from shared.http.body import BigNumber, Number, ShortText, ShortTexts, View


class HeldAgreement(View):
    """Until when: a merger or a closure can end it before its last day."""

    id: UUID
    number: ShortText
    title: ShortText
    starts_on: date
    until: date
    regions: ShortTexts


class Entry(View):
    """An organisation in the register: where it works, under which agreements, until when, whether it is on time."""

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
    website: ShortText | None
    sectors: ShortTexts
    started_in_indonesia_on: date
    counterpart_unit: ShortText
    iati_identifier: ShortText | None = Field(description="In the International Aid Transparency Initiative, if known")
    priorities: ShortTexts = Field(description="National priorities that its activities serve")
    agreements: list[HeldAgreement] = Field(max_length=1000)
    successor: OrganisationLink | None = Field(description="Into which it has merged")
    merged_on: date | None
    standing: Standing | None = Field(description="Null where it is not known for the day of `as_of`")
    known_from: datetime = Field(description="Since when this is what is known of it")

    @classmethod
    def of(cls, row: Any) -> Self:
        standing = Standing.of(row) if row["standing_is_known"] else None
        return cls.model_validate({**row, "standing": standing})


class Change(View):
    number: BigNumber = Field(description="From 1, without gaps")
    kind: Literal[
        "registered",
        "profile_changed",
        "suspended",
        "reinstated",
        "closed",
        "merged",
        "agreement_signed",
        "agreement_extended",
        "agreement_ended",
        "agreement_retracted",
        "master_plan_approved",
        "master_plan_amended",
    ]
    organisation_id: UUID
    agreement_id: UUID | None
    successor_id: UUID | None = Field(description="Into which it has merged")
    occurred_at: datetime


class Changes(View):
    items: list[Change] = Field(max_length=200)
    last_number: BigNumber = Field(description="Of the newest change: equal to `next_after` when you have all")
    next_after: BigNumber = Field(description="What to send as `after` once you have stored these")
