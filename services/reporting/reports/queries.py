"""Reads of reports, within the caller's scope. Who is not of the NGO sees what was submitted last."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import asyncpg

from services.reporting.access import Scope
from services.reporting.submission.rules import Status
from services.reporting.submission.versions import as_seen_by, history
from shared.db import Connection
from shared.errors import NotFound
from shared.http.paging import PageRequest, Sorting, fetch_page

SORTING: Final = Sorting("r.id", period=("r.period", str))


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
        SELECT r.id, r.ngo_id, r.obligation_id, r.agreement_id, r.kind, r.period,
               coalesce(v.regions, r.regions) AS regions, r.status, r.submitted_version, r.submitted_at, r.days_late,
               r.version
        FROM report r
        LEFT JOIN submitted_version v
               ON v.document_id = r.id AND v.version = r.submitted_version AND r.ngo_id IS DISTINCT FROM $1::uuid
        WHERE (r.ngo_id = $1 OR r.submitted_version > 0
                                AND ($2 OR coalesce(v.regions, r.regions) && $3))
          AND ($4::uuid IS NULL OR r.agreement_id = $4) AND ($5::text IS NULL OR r.status = $5)
          AND ($6::uuid IS NULL OR r.ngo_id = $6) AND ($7::text IS NULL OR r.period = $7)
        """,
        scope.ngo_id,
        scope.everything,
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
        SELECT r.*, v.content AS submitted_content, v.regions AS submitted_regions
        FROM report r
        LEFT JOIN submitted_version v ON v.document_id = r.id AND v.version = r.submitted_version
        WHERE r.id = $4 AND (r.ngo_id = $1 OR r.submitted_version > 0 AND ($2 OR v.regions && $3))
        """,
        scope.ngo_id,
        scope.everything,
        scope.regions,
        report_id,
    )
    if row is None:
        raise NotFound("there is no such report, or none that you may see")
    versions = [dict(version) for version in await history(conn, report_id)]
    return as_seen_by(scope, row) | {"versions": versions}
