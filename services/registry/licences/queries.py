"""Reads of licences."""

from datetime import date
from typing import Any, Final
from uuid import UUID

from services.registry.licences.rules import Kind
from shared.db import Connection
from shared.http.paging import PageRequest, Sorting, fetch_page

SORTING: Final = Sorting(valid_to=("valid_to", date), issued_on=("issued_on", date))


async def list_licences(conn: Connection, ngo_id: UUID, page: PageRequest, *, kind: Kind | None) -> list[Any]:
    return await fetch_page(
        conn,
        page,
        """
        SELECT id, ngo_id, kind, number, issuer, issued_on, valid_from, valid_to, document_sha256, recorded_at
        FROM licence WHERE ngo_id = $1 AND ($2::text IS NULL OR kind = $2)
        """,
        ngo_id,
        kind,
        sorting=SORTING,
    )


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
