"""Reads of master plans: the version in force, and those before it."""

from typing import Any, Final
from uuid import UUID

from shared.db import Connection
from shared.http.paging import PageRequest, Sorting, fetch_page

VERSIONS: Final = Sorting("v.id", version=("v.version", int))


async def find_master_plan(conn: Connection, agreement_id: UUID) -> dict[str, Any] | None:
    plan = await conn.fetchrow(
        """
        SELECT p.id, p.version, p.agreement_id, a.ngo_id, p.approved_at, p.approved_by_role, v.reason
        FROM master_plan p
        JOIN agreement a ON a.id = p.agreement_id
        LEFT JOIN master_plan_version v ON v.master_plan_id = p.id AND v.version = p.version
        WHERE p.agreement_id = $1
        """,
        agreement_id,
    )
    if plan is None:
        return None
    activities = await conn.fetch(
        """
        SELECT id, title, detail, sector, priority, sdgs, regions, from_year, to_year, budget, currency,
               outcome_indicator
        FROM master_plan_activity WHERE master_plan_id = $1 ORDER BY position
        """,
        plan["id"],
    )
    targets: dict[UUID, list[Any]] = {activity["id"]: [] for activity in activities}
    for target in await conn.fetch(
        """
        SELECT activity_id, year, region, value, unit FROM master_plan_target
        WHERE activity_id = ANY($1) ORDER BY year, region
        """,
        list(targets),
    ):
        targets[target["activity_id"]].append(dict(target))
    return {**plan, "activities": [{**activity, "targets": targets[activity["id"]]} for activity in activities]}


async def list_versions(conn: Connection, agreement_id: UUID, page: PageRequest) -> list[Any]:
    return await fetch_page(
        conn,
        page,
        """
        SELECT v.id, v.version, v.reason, v.approved_at, v.approved_by_role,
               jsonb_array_length(v.activities) AS activities_count
        FROM master_plan_version v JOIN master_plan p ON p.id = v.master_plan_id
        WHERE p.agreement_id = $1
        """,
        agreement_id,
        sorting=VERSIONS,
    )


async def find_version(conn: Connection, agreement_id: UUID, version: int) -> Any | None:
    """As it was approved, whatever became of the plan since."""
    return await conn.fetchrow(
        """
        SELECT p.id, v.version, p.agreement_id, a.ngo_id, v.approved_at, v.approved_by_role, v.reason, v.activities
        FROM master_plan_version v
        JOIN master_plan p ON p.id = v.master_plan_id
        JOIN agreement a ON a.id = p.agreement_id
        WHERE p.agreement_id = $1 AND v.version = $2
        """,
        agreement_id,
        version,
    )
