"""Reads of licences."""

from datetime import date
from typing import Any
from uuid import UUID

from shared.db import Connection
from shared.http.paging import PageRequest


async def list_licences(conn: Connection, ngo_id: UUID, page: PageRequest) -> list[Any]:
    rows: list[Any] = await conn.fetch(
        """
        SELECT id, ngo_id, kind, number, issuer, issued_on, valid_from, valid_to, document_sha256, recorded_at
        FROM licence WHERE ngo_id = $1 AND ($2::uuid IS NULL OR id < $2) ORDER BY id DESC LIMIT $3
        """,
        ngo_id,
        page.before,
        page.fetch,
    )
    return rows


async def principle_permit_covers(conn: Connection, ngo_id: UUID, starts_on: date, ends_on: date) -> bool:
    """Whether one izin prinsip is valid during the whole period."""
    return bool(
        await conn.fetchval(
            """
            SELECT EXISTS (
                SELECT FROM licence
                WHERE ngo_id = $1 AND kind = 'IZIN_PRINSIP' AND valid_from <= $2 AND $3 <= valid_to
            )
            """,
            ngo_id,
            starts_on,
            ends_on,
        )
    )
