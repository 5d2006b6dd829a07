"""Reads of requests, as both kinds show them."""

from collections.abc import Sequence
from datetime import date
from typing import Final
from uuid import UUID

import asyncpg

from shared.db import Connection
from shared.errors import NotFound
from shared.http.paging import ONE, PageRequest, Sorting, fetch_page

SORTING: Final = Sorting("r.id", starts_on=("r.starts_on", date))


async def select_requests(
    conn: Connection,
    kind: str,
    *,
    scope: Sequence[UUID] | None,
    request_id: UUID | None = None,
    status: str | None = None,
    ngo_id: UUID | None = None,
    page: PageRequest = ONE,
) -> list[asyncpg.Record]:
    """Those of the caller's NGOs (scope None: all that were ever submitted), newest first, with their letters."""
    return await fetch_page(
        conn,
        page,
        """
        SELECT r.*, n.name AS ngo_name, l.id AS letter_id, l.number AS letter_number,
               l.public_code AS letter_code, l.legal_basis AS letter_legal_basis
        FROM recommendation_request r
        LEFT JOIN ngo n ON n.id = r.ngo_id
        LEFT JOIN letter l ON l.request_id = r.id
        WHERE r.kind = $1
          AND (r.ngo_id = ANY($2) OR $2::uuid[] IS NULL AND r.submitted_at IS NOT NULL)
          AND ($3::uuid IS NULL OR r.id = $3)
          AND ($4::text IS NULL OR r.status = $4)
          AND ($5::uuid IS NULL OR r.ngo_id = $5)
        """,
        kind,
        scope,
        request_id,
        status,
        ngo_id,
        sorting=SORTING,
    )


async def find_request(
    conn: Connection, kind: str, request_id: UUID, *, scope: Sequence[UUID] | None
) -> asyncpg.Record:
    rows = await select_requests(conn, kind, scope=scope, request_id=request_id)
    if not rows:
        raise NotFound("there is no such request that you may see")
    return rows[0]


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
