"""Reads of work plans, within the caller's scope. Who is not of the NGO sees what was submitted last."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import asyncpg

from services.reporting.access import Scope
from services.reporting.copies import queries as copies
from services.reporting.submission.rules import Status
from services.reporting.submission.versions import as_seen_by, history
from services.reporting.work_plans import rules
from services.reporting.work_plans.content import WorkPlanContent
from shared.db import Connection
from shared.errors import NotFound
from shared.http.paging import PageRequest, Sorting, fetch_page
from shared.regions import codes_within

SORTING: Final = Sorting("p.id", year=("p.year", int))


async def list_plans(
    conn: Connection,
    scope: Scope,
    page: PageRequest,
    *,
    ngo_id: UUID | None,
    agreement_id: UUID | None,
    year: int | None,
    status: Status | None,
) -> Sequence[asyncpg.Record]:
    return await fetch_page(
        conn,
        page,
        """
        SELECT p.id, p.ngo_id, p.agreement_id, p.year, coalesce(v.regions, p.regions) AS regions, p.status,
               p.submitted_version, p.submitted_at, p.version, coalesce(v.content, p.content) ->> 'title' AS title
        FROM work_plan p
        LEFT JOIN submitted_version v
               ON v.document_id = p.id AND v.version = p.submitted_version AND p.ngo_id IS DISTINCT FROM $1::uuid
        WHERE (p.ngo_id = $1 OR p.submitted_version > 0
                                AND ($2 OR coalesce(v.regions, p.regions) && $3))
          AND ($4::uuid IS NULL OR p.agreement_id = $4) AND ($5::int IS NULL OR p.year = $5)
          AND ($6::text IS NULL OR p.status = $6) AND ($7::uuid IS NULL OR p.ngo_id = $7)
        """,
        scope.ngo_id,
        scope.everything,
        scope.regions,
        agreement_id,
        year,
        status,
        ngo_id,
        sorting=SORTING,
    )


async def get_plan(conn: Connection, scope: Scope, plan_id: UUID) -> dict[str, Any]:
    """The plan with its minutes, versions, comments and what a reviewer should look at."""
    row = await conn.fetchrow(
        """
        SELECT p.*, v.content AS submitted_content, v.regions AS submitted_regions
        FROM work_plan p
        LEFT JOIN submitted_version v ON v.document_id = p.id AND v.version = p.submitted_version
        WHERE p.id = $4 AND (p.ngo_id = $1 OR p.submitted_version > 0 AND ($2 OR v.regions && $3))
        """,
        scope.ngo_id,
        scope.everything,
        scope.regions,
        plan_id,
    )
    if row is None:
        raise NotFound("there is no such work plan, or none that you may see")
    plan = as_seen_by(scope, row)
    minutes = await conn.fetch(
        """
        SELECT region, held_on, document_number, document_sha256, added_at FROM discussion_minutes
        WHERE work_plan_id = $1 AND ($2 OR region = ANY($3)) ORDER BY region
        """,
        plan_id,
        scope.owns(row["ngo_id"]),
        # Minutes of another region are of a revision, which is the NGO's own until it is submitted.
        codes_within(plan["regions"]),
    )
    return plan | {
        "title": plan["content"]["title"],
        "minutes": [dict(minute) for minute in minutes],
        "missing_minutes": rules.missing_minutes(plan["regions"], {minute["region"] for minute in minutes}),
        "warnings": await _warnings(conn, row, WorkPlanContent.model_validate(plan["content"])),
        "versions": [dict(version) for version in await history(conn, plan_id)],
    }


async def _warnings(conn: Connection, row: asyncpg.Record, plan: WorkPlanContent) -> Sequence[rules.Caution]:
    others = await conn.fetch(
        "SELECT content FROM work_plan WHERE agreement_id = $1 AND status = 'approved' AND year <> $2",
        row["agreement_id"],
        row["year"],
    )
    elsewhere: dict[str, Decimal] = {}
    for other in others:
        for currency, amount in rules.planned(WorkPlanContent.model_validate(other["content"])).items():
            elsewhere[currency] = elsewhere.get(currency, Decimal()) + amount
    return rules.warnings(plan, await copies.master_plan_budgets(conn, row["agreement_id"]), elsewhere)
