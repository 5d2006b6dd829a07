"""Writing of a plan's activities and targets, and of the copy that is kept of each version."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from shared.db import Connection
from shared.ids import uuid7

OUT_OF_THE_WAY: Final = 1000
"""More than a plan has activities: positions are unique, so those that go on are first moved."""


async def write_activities(
    conn: Connection, master_plan_id: UUID, ids: Sequence[UUID], activities: Sequence[Mapping[str, Any]]
) -> None:
    """Make these the plan's activities, in this order. Those that are not among them are no longer in force."""
    await conn.execute(
        "UPDATE master_plan_activity SET position = position + $2 WHERE master_plan_id = $1",
        master_plan_id,
        OUT_OF_THE_WAY,
    )
    await _upsert(conn, master_plan_id, ids, activities)
    await conn.execute(
        "DELETE FROM master_plan_activity WHERE master_plan_id = $1 AND position > $2",
        master_plan_id,
        OUT_OF_THE_WAY,
    )
    await _write_targets(conn, ids, activities)


async def _upsert(
    conn: Connection, master_plan_id: UUID, ids: Sequence[UUID], activities: Sequence[Mapping[str, Any]]
) -> None:
    await conn.executemany(
        """
        INSERT INTO master_plan_activity (id, master_plan_id, position, title, detail, sector, priority, sdgs,
                                          regions, from_year, to_year, budget, currency, outcome_indicator)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
        ON CONFLICT (id) DO UPDATE SET
            position = EXCLUDED.position, title = EXCLUDED.title, detail = EXCLUDED.detail,
            sector = EXCLUDED.sector, priority = EXCLUDED.priority, sdgs = EXCLUDED.sdgs,
            regions = EXCLUDED.regions, from_year = EXCLUDED.from_year, to_year = EXCLUDED.to_year,
            budget = EXCLUDED.budget, currency = EXCLUDED.currency, outcome_indicator = EXCLUDED.outcome_indicator
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


async def _write_targets(conn: Connection, ids: Sequence[UUID], activities: Sequence[Mapping[str, Any]]) -> None:
    await conn.execute("DELETE FROM master_plan_target WHERE activity_id = ANY($1)", ids)
    await conn.executemany(
        "INSERT INTO master_plan_target (activity_id, year, region, value, unit) VALUES ($1, $2, $3, $4, $5)",
        [
            (activity_id, target["year"], target["region"], target["value"], target["unit"])
            for activity_id, activity in zip(ids, activities, strict=True)
            for target in activity["targets"]
        ],
    )


async def keep_version(conn: Connection, master_plan_id: UUID, *, reason: str | None) -> None:
    """A copy of the plan as it is in force now; nothing, if this version is kept already."""
    await conn.execute(
        """
        INSERT INTO master_plan_version (id, master_plan_id, version, activities, reason, approved_at, approved_by,
                                         approved_by_role)
        SELECT $2, p.id, p.version,
               (SELECT jsonb_agg(to_jsonb(a) - 'master_plan_id' - 'position' || jsonb_build_object(
                           'budget', a.budget::text,
                           'targets', coalesce((
                               SELECT jsonb_agg(jsonb_build_object('year', t.year, 'region', t.region,
                                                                   'value', t.value::text, 'unit', t.unit)
                                                ORDER BY t.year, t.region)
                               FROM master_plan_target t WHERE t.activity_id = a.id), '[]'))
                       ORDER BY a.position)
                FROM master_plan_activity a WHERE a.master_plan_id = p.id),
               $3, p.approved_at, p.approved_by, p.approved_by_role
        FROM master_plan p WHERE p.id = $1
        ON CONFLICT (master_plan_id, version) DO NOTHING
        """,
        master_plan_id,
        uuid7(),
        reason,
    )
