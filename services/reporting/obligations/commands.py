"""What happens to obligations, in the caller's transaction; only the job `find_due` opens its own."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import asyncpg

from services.reporting import events
from services.reporting.access import acted_by
from services.reporting.copies.models import Agreement
from services.reporting.obligations import rules
from services.reporting.obligations.rules import NEXT, REMIND_DAYS, UNMET, Action, Status
from services.reporting.states import advance
from shared.clock import JAKARTA, Clock
from shared.db import Connection, Database
from shared.errors import NotFound, expect_version
from shared.events.append import emit
from shared.events.envelope import SYSTEM, ActedBy
from shared.http.auth import Actor
from shared.ids import uuid7

BATCH_ROWS: Final = 100


async def create_under(conn: Connection, agreement: Agreement, *, now: datetime) -> None:
    """All that the agreement makes due over its years."""
    for due in rules.due_under(agreement.starts_on, agreement.ends_on):
        row = await conn.fetchrow(
            """
            INSERT INTO obligation (id, ngo_id, agreement_id, kind, period, regions, rule, legal_basis,
                                    first_due_on, due_on)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9) RETURNING *
            """,
            uuid7(),
            agreement.ngo_id,
            agreement.id,
            due.kind,
            due.period,
            agreement.regions,
            due.rule,
            due.legal_basis,
            due.due_on,
        )
        _emit_created(conn, row, now)


async def move_to_successor(conn: Connection, ngo_id: UUID, *, successor_id: UUID, reason: str, now: datetime) -> None:
    """What is still due of a merged NGO is due of its successor, on the same day."""
    waived = await conn.fetch(
        """
        UPDATE obligation
        SET status = 'waived', waiver_reason = $3, moved_to_ngo_id = $2, version = version + 1
        WHERE ngo_id = $1 AND status = ANY($4) RETURNING *
        """,
        ngo_id,
        successor_id,
        reason,
        list(UNMET),
    )
    for old in sorted(waived, key=lambda row: row["id"]):
        new = await conn.fetchrow(
            """
            INSERT INTO obligation (id, ngo_id, agreement_id, kind, period, regions, rule, legal_basis,
                                    first_due_on, due_on, extension_reason, moved_from_ngo_id)
            SELECT $2, moved_to_ngo_id, agreement_id, kind, period, regions, rule, legal_basis,
                   first_due_on, due_on, extension_reason, ngo_id
            FROM obligation WHERE id = $1 RETURNING *
            """,
            old["id"],
            uuid7(),
        )
        waived_event = events.ObligationWaived(
            **_about(old), occurred_at=now, actor=SYSTEM, reason=reason, moved_to_ngo_id=successor_id
        )
        emit(conn, waived_event)
        _emit_created(conn, new, now)


async def waive_after(conn: Connection, agreement_id: UUID, ended_on: date, *, reason: str, now: datetime) -> None:
    """An agreement ended before its time: what is due for a period that begins later is due no more.

    `ended_on`: the first of all days, if it never was.
    """
    unmet = await conn.fetch(
        "SELECT * FROM obligation WHERE agreement_id = $1 AND status = ANY($2) ORDER BY id FOR UPDATE",
        agreement_id,
        list(UNMET),
    )
    for row in unmet:
        if rules.period_dates(row["period"])[0] <= ended_on:
            continue
        waived = await conn.fetchrow(
            """
            UPDATE obligation SET status = $2, waiver_reason = $3, version = version + 1 WHERE id = $1 RETURNING *
            """,
            row["id"],
            _advance(row, Action.WAIVE),
            reason,
        )
        emit(conn, events.ObligationWaived(**_about(waived), occurred_at=now, actor=SYSTEM, reason=reason))


async def find_due(db: Database, clock: Clock) -> None:
    """A job: mark what falls due soon or is overdue, by the domain's clock. Processes share the work."""
    more = True
    while more:
        async with db.transaction() as conn:
            now = await clock.now(conn)
            today = now.astimezone(JAKARTA).date()
            # What another process is marking is skipped; what it has marked is seen as such under the lock.
            rows = await conn.fetch(
                """
                SELECT * FROM obligation
                WHERE (status = 'open' AND due_on <= $1::date + $2::int)
                   OR (status = 'due_soon' AND due_on < $1)
                ORDER BY due_on, id LIMIT $3 FOR UPDATE SKIP LOCKED
                """,
                today,
                REMIND_DAYS,
                BATCH_ROWS,
            )
            for row in rows:
                await _look_at_calendar(conn, row, today=today, now=now)
            more = len(rows) == BATCH_ROWS


async def extend(
    conn: Connection,
    obligation_id: UUID,
    due_on: date,
    *,
    reason: str,
    version: int,
    actor: Actor,
    now: datetime,
) -> asyncpg.Record:
    row = await _lock(conn, obligation_id)
    expect_version(row["version"], version)
    status = _advance(row, Action.EXTEND)
    today = now.astimezone(JAKARTA).date()
    rules.check_extension(row["due_on"], due_on, today)
    extended = await conn.fetchrow(
        """
        UPDATE obligation SET status = $2, due_on = $3, extension_reason = $4, version = version + 1
        WHERE id = $1 RETURNING *
        """,
        obligation_id,
        status,
        due_on,
        reason,
    )
    who = acted_by(actor, "fasker_officer", "fasker_head")
    emit(
        conn,
        events.ObligationExtended(
            **_about(extended), occurred_at=now, actor=who, previous_due_on=row["due_on"], reason=reason
        ),
    )
    return await _look_at_calendar(conn, extended, today=today, now=now)


