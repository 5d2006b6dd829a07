"""Every event that registry publishes. A field may be added if it is optional; anything else is a new version.

No personal data: members are opaque ids, organisations are named, people are not.
"""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from shared.contracts.values import Code, Country, Currency, Money, Number, RegionCode, Sha256, Year
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


class MspSigned(RegistryEvent):
    """A memorandum of understanding (MSP) is in force. `regions`: the regencies and cities it covers."""

    agreement_id: UUID
    number: Line
    title: Line
    starts_on: date
    ends_on: date
    counterpart_unit: Line
    amount: Money
    currency: Currency


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


class LocalPartnerProposed(RegistryEvent):
    partner_id: UUID
    name: Line


class LocalPartnersImported(RegistryEvent):
    """Many local partners were proposed at once; each of them is decided on its own."""

    partner_ids: tuple[UUID, ...]
    count: int


class LocalPartnerApproved(RegistryEvent):
    partner_id: UUID
    name: Line
    registration_valid_to: date


class LocalPartnerRejected(RegistryEvent):
    partner_id: UUID
    reason: Reason
