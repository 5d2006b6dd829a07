"""What the technical unit (Satker) does with a submitted work plan, in the caller's transaction."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from services.reporting import events
from services.reporting.access import acted_by
from services.reporting.copies import queries as copies
from services.reporting.submission import versions
from services.reporting.submission.rules import Action, Status, check_comments, check_reviewer
from services.reporting.work_plans import rules
from services.reporting.work_plans.commands import (
    about_plan,
    advance_plan,
    another_is_approved,
    lock_plan,
    reopen_obligation,
    set_status,
)
from services.reporting.work_plans.content import WorkPlanContent
from shared.db import Connection
from shared.errors import ActionNotAllowed, expect_version
from shared.events.append import emit
from shared.http.auth import Actor


async def take_up(conn: Connection, plan_id: UUID, *, version: int, actor: Actor) -> None:
    row = await _lock_for_review(conn, plan_id, actor)
    expect_version(row["version"], version)
    await set_status(conn, plan_id, advance_plan(row, Action.TAKE_UP))


async def decide(
    conn: Connection,
    plan_id: UUID,
    decision: Status,
    *,
    reason: str | None,
    comments: Sequence[dict[str, Any]],
    version: int,
    actor: Actor,
    now: datetime,
) -> None:
    """Approve, reject, or ask for a revision with comments on fields. Each decision is on one version."""
    row = await _lock_for_review(conn, plan_id, actor)
    expect_version(row["version"], version)
    status = advance_plan(row, rules.DECISIONS[decision])
    fields = [comment["field"] for comment in comments]
    check_comments(row["content"], fields)
    if status is Status.APPROVED:
        await _keep_activities(conn, row)
    await versions.add_decision(
        conn,
        plan_id,
        row["submitted_version"],
        status,
        reason=reason,
        comments=comments,
        decided_by=actor.subject,
        now=now,
    )
    await set_status(conn, plan_id, status)
    by = acted_by(actor, "satker_officer")
    about = about_plan(row) | {"occurred_at": now, "actor": by}
    match status:
        case Status.APPROVED:
            emit(conn, events.WorkPlanApproved(**about, activities=_activities(row["content"])))
        case Status.REVISION_REQUESTED:
            emit(conn, events.WorkPlanRevisionRequested(**about, commented_fields=tuple(fields)))
        case _:
            emit(conn, events.WorkPlanRejected(**about, reason=reason or ""))
            await reopen_obligation(conn, row, reason="the work plan was rejected", by=by, now=now)


async def _lock_for_review(conn: Connection, plan_id: UUID, actor: Actor) -> asyncpg.Record:
    """A submitted plan that this official may review."""
    row = await lock_plan(conn, plan_id)
    rules.check_unit(actor.unit, await copies.counterpart_unit(conn, row["agreement_id"]))
    check_reviewer(actor.subject, row["submitted_by"])
    return row


async def _keep_activities(conn: Connection, row: asyncpg.Record) -> None:
    """The one plan of its agreement and year whose activities are reported on from now on."""
    await copies.lock_agreement(conn, row["agreement_id"])
    if await another_is_approved(conn, row):
        raise ActionNotAllowed(f"another plan of {row['year']} is approved already", rule="V03")
    plan = WorkPlanContent.model_validate(row["content"])
    rules.check_against_master_plan(plan, await copies.master_plan_budgets(conn, row["agreement_id"]))
    await conn.executemany(
        """
        INSERT INTO approved_activity (id, work_plan_id, agreement_id, year, target, months)
        VALUES ($1, $2, $3, $4, $5, $6)
        """,
        [
            (activity.id, row["id"], plan.agreement_id, plan.year, activity.target, activity.months)
            for activity in plan.activities
        ],
    )


def _activities(content: Any) -> tuple[events.WorkPlanActivity, ...]:
    return tuple(
        events.WorkPlanActivity(
            activity_id=activity["id"],
            master_plan_activity_id=activity["master_plan_activity_id"],
            title=activity["title"],
            regions=tuple(activity["regions"]),
        )
        for activity in content["activities"]
    )
