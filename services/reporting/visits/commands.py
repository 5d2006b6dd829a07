"""What can be done to a visit. Each function runs in the caller's transaction."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from services.reporting import events
from services.reporting.access import Member
from services.reporting.states import advance
from services.reporting.visits import rules
from services.reporting.visits.content import Announcement, Guest
from services.reporting.visits.rules import NEXT, Action, Status
from shared.clock import JAKARTA
from shared.db import Connection
from shared.errors import NotFound, expect_version
from shared.events.append import emit
from shared.ids import uuid7


async def announce(conn: Connection, visit: Announcement, *, member: Member, now: datetime) -> UUID:
    today = now.astimezone(JAKARTA).date()
    rules.check_start(visit.starts_on, today)
    rules.check_regions(visit.stops)
    row = await conn.fetchrow(
        """
        INSERT INTO visit (id, ngo_id, purpose, starts_on, ends_on, late, guests, nationalities, regions, stops)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING *
        """,
        uuid7(),
        member.ngo_id,
        visit.purpose,
        visit.starts_on,
        visit.ends_on,
        rules.is_late(visit.starts_on, today),
        len(visit.guests),
        visit.nationalities,
        visit.regions,
        _stops(visit),
    )
    await _write_guests(conn, row["id"], visit.guests)
    about = about_visit(row) | {"occurred_at": now, "actor": member.acted_by}
    emit(conn, events.VisitAnnounced(**about, **_described(row)))
    visit_id: UUID = row["id"]
    return visit_id


async def change(
    conn: Connection, visit_id: UUID, visit: Announcement, *, version: int, member: Member, now: datetime
) -> None:
    """Other dates or stops make a new itinerary, which all regions answer anew."""
    row = await _lock(conn, visit_id, ngo_id=member.ngo_id)
    expect_version(row["version"], version)
    itinerary = (visit.starts_on, visit.ends_on, _stops(visit))
    rescheduled = itinerary != (row["starts_on"], row["ends_on"], row["stops"])
    status = _advance(row, Action.RESCHEDULE if rescheduled else Action.AMEND)
    today = now.astimezone(JAKARTA).date()
    if rescheduled:
        rules.check_start(visit.starts_on, today)
        rules.check_regions(visit.stops)
    changed = await conn.fetchrow(
        """
        UPDATE visit
        SET purpose = $2, starts_on = $3, ends_on = $4, late = $5, guests = $6, nationalities = $7, regions = $8,
            stops = $9, status = $10, itinerary_version = itinerary_version + $11::int, version = version + 1
        WHERE id = $1 RETURNING *
        """,
        visit_id,
        visit.purpose,
        visit.starts_on,
        visit.ends_on,
        rules.is_late(visit.starts_on, today) if rescheduled else row["late"],
        len(visit.guests),
        visit.nationalities,
        visit.regions,
        _stops(visit),
        status,
        int(rescheduled),
    )
    await conn.execute("DELETE FROM guest WHERE visit_id = $1", visit_id)
    await _write_guests(conn, visit_id, visit.guests)
    about = about_visit(changed) | {"occurred_at": now, "actor": member.acted_by}
    # A region that is no longer on the way must learn of it too.
    about["regions"] = tuple(sorted({*row["regions"], *changed["regions"]}))
    emit(conn, events.VisitChanged(**about, **_described(changed)))


async def cancel(conn: Connection, visit_id: UUID, *, reason: str, version: int, member: Member, now: datetime) -> None:
    row = await _lock(conn, visit_id, ngo_id=member.ngo_id)
    expect_version(row["version"], version)
    await conn.execute(
        "UPDATE visit SET status = $2, cancellation_reason = $3, version = version + 1 WHERE id = $1",
        visit_id,
        _advance(row, Action.CANCEL),
        reason,
    )
    emit(
        conn,
        events.VisitCancelled(**about_visit(row), occurred_at=now, actor=member.acted_by, reason=reason),
    )


async def complete(conn: Connection, visit_id: UUID, *, note: str, version: int, member: Member, now: datetime) -> None:
    """Say afterwards how it went."""
    row = await _lock(conn, visit_id, ngo_id=member.ngo_id)
    expect_version(row["version"], version)
    status = _advance(row, Action.COMPLETE)
    rules.check_ended(row["ends_on"], now.astimezone(JAKARTA).date())
    await conn.execute(
        "UPDATE visit SET status = $2, completion_note = $3, version = version + 1 WHERE id = $1",
        visit_id,
        status,
        note,
    )
    emit(conn, events.VisitCompleted(**about_visit(row), occurred_at=now, actor=member.acted_by))


async def _lock(conn: Connection, visit_id: UUID, *, ngo_id: UUID) -> asyncpg.Record:
    row = await conn.fetchrow("SELECT * FROM visit WHERE id = $1 AND ngo_id = $2 FOR UPDATE", visit_id, ngo_id)
    if row is None:
        raise NotFound("there is no such visit, or none that you may see")
    return row


async def _write_guests(conn: Connection, visit_id: UUID, guests: Iterable[Guest]) -> None:
    await conn.executemany(
        """
        INSERT INTO guest (visit_id, number, name, nationality, passport_number, institution)
        VALUES ($1, $2, $3, $4, $5, $6)
        """,
        [
            (visit_id, number, guest.name, guest.nationality, guest.passport_number, guest.institution)
            for number, guest in enumerate(guests, start=1)
        ],
    )


def _advance(row: asyncpg.Record, action: Action) -> Status:
    return advance(NEXT, Status(row["status"]), action, of="a visit")


def _stops(visit: Announcement) -> list[dict[str, Any]]:
    return [stop.model_dump(mode="json") for stop in visit.stops]


def about_visit(row: asyncpg.Record) -> dict[str, Any]:
    """The fields that all events of a visit have."""
    return {
        "ngo_id": row["ngo_id"],
        "regions": tuple(row["regions"]),
        "visit_id": row["id"],
        "version": row["itinerary_version"],
        "starts_on": row["starts_on"],
        "ends_on": row["ends_on"],
    }


def _described(row: asyncpg.Record) -> dict[str, Any]:
    """What regions need to know to answer: no names, no passports, no addresses."""
    return {
        "purpose": row["purpose"],
        "guests": row["guests"],
        "nationalities": tuple(row["nationalities"]),
        "stops": tuple(events.VisitStop(region=stop["region"], on=stop["on"]) for stop in row["stops"]),
        "late": row["late"],
    }
