"""A valid example of every event: the same each time, with values that a reader can picture, and nobody's data."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final, Literal, TypeVar, get_args, get_origin
from uuid import NAMESPACE_URL, UUID, uuid5

from pydantic import BaseModel

from shared.events.envelope import ActedBy, Event
from tests.contracts.publishers import EVENTS

Model = TypeVar("Model", bound=BaseModel)

VALUES: Final[dict[str, Any]] = {
    "acronym": "IRW",
    "actor": ActedBy(subject="5f0c8e1a-0000-4000-8000-000000000001", role="fasker_officer"),
    "amount": Decimal("1200000.00"),
    "amount_idr": Decimal("18600000000.00"),
    "budget": Decimal("250000.00"),
    "category": "good_practice",
    "cause": "terminated",
    "changed_fields": ("email", "working_areas"),
    "commented_fields": ("/summary", "/activities/1/spent"),
    "confirmed_fields": ("name", "origin_country"),
    "content_sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",  # pragma: allowlist secret
    "count": 2,
    "counterpart_unit": "Ditjen Bina Pembangunan Daerah",
    "currency": "EUR",
    "days_late": 0,
    "days_left": 30,
    "document_sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",  # pragma: allowlist secret
    "dropped_activity_ids": (uuid5(NAMESPACE_URL, "urn:singo:example:dropped_activity"),),
    "decided_on": date(2020, 5, 4),
    "due_on": date(2020, 7, 31),
    "effective_on": date(2020, 10, 1),
    "effect": "suspends",
    "ended_on": date(2021, 6, 30),
    "ends_on": date(2022, 12, 31),
    "events_behind": 250,
    "from_year": 2020,
    "guests": 3,
    "issued_on": date(2020, 3, 2),
    "issuer": "Kementerian Luar Negeri",
    "item": "PN5-2020",
    "late": False,
    "lead_months": 3,
    "legal_basis": "UU 17/2013 art. 51(e) and (f)",
    "lifted_on": date(2020, 9, 30),
    "letter_number": "001/TKA/FASKER/2020",
    "media_type": "application/pdf",
    "member_role": "ngo_staff",
    "name": "Yayasan Contoh",
    "nationality": "NL",
    "nationalities": ("NL", "CH"),
    "number": "MSP-2020-001",
    "occurred_at": datetime(2020, 8, 11, 2, 30, tzinfo=UTC),
    "on": date(2020, 9, 8),
    "on_time": True,
    "origin_country": "NL",
    "partner_ids": tuple(uuid5(NAMESPACE_URL, f"urn:singo:example:partner_{n}") for n in (1, 2)),
    "period": "2020-S1",
    "position": "Ahli sanitasi",
    "previous_role": "ngo_director",
    "previous_due_on": date(2020, 6, 30),
    "principle_permit_number": "IP-2020-001",
    "purpose": "Meninjau sarana air bersih",
    "rate": Decimal(15500),
    "rate_date": date(2019, 12, 30),
    "reached_on": date(2020, 2, 14),
    "reason": "Dokumen belum lengkap",
    "region": "53.06",
    "regions": ("53.06", "53.08"),
    "registration_valid_to": date(2024, 12, 31),
    "revoked_on": date(2021, 5, 17),
    "queried_fields": ("email",),
    "rule": "report.semester1.due",
    "sector": "water_and_sanitation",
    "sectors": ("water_and_sanitation", "health"),
    "size_bytes": 482_113,
    "started_on": date(2020, 4, 1),
    "starts_on": date(2020, 1, 1),
    "successor_ends_on": date(2025, 12, 31),
    "successor_number": "MSP-2023-001",
    "step": "orientation",
    "subject": "5f0c8e1a-0000-4000-8000-000000000002",
    "title": "Air bersih untuk desa",
    "to_year": 2022,
    "types": ("singo.registry.MspSigned.v1", "singo.reporting.VisitAnnounced.v1"),
    "valid_from": date(2020, 3, 2),
    "valid_to": date(2021, 3, 1),
    "version": 1,
    "weight": 60,
    "year": 2020,
    # Where a name means another thing.
    "EvidenceFileStored.kind": "certificate_of_establishment",
    "ForeignStaffEvent.ends_on": date(2021, 8, 31),
    "ForeignStaffEvent.starts_on": date(2020, 9, 1),
    "ForeignMinistryStepRecorded.step": "PEMAPARAN_TPOA",
    "ForeignMinistryStepRecorded.outcome": "setuju",
    "LicenceExpired.kind": "IZIN_PRINSIP",
    "LicenceExpired.number": "IP-2020-001",
    "LicenceExpiring.kind": "IZIN_PRINSIP",
    "LicenceExpiring.legal_basis": "PP 59/2016: renewal is asked for at least 3 months before expiry",
    "LicenceExpiring.number": "IP-2020-001",
    "LicenceRetracted.kind": "IZIN_PRINSIP",
    "LicenceRetracted.number": "IP-2020-001",
    "LicenceRevoked.kind": "IZIN_PRINSIP",
    "LicenceRevoked.number": "IP-2020-001",
    "MasterPlanAmended.version": 2,
    "ExternalMeasureRecorded.ends_on": None,
    "ExternalMeasureRecorded.kind": "permit_revocation",
    "ExternalMeasureRecorded.number": "DEMO-77/2020",
    "ExternalMeasureRecorded.starts_on": date(2020, 5, 11),
    "MeasureLifted.kind": "activity_suspension",
    "MeasureTaken.ends_on": None,
    "MeasureTaken.kind": "activity_suspension",
    "MeasureTaken.starts_on": date(2020, 5, 11),
    "RegionalActivityAnsweredByRegion.answer": "approved",
    "RegionalActivityEvent.kind": "new",
    "RegionalActivityEvent.legal_basis": "PP 59/2016 art. 19(2)",
    "RegionalActivityEvent.title": "Pelatihan sanitasi",
    "LicenceRecorded.kind": "IZIN_OPERASIONAL",
    "LicenceRecorded.number": "IO-2020-001",
    "MasterPlanActivity.title": "Sumur bor dan jaringan pipa",
    "ObligationEvent.kind": "semester_report",
    "ObligationOverdue.days_late": 12,
    "RecommendationIssued.legal_basis": ("PP 59/2016", "Permensesneg 15/2008"),
    "RecommendationRejected.rule": "R02",
    "ReportEvent.kind": "semester_report",
    "StoryEvent.title": "Air bersih sampai ke rumah",
    "SubscriptionCaughtUp.position": 48_211,
    "SubscriptionCreated.name": "Bank data ormas NTT",
    "SubscriptionPaused.reason": "Pemeliharaan sistem",
    "SubscriptionResumed.reason": "Pemeliharaan selesai",
    "VisitEvent.ends_on": date(2020, 9, 11),
    "VisitEvent.starts_on": date(2020, 9, 7),
    "WorkPlanActivity.title": "Sumur bor di dua desa",
}


def example(model: type[Model]) -> Model:
    return model(**{name: _value(model, name, field.annotation) for name, field in model.model_fields.items()})


def _value(model: type[BaseModel], name: str, annotation: Any) -> Any:
    for key in (*(f"{each.__name__}.{name}" for each in model.__mro__), name):
        if key in VALUES:
            return VALUES[key]
    kind = next((each for each in get_args(annotation) if each is not type(None)), annotation)
    if get_origin(annotation) is Literal:
        return kind
    if kind is UUID:
        return uuid5(NAMESPACE_URL, f"urn:singo:example:{name}")  # one `ngo_id` in all examples
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return (example(kind),) if get_origin(annotation) is tuple else example(kind)
    raise LookupError(f"no example for {model.__name__}.{name}: enter one in VALUES of {__name__}")


EXAMPLES: Final[tuple[Event, ...]] = tuple(example(event) for event in EVENTS)
