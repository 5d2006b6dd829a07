"""Taking back of an agreement that was recorded by mistake. Runs in the caller's transaction.

What was told of it as ended or extended does not hold either. Its programme directions (AP) are part of it.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from services.registry.agreements.queries import activities_under, has_master_plan, has_successor
from services.registry.agreements.rules import Action, Status, advance, check_nothing_rests
from services.registry.events import MspRetracted
from shared.db import Connection
from shared.errors import NotFound, expect_version
from shared.events.append import emit
from shared.events.envelope import ActedBy


async def retract_agreement(
    conn: Connection, agreement_id: UUID, *, reason: str, version: int, by: ActedBy, now: datetime
) -> None:
    """Its number is free from now on; that it was there stays readable."""
    agreement = await _lock(conn, agreement_id)
    expect_version(agreement["version"], version)
    status = advance(Status(agreement["status"]), Action.RETRACT)
    check_nothing_rests(
        has_master_plan=await has_master_plan(conn, agreement_id),
        is_carried_on=await has_successor(conn, agreement_id),
        activities=await activities_under(conn, agreement_id),
    )
    await conn.execute(
        """
        UPDATE agreement
        SET status = $2, retraction_reason = $3, retracted_at = $4, retracted_by = $5, version = version + 1
        WHERE id = $1
        """,
        agreement_id,
        status,
        reason,
        now,
        by.subject,
    )
    await conn.execute("UPDATE programme_direction SET retracted_at = $2 WHERE agreement_id = $1", agreement_id, now)
    if agreement["predecessor_id"]:
        await _leave_predecessor(conn, agreement["predecessor_id"])
    emit(
        conn,
        MspRetracted(
            occurred_at=now,
            actor=by,
            ngo_id=agreement["ngo_id"],
            regions=tuple(agreement["regions"]),
            agreement_id=agreement_id,
            number=agreement["number"],
            reason=reason,
            passed_to_ngo_id=agreement["passed_to_ngo_id"],
        ),
    )


async def _lock(conn: Connection, agreement_id: UUID) -> Any:
    """With who signed or holds it: who notifies an activity has that row, so nothing comes to rest on it meanwhile."""
    await conn.execute(
        """
        SELECT FROM organisation o JOIN agreement a ON o.id IN (a.ngo_id, a.passed_to_ngo_id)
        WHERE a.id = $1 ORDER BY o.id FOR UPDATE OF o
        """,
        agreement_id,
    )
    agreement = await conn.fetchrow(
        """
        SELECT version, ngo_id, passed_to_ngo_id, status, number, regions, predecessor_id FROM agreement
        WHERE id = $1 FOR UPDATE
        """,
        agreement_id,
    )
    if agreement is None:
        raise NotFound("there is no agreement with this id")
    return agreement


async def _leave_predecessor(conn: Connection, predecessor_id: UUID) -> None:
    """Nothing carries it on any more; if it still runs, another one may."""
    status = await conn.fetchval("SELECT status FROM agreement WHERE id = $1 FOR UPDATE", predecessor_id)
    if status == Status.EXTENDED and not await has_successor(conn, predecessor_id):
        await conn.execute(
            "UPDATE agreement SET status = $2, version = version + 1 WHERE id = $1",
            predecessor_id,
            advance(Status(status), Action.LOSE_SUCCESSOR),
        )
