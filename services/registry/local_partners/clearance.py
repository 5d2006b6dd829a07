"""A local partner's way through the clearance, into the work and out of it. All in the caller's transaction."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.registry.access import OwnOrOfficer
from services.registry.events import LocalPartnerEnded, LocalPartnerStarted, LocalPartnerStepped
from services.registry.local_partners.rules import Action, Status, advance, check_day, check_registration
from shared.clock import JAKARTA
from shared.db import Connection
from shared.errors import NotFound, expect_version
from shared.events.append import emit
from shared.events.envelope import ActedBy


async def lock_partner(conn: Connection, partner_id: UUID) -> Any | None:
    """`holder_id`: the organisation that acts on it, which may have it from one that merged."""
    return await conn.fetchrow(
        """
        SELECT p.id, p.version, p.ngo_id, p.status, p.name, p.registration_number, p.registration_valid_to, p.regions,
               p.proposed_by, p.changed_by, p.decided_at, p.started_on, h.holder_id
        FROM local_partner p JOIN holders(NULL) h ON h.ngo_id = p.ngo_id
        WHERE p.id = $1 FOR UPDATE OF p
        """,
        partner_id,
    )


async def lock_own_partner(conn: Connection, partner_id: UUID, *, ngo_id: UUID, version: int) -> Any:
    """One that this organisation acts on, as it was read."""
    partner = await lock_partner(conn, partner_id)
    if partner is None or partner["holder_id"] != ngo_id:
        raise NotFound("there is no local partner with this id among your organisation's")
    expect_version(partner["version"], version)
    return partner


async def take_step(
    conn: Connection,
    partner_id: UUID,
    action: Action,
    *,
    note: str | None,
    version: int,
    by: ActedBy,
    now: datetime,
) -> None:
    """Begin the pre-orientation or the orientation."""
    partner = await lock_partner(conn, partner_id)
    if partner is None:
        raise NotFound("there is no local partner with this id")
    expect_version(partner["version"], version)
    status = advance(Status(partner["status"]), action)
    await conn.execute("UPDATE local_partner SET status = $2, version = version + 1 WHERE id = $1", partner_id, status)
    await record_step(conn, partner, action, status, note=note, by=by, now=now)
    emit(conn, LocalPartnerStepped(**about_partner(partner, by, now), step=status))


async def start_partnership(
    conn: Connection, partner_id: UUID, *, started_on: date, version: int, whose: OwnOrOfficer, now: datetime
) -> None:
    """The work has begun, with a registration that was valid on that day (V20)."""
    partner, by = await _of_caller(conn, partner_id, whose)
    expect_version(partner["version"], version)
    status = advance(Status(partner["status"]), Action.START)
    decided_on = partner["decided_at"].astimezone(JAKARTA).date()
    check_day("#/started_on", started_on, earliest=decided_on, today=now.astimezone(JAKARTA).date())
    check_registration(partner["registration_valid_to"], started_on)
    await conn.execute(
        "UPDATE local_partner SET status = $2, version = version + 1, started_on = $3 WHERE id = $1",
        partner_id,
        status,
        started_on,
    )
    await record_step(conn, partner, Action.START, status, note=None, by=by, now=now)
    emit(conn, LocalPartnerStarted(**about_partner(partner, by, now), started_on=started_on))


async def end_partnership(
    conn: Connection,
    partner_id: UUID,
    *,
    ended_on: date,
    reason: str,
    version: int,
    whose: OwnOrOfficer,
    now: datetime,
) -> None:
    partner, by = await _of_caller(conn, partner_id, whose)
    expect_version(partner["version"], version)
    status = advance(Status(partner["status"]), Action.END)
    earliest = partner["started_on"] or partner["decided_at"].astimezone(JAKARTA).date()
    check_day("#/ended_on", ended_on, earliest=earliest, today=now.astimezone(JAKARTA).date())
    await conn.execute(
        "UPDATE local_partner SET status = $2, version = version + 1, ended_on = $3, end_reason = $4 WHERE id = $1",
        partner_id,
        status,
        ended_on,
        reason,
    )
    await record_step(conn, partner, Action.END, status, note=reason, by=by, now=now)
    emit(conn, LocalPartnerEnded(**about_partner(partner, by, now), ended_on=ended_on, reason=reason))


async def record_step(
    conn: Connection,
    partner: Mapping[str, Any],
    action: Action,
    status: Status,
    *,
    note: str | None,
    by: ActedBy,
    now: datetime,
) -> None:
    """`partner`: its row as it was before the step."""
    await conn.execute(
        """
        INSERT INTO local_partner_step (partner_id, version, action, from_status, to_status, note, actor_subject,
                                        actor_role, at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        """,
        partner["id"],
        partner["version"] + 1,
        action,
        partner["status"],
        status,
        note,
        by.subject,
        by.role,
        now,
    )


async def _of_caller(conn: Connection, partner_id: UUID, whose: OwnOrOfficer) -> tuple[Any, ActedBy]:
    """The partner, and as what the caller may act on it: its own organisation's member, or the officer."""
    partner = await lock_partner(conn, partner_id)
    by = whose.acts_for(partner["holder_id"]) if partner else None
    if partner is None or by is None:
        raise NotFound("there is no local partner with this id among those that you may act on")
    return partner, by


def about_partner(partner: Mapping[str, Any], by: ActedBy, now: datetime) -> dict[str, Any]:
    """The fields that all events of a local partner have."""
    return {
        "occurred_at": now,
        "actor": by,
        "ngo_id": partner["ngo_id"],
        "regions": tuple(partner["regions"]),
        "partner_id": partner["id"],
        "passed_to_ngo_id": None if partner["holder_id"] == partner["ngo_id"] else partner["holder_id"],
    }
