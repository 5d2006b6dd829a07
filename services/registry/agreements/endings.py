"""How agreements end: before their time, in the caller's transaction; by their last day, in a job of the worker.

The agreement's status and the event are one commit, and only an agreement that runs is looked at: whoever is killed
in between leaves nothing, and nothing is told twice.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from services.registry.agreements.queries import has_successor
from services.registry.agreements.rules import Action, Status, advance, check_termination
from services.registry.events import MspEnded
from shared.clock import JAKARTA, Clock
from shared.db import Connection, Database
from shared.errors import NotFound, expect_version
from shared.events.append import emit
from shared.events.envelope import SYSTEM, ActedBy

BATCH_ROWS: Final = 100


async def terminate_agreement(
    conn: Connection,
    agreement_id: UUID,
    *,
    ended_on: date,
    reason: str,
    version: int,
    by: ActedBy,
    now: datetime,
) -> None:
    agreement = await conn.fetchrow(
        """
        SELECT id, version, ngo_id, passed_to_ngo_id, status, number, starts_on, ends_on, regions FROM agreement
        WHERE id = $1 FOR UPDATE
        """,
        agreement_id,
    )
    if agreement is None:
        raise NotFound("there is no agreement with this id")
    expect_version(agreement["version"], version)
    advance(Status(agreement["status"]), Action.TERMINATE)
    period = agreement["starts_on"], agreement["ends_on"]
    check_termination(ended_on, period, now.astimezone(JAKARTA).date())
    await _end(conn, agreement, Action.TERMINATE, ended_on=ended_on, reason=reason, by=by, now=now)


async def find_ended_agreements(db: Database, clock: Clock) -> None:
    """A job: mark agreements whose last day is over, by the domain's clock. Processes share the work."""
    more = True
    while more:
        async with db.transaction() as conn:
            now = await clock.now(conn)
            rows = await _over(conn, now.astimezone(JAKARTA).date())
            for row in rows:
                # Asked under the row's lock: whoever signs a successor takes it first.
                action = Action.SUCCEED if await has_successor(conn, row["id"]) else Action.EXPIRE
                await _end(conn, row, action, ended_on=row["ends_on"], reason=None, by=SYSTEM, now=now)
            more = len(rows) == BATCH_ROWS


async def _over(conn: Connection, today: date) -> Sequence[Any]:
    """What another process is at is skipped; what it has ended runs no more when its lock is free."""
    rows: Sequence[Any] = await conn.fetch(
        """
        SELECT id, ngo_id, passed_to_ngo_id, status, number, starts_on, ends_on, regions FROM agreement
        WHERE status IN ('signed', 'passed_on') AND ends_on < $1
        ORDER BY ends_on, id LIMIT $2 FOR UPDATE SKIP LOCKED
        """,
        today,
        BATCH_ROWS,
    )
    return rows


async def _end(
    conn: Connection,
    agreement: Any,
    action: Action,
    *,
    ended_on: date,
    reason: str | None,
    by: ActedBy,
    now: datetime,
) -> None:
    status = advance(Status(agreement["status"]), action)
    await conn.execute(
        """
        UPDATE agreement
        SET status = $2, ended_on = $3, end_reason = $4, ended_at = $5, ended_by = $6, version = version + 1
        WHERE id = $1
        """,
        agreement["id"],
        status,
        ended_on,
        reason,
        now,
        by.subject,
    )
    emit(
        conn,
        MspEnded(
            occurred_at=now,
            actor=by,
            ngo_id=agreement["ngo_id"],
            regions=tuple(agreement["regions"]),
            agreement_id=agreement["id"],
            number=agreement["number"],
            cause=status,
            ended_on=ended_on,
            reason=reason,
            passed_to_ngo_id=agreement["passed_to_ngo_id"],
        ),
    )
