"""What an organisation and the Centre do to a notified activity. Each function runs in the caller's transaction."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from services.registry.access import Member
from services.registry.events import (
    RegionalActivityChanged,
    RegionalActivityNotified,
    RegionalActivityRecorded,
    RegionalActivityWithdrawn,
)
from services.registry.local_partners.rules import USABLE
from services.registry.organisations.rules import Status as OrganisationStatus
from services.registry.organisations.rules import require_active
from services.registry.regional_activities.rules import (
    LEGAL_BASIS,
    Action,
    Ground,
    Kind,
    Notice,
    Status,
    advance,
    check_notice,
)
from shared.clock import JAKARTA
from shared.db import Connection
from shared.errors import NotFound, expect_version
from shared.events.append import emit
from shared.events.envelope import ActedBy
from shared.ids import uuid7
from shared.regions import check_codes, listed


async def notify(conn: Connection, notice: Mapping[str, Any], *, member: Member, now: datetime) -> UUID:
    """`notice`: its columns as they stand in the form."""
    await _check(conn, notice, member.ngo_id, now)
    activity_id = uuid7()
    await conn.execute(
        """
        INSERT INTO regional_activity (id, ngo_id, status, kind, agreement_id, licence_id, local_partner_ids, title,
                                       activities, regions, starts_on, ends_on, notified_at, notified_by)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
        """,
        activity_id,
        member.ngo_id,
        Status.NOTIFIED,
        *_columns(notice),
        now,
        member.by.subject,
    )
    row: Any = await lock_activity(conn, activity_id)
    emit(conn, RegionalActivityNotified(**about_activity(row, member.by, now), **_described(row)))
    return activity_id


async def change(
    conn: Connection,
    activity_id: UUID,
    notice: Mapping[str, Any],
    *,
    version: int,
    member: Member,
    now: datetime,
) -> None:
    """Another notice, which is recorded and answered anew."""
    found = await _lock_own(conn, activity_id, member)
    expect_version(found["version"], version)
    status = advance(Status(found["status"]), Action.CHANGE)
    await _check(conn, notice, member.ngo_id, now)
    await conn.execute(
        """
        UPDATE regional_activity
        SET version = version + 1, status = $2, kind = $3, agreement_id = $4, licence_id = $5,
            local_partner_ids = $6, title = $7, activities = $8, regions = $9, starts_on = $10, ends_on = $11,
            notified_at = $12, notified_by = $13, notice_version = notice_version + 1, recorded_at = NULL,
            recorded_by = NULL, recorded_by_role = NULL
        WHERE id = $1
        """,
        activity_id,
        status,
        *_columns(notice),
        now,
        member.by.subject,
    )
    row: Any = await lock_activity(conn, activity_id)
    about = about_activity(row, member.by, now)
    # A region in which it takes place no longer must learn of it too.
    about["regions"] = tuple(sorted({*found["regions"], *row["regions"]}))
    emit(conn, RegionalActivityChanged(**about, **_described(row)))


async def record(conn: Connection, activity_id: UUID, *, version: int, by: ActedBy, now: datetime) -> None:
    """The Minister has been notified: from now on the regions answer."""
    row = await lock_activity(conn, activity_id)
    if row is None:
        raise NotFound("there is no notified activity with this id")
    expect_version(row["version"], version)
    await conn.execute(
        """
        UPDATE regional_activity
        SET version = version + 1, status = $2, recorded_at = $3, recorded_by = $4, recorded_by_role = $5
        WHERE id = $1
        """,
        activity_id,
        advance(Status(row["status"]), Action.RECORD),
        now,
        by.subject,
        by.role,
    )
    emit(conn, RegionalActivityRecorded(**about_activity(row, by, now), title=row["title"]))


async def withdraw(
    conn: Connection, activity_id: UUID, *, reason: str, version: int, member: Member, now: datetime
) -> None:
    row = await _lock_own(conn, activity_id, member)
    expect_version(row["version"], version)
    await conn.execute(
        "UPDATE regional_activity SET version = version + 1, status = $2, withdrawal_reason = $3 WHERE id = $1",
        activity_id,
        advance(Status(row["status"]), Action.WITHDRAW),
        reason,
    )
    emit(conn, RegionalActivityWithdrawn(**about_activity(row, member.by, now), reason=reason))


async def lock_activity(conn: Connection, activity_id: UUID) -> Any | None:
    """`holder_id`: the organisation that acts on it, which may have it from one that merged."""
    return await conn.fetchrow(
        """
        SELECT a.*, h.holder_id FROM regional_activity a JOIN holders(NULL) h ON h.ngo_id = a.ngo_id
        WHERE a.id = $1 FOR UPDATE OF a
        """,
        activity_id,
    )


async def _lock_own(conn: Connection, activity_id: UUID, member: Member) -> Any:
    row = await lock_activity(conn, activity_id)
    if row is None or row["holder_id"] != member.ngo_id:
        raise NotFound("there is no notified activity with this id among your organisation's")
    return row


async def _check(conn: Connection, notice: Mapping[str, Any], ngo_id: UUID, now: datetime) -> None:
    today = now.astimezone(JAKARTA).date()
    status = await conn.fetchval("SELECT status FROM organisation WHERE id = $1 FOR SHARE", ngo_id)
    require_active(OrganisationStatus(status), "to notify an activity")
    ground = await _ground(conn, notice, ngo_id)
    check_codes(
        listed("#/regions", notice["regions"]),
        on=notice["starts_on"],
        until=notice["ends_on"],
        agreed=ground.agreement_regions,
    )
    check_notice(
        Notice(
            kind=notice["kind"],
            regions=notice["regions"],
            starts_on=notice["starts_on"],
            ends_on=notice["ends_on"],
            partners=notice["local_partner_ids"],
        ),
        ground,
        today,
    )


async def _ground(conn: Connection, notice: Mapping[str, Any], ngo_id: UUID) -> Ground:
    agreement = await conn.fetchrow(
        """
        SELECT starts_on, ends_on, regions, predecessor_id FROM agreement
        WHERE id = $1 AND CASE status WHEN 'signed' THEN ngo_id = $2
                                      WHEN 'passed_on' THEN passed_to_ngo_id = $2 ELSE false END
        """,
        notice["agreement_id"],
        ngo_id,
    )
    licence = await conn.fetchrow(
        """
        SELECT valid_from, valid_to FROM licence
        WHERE id = $1 AND ngo_id = $2 AND kind IN ('IZIN_PRINSIP', 'IZIN_OPERASIONAL')
          AND status NOT IN ('REVOKED', 'RETRACTED')
        """,
        notice["licence_id"],
        ngo_id,
    )
    partners = await conn.fetch(
        """
        SELECT p.id, p.registration_valid_to FROM local_partner p JOIN holders(NULL) h ON h.ngo_id = p.ngo_id
        WHERE p.id = ANY($1) AND h.holder_id = $2 AND p.status = ANY($3)
        """,
        notice["local_partner_ids"],
        ngo_id,
        USABLE,
    )
    return Ground(
        agreement=(agreement["starts_on"], agreement["ends_on"]) if agreement else None,
        agreement_regions=agreement["regions"] if agreement else (),
        extends_another=agreement is not None and agreement["predecessor_id"] is not None,
        licence=(licence["valid_from"], licence["valid_to"]) if licence else None,
        partners={row["id"]: row["registration_valid_to"] for row in partners},
    )


def _columns(notice: Mapping[str, Any]) -> list[Any]:
    return [
        notice["kind"],
        notice["agreement_id"],
        notice["licence_id"],
        notice["local_partner_ids"],
        notice["title"],
        notice["activities"],
        notice["regions"],
        notice["starts_on"],
        notice["ends_on"],
    ]


def about_activity(row: Mapping[str, Any], by: ActedBy, now: datetime) -> dict[str, Any]:
    """The fields that all events of a notified activity have."""
    return {
        "occurred_at": now,
        "actor": by,
        "ngo_id": row["ngo_id"],
        "regions": tuple(row["regions"]),
        "activity_id": row["id"],
        "version": row["notice_version"],
        "passed_to_ngo_id": None if row["holder_id"] == row["ngo_id"] else row["holder_id"],
    }


def _described(row: Mapping[str, Any]) -> dict[str, Any]:
    """What a region needs to know to answer."""
    return {
        "kind": row["kind"],
        "agreement_id": row["agreement_id"],
        "title": row["title"],
        "starts_on": row["starts_on"],
        "ends_on": row["ends_on"],
        "legal_basis": LEGAL_BASIS[Kind(row["kind"])],
    }
