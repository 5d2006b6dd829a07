"""Places that foreign staff take up. Each function runs in the caller's transaction."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

import asyncpg

from services.recommendations.events import ForeignStaffEnded, ForeignStaffStarted
from services.recommendations.staff.rules import Action, Status, advance
from shared.clock import JAKARTA
from shared.db import Connection
from shared.errors import InvalidInput, NotFound, expect_version
from shared.events.append import emit
from shared.events.envelope import ActedBy
from shared.ids import uuid7


async def open_posting(
    conn: Connection, request: asyncpg.Record, *, position: str, nationality: str, duty_region: str
) -> None:
    """The letter is issued: from now on the place counts, whether or not the person has arrived."""
    await conn.execute(
        """
        INSERT INTO posting (id, request_id, ngo_id, position, nationality, duty_region, starts_on, ends_on, status)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        """,
        uuid7(),
        request["id"],
        request["ngo_id"],
        position,
        nationality,
        duty_region,
        request["starts_on"],
        request["ends_on"],
        Status.EXPECTED,
    )


async def lock_posting(conn: Connection, posting_id: UUID, version: int, *, ngos: Sequence[UUID]) -> asyncpg.Record:
    posting = await conn.fetchrow(
        "SELECT * FROM posting WHERE id = $1 AND ngo_id = ANY($2) FOR UPDATE", posting_id, ngos
    )
    if posting is None:
        raise NotFound("there is no such posting that you may change")
    expect_version(posting["version"], version)
    return posting


async def record_arrival(
    conn: Connection, posting: asyncpg.Record, arrived_on: date, *, by: ActedBy, now: datetime
) -> None:
    status = advance(Status(posting["status"]), Action.ARRIVE)
    if not posting["starts_on"] <= arrived_on <= posting["ends_on"]:
        first, last = posting["starts_on"], posting["ends_on"]
        raise InvalidInput.field("#/arrived_on", f"must lie within the recommended stay, {first} to {last}")
    _expect_past("#/arrived_on", arrived_on, now)
    await conn.execute(
        "UPDATE posting SET status = $2, arrived_on = $3, version = version + 1 WHERE id = $1",
        posting["id"],
        status,
        arrived_on,
    )
    emit(
        conn,
        ForeignStaffStarted(
            occurred_at=now,
            actor=by,
            ngo_id=posting["ngo_id"],
            regions=(posting["duty_region"],),
            staff_id=posting["id"],
            request_id=posting["request_id"],
            position=posting["position"],
            nationality=posting["nationality"],
            starts_on=arrived_on,
            ends_on=posting["ends_on"],
        ),
    )


async def end_posting(conn: Connection, posting: asyncpg.Record, ended_on: date, *, by: ActedBy, now: datetime) -> None:
    """Frees the place from that day on. Only who had arrived is told of as ended."""
    status = advance(Status(posting["status"]), Action.END)
    if posting["arrived_on"] and ended_on < posting["arrived_on"]:
        raise InvalidInput.field("#/ended_on", f"must not be before the arrival on {posting['arrived_on']}")
    _expect_past("#/ended_on", ended_on, now)
    await conn.execute(
        "UPDATE posting SET status = $2, ended_on = $3, version = version + 1 WHERE id = $1",
        posting["id"],
        status,
        ended_on,
    )
    if posting["arrived_on"]:
        emit(
            conn,
            ForeignStaffEnded(
                occurred_at=now,
                actor=by,
                ngo_id=posting["ngo_id"],
                regions=(posting["duty_region"],),
                staff_id=posting["id"],
                request_id=posting["request_id"],
                position=posting["position"],
                nationality=posting["nationality"],
                ended_on=ended_on,
            ),
        )


async def end_with_letter(conn: Connection, request_id: UUID, *, by: ActedBy, now: datetime) -> None:
    """The letter was revoked: nobody is in post by it any more."""
    posting = await conn.fetchrow(
        "SELECT * FROM posting WHERE request_id = $1 AND status <> 'ended' FOR UPDATE", request_id
    )
    if posting is not None:
        await end_posting(conn, posting, now.astimezone(JAKARTA).date(), by=by, now=now)


def _expect_past(pointer: str, day: date, now: datetime) -> None:
    if day > (today := now.astimezone(JAKARTA).date()):
        raise InvalidInput.field(pointer, f"must not be after today, {today}")
