"""Recording of what happened at the other ministry. Runs in the caller's transaction."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from services.registry.errors import AlreadyExists
from services.registry.events import ForeignMinistryStepRecorded
from shared.clock import JAKARTA
from shared.db import Connection
from shared.errors import InvalidInput, NotFound
from shared.events.append import emit
from shared.events.envelope import ActedBy
from shared.ids import uuid7


async def record_step(conn: Connection, ngo_id: UUID, *, step: Mapping[str, Any], by: ActedBy, now: datetime) -> UUID:
    """`step`: its columns as they stand in the form. A mistake is not changed: a step corrects it, once."""
    if not await conn.fetchval("SELECT true FROM organisation WHERE id = $1", ngo_id):
        raise NotFound("there is no organisation with this id")
    if step["reached_on"] > now.astimezone(JAKARTA).date():
        raise InvalidInput.field("#/reached_on", "must not lie in the future")
    await _check_corrected(conn, ngo_id, step["corrects_id"])
    step_id = await _insert(conn, ngo_id, step, by=by, now=now)
    emit(
        conn,
        ForeignMinistryStepRecorded(
            occurred_at=now,
            actor=by,
            ngo_id=ngo_id,
            step_id=step_id,
            step=step["step"],
            outcome=step["outcome"],
            reached_on=step["reached_on"],
            corrects_id=step["corrects_id"],
        ),
    )
    return step_id


async def _check_corrected(conn: Connection, ngo_id: UUID, corrects_id: UUID | None) -> None:
    if corrects_id is not None and not await conn.fetchval(
        "SELECT true FROM foreign_ministry_step WHERE id = $1 AND ngo_id = $2", corrects_id, ngo_id
    ):
        raise InvalidInput.field("#/corrects_id", "must be an earlier step of the same organisation")


async def _insert(conn: Connection, ngo_id: UUID, step: Mapping[str, Any], *, by: ActedBy, now: datetime) -> UUID:
    step_id: UUID | None = await conn.fetchval(
        """
        INSERT INTO foreign_ministry_step (id, ngo_id, step, outcome, reached_on, reference, note, corrects_id,
                                           recorded_at, recorded_by, recorded_by_role)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        ON CONFLICT (corrects_id) DO NOTHING RETURNING id
        """,
        uuid7(),
        ngo_id,
        step["step"],
        step["outcome"],
        step["reached_on"],
        step["reference"],
        step["note"],
        step["corrects_id"],
        now,
        by.subject,
        by.role,
    )
    if step_id is None:
        raise AlreadyExists("that step is corrected already: correct its correction")
    return step_id
