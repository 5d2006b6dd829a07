"""Reads of reports, within the caller's scope. Who is not of the NGO sees what was submitted last."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import asyncpg

from services.reporting.access import Scope
from services.reporting.submission.rules import Status
from services.reporting.submission.versions import history
from shared.db import Connection
from shared.errors import NotFound
from shared.http.paging import PageRequest, Sorting, fetch_page

SORTING: Final = Sorting(period=("period", str))


async def list_reports(
    conn: Connection,
    scope: Scope,
    page: PageRequest,
    *,
    ngo_id: UUID | None,
    agreement_id: UUID | None,
    status: Status | None,
    period: str | None,
) -> Sequence[asyncpg.Record]:
    return await fetch_page(
        conn,
        page,
        """
        SELECT id, ngo_id, obligation_id, agreement_id, kind, period, regions, status, submitted_version,
               submitted_at, days_late, version
        FROM report
        WHERE CASE WHEN $1::uuid IS NULL THEN submitted_version > 0 ELSE ngo_id = $1 END
          AND ($2::text[] IS NULL OR regions_lie_in(regions, $2))
          AND ($3::uuid IS NULL OR agreement_id = $3) AND ($4::text IS NULL OR status = $4)
          AND ($5::uuid IS NULL OR ngo_id = $5) AND ($6::text IS NULL OR period = $6)
        """,
        scope.ngo_id,
        scope.regions,
        agreement_id,
        status,
        ngo_id,
        period,
        sorting=SORTING,
    )


async def get_report(conn: Connection, scope: Scope, report_id: UUID) -> dict[str, Any]:
    """The report with its versions and the comments on each."""
    row = await conn.fetchrow(
        """
        SELECT * FROM report
        WHERE id = $3 AND CASE WHEN $1::uuid IS NULL THEN submitted_version > 0 ELSE ngo_id = $1 END
          AND ($2::text[] IS NULL OR regions_lie_in(regions, $2))
        """,
        scope.ngo_id,
        scope.regions,
        report_id,
    )
    if row is None:
        raise NotFound("there is no such report, or none that you may see")
    versions = await history(conn, report_id)
    return dict(row) | {
        "content": row["content"] if scope.ngo_id else versions[-1]["content"],
        "versions": [dict(version) for version in versions],
    }
