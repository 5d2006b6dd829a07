"""What can be done to a work plan. Each function runs in the caller's transaction."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import asyncpg

from services.reporting import events
from services.reporting.access import Member
from services.reporting.copies import queries as copies
from services.reporting.obligations import commands as obligations
from services.reporting.obligations.rules import UNMET
from services.reporting.obligations.rules import Status as ObligationStatus
from services.reporting.states import advance
from services.reporting.submission import versions
from services.reporting.submission.rules import Action, Status
from services.reporting.work_plans import rules
from services.reporting.work_plans.content import WorkPlanContent
from shared.clock import JAKARTA
from shared.db import Connection
from shared.errors import ActionNotAllowed, InvalidInput, NotFound, expect_version
from shared.events.append import emit
from shared.events.envelope import ActedBy
from shared.ids import uuid7
from shared.regions import check_codes


async def create(conn: Connection, plan: WorkPlanContent, *, member: Member) -> UUID:
    """Draft a plan. What it must be like is judged when it is submitted."""
    if await copies.agreement_of(conn, plan.agreement_id, ngo_id=member.ngo_id) is None:
        raise InvalidInput.field("#/agreement_id", "must be an agreement of your organisation", rule="V04")
    rules.check_edit(plan, agreement_id=plan.agreement_id, year=plan.year, activity_ids=())
    rules.check_regions(plan, await copies.agreed_regions(conn, plan.agreement_id))
    plan_id = uuid7()
    await conn.execute(
        """
        INSERT INTO work_plan (id, ngo_id, agreement_id, year, content, regions)
        VALUES ($1, $2, $3, $4, $5, $6)
        """,
        plan_id,
        member.ngo_id,
        plan.agreement_id,
        plan.year,
        _with_activity_ids(plan),
        plan.regions,
    )
    return plan_id


async def edit(conn: Connection, plan_id: UUID, plan: WorkPlanContent, *, version: int, member: Member) -> None:
    row = await lock_plan(conn, plan_id, ngo_id=member.ngo_id)
    expect_version(row["version"], version)
    status = advance_plan(row, Action.EDIT)
    known_ids = {UUID(activity["id"]) for activity in row["content"]["activities"]}
    rules.check_edit(plan, agreement_id=row["agreement_id"], year=row["year"], activity_ids=known_ids)
    rules.check_regions(plan, await copies.agreed_regions(conn, row["agreement_id"]))
    await conn.execute(
        "UPDATE work_plan SET status = $2, content = $3, regions = $4, version = version + 1 WHERE id = $1",
        plan_id,
        status,
        _with_activity_ids(plan),
        plan.regions,
    )


async def add_minutes(
    conn: Connection,
    plan_id: UUID,
    *,
    region: str,
    held_on: date,
    document_number: str,
    document_sha256: str,
    member: Member,
    now: datetime,
) -> None:
    """The minutes (BAP) of the discussion with one regency. Those that are there are not replaced."""
    row = await lock_plan(conn, plan_id, ngo_id=member.ngo_id)
    advance_plan(row, Action.EDIT)
    if held_on > now.astimezone(JAKARTA).date():
        raise InvalidInput.field("#/held_on", "must not be in the future", rule="V05")
    check_codes([("#/region", region)], on=held_on, agreed=row["regions"])
    added = await conn.fetchval(
        """
        INSERT INTO discussion_minutes
            (work_plan_id, region, held_on, document_number, document_sha256, added_by, added_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING RETURNING true
        """,
        plan_id,
        region,
        held_on,
        document_number,
        document_sha256,
        member.subject,
        now,
    )
    if not added:
        raise ActionNotAllowed(f"the minutes of the discussion in {region} are there already", rule="V05")
    await conn.execute("UPDATE work_plan SET version = version + 1 WHERE id = $1", plan_id)


async def submit(conn: Connection, plan_id: UUID, *, version: int, member: Member, now: datetime) -> None:
    """Hand the plan to the technical unit; that meets the obligation to plan the year."""
    row = await lock_plan(conn, plan_id, ngo_id=member.ngo_id)
    expect_version(row["version"], version)
    status = advance_plan(row, Action.SUBMIT)
    plan = WorkPlanContent.model_validate(row["content"])
    rules.check_submission(plan, await _known(conn, row, now))
    submitted_version = row["submitted_version"] + 1
    digest = await versions.add_version(
        conn, plan_id, submitted_version, row["content"], submitted_by=member.subject, now=now
    )
    submitted = await conn.fetchrow(
        """
        UPDATE work_plan
        SET status = $2, submitted_version = $3, submitted_at = $4, submitted_by = $5, version = version + 1
        WHERE id = $1 RETURNING *
        """,
        plan_id,
        status,
        submitted_version,
        now,
        member.subject,
    )
    about = about_plan(submitted) | {"occurred_at": now, "actor": member.acted_by}
    emit(conn, events.WorkPlanSubmitted(**about, content_sha256=digest))
    due = await obligations.work_plan_obligation(conn, row["ngo_id"], row["agreement_id"], row["year"], UNMET)
    if due is not None:
        await obligations.fulfil(conn, due, acted_by=member.acted_by, now=now)


async def withdraw(conn: Connection, plan_id: UUID, *, version: int, member: Member, now: datetime) -> None:
    row = await lock_plan(conn, plan_id, ngo_id=member.ngo_id)
    expect_version(row["version"], version)
    await set_status(conn, plan_id, advance_plan(row, Action.WITHDRAW))
    if row["submitted_version"] > 0:
        submitted_in = await versions.submitted_regions(conn, plan_id, row["submitted_version"])
        about = about_plan(row) | {"regions": tuple(submitted_in), "occurred_at": now, "actor": member.acted_by}
        emit(conn, events.WorkPlanWithdrawn(**about))
        reason = "the work plan was withdrawn"
        await reopen_obligation(conn, row, reason=reason, by=member.acted_by, now=now)


async def pass_to_successor(conn: Connection, ngo_id: UUID, successor_id: UUID) -> None:
    """A merged NGO's plans are its successor's to carry out and to report on."""
    await conn.execute(
        "UPDATE work_plan SET ngo_id = $2, version = version + 1 WHERE ngo_id = $1", ngo_id, successor_id
    )


async def lock_plan(conn: Connection, plan_id: UUID, *, ngo_id: UUID | None = None) -> asyncpg.Record:
    """The plan of this NGO or, for officials, one that was submitted."""
    row = await conn.fetchrow(
        """
        SELECT * FROM work_plan WHERE id = $1 AND CASE WHEN $2::uuid IS NULL THEN submitted_version > 0
                                                       ELSE ngo_id = $2 END
        FOR UPDATE
        """,
        plan_id,
        ngo_id,
    )
    if row is None:
        raise NotFound("there is no such work plan, or none that you may see")
    return row


async def _known(conn: Connection, row: asyncpg.Record, now: datetime) -> rules.Known:
    minutes = await conn.fetch("SELECT region FROM discussion_minutes WHERE work_plan_id = $1", row["id"])
    return rules.Known(
        agreement=await copies.lock_agreement(conn, row["agreement_id"]),
        budgets=await copies.master_plan_budgets(conn, row["agreement_id"]),
        partners=await copies.partner_registrations(conn, row["ngo_id"]),
        minutes={minute["region"] for minute in minutes},
        approved_already=await another_is_approved(conn, row),
        today=now.astimezone(JAKARTA).date(),
    )


async def another_is_approved(conn: Connection, row: asyncpg.Record) -> bool:
    found: bool = await conn.fetchval(
        """
        SELECT EXISTS (SELECT 1 FROM work_plan
                       WHERE agreement_id = $1 AND year = $2 AND status = 'approved' AND id <> $3)
        """,
        row["agreement_id"],
        row["year"],
        row["id"],
    )
    return found


async def reopen_obligation(conn: Connection, row: asyncpg.Record, *, reason: str, by: ActedBy, now: datetime) -> None:
    met = await obligations.work_plan_obligation(
        conn, row["ngo_id"], row["agreement_id"], row["year"], [ObligationStatus.FULFILLED]
    )
    if met is not None:
        await obligations.reopen(conn, met, reason=reason, acted_by=by, now=now)


async def set_status(conn: Connection, plan_id: UUID, status: Status) -> None:
    await conn.execute("UPDATE work_plan SET status = $2, version = version + 1 WHERE id = $1", plan_id, status)


def advance_plan(row: asyncpg.Record, action: Action) -> Status:
    return advance(rules.NEXT, Status(row["status"]), action, of="a work plan")


def _with_activity_ids(plan: WorkPlanContent) -> dict[str, Any]:
    content = plan.model_dump(mode="json")
    for activity in content["activities"]:
        activity["id"] = activity["id"] or str(uuid7())
    return content


def about_plan(row: asyncpg.Record) -> dict[str, Any]:
    """The fields that all events of a work plan have."""
    return {
        "ngo_id": row["ngo_id"],
        "regions": tuple(row["regions"]),
        "work_plan_id": row["id"],
        "agreement_id": row["agreement_id"],
        "year": row["year"],
        "version": row["submitted_version"],
    }
