"""Reads of postings."""

from collections.abc import Sequence
from datetime import date
from typing import Final
from uuid import UUID

import asyncpg

from services.recommendations.staff.rules import Stay
from shared.db import Connection
from shared.http.paging import ONE, PageRequest, Sorting, fetch_page

SORTING: Final = Sorting("p.id", starts_on=("p.starts_on", date), ends_on=("p.ends_on", date))


async def stays_of_ngo(conn: Connection, ngo_id: UUID) -> list[Stay]:
    """Everybody who was issued a post there or at an organisation that merged into it, and has not ended it (V12)."""
    rows = await conn.fetch(
        """
        SELECT h.identity_id, coalesce(p.arrived_on, p.starts_on) AS first, p.ends_on AS last
        FROM posting p JOIN person h USING (request_id) LEFT JOIN ngo n ON n.id = p.ngo_id
        WHERE $1 IN (p.ngo_id, n.successor_id) AND p.status <> 'ended'
        """,
        ngo_id,
    )
    return [Stay(row["identity_id"], row["first"], row["last"]) for row in rows]


async def stays_of_person(conn: Connection, identity_id: UUID) -> list[Stay]:
    """All that one human has spent or may still spend in post, anywhere. Who never came has spent nothing."""
    rows = await conn.fetch(
        """
        SELECT coalesce(p.arrived_on, p.starts_on) AS first, coalesce(p.ended_on, p.ends_on) AS last
        FROM posting p JOIN person h USING (request_id)
        WHERE h.identity_id = $1 AND NOT (p.status = 'ended' AND p.arrived_on IS NULL)
        """,
        identity_id,
    )
    return [Stay(identity_id, row["first"], row["last"]) for row in rows]


async def is_posted_elsewhere(conn: Connection, asked: Stay, *, ngo_id: UUID) -> bool:
    """Whether the person is in post at another NGO than this on a day of the stay asked for (V14)."""
    found: bool = await conn.fetchval(
        """
        SELECT EXISTS (
            SELECT FROM posting p JOIN person h USING (request_id)
            WHERE h.identity_id = $1 AND p.ngo_id <> $2 AND p.status <> 'ended'
              AND p.starts_on <= $4 AND $3 <= p.ends_on
        )
        """,
        asked.person,
        ngo_id,
        asked.first,
        asked.last,
    )
    return found


async def select_postings(
    conn: Connection,
    *,
    scope: Sequence[UUID] | None,
    regions: Sequence[str],
    posting_id: UUID | None = None,
    status: str | None = None,
    ngo_id: UUID | None = None,
    page: PageRequest = ONE,
) -> list[asyncpg.Record]:
    """Those of the caller's NGOs (scope None: all) and those on duty in his regions, newest first."""
    return await fetch_page(
        conn,
        page,
        """
        SELECT p.*, n.name AS ngo_name, h.name AS person_name, h.identity_id
        FROM posting p JOIN person h USING (request_id) LEFT JOIN ngo n ON n.id = p.ngo_id
        WHERE ($1::uuid[] IS NULL OR p.ngo_id = ANY($1)
               OR p.duty_region = ANY($2))
          AND ($3::uuid IS NULL OR p.id = $3)
          AND ($4::text IS NULL OR p.status = $4)
          AND ($5::uuid IS NULL OR p.ngo_id = $5)
        """,
        scope,
        regions,
        posting_id,
        status,
        ngo_id,
        sorting=SORTING,
    )
