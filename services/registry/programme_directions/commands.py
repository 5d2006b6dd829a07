"""Recording of programme directions (AP). Runs in the caller's transaction."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from services.registry.agreements.rules import RUNNING, Status, check_direction
from services.registry.errors import AlreadyExists
from services.registry.events import ProgrammeDirectionRecorded
from shared.db import Connection
from shared.errors import ActionNotAllowed, NotFound
from shared.events.append import emit
from shared.events.envelope import ActedBy
from shared.ids import uuid7


async def record_direction(
    conn: Connection, agreement_id: UUID, *, direction: Mapping[str, Any], by: ActedBy, now: datetime
) -> UUID:
    """`direction`: its columns as they stand in the form."""
    agreement = await conn.fetchrow(
        "SELECT ngo_id, status, starts_on, ends_on, regions FROM agreement WHERE id = $1 FOR SHARE", agreement_id
    )
    if agreement is None:
        raise NotFound("there is no agreement with this id")
    if Status(agreement["status"]) not in RUNNING:
        raise ActionNotAllowed(f"a programme direction needs a running agreement; this one is {agreement['status']}")
    check_direction((direction["starts_on"], direction["ends_on"]), (agreement["starts_on"], agreement["ends_on"]))
    direction_id = await _insert(conn, agreement_id, direction, by=by, now=now)
    emit(
        conn,
        ProgrammeDirectionRecorded(
            occurred_at=now,
            actor=by,
            ngo_id=agreement["ngo_id"],
            regions=tuple(agreement["regions"]),
            agreement_id=agreement_id,
            programme_direction_id=direction_id,
            number=direction["number"],
            title=direction["title"],
            starts_on=direction["starts_on"],
            ends_on=direction["ends_on"],
            document_sha256=direction["document_sha256"],
        ),
    )
    return direction_id


async def _insert(
    conn: Connection, agreement_id: UUID, direction: Mapping[str, Any], *, by: ActedBy, now: datetime
) -> UUID:
    direction_id: UUID | None = await conn.fetchval(
        """
        INSERT INTO programme_direction (id, agreement_id, number, title, starts_on, ends_on, document_sha256,
                                         recorded_at, recorded_by, recorded_by_role)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        ON CONFLICT (lower(number)) WHERE retracted_at IS NULL DO NOTHING RETURNING id
        """,
        uuid7(),
        agreement_id,
        direction["number"],
        direction["title"],
        direction["starts_on"],
        direction["ends_on"],
        direction["document_sha256"],
        now,
        by.subject,
        by.role,
    )
    if direction_id is None:
        raise AlreadyExists(f"the programme direction {direction['number']} is recorded already")
    return direction_id
