"""Proposals of alignments and decisions on them. Each function runs in the caller's transaction."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from services.registry.agreements.rules import RUNNING
from services.registry.agreements.rules import Status as AgreementStatus
from services.registry.alignment import queries
from services.registry.alignment.rules import LIVE, Action, Frameworks, Status, advance, check_weight, may_decide
from services.registry.errors import AlreadyExists
from services.registry.events import AlignmentConfirmed, AlignmentProposed, AlignmentRejected, AlignmentWithdrawn
from shared.db import Connection
from shared.errors import ActionNotAllowed, InvalidInput, NotAllowed, NotFound, expect_version
from shared.events.append import emit
from shared.events.envelope import ActedBy
from shared.ids import uuid7

NOT_YOURS: Final = "there is no such activity in a master plan of your organisation"


async def propose_alignment(
    conn: Connection,
    activity_id: UUID,
    *,
    ngo_id: UUID,
    item: str,
    weight: int,
    note: str,
    by: ActedBy,
    now: datetime,
) -> UUID:
    activity = await _lock_activity(conn, activity_id)
    if activity is None or activity["ngo_id"] != ngo_id:
        raise NotFound(NOT_YOURS)
    if AgreementStatus(activity["agreement_status"]) not in RUNNING:
        raise ActionNotAllowed(f"this needs an agreement in force; this one is {activity['agreement_status']}")
    frameworks = await queries.frameworks(conn)
    _check_item(item, frameworks, activity)
    await _check_weight(conn, activity_id, item, weight)
    alignment_id = await _insert(conn, activity_id, item=item, weight=weight, note=note, by=by, now=now)
    emit(
        conn,
        AlignmentProposed(
            occurred_at=now,
            actor=by,
            ngo_id=ngo_id,
            regions=tuple(activity["regions"]),
            activity_id=activity_id,
            alignment_id=alignment_id,
            item=item,
            weight=weight,
        ),
    )
    return alignment_id


async def _lock_activity(conn: Connection, activity_id: UUID) -> Any | None:
    """So that of two proposals at once the second sees the weight of the first. Its organisation is whoever holds the
    agreement now.
    """
    return await conn.fetchrow(
        """
        SELECT m.regions, m.from_year, m.to_year, coalesce(a.passed_to_ngo_id, a.ngo_id) AS ngo_id,
               a.status AS agreement_status, a.counterpart_unit
        FROM master_plan_activity m JOIN master_plan p ON p.id = m.master_plan_id
        JOIN agreement a ON a.id = p.agreement_id
        WHERE m.id = $1 FOR UPDATE OF m
        """,
        activity_id,
    )


def _check_item(item: str, frameworks: Frameworks, activity: Any) -> None:
    if item not in frameworks.of_item:
        raise InvalidInput.field("#/item", "must be the code of an item in GET /v1/frameworks/{framework}")
    own = frameworks.of(item)
    if not own.years(activity["from_year"], activity["to_year"]):
        raise InvalidInput.field(
            "#/item",
            f"{own.code} holds from {own.first_year} to {own.last_year}, the activity in no year of these",
            rule="V04",
        )


async def _check_weight(conn: Connection, activity_id: UUID, item: str, weight: int) -> None:
    rows = await conn.fetch(
        """
        SELECT a.weight FROM alignment a JOIN priority_item i ON i.code = a.item
        WHERE a.activity_id = $1 AND a.status = ANY($2::text[]) AND a.item <> $3
          AND i.framework = (SELECT framework FROM priority_item WHERE code = $3)
        """,
        activity_id,
        [str(status) for status in LIVE],
        item,
    )
    check_weight(weight, [row["weight"] for row in rows])


async def _insert(
    conn: Connection, activity_id: UUID, *, item: str, weight: int, note: str, by: ActedBy, now: datetime
) -> UUID:
    alignment_id: UUID | None = await conn.fetchval(
        """
        INSERT INTO alignment (id, activity_id, item, weight, note, status, proposed_at, proposed_by, proposed_by_role)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        ON CONFLICT (activity_id, item) WHERE status IN ('proposed', 'confirmed') DO NOTHING RETURNING id
        """,
        uuid7(),
        activity_id,
        item,
        weight,
        note,
        Status.PROPOSED,
        now,
        by.subject,
        by.role,
    )
    if alignment_id is None:
        raise AlreadyExists(f"this activity is aligned with {item} already; withdraw that to change it")
    return alignment_id


async def _lock_alignment(conn: Connection, activity_id: UUID, alignment_id: UUID) -> Any | None:
    return await conn.fetchrow(
        """
        SELECT l.id, l.version, l.status, l.item, l.weight, l.proposed_by, l.activity_id, m.regions,
               coalesce(a.passed_to_ngo_id, a.ngo_id) AS ngo_id, a.counterpart_unit
        FROM alignment l JOIN master_plan_activity m ON m.id = l.activity_id
        JOIN master_plan p ON p.id = m.master_plan_id JOIN agreement a ON a.id = p.agreement_id
        WHERE l.id = $2 AND l.activity_id = $1 FOR UPDATE OF l
        """,
        activity_id,
        alignment_id,
    )


async def decide_alignment(
    conn: Connection,
    activity_id: UUID,
    alignment_id: UUID,
    *,
    confirm: bool,
    reason: str | None,
    unit: str,
    version: int,
    by: ActedBy,
    now: datetime,
) -> None:
    """`unit`: the official's."""
    alignment = await _lock_alignment(conn, activity_id, alignment_id)
    if alignment is None:
        raise NotFound("there is no such alignment of this activity")
    if not may_decide(by.role, unit, alignment["counterpart_unit"]):
        raise NotAllowed(f"this needs the role fasker_officer, or an official of {alignment['counterpart_unit']}")
    expect_version(alignment["version"], version)
    if alignment["proposed_by"] == by.subject:
        raise NotAllowed("whoever proposed an alignment can't decide on it", rule="V23")
    status = advance(Status(alignment["status"]), Action.CONFIRM if confirm else Action.REJECT)
    await conn.execute(
        """
        UPDATE alignment SET status = $2, version = version + 1, reason = $3, decided_at = $4, decided_by = $5,
                             decided_by_role = $6
        WHERE id = $1
        """,
        alignment_id,
        status,
        reason,
        now,
        by.subject,
        by.role,
    )
    about = _about(alignment, by=by, now=now)
    emit(conn, AlignmentConfirmed(**about) if confirm else AlignmentRejected(**about, reason=reason or ""))


async def withdraw_alignment(
    conn: Connection,
    activity_id: UUID,
    alignment_id: UUID,
    *,
    ngo_id: UUID,
    reason: str,
    version: int,
    by: ActedBy,
    now: datetime,
) -> None:
    alignment = await _lock_alignment(conn, activity_id, alignment_id)
    if alignment is None or alignment["ngo_id"] != ngo_id:
        raise NotFound(NOT_YOURS)
    expect_version(alignment["version"], version)
    status = advance(Status(alignment["status"]), Action.WITHDRAW)
    await conn.execute(
        "UPDATE alignment SET status = $2, version = version + 1, reason = $3 WHERE id = $1",
        alignment_id,
        status,
        reason,
    )
    emit(conn, AlignmentWithdrawn(**_about(alignment, by=by, now=now), reason=reason))


def _about(alignment: Any, *, by: ActedBy, now: datetime) -> dict[str, Any]:
    return {
        "occurred_at": now,
        "actor": by,
        "ngo_id": alignment["ngo_id"],
        "regions": tuple(alignment["regions"]),
        "activity_id": alignment["activity_id"],
        "alignment_id": alignment["id"],
        "item": alignment["item"],
        "weight": alignment["weight"],
    }
