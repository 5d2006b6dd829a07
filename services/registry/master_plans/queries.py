"""Reads of master plans."""

from typing import Any
from uuid import UUID

from shared.db import Connection


async def find_master_plan(conn: Connection, agreement_id: UUID) -> dict[str, Any] | None:
    plan = await conn.fetchrow(
        """
        SELECT p.id, p.version, p.agreement_id, a.ngo_id, p.approved_at, p.approved_by_role
        FROM master_plan p JOIN agreement a ON a.id = p.agreement_id WHERE p.agreement_id = $1
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
    return {**plan, "activities": [dict(activity) for activity in activities]}
