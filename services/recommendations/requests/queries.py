"""Reads of requests, as both kinds show them. Who is not of the NGO sees what was submitted last."""

from collections.abc import Collection
from datetime import date
from typing import Any, Final
from uuid import UUID

import asyncpg

from shared.db import Connection
from shared.errors import NotFound
from shared.http.paging import ONE, PageRequest, Sorting, fetch_page

SORTING: Final = Sorting("r.id", starts_on=("coalesce(s.starts_on, r.starts_on)", date))


async def select_requests(
    conn: Connection,
    kind: str,
    *,
    ngos: Collection[UUID],
    others: bool = False,
    request_id: UUID | None = None,
    status: str | None = None,
    ngo_id: UUID | None = None,
    page: PageRequest = ONE,
) -> list[asyncpg.Record]:
    """Those of these NGOs as they stand; `others`: those of all others too, as they were submitted last."""
    return await fetch_page(
        conn,
        page,
        """
        SELECT r.id, r.kind, r.ngo_id, r.status, r.version, r.created_at, r.submitted_at, r.decided_at, r.reason,
               r.rule, r.legal_basis, r.decided_from,
               coalesce(s.agreement_id, r.agreement_id) AS agreement_id,
               coalesce(s.work_plan_activity_id, r.work_plan_activity_id) AS work_plan_activity_id,
               coalesce(s.starts_on, r.starts_on) AS starts_on, coalesce(s.ends_on, r.ends_on) AS ends_on,
               coalesce(s.regions, r.regions) AS regions,
               n.name AS ngo_name, l.id AS letter_id, l.number AS letter_number,
               l.public_code AS letter_code, l.legal_basis AS letter_legal_basis
        FROM recommendation_request r
        LEFT JOIN LATERAL (
            SELECT (content ->> 'agreement_id')::uuid AS agreement_id,
                   (content ->> 'work_plan_activity_id')::uuid AS work_plan_activity_id,
                   (content ->> 'starts_on')::date AS starts_on, (content ->> 'ends_on')::date AS ends_on,
                   regions_of(content) AS regions
            FROM request_step
            WHERE request_id = r.id AND content IS NOT NULL AND r.ngo_id <> ALL($2)
            ORDER BY version DESC LIMIT 1
        ) s ON true
        LEFT JOIN ngo n ON n.id = r.ngo_id
        LEFT JOIN letter l ON l.request_id = r.id
        WHERE r.kind = $1
          AND (r.ngo_id = ANY($2) OR $3 AND r.submitted_at IS NOT NULL)
          AND ($4::uuid IS NULL OR r.id = $4)
          AND ($5::text IS NULL OR r.status = $5)
          AND ($6::uuid IS NULL OR r.ngo_id = $6)
        """,
        kind,
        list(ngos),
        others,
        request_id,
        status,
        ngo_id,
        sorting=SORTING,
    )


async def find_request(
    conn: Connection, kind: str, request_id: UUID, *, ngos: Collection[UUID], others: bool = False
) -> asyncpg.Record:
    rows = await select_requests(conn, kind, ngos=ngos, others=others, request_id=request_id)
    if not rows:
        raise NotFound("there is no such request that you may see")
    return rows[0]


async def submitted_content(conn: Connection, request_id: UUID) -> dict[str, Any]:
    """What was submitted last: terms and details, without the person."""
    content: dict[str, Any] = await conn.fetchval(
        """
        SELECT content FROM request_step
        WHERE request_id = $1 AND content IS NOT NULL ORDER BY version DESC LIMIT 1
        """,
        request_id,
    )
    return content


async def steps_of(conn: Connection, request_id: UUID) -> list[asyncpg.Record]:
    rows: list[asyncpg.Record] = await conn.fetch(
        """
        SELECT version, action, from_status, to_status, actor, role, at, reason, encode(content_sha256, 'hex') AS sha256
        FROM request_step WHERE request_id = $1 ORDER BY version
        """,
        request_id,
    )
    return rows


async def comments_on(conn: Connection, request_id: UUID) -> list[asyncpg.Record]:
    rows: list[asyncpg.Record] = await conn.fetch(
        "SELECT version, field, comment AS text FROM review_comment WHERE request_id = $1 ORDER BY version, position",
        request_id,
    )
    return rows
