"""Approval and amendment of master plans. Each function runs in the caller's transaction."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from services.registry.agreements.rules import RUNNING, Status
from services.registry.errors import AlreadyExists
from services.registry.events import MasterPlanActivity, MasterPlanAmended, MasterPlanApproved
from services.registry.master_plans.activities import keep_version, write_activities
from services.registry.master_plans.rules import Frame, Place, check_activities, check_identity, may_approve
from services.registry.reference.queries import check_sectors
from shared.db import Connection
from shared.errors import ActionNotAllowed, NotAllowed, NotFound, expect_version
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
    agreement = await _lock_agreement(conn, agreement_id, unit=unit, by=by)
    if Status(agreement["status"]) not in RUNNING:
        raise ActionNotAllowed(f"a master plan needs a running agreement; this one is {agreement['status']}")
    await _check(conn, agreement, activities)
    master_plan_id = await _insert(conn, agreement_id, by=by, now=now)
    ids = [uuid7() for _ in activities]
    await write_activities(conn, master_plan_id, ids, activities)
    await keep_version(conn, master_plan_id, reason=None)
    emit(
        conn,
        MasterPlanApproved(
            occurred_at=now,
            actor=by,
            ngo_id=agreement["ngo_id"],
            regions=_regions(activities),
            agreement_id=agreement_id,
            master_plan_id=master_plan_id,
            activities=_told(ids, activities),
        ),
    )
    return master_plan_id


async def amend_master_plan(
    conn: Connection,
    agreement_id: UUID,
    *,
    activities: Sequence[Mapping[str, Any]],
    reason: str,
    version: int,
    unit: str,
    by: ActedBy,
    now: datetime,
) -> int:
    """The whole plan as it is from now on, under the number that is returned; `activities` with `id` go on."""
    agreement = await _lock_agreement(conn, agreement_id, unit=unit, by=by)
    plan = await conn.fetchrow("SELECT id, version FROM master_plan WHERE agreement_id = $1 FOR UPDATE", agreement_id)
    if plan is None:
        raise NotFound("there is no master plan of such an agreement")
    expect_version(plan["version"], version)
    if Status(agreement["status"]) not in RUNNING:
        raise ActionNotAllowed(f"an amendment needs a running agreement; this one is {agreement['status']}")
    rows = await conn.fetch("SELECT id, regions FROM master_plan_activity WHERE master_plan_id = $1", plan["id"])
    before = {row["id"]: row["regions"] for row in rows}
    check_identity([activity["id"] for activity in activities], before)
    await _check(conn, agreement, activities)
    ids = [activity["id"] or uuid7() for activity in activities]
    await _write_version(conn, plan["id"], ids, activities, reason=reason, by=by, now=now)
    emit(
        conn,
        MasterPlanAmended(
            occurred_at=now,
            actor=by,
            ngo_id=agreement["ngo_id"],
            regions=_regions(activities, before.values()),
            agreement_id=agreement_id,
            master_plan_id=plan["id"],
            version=version + 1,
            reason=reason,
            activities=_told(ids, activities),
            dropped_activity_ids=tuple(sorted(before.keys() - set(ids))),
        ),
    )
    return version + 1


async def _lock_agreement(conn: Connection, agreement_id: UUID, *, unit: str, by: ActedBy) -> Any:
    """The agreement, if this official may approve under it."""
    agreement = await conn.fetchrow(
        """
        SELECT ngo_id, status, regions, starts_on, ends_on, counterpart_unit
        FROM agreement WHERE id = $1 FOR UPDATE
        """,
        agreement_id,
    )
    if agreement is None:
        raise NotFound("there is no agreement with this id")
    if not may_approve(by.role, unit, agreement["counterpart_unit"]):
        raise NotAllowed(f"this needs the role fasker_officer, or an official of {agreement['counterpart_unit']}")
    return agreement


async def _check(conn: Connection, agreement: Any, activities: Sequence[Mapping[str, Any]]) -> None:
    await check_sectors(
        conn,
        [activity["sector"] for activity in activities],
        [f"#/activities/{index}/sector" for index in range(len(activities))],
    )
    priorities = await conn.fetch("SELECT code, valid_from, valid_to FROM priority")
    check_activities(
        [
            Place(
                a["regions"],
                a["from_year"],
                a["to_year"],
                a["priority"],
                [(target["year"], target["region"]) for target in a["targets"]],
            )
            for a in activities
        ],
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


async def _write_version(
    conn: Connection,
    master_plan_id: UUID,
    ids: Sequence[UUID],
    activities: Sequence[Mapping[str, Any]],
    *,
    reason: str,
    by: ActedBy,
    now: datetime,
) -> None:
    """The next version, after the one before is kept for certain: earlier code kept none."""
    await keep_version(conn, master_plan_id, reason=None)
    await conn.execute(
        """
        UPDATE master_plan
        SET version = version + 1, approved_at = $2, approved_by = $3, approved_by_role = $4
        WHERE id = $1
        """,
        master_plan_id,
        now,
        by.subject,
        by.role,
    )
    await write_activities(conn, master_plan_id, ids, activities)
    await keep_version(conn, master_plan_id, reason=reason)


def _regions(activities: Sequence[Mapping[str, Any]], before: Collection[Sequence[str]] = ()) -> tuple[str, ...]:
    """Whom it concerns: where the plan works, and where it worked before."""
    now = {region for activity in activities for region in activity["regions"]}
    return tuple(sorted(now.union(*before)))


def _told(ids: Sequence[UUID], activities: Sequence[Mapping[str, Any]]) -> tuple[MasterPlanActivity, ...]:
    return tuple(
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
    )
