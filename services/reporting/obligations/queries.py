"""Reads of obligations, within the caller's scope."""

from collections.abc import Sequence
from datetime import date
from typing import Final
from uuid import UUID

import asyncpg

from services.reporting.access import Scope
from services.reporting.obligations.rules import Kind, Status
from shared.db import Connection
from shared.errors import NotFound
from shared.http.paging import PageRequest, Sorting, fetch_page

SORTING: Final = Sorting(due_on=("due_on", date), first_due_on=("first_due_on", date))


async def list_obligations(
    conn: Connection,
    scope: Scope,
    page: PageRequest,
    *,
    ngo_id: UUID | None,
    status: Status | None,
    kind: Kind | None,
    due_from: date | None,
    due_to: date | None,
) -> Sequence[asyncpg.Record]:
    return await fetch_page(
        conn,
        page,
        """
        SELECT * FROM obligation
        WHERE (ngo_id = $1 OR $2 OR regions && $3)
          AND ($4::uuid IS NULL OR ngo_id = $4) AND ($5::text IS NULL OR status = $5)
          AND ($6::text IS NULL OR kind = $6)
          AND ($7::date IS NULL OR due_on >= $7) AND ($8::date IS NULL OR due_on <= $8)
        """,
        scope.ngo_id,
        scope.everything,
        scope.regions,
        ngo_id,
        status,
        kind,
        due_from,
        due_to,
        sorting=SORTING,
    )


async def get_obligation(conn: Connection, scope: Scope, obligation_id: UUID) -> asyncpg.Record:
    row = await conn.fetchrow(
        """
        SELECT * FROM obligation WHERE id = $4 AND (ngo_id = $1 OR $2 OR regions && $3)
        """,
        scope.ngo_id,
        scope.everything,
        scope.regions,
        obligation_id,
    )
    if row is None:
        raise NotFound("there is no such obligation, or none that you may see")
    return row


async def obligations_named(conn: Connection, scope: Scope, ids: Sequence[UUID]) -> Sequence[asyncpg.Record]:
    """What reports show of the obligations that they meet, as far as the caller may see them."""
    rows: Sequence[asyncpg.Record] = await conn.fetch(
        """
        SELECT id, kind, period, rule, legal_basis, due_on, status FROM obligation
        WHERE id = ANY($4) AND (ngo_id = $1 OR $2 OR regions && $3)
        """,
        scope.ngo_id,
        scope.everything,
        scope.regions,
        ids,
    )
    return rows