async def waive(
    conn: Connection, obligation_id: UUID, *, reason: str, version: int, actor: Actor, now: datetime
) -> asyncpg.Record:
    row = await _lock(conn, obligation_id)
    expect_version(row["version"], version)
    waived = await conn.fetchrow(
        """
        UPDATE obligation SET status = $2, waiver_reason = $3, version = version + 1 WHERE id = $1 RETURNING *
        """,
        obligation_id,
        _advance(row, Action.WAIVE),
        reason,
    )
    who = acted_by(actor, "fasker_head")
    emit(conn, events.ObligationWaived(**_about(row), occurred_at=now, actor=who, reason=reason))
    return waived


async def fulfil(conn: Connection, obligation_id: UUID, *, acted_by: ActedBy, now: datetime) -> asyncpg.Record:
    """What was due has been submitted. Refused if nothing is due any more."""
    row = await _lock(conn, obligation_id)
    days_late = rules.days_late(row["due_on"], now.astimezone(JAKARTA).date())
    fulfilled = await conn.fetchrow(
        """
        UPDATE obligation SET status = $2, fulfilled_at = $3, days_late = $4, version = version + 1
        WHERE id = $1 RETURNING *
        """,
        obligation_id,
        _advance(row, Action.FULFIL),
        now,
        days_late,
    )
    emit(
        conn,
        events.ObligationFulfilled(
            **_about(row), occurred_at=now, actor=acted_by, on_time=days_late == 0, days_late=days_late
        ),
    )
    return fulfilled


async def reopen(conn: Connection, obligation_id: UUID, *, reason: str, acted_by: ActedBy, now: datetime) -> None:
    """What fulfilled the obligation does not stand any more."""
    row = await _lock(conn, obligation_id)
    reopened = await conn.fetchrow(
        """
        UPDATE obligation SET status = $2, fulfilled_at = NULL, days_late = NULL, version = version + 1
        WHERE id = $1 RETURNING *
        """,
        obligation_id,
        _advance(row, Action.REOPEN),
    )
    emit(conn, events.ObligationReopened(**_about(row), occurred_at=now, actor=acted_by, reason=reason))
    await _look_at_calendar(conn, reopened, today=now.astimezone(JAKARTA).date(), now=now)


async def work_plan_obligation(
    conn: Connection, ngo_id: UUID, agreement_id: UUID, year: int, statuses: Iterable[Status]
) -> UUID | None:
    """The obligation that a year's work plan is for, if it is in one of the statuses."""
    found: UUID | None = await conn.fetchval(
        """
        SELECT id FROM obligation
        WHERE ngo_id = $1 AND agreement_id = $2 AND kind = 'work_plan' AND period = $3 AND status = ANY($4)
        FOR UPDATE
        """,
        ngo_id,
        agreement_id,
        str(year),
        list(statuses),
    )
    return found


async def _lock(conn: Connection, obligation_id: UUID) -> asyncpg.Record:
    row = await conn.fetchrow("SELECT * FROM obligation WHERE id = $1 FOR UPDATE", obligation_id)
    if row is None:
        raise NotFound("there is no such obligation")
    return row


async def _look_at_calendar(conn: Connection, row: asyncpg.Record, *, today: date, now: datetime) -> asyncpg.Record:
    """Mark a locked obligation as due soon or overdue if it is so today."""
    action = rules.time_passes(row["due_on"], today)
    if action is None or (Status(row["status"]), action) not in NEXT:
        return row
    marked = await conn.fetchrow(
        "UPDATE obligation SET status = $2, version = version + 1 WHERE id = $1 RETURNING *",
        row["id"],
        _advance(row, action),
    )
    about = _about(row) | {"occurred_at": now, "actor": SYSTEM}
    if action is Action.MISS:
        emit(conn, events.ObligationOverdue(**about, days_late=rules.days_late(row["due_on"], today)))
    else:
        emit(conn, events.ObligationDueSoon(**about, days_left=(row["due_on"] - today).days))
    return marked


def _advance(row: asyncpg.Record, action: Action) -> Status:
    return advance(NEXT, Status(row["status"]), action, of="an obligation")


def _emit_created(conn: Connection, row: asyncpg.Record, now: datetime) -> None:
    emit(
        conn,
        events.ObligationCreated(
            **_about(row),
            occurred_at=now,
            actor=SYSTEM,
            rule=row["rule"],
            legal_basis=row["legal_basis"],
            moved_from_ngo_id=row["moved_from_ngo_id"],
        ),
    )


def _about(row: asyncpg.Record) -> dict[str, Any]:
    """The fields that all events of an obligation have."""
    return {
        "ngo_id": row["ngo_id"],
        "regions": tuple(row["regions"]),
        "obligation_id": row["id"],
        "agreement_id": row["agreement_id"],
        "kind": row["kind"],
        "period": row["period"],
        "due_on": row["due_on"],
    }
