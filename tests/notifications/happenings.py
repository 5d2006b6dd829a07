"""Events of other services, as they might happen."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from services.registry.events import MemberAdded, MspSigned, NgoApplied
from services.reporting.events import ReportSubmitted, StoryPublished, VisitAnnounced, VisitStop
from shared.events.envelope import ActedBy

NOON = datetime(2020, 7, 1, 5, 0, tzinfo=UTC)
SOMEBODY = ActedBy(subject="somebody", role="ngo_staff")


def ngo_applied(ngo: UUID, name: str = "SNV") -> NgoApplied:
    return NgoApplied(
        occurred_at=NOON,
        actor=SOMEBODY,
        ngo_id=ngo,
        name=name,
        origin_country="NL",
        sectors=("water",),
        principle_permit_number="IP-1",
    )


def member_added(ngo: UUID, subject: str) -> MemberAdded:
    return MemberAdded(occurred_at=NOON, actor=SOMEBODY, ngo_id=ngo, subject=subject, member_role="ngo_staff")


def msp_signed(ngo: UUID, regions: tuple[str, ...]) -> MspSigned:
    return MspSigned(
        occurred_at=NOON,
        actor=SOMEBODY,
        ngo_id=ngo,
        regions=regions,
        agreement_id=uuid4(),
        number="MSP-7",
        title="pembangunan terpadu",
        starts_on=date(2020, 1, 1),
        ends_on=date(2022, 12, 31),
        counterpart_unit="Ditjen Bina Bangda",
        amount=Decimal("4869204.00"),
        currency="EUR",
    )


def visit_announced(
    ngo: UUID, regions: tuple[str, ...] = ("53.06",), at: datetime = NOON, **changes: Any
) -> VisitAnnounced:
    values: dict[str, Any] = {
        "occurred_at": at,
        "actor": SOMEBODY,
        "ngo_id": ngo,
        "regions": regions,
        "visit_id": uuid4(),
        "version": 1,
        "starts_on": date(2020, 8, 3),
        "ends_on": date(2020, 8, 6),
        "purpose": "sanitasi & élan",
        "guests": 3,
        "nationalities": ("NL",),
        "stops": tuple(VisitStop(region=region, on=date(2020, 8, 3)) for region in regions),
        "late": False,
    }
    return VisitAnnounced(**values | changes)


def report_submitted(ngo: UUID, regions: tuple[str, ...] = ()) -> ReportSubmitted:
    return ReportSubmitted(
        occurred_at=NOON,
        actor=SOMEBODY,
        ngo_id=ngo,
        regions=regions,
        report_id=uuid4(),
        obligation_id=uuid4(),
        agreement_id=uuid4(),
        kind="semester_report",
        period="2020-S1",
        version=1,
        on_time=True,
        days_late=0,
        content_sha256="0" * 64,
    )


def story_published(ngo: UUID, regions: tuple[str, ...] = (), at: datetime = NOON) -> StoryPublished:
    return StoryPublished(
        occurred_at=at,
        actor=SOMEBODY,
        ngo_id=ngo,
        regions=regions,
        story_id=uuid4(),
        title="Air bersih di Larantuka",
        category="success_story",
    )
