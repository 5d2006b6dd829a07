"""What time does to licences: a job of the worker, in its own transactions.

A notice row, the licence's status and the event are one commit: a worker that dies in between leaves nothing, and
what is noted is never said again. The licence's row lock makes several workers share the work.

Of a licence that another one follows nothing is told any more: it only expires. Should that one be revoked or
taken back, what is left to be told of the first is told. Nor is anything told of one whose organisation was rejected,
closed or merged: nobody renews it.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final

from services.registry.agreements.queries import working_area
from services.registry.events import LicenceExpired, LicenceExpiring
from services.registry.licences.rules import FOLLOWED, Action, LeadTime, Status, Warnings, advance, warnings_due
from services.registry.profiles.rules import OPEN
from shared.clock import JAKARTA, Clock
from shared.db import Connection, Database
from shared.events.append import emit
from shared.events.envelope import SYSTEM

BATCH_ROWS: Final = 100
EXPIRY: Final = 0
"""In the place of a lead time's months: the end itself."""


async def find_expiring_licences(db: Database, clock: Clock) -> None:
    """A job: warn of licences at their lead times and mark those that are over, by the domain's clock."""
    more = True
    while more:
        async with db.transaction() as conn:
            now = await clock.now(conn)
            today = now.astimezone(JAKARTA).date()
            rows = await _due(conn, today)
            for row in rows:
                await _look_at_calendar(conn, row, today=today, now=now)
            more = len(rows) == BATCH_ROWS


async def _due(conn: Connection, today: date) -> Sequence[Any]:
    """What another worker is at is skipped; what it has just done is seen as such under the lock."""
    rows: Sequence[Any] = await conn.fetch(
        """
        SELECT l.id, l.ngo_id, l.kind, l.number, l.valid_to, l.status, told.is_nothing AS is_silent
        FROM licence l JOIN organisation o ON o.id = l.ngo_id
        CROSS JOIN LATERAL (SELECT o.status <> ALL($4) OR EXISTS (
            SELECT FROM licence n
            WHERE n.ngo_id = l.ngo_id AND n.kind = l.kind AND l.kind = ANY($3)
              AND n.status NOT IN ('REVOKED', 'RETRACTED')
              AND n.valid_from <= l.valid_to + 1 AND l.valid_to < n.valid_to)) AS told (is_nothing)
        WHERE l.status IN ('VALID', 'EXPIRING')
          AND (l.valid_to < $1 OR NOT told.is_nothing AND EXISTS (
                SELECT FROM licence_lead_time t,
                     LATERAL (SELECT (l.valid_to - make_interval(months => t.months))::date) AS falls (day)
                WHERE t.kind = l.kind AND falls.day <= $1
                  AND t.valid_from <= falls.day AND (t.valid_to IS NULL OR falls.day <= t.valid_to)
                  AND NOT EXISTS (SELECT FROM licence_notice n WHERE n.licence_id = l.id AND n.months = t.months)))
        ORDER BY l.valid_to, l.id LIMIT $2 FOR UPDATE OF l SKIP LOCKED
        """,
        today,
        BATCH_ROWS,
        FOLLOWED,
        OPEN,
    )
    return rows


async def _look_at_calendar(conn: Connection, licence: Any, *, today: date, now: datetime) -> None:
    noted = await conn.fetch("SELECT months FROM licence_notice WHERE licence_id = $1", licence["id"])
    lead_times = await conn.fetch(
        "SELECT months, valid_from, valid_to, legal_basis FROM licence_lead_time WHERE kind = $1", licence["kind"]
    )
    due = warnings_due(
        licence["valid_to"], today, [LeadTime(**lead) for lead in lead_times], {row["months"] for row in noted}
    )
    if licence["valid_to"] < today:
        await _expire(conn, licence, due, now=now)
    else:
        await _warn(conn, licence, due, today=today, now=now)


async def _expire(conn: Connection, licence: Any, due: Warnings, *, now: datetime) -> None:
    """Whoever learns that a licence is over needs no warning any more that it will be."""
    missed = (*due.passed_over, due.tell.months) if due.tell else due.passed_over
    await _note(conn, licence, missed, told=False, now=now)
    await _note(conn, licence, [EXPIRY], told=not licence["is_silent"], now=now)
    await _set_status(conn, licence, Action.EXPIRE)
    if not licence["is_silent"]:
        emit(conn, LicenceExpired(**await _about(conn, licence, now)))


async def _warn(conn: Connection, licence: Any, due: Warnings, *, today: date, now: datetime) -> None:
    await _note(conn, licence, due.passed_over, told=False, now=now)
    if due.tell is None:
        return
    await _note(conn, licence, [due.tell.months], told=True, now=now)
    await _set_status(conn, licence, Action.WARN)
    emit(
        conn,
        LicenceExpiring(
            **await _about(conn, licence, now),
            lead_months=due.tell.months,
            days_left=(licence["valid_to"] - today).days,
            legal_basis=due.tell.legal_basis,
        ),
    )


async def _note(conn: Connection, licence: Any, months: Sequence[int], *, told: bool, now: datetime) -> None:
    """The key of the table refuses a second one, whatever went wrong before."""
    await conn.executemany(
        "INSERT INTO licence_notice (licence_id, months, told, at) VALUES ($1, $2, $3, $4)",
        [(licence["id"], each, told, now) for each in months],
    )


async def _set_status(conn: Connection, licence: Any, action: Action) -> None:
    await conn.execute(
        "UPDATE licence SET status = $2, version = version + 1 WHERE id = $1",
        licence["id"],
        advance(Status(licence["status"]), action),
    )


async def _about(conn: Connection, licence: Any, now: datetime) -> dict[str, Any]:
    return {
        "occurred_at": now,
        "actor": SYSTEM,
        "ngo_id": licence["ngo_id"],
        "regions": await working_area(conn, licence["ngo_id"]),
        "licence_id": licence["id"],
        "kind": licence["kind"],
        "number": licence["number"],
        "valid_to": licence["valid_to"],
    }
