"""Every event that registry publishes. A field may be added if it is optional; anything else is a new version.

No personal data: members are opaque ids, organisations are named, people are not.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from shared.events.envelope import Event


class RegistryEvent(Event):
    """An event of one NGO. `regions`: codes of the provinces, regencies and cities that it concerns."""

    source = "registry"

    ngo_id: UUID
    regions: tuple[str, ...] = ()

    def stream_key(self) -> str:
        return str(self.ngo_id)

    def extensions(self) -> Mapping[str, str]:
        return {"regions": ",".join(self.regions)}


class NgoApplied(RegistryEvent):
    """An organisation asked to be registered."""

    name: str
    origin_country: str
    sectors: tuple[str, ...]
    principle_permit_number: str


class NgoVerified(RegistryEvent):
    """The ministry accepted the application: the organisation is active."""

    name: str
    acronym: str
    origin_country: str
    sectors: tuple[str, ...]
    counterpart_unit: str


class NgoRejected(RegistryEvent):
    reason: str


class NgoSuspended(RegistryEvent):
    reason: str


class NgoReinstated(RegistryEvent):
    reason: str


class NgoClosed(RegistryEvent):
    reason: str


class NgoMerged(RegistryEvent):
    """The organisation lives on in its successor, to whom its open duties pass."""

    successor_id: UUID
    effective_on: date
    reason: str


class MemberAdded(RegistryEvent):
    """A signed-in person acts for the organisation from now on."""

    subject: str
    member_role: str


class MemberRemoved(RegistryEvent):
    subject: str


class LicenceRecorded(RegistryEvent):
    """Evidence of a licence that another body issued."""

    licence_id: UUID
    kind: str
    number: str
    issuer: str
    issued_on: date
    valid_from: date
    valid_to: date


class MspSigned(RegistryEvent):
    """A memorandum of understanding (MSP) is in force. `regions`: the regencies and cities it covers."""

    agreement_id: UUID
    number: str
    title: str
    starts_on: date
    ends_on: date
    counterpart_unit: str
    amount: Decimal
    currency: str


class MasterPlanActivity(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    activity_id: UUID
    title: str
    sector: str
    regions: tuple[str, ...]
    from_year: int
    to_year: int
    budget: Decimal
    currency: str


class MasterPlanApproved(RegistryEvent):
    """The plan for the agreement's whole period (RIK)."""

    agreement_id: UUID
    master_plan_id: UUID
    activities: tuple[MasterPlanActivity, ...]


class LocalPartnerProposed(RegistryEvent):
    partner_id: UUID
    name: str


class LocalPartnerApproved(RegistryEvent):
    partner_id: UUID
    name: str
    registration_valid_to: date


class LocalPartnerRejected(RegistryEvent):
    partner_id: UUID
    reason: str
