"""From reporting: the activities of approved work plans, and what is overdue."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel

from shared.db import Connection


class WorkPlanActivity(BaseModel):
    activity_id: UUID
    title: str
    regions: tuple[str, ...]


class WorkPlanApproved(BaseModel):
    work_plan_id: UUID
    agreement_id: UUID
    year: int
    activities: tuple[WorkPlanActivity, ...]


class ObligationOverdue(BaseModel):
    obligation_id: UUID
    ngo_id: UUID
    due_on: date


class ObligationSettled(BaseModel):
    """Fulfilled, extended or waived."""

    obligation_id: UUID


async def replace_activities(conn: Connection, event: WorkPlanApproved) -> None:
    """The newest approved version of a plan is the plan."""
    await conn.execute("DELETE FROM work_plan_activity WHERE work_plan_id = $1", event.work_plan_id)
    await conn.executemany(
        """
        INSERT INTO work_plan_activity (id, work_plan_id, agreement_id, year, title, regions)
        VALUES ($1, $2, $3, $4, $5, $6)
        """,
        [
            (a.activity_id, event.work_plan_id, event.agreement_id, event.year, a.title, a.regions)
            for a in event.activities
        ],
    )


async def note_overdue(conn: Connection, event: ObligationOverdue) -> None:
    await conn.execute(
        """
        INSERT INTO overdue_obligation (id, ngo_id, due_on) VALUES ($1, $2, $3)
        ON CONFLICT (id) DO UPDATE SET ngo_id = EXCLUDED.ngo_id, due_on = EXCLUDED.due_on
        """,
        event.obligation_id,
        event.ngo_id,
        event.due_on,
    )


async def forget_overdue(conn: Connection, event: ObligationSettled) -> None:
    await conn.execute("DELETE FROM overdue_obligation WHERE id = $1", event.obligation_id)
