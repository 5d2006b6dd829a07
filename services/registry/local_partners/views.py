"""What local partners look like from outside: forms that come in, documents that go out."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Field, model_validator

from services.registry.dates import Day
from services.registry.local_partners.rules import Decision, RenewalState, Stance, Status
from services.registry.money import Amount, Currency
from services.registry.organisations.views import OrganisationLink
from services.registry.reference.rules import REGENCIES_MAX, Regencies, RegionCode
from shared.http.body import Body, Line, LongText, Number, Reason, Sha256, ShortText, ShortTexts, Text, View
from shared.http.values import wrong

Fingerprint = Annotated[Sha256, Field(description="SHA-256 of the scanned document")]
TaxNumber = Annotated[str, Field(pattern="^[0-9]{15,16}$", max_length=16, description="NPWP, digits only")]


class ProposedPartner(Body):
    """What every proposal says; a row of an import has just this."""

    name: Line
    legal_form: Line
    registration_number: Line
    registration_valid_to: Day
    regions: Regencies
    programme: Line


class Consent(Body):
    """Of the local government, in writing."""

    region: Annotated[RegionCode, Field(description="One of the partner's regions")]
    document_number: Line
    issued_on: Day
    document_sha256: Fingerprint


class NewLocalPartner(ProposedPartner):
    address: Line | None = None
    npwp: TaxNumber | None = None
    funding_amount: Amount | None = None
    funding_currency: Currency | None = None
    starts_on: Day | None = None
    ends_on: Day | None = None
    has_bank_account: bool | None = None
    consents: Annotated[tuple[Consent, ...], Field(max_length=REGENCIES_MAX)] = ()

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if (self.funding_amount is None) != (self.funding_currency is None):
            missing = "funding_currency" if self.funding_currency is None else "funding_amount"
            raise wrong("an amount and its currency go together", missing, rule="V18")
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            raise wrong("must not be before `starts_on`", "ends_on")
        named = [consent.region for consent in self.consents]
        for place, region in enumerate(named):
            if region in named[:place]:
                raise wrong("each region consents once", "consents", place, "region")
        return self


class PartnerDecision(Body):
    decision: Decision
    notes: Reason | None = None

    @model_validator(mode="after")
    def _gives_notes_where_they_matter(self) -> Self:
        if self.decision is not Decision.APPROVED and self.notes is None:
            raise wrong("are needed to reject, or to approve with notes", "notes")
        return self


class ClearanceStep(Body):
    note: Reason | None = None


class Renewal(Body):
    """The registration (SKT or AHU) as it was renewed."""

    registration_number: Line
    registration_valid_to: Day
    document_sha256: Fingerprint


class RenewalDecision(Body):
    decision: Literal["confirmed", "refused"]
    reason: Reason | None = None

    @model_validator(mode="after")
    def _gives_a_reason_to_refuse(self) -> Self:
        if self.decision == "refused" and self.reason is None:
            raise wrong("is needed to refuse", "reason")
        return self


class Start(Body):
    started_on: Day


class End(Body):
    ended_on: Day
    reason: Reason


class NewOpinion(Body):
    body: Annotated[Line, Field(description="Code of GET /v1/clearance-bodies")]
    stance: Stance
    text: Text
    given_on: Day


class Release(Body):
    note: Annotated[Reason, Field(description="What the organisation and the regions read of the opinion")]


class LocalPartner(View):
    id: UUID
    version: Number
    ngo_id: UUID
    passed_to_ngo_id: UUID | None = Field(description="Who holds it since the organisation that proposed it has merged")
    status: Status
    name: ShortText
    legal_form: ShortText
    registration_number: ShortText
    registration_valid_to: date
    regions: ShortTexts
    programme: LongText
    proposed_at: datetime
    decided_at: datetime | None
    notes: LongText | None
    address: ShortText | None
    npwp: ShortText | None
    funding_amount: Decimal | None
    funding_currency: ShortText | None
    starts_on: date | None
    ends_on: date | None
    has_bank_account: bool | None
    started_on: date | None
    ended_on: date | None
    end_reason: LongText | None
    predecessor_id: UUID | None = Field(
        description="The one under the same registration number that was rejected or ended before this was proposed"
    )


class ShownLocalPartner(LocalPartner):
    organisation: OrganisationLink | None = Field(default=None, description="With `expand=organisation`")


class ConsentView(View):
    region: ShortText
    document_number: ShortText
    issued_on: date
    document_sha256: ShortText


class PartnerStep(View):
    action: ShortText
    from_status: Status
    to_status: Status
    note: LongText | None
    actor_role: ShortText
    at: datetime


class RenewalView(View):
    """A renewed registration; with `confirmed` it holds, in the place of the `previous_` one."""

    state: RenewalState
    registration_number: ShortText
    registration_valid_to: date
    document_sha256: ShortText
    given_at: datetime
    decided_at: datetime | None
    decided_by_role: ShortText | None
    reason: LongText | None
    previous_number: ShortText | None
    previous_valid_to: date | None


class ReleasedNote(View):
    note: LongText
    released_at: datetime


class PartnerInFull(LocalPartner):
    consents: list[ConsentView] = Field(max_length=REGENCIES_MAX)
    steps: list[PartnerStep] = Field(max_length=10_000)
    renewals: list[RenewalView] = Field(max_length=10_000, description="Of its registration, oldest first")
    released_notes: list[ReleasedNote] = Field(max_length=10_000)
    missing: list[ShortText] = Field(
        max_length=1000, description="What the form asks for and the partner has not shown; `consents/53.06`: by region"
    )


class ShownPartnerInFull(PartnerInFull):
    organisation: OrganisationLink | None = Field(default=None, description="With `expand=organisation`")


class Opinion(View):
    id: UUID
    version: Number
    partner_id: UUID
    body: ShortText
    stance: Stance
    text: LongText
    given_on: date
    recorded_at: datetime
    recorded_by_role: ShortText
    released_note: LongText | None
    released_at: datetime | None


class ClearanceBody(View):
    code: ShortText
    name_id: ShortText
    name_en: ShortText
    valid_from: date | None
    valid_to: date | None
