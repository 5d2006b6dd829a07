"""What can be done to a report. Each function runs in the caller's transaction."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from services.reporting import events
from services.reporting.access import Member, acted_by
from services.reporting.obligations import commands as obligations
from services.reporting.obligations.rules import UNMET, period_dates
from services.reporting.reports import rules
from services.reporting.reports.content import ReportContent
from services.reporting.reports.rules import PlannedActivity
from services.reporting.states import advance
from services.reporting.submission import versions
from services.reporting.submission.rules import Action, Status, check_comments, check_reviewer
from shared.clock import JAKARTA
from shared.db import Connection
from shared.errors import ActionNotAllowed, InvalidInput, NotFound, expect_version
from shared.events.append import emit
from shared.http.auth import Actor
from shared.ids import uuid7
from shared.regions import check_codes


async def create(conn: Connection, report: ReportContent, *, member: Member) -> UUID:
    """Draft the report that an obligation asks for. There is one at a time."""
    due = await conn.fetchrow(
        """
        SELECT agreement_id, kind, period FROM obligation
        WHERE id = $1 AND ngo_id = $2 AND kind IN ('semester_report', 'annual_report') AND status = ANY($3)
        """,
        report.obligation_id,
        member.ngo_id,
        list(UNMET),
    )
    if due is None:
        raise InvalidInput.field("#/obligation_id", "must be a report that your organisation still owes")
    await _check_regions(conn, report, due)
    report_id: UUID | None = await conn.fetchval(
        """
        INSERT INTO report (id, ngo_id, obligation_id, agreement_id, kind, period, content, regions)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        ON CONFLICT (obligation_id) WHERE status <> 'withdrawn' DO NOTHING RETURNING id
        """,
        uuid7(),
        member.ngo_id,
        report.obligation_id,
        due["agreement_id"],
        due["kind"],
        due["period"],
        report.model_dump(mode="json"),
        report.regions,
    )
    if report_id is None:
        raise ActionNotAllowed("there is a report on this obligation already; edit or withdraw that one")
    return report_id


async def edit(conn: Connection, report_id: UUID, report: ReportContent, *, version: int, member: Member) -> None:
    row = await _lock(conn, report_id, ngo_id=member.ngo_id)
    expect_version(row["version"], version)
    status = _advance(row, Action.EDIT)
    rules.check_edit(report, obligation_id=row["obligation_id"])
    await _check_regions(conn, report, row)
    await conn.execute(
        "UPDATE report SET status = $2, content = $3, regions = $4, version = version + 1 WHERE id = $1",
        report_id,
        status,
        report.model_dump(mode="json"),
        report.regions,
    )


async def submit(conn: Connection, report_id: UUID, *, version: int, member: Member, now: datetime) -> None:
    """Hand the report in. The first submission meets the obligation, and says whether that was in time."""
    row = await _lock(conn, report_id, ngo_id=member.ngo_id)
    expect_version(row["version"], version)
    status = _advance(row, Action.SUBMIT)
    rules.check_submission(
        ReportContent.model_validate(row["content"]),
        period=row["period"],
        approved=await _approved_activities(conn, row),
        today=now.astimezone(JAKARTA).date(),
    )
    days_late = row["days_late"]
    if days_late is None:
        met = await obligations.fulfil(conn, row["obligation_id"], acted_by=member.acted_by, now=now)
        days_late = met["days_late"]
    submitted_version = row["submitted_version"] + 1
    digest = await versions.add_version(
        conn, report_id, submitted_version, row["content"], submitted_by=member.subject, now=now
    )
    submitted = await conn.fetchrow(
        """
        UPDATE report SET status = $2, submitted_version = $3, submitted_at = $4, submitted_by = $5,
                          days_late = $6, version = version + 1
        WHERE id = $1 RETURNING *
        """,
        report_id,
        status,
        submitted_version,
        now,
        member.subject,
        days_late,
    )
    about = _about(submitted) | {"occurred_at": now, "actor": member.acted_by}
    emit(
        conn,
        events.ReportSubmitted(**about, on_time=days_late == 0, days_late=days_late, content_sha256=digest),
    )


async def take_up(conn: Connection, report_id: UUID, *, version: int, actor: Actor) -> None:
    row = await _lock(conn, report_id)
    expect_version(row["version"], version)
    check_reviewer(actor.subject, row["submitted_by"])
    await _set_status(conn, report_id, _advance(row, Action.TAKE_UP))


async def decide(
    conn: Connection,
    report_id: UUID,
    decision: Status,
    *,
    comments: Sequence[dict[str, Any]],
    version: int,
    actor: Actor,
    now: datetime,
) -> None:
    """Accept, or ask for a revision with comments on fields. Each decision is on one version."""
    row = await _lock(conn, report_id)
    expect_version(row["version"], version)
    check_reviewer(actor.subject, row["submitted_by"])
    status = _advance(row, rules.DECISIONS[decision])
    fields = [comment["field"] for comment in comments]
    check_comments(row["content"], fields)
    await versions.add_decision(
        conn,
        report_id,
        row["submitted_version"],
        status,
        reason=None,
        comments=comments,
        decided_by=actor.subject,
        now=now,
    )
    await _set_status(conn, report_id, status)
    about = _about(row) | {"occurred_at": now, "actor": acted_by(actor, "fasker_officer", "fasker_head")}
    if status is Status.ACCEPTED:
        emit(conn, events.ReportAccepted(**about))
    else:
        emit(conn, events.ReportRevisionRequested(**about, commented_fields=tuple(fields)))


async def withdraw(conn: Connection, report_id: UUID, *, version: int, member: Member, now: datetime) -> None:
    """Take the report back; then it is due again."""
    row = await _lock(conn, report_id, ngo_id=member.ngo_id)
    expect_version(row["version"], version)
    await _set_status(conn, report_id, _advance(row, Action.WITHDRAW))
    if row["submitted_version"] > 0:
        submitted_in = await versions.submitted_regions(conn, report_id, row["submitted_version"])
        about = _about(row) | {"regions": tuple(submitted_in), "occurred_at": now, "actor": member.acted_by}
        emit(conn, events.ReportWithdrawn(**about))
        await obligations.reopen(
            conn,
            row["obligation_id"],
            reason="the report was withdrawn",
            acted_by=member.acted_by,
            now=now,
        )


async def _lock(conn: Connection, report_id: UUID, *, ngo_id: UUID | None = None) -> asyncpg.Record:
    """The report of this NGO or, for officials, one that was submitted."""
    row = await conn.fetchrow(
        """
        SELECT * FROM report WHERE id = $1 AND CASE WHEN $2::uuid IS NULL THEN submitted_version > 0
                                                    ELSE ngo_id = $2 END
        FOR UPDATE
        """,
        report_id,
        ngo_id,
    )
    if row is None:
        raise NotFound("there is no such report, or none that you may see")
    return row


async def _approved_activities(conn: Connection, row: asyncpg.Record) -> dict[UUID, PlannedActivity]:
    first, _ = period_dates(row["period"])
    rows = await conn.fetch(
        "SELECT id, target, months FROM approved_activity WHERE agreement_id = $1 AND year = $2",
        row["agreement_id"],
        first.year,
    )
    return {activity["id"]: PlannedActivity(activity["target"], activity["months"]) for activity in rows}


async def _check_regions(conn: Connection, report: ReportContent, due: asyncpg.Record) -> None:
    """V17: codes that hold on some day of the period, or those of the approved work plan or of its agreement."""
    first, last = period_dates(due["period"])
    planned = await conn.fetchval(
        """
        SELECT a.regions || coalesce((SELECT p.regions FROM work_plan p
                                      WHERE p.agreement_id = a.id AND p.year = $2 AND p.status = 'approved'), '{}')
        FROM agreement a WHERE a.id = $1
        """,
        due["agreement_id"],
        first.year,
    )
    check_codes(report.named_regions, on=first, until=last, agreed=planned)


async def _set_status(conn: Connection, report_id: UUID, status: Status) -> None:
    await conn.execute("UPDATE report SET status = $2, version = version + 1 WHERE id = $1", report_id, status)


def _advance(row: asyncpg.Record, action: Action) -> Status:
    return advance(rules.NEXT, Status(row["status"]), action, of="a report")


def _about(row: asyncpg.Record) -> dict[str, Any]:
    """The fields that all events of a report have."""
    return {
        "ngo_id": row["ngo_id"],
        "regions": tuple(row["regions"]),
        "report_id": row["id"],
        "obligation_id": row["obligation_id"],
        "agreement_id": row["agreement_id"],
        "kind": row["kind"],
        "period": row["period"],
        "version": row["submitted_version"],
    }
