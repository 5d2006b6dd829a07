"""Every event that registry publishes. A field may be added if it is optional; anything else is a new version.

No personal data: members are opaque ids, organisations are named, people are not.
"""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from shared.contracts.values import Code, Count, Country, Currency, Money, Number, Rate, RegionCode, Sha256, Year
from shared.events.envelope import Event
from shared.http.body import Line, Reason


class RegistryEvent(Event):
    """An event of one NGO. `regions`: codes of the provinces, regencies and cities that it concerns."""

    source = "registry"

    ngo_id: UUID
    regions: tuple[RegionCode, ...] = ()

    def stream_key(self) -> str:
        return str(self.ngo_id)

    def extensions(self) -> Mapping[str, str]:
        return {"regions": ",".join(self.regions)}


class NgoApplied(RegistryEvent):
    """An organisation asked to be registered."""

    name: Line
    origin_country: Country
    sectors: tuple[Code, ...]
    principle_permit_number: Line


class NgoVerified(RegistryEvent):
    """The ministry accepted the application: the organisation is active."""

    name: Line
    acronym: Line
    origin_country: Country
    sectors: tuple[Code, ...]
    counterpart_unit: Line


class NgoRejected(RegistryEvent):
    reason: Reason


class NgoSuspended(RegistryEvent):
    reason: Reason


class NgoReinstated(RegistryEvent):
    reason: Reason


class NgoClosed(RegistryEvent):
    reason: Reason


class NgoMerged(RegistryEvent):
    """The organisation lives on in its successor, to whom its open duties pass."""

    successor_id: UUID
    effective_on: date
    reason: Reason


class NgoProfileChanged(RegistryEvent):
    """The organisation says something else of itself. What else is told here is as it is now, changed or not."""

    changed_fields: tuple[Code, ...]
    name: Line
    acronym: Line
    origin_country: Country
    sectors: tuple[Code, ...]
    counterpart_unit: Line


class NgoProfileChecked(RegistryEvent):
    """The ministry confirmed fields, or asked about them; what it asked is in the profile."""

    confirmed_fields: tuple[Code, ...]
    queried_fields: tuple[Code, ...]


class NgoRepresentativeChanged(RegistryEvent):
    """Another person heads the office in Indonesia, or the same in another function; who it is is not told."""


class EvidenceFileStored(RegistryEvent):
    """A file arrived whole and sound. Its name may be telling, so it is not told here."""

    file_id: UUID
    kind: Code
    media_type: Line
    size_bytes: Number
    content_sha256: Sha256


class MemberAdded(RegistryEvent):
    """A signed-in person acts for the organisation from now on."""

    subject: Line
    member_role: Code


class MemberRoleChanged(RegistryEvent):
    subject: Line
    member_role: Code
    previous_role: Code
    reason: Reason


class MemberRemoved(RegistryEvent):
    subject: Line


class LicenceRecorded(RegistryEvent):
    """Evidence of a licence that another body issued."""

    licence_id: UUID
    kind: Code
    number: Line
    issuer: Line
    issued_on: date
    valid_from: date
    valid_to: date


class LicenceExpiring(RegistryEvent):
    """A licence ends soon: one of the lead times of its kind has come. Each is told once, missed ones never."""

    licence_id: UUID
    kind: Code
    number: Line
    valid_to: date
    lead_months: Number
    days_left: Count
    legal_basis: Line


class LicenceExpired(RegistryEvent):
    """`valid_to` was its last day."""

    licence_id: UUID
    kind: Code
    number: Line
    valid_to: date


class LicenceRevoked(RegistryEvent):
    """The body that issued a licence has taken it back."""

    licence_id: UUID
    kind: Code
    number: Line
    revoked_on: date
    reason: Reason


class LicenceRetracted(RegistryEvent):
    """The record of a licence was a mistake: what was told of it does not hold. A right one is recorded anew."""

    licence_id: UUID
    kind: Code
    number: Line
    reason: Reason


class ForeignMinistryStepRecorded(RegistryEvent):
    """What was heard of a licence at the Ministry of Foreign Affairs; `step` and `outcome` are its words."""

    step_id: UUID
    step: Code
    outcome: Code | None
    reached_on: date
    corrects_id: UUID | None


class MspSigned(RegistryEvent):
    """A memorandum of understanding (MSP) is in force. `regions`: the regencies and cities it covers. In rupiah, at the
    rate of a day, where it was converted.
    """

    agreement_id: UUID
    number: Line
    title: Line
    starts_on: date
    ends_on: date
    counterpart_unit: Line
    amount: Money
    currency: Currency
    amount_idr: Money | None = None
    rate: Rate | None = None
    rate_date: date | None = None


class MspExtended(RegistryEvent):
    """A new agreement carries on what this one began, which ends on its own last day, `ends_on`."""

    agreement_id: UUID
    ends_on: date
    successor_agreement_id: UUID
    successor_number: Line
    successor_ends_on: date


class MspEnded(RegistryEvent):
    """`cause`: expired, extended (a successor carries on), or terminated, with a reason. Told in order with MspSigned,
    of the organisation that signed; `passed_to_ngo_id` is the one that held it in the end, if another.
    """

    agreement_id: UUID
    number: Line
    cause: Code
    ended_on: date
    reason: Reason | None
    passed_to_ngo_id: UUID | None


class MspRetracted(RegistryEvent):
    """The record of an agreement was a mistake: what was told of it, and of its programme directions, does not hold. A
    right one is recorded anew. Told in order with MspSigned; `passed_to_ngo_id` as in MspEnded.
    """

    agreement_id: UUID
    number: Line
    reason: Reason
    passed_to_ngo_id: UUID | None


