"""Reads of work plans, within the caller's scope. Who is not of the NGO sees what was submitted last."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import asyncpg

from services.reporting.access import Scope
from services.reporting.copies import queries as copies
from services.reporting.submission.rules import Status
from services.reporting.submission.versions import history
from services.reporting.work_plans import rules
from services.reporting.work_plans.content import WorkPlanContent
from shared.db import Connection
from shared.errors import NotFound
from shared.http.paging import PageRequest, Sorting, fetch_page

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
        SELECT p.id, p.ngo_id, p.agreement_id, p.year, p.regions, p.status, p.submitted_version,
               p.submitted_at, p.version, coalesce(v.content, p.content) ->> 'title' AS title
        FROM work_plan p
        LEFT JOIN submitted_version v
               ON v.document_id = p.id AND v.version = p.submitted_version AND $1::uuid IS NULL
        WHERE CASE WHEN $1 IS NULL THEN p.submitted_version > 0 ELSE p.ngo_id = $1 END
          AND ($2::text[] IS NULL OR regions_lie_in(p.regions, $2))
          AND ($3::uuid IS NULL OR p.agreement_id = $3) AND ($4::int IS NULL OR p.year = $4)
          AND ($5::text IS NULL OR p.status = $5) AND ($6::uuid IS NULL OR p.ngo_id = $6)
        """,
        scope.ngo_id,
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
        SELECT * FROM work_plan
        WHERE id = $3 AND CASE WHEN $1::uuid IS NULL THEN submitted_version > 0 ELSE ngo_id = $1 END
          AND ($2::text[] IS NULL OR regions_lie_in(regions, $2))
        """,
        scope.ngo_id,
        scope.regions,
        plan_id,
    )
    if row is None:
        raise NotFound("there is no such work plan, or none that you may see")
    versions = await history(conn, plan_id)
    minutes = await conn.fetch(
        """
        SELECT region, held_on, document_number, document_sha256, added_at
        FROM discussion_minutes WHERE work_plan_id = $1 ORDER BY region
        """,
        plan_id,
    )
    content = row["content"] if scope.ngo_id else versions[-1]["content"]
    return dict(row) | {
        "title": content["title"],
        "content": content,
        "minutes": [dict(minute) for minute in minutes],
        "missing_minutes": rules.missing_minutes(row["regions"], {minute["region"] for minute in minutes}),
        "warnings": await _warnings(conn, row, WorkPlanContent.model_validate(content)),
        "versions": [dict(version) for version in versions],
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
