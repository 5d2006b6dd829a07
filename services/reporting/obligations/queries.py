"""Reads of obligations, within the caller's scope."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from services.reporting.access import Scope
from services.reporting.obligations.rules import Kind, Status
from shared.db import Database
from shared.errors import NotFound
from shared.http.paging import PageRequest


async def list_obligations(
    db: Database,
    scope: Scope,
    page: PageRequest,
    *,
    ngo_id: UUID | None,
    status: Status | None,
    kind: Kind | None,
) -> Sequence[asyncpg.Record]:
    rows: Sequence[asyncpg.Record] = await db.pool.fetch(
        """
        SELECT * FROM obligation
        WHERE ($1::uuid IS NULL OR ngo_id = $1) AND ($2::text[] IS NULL OR regions_lie_in(regions, $2))
          AND ($3::uuid IS NULL OR ngo_id = $3) AND ($4::text IS NULL OR status = $4)
          AND ($5::text IS NULL OR kind = $5) AND ($6::uuid IS NULL OR id < $6)
        ORDER BY id DESC LIMIT $7
        """,
        scope.ngo_id,
        scope.regions,
        ngo_id,
        status,
        kind,
        page.before,
        page.fetch,
    )
    return rows


async def get_obligation(db: Database, scope: Scope, obligation_id: UUID) -> asyncpg.Record:
    row = await db.pool.fetchrow(
        """
        SELECT * FROM obligation
        WHERE id = $3 AND ($1::uuid IS NULL OR ngo_id = $1)
          AND ($2::text[] IS NULL OR regions_lie_in(regions, $2))
        """,
        scope.ngo_id,
        scope.regions,
        obligation_id,
    )
    if row is None:
        raise NotFound("there is no such obligation, or none that you may see")
    return row
