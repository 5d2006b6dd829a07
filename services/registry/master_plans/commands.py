"""Approval of master plans. Runs in the caller's transaction."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from services.registry.agreements.rules import Status
from services.registry.errors import AlreadyExists
from services.registry.events import MasterPlanActivity, MasterPlanApproved
from services.registry.master_plans.rules import Frame, Place, check_activities, may_approve
from services.registry.reference.queries import check_sectors
from shared.db import Connection
from shared.errors import ActionNotAllowed, NotAllowed, NotFound
from shared.events.append import emit
from shared.events.envelope import ActedBy
from shared.ids import uuid7


async def approve_master_plan(
    conn: Connection,
    agreement_id: UUID,
    *,
    activities: Sequence[Mapping[str, Any]],
    unit: str,
    by: ActedBy,
    now: datetime,
) -> UUID:
    """`activities`: their columns as they stand in the form; `unit`: the official's."""
    agreement = await conn.fetchrow(
        """
        SELECT ngo_id, status, regions, starts_on, ends_on, counterpart_unit FROM agreement
        WHERE id = $1 FOR UPDATE
        """,
        agreement_id,
    )
    if agreement is None:
        raise NotFound("there is no agreement with this id")
    if not may_approve(by.role, unit, agreement["counterpart_unit"]):
        raise NotAllowed(f"this needs the role fasker_officer, or an official of {agreement['counterpart_unit']}")
    if agreement["status"] != Status.SIGNED:
        raise ActionNotAllowed(f"a master plan needs a signed agreement; this one is {agreement['status']}")
    await _check(conn, agreement, activities)
    master_plan_id = await _insert(conn, agreement_id, by=by, now=now)
    ids = await _insert_activities(conn, master_plan_id, activities)
    emit(conn, _approved(agreement["ngo_id"], agreement_id, master_plan_id, ids, activities, by=by, now=now))
    return master_plan_id


async def _check(conn: Connection, agreement: Any, activities: Sequence[Mapping[str, Any]]) -> None:
    await check_sectors(
        conn,
        [activity["sector"] for activity in activities],
        [f"#/activities/{index}/sector" for index in range(len(activities))],
    )
    priorities = await conn.fetch("SELECT code, valid_from, valid_to FROM priority")
    check_activities(
        [Place(a["regions"], a["from_year"], a["to_year"], a["priority"]) for a in activities],
        Frame(frozenset(agreement["regions"]), agreement["starts_on"], agreement["ends_on"]),
        {row["code"]: (row["valid_from"].year, row["valid_to"].year) for row in priorities},
    )


async def _insert(conn: Connection, agreement_id: UUID, *, by: ActedBy, now: datetime) -> UUID:
    master_plan_id: UUID | None = await conn.fetchval(
        """
        INSERT INTO master_plan (id, agreement_id, approved_at, approved_by, approved_by_role)
        VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (agreement_id) DO NOTHING RETURNING id
        """,
        uuid7(),
        agreement_id,
        now,
        by.subject,
        by.role,
    )
    if master_plan_id is None:
        raise AlreadyExists("this agreement has its master plan already")
    return master_plan_id


async def _insert_activities(
    conn: Connection, master_plan_id: UUID, activities: Sequence[Mapping[str, Any]]
) -> list[UUID]:
    ids = [uuid7() for _ in activities]
    await conn.executemany(
        """
        INSERT INTO master_plan_activity (id, master_plan_id, position, title, detail, sector, priority, sdgs,
                                          regions, from_year, to_year, budget, currency, outcome_indicator)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
        """,
        [
            (
                activity_id,
                master_plan_id,
                position,
                activity["title"],
                activity["detail"],
                activity["sector"],
                activity["priority"],
                activity["sdgs"],
                activity["regions"],
                activity["from_year"],
                activity["to_year"],
                activity["budget"],
                activity["currency"],
                activity["outcome_indicator"],
            )
            for position, (activity_id, activity) in enumerate(zip(ids, activities, strict=True), start=1)
        ],
    )
    return ids


def _approved(
    ngo_id: UUID,
    agreement_id: UUID,
    master_plan_id: UUID,
    ids: Sequence[UUID],
    activities: Sequence[Mapping[str, Any]],
    *,
    by: ActedBy,
    now: datetime,
) -> MasterPlanApproved:
    return MasterPlanApproved(
        occurred_at=now,
        actor=by,
        ngo_id=ngo_id,
        regions=tuple(sorted({region for activity in activities for region in activity["regions"]})),
        agreement_id=agreement_id,
        master_plan_id=master_plan_id,
        activities=tuple(
            MasterPlanActivity(
                activity_id=activity_id,
                title=activity["title"],
                sector=activity["sector"],
                regions=tuple(activity["regions"]),
                from_year=activity["from_year"],
                to_year=activity["to_year"],
                budget=activity["budget"],
                currency=activity["currency"],
            )
            for activity_id, activity in zip(ids, activities, strict=True)
        ),
    )