class ProgrammeDirectionRecorded(RegistryEvent):
    """The directions of a programme (Arahan Program, AP), an inseparable part of its agreement."""

    agreement_id: UUID
    programme_direction_id: UUID
    number: Line
    title: Line
    starts_on: date
    ends_on: date
    document_sha256: Sha256


class MasterPlanActivity(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    activity_id: UUID
    title: Line
    sector: Code
    regions: tuple[RegionCode, ...]
    from_year: Year
    to_year: Year
    budget: Money
    currency: Currency


class MasterPlanApproved(RegistryEvent):
    """The plan for the agreement's whole period (RIK)."""

    agreement_id: UUID
    master_plan_id: UUID
    activities: tuple[MasterPlanActivity, ...]


class MasterPlanAmended(RegistryEvent):
    """`activities` are all of the new version; one that goes on keeps its id. The older versions stay readable."""

    agreement_id: UUID
    master_plan_id: UUID
    version: Number
    reason: Reason
    activities: tuple[MasterPlanActivity, ...]
    dropped_activity_ids: tuple[UUID, ...]


class LocalPartnerProposed(RegistryEvent):
    """`predecessor_id`: the one under the same registration number that was rejected, or ended, before."""

    partner_id: UUID
    name: Line
    predecessor_id: UUID | None = None


class LocalPartnersImported(RegistryEvent):
    """Many local partners were proposed at once; each of them is decided on its own."""

    partner_ids: tuple[UUID, ...]
    count: int


class LocalPartnerEvent(RegistryEvent):
    """Told in order, of the organisation that proposed it; `passed_to_ngo_id` holds it since a merger."""

    partner_id: UUID
    passed_to_ngo_id: UUID | None = None


class LocalPartnerApproved(LocalPartnerEvent):
    name: Line
    registration_valid_to: date


class LocalPartnerRejected(LocalPartnerEvent):
    reason: Reason


class AlignmentEvent(RegistryEvent):
    """That an activity of a master plan serves an item of a framework. `weight`: per cent, within the framework."""

    activity_id: UUID
    alignment_id: UUID
    item: Line
    weight: Count


class AlignmentProposed(AlignmentEvent):
    """By the activity's organisation; it does not count yet."""


class AlignmentConfirmed(AlignmentEvent):
    """By the ministry: it counts from now on."""


class AlignmentRejected(AlignmentEvent):
    reason: Reason


class AlignmentWithdrawn(AlignmentEvent):
    """By the organisation; if it counted, it does no more."""

    reason: Reason


class LocalPartnerChanged(LocalPartnerEvent):
    """What its proposal says is now otherwise; it is not decided on yet."""


class LocalPartnerStepped(LocalPartnerEvent):
    """Its clearance has come one step further: `step` is its status now."""

    step: Code


class LocalPartnerOpinionRecorded(LocalPartnerEvent):
    """Another body has given its opinion. Whose it is and what it says stays inside the ministry."""

    opinion_id: UUID


class LocalPartnerNoteReleased(LocalPartnerEvent):
    """An officer has let the organisation see a note on an opinion; the registry shows it."""

    opinion_id: UUID


class LocalPartnerStarted(LocalPartnerEvent):
    """The organisation works with it from `started_on` on."""

    started_on: date


class LocalPartnerEnded(LocalPartnerEvent):
    """No plan may name it any more."""

    ended_on: date
    reason: Reason


class LocalPartnerRenewalGiven(LocalPartnerEvent):
    """Its organisation has given a renewed registration, which does not hold yet."""

    name: Line
    registration_valid_to: date


class LocalPartnerRenewed(LocalPartnerEvent):
    """The ministry has confirmed it: from now on plans may name the partner until `registration_valid_to`."""

    name: Line
    registration_valid_to: date


class LocalPartnerRenewalRefused(LocalPartnerEvent):
    """The registration holds as before."""

    reason: Reason


class RegionalActivityEvent(RegistryEvent):
    """`version`: of the notice. With other dates, regions or activities it is another one, answered anew.

    Told in order, of the organisation that notified it; `passed_to_ngo_id` holds it since a merger.
    """

    activity_id: UUID
    version: int
    passed_to_ngo_id: UUID | None = None


class RegionalActivityNotified(RegionalActivityEvent):
    """The Minister is notified of an activity; `regions`: where it is to take place."""

    kind: Code
    agreement_id: UUID
    title: Line
    starts_on: date
    ends_on: date
    legal_basis: Line


class RegionalActivityChanged(RegionalActivityEvent):
    """`regions`: also those where it is to take place no longer."""

    kind: Code
    agreement_id: UUID
    title: Line
    starts_on: date
    ends_on: date
    legal_basis: Line


class RegionalActivityRecorded(RegionalActivityEvent):
    """The Centre has taken note: the regions may answer now."""

    title: Line


class RegionalActivityAnsweredByRegion(RegionalActivityEvent):
    """`regions`: the one that answered."""

    region: RegionCode
    answer: Code
    reason: Reason


class RegionalActivityWithdrawn(RegionalActivityEvent):
    reason: Reason


class MeasureTaken(RegistryEvent):
    """The ministry has taken a measure. What it does to the organisation, its own event tells beside this one."""

    measure_id: UUID
    kind: Code
    effect: Code
    decided_on: date
    starts_on: date
    ends_on: date | None = None
    legal_basis: Line
    reason: Reason


class MeasureLifted(RegistryEvent):
    measure_id: UUID
    kind: Code
    lifted_on: date
    reason: Reason


class ExternalMeasureRecorded(RegistryEvent):
    """Another body's decision, as evidence."""

    measure_id: UUID
    kind: Code
    issuer: Line
    number: Line
    decided_on: date
    starts_on: date
    ends_on: date | None = None
    reason: Reason
