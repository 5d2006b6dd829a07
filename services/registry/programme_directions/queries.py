"""Reads of programme directions (AP)."""

from datetime import date
from typing import Any, Final
from uuid import UUID

from shared.db import Connection
from shared.http.paging import ONE, PageRequest, Sorting, fetch_page

SORTING: Final = Sorting(starts_on=("starts_on", date))


async def list_directions(
    conn: Connection, agreement_id: UUID, page: PageRequest, *, direction_id: UUID | None = None
) -> list[Any]:
    return await fetch_page(
        conn,
        page,
        """
        SELECT id, agreement_id, number, title, starts_on, ends_on, document_sha256, recorded_at, recorded_by_role,
               retracted_at
        FROM programme_direction WHERE agreement_id = $1 AND ($2::uuid IS NULL OR id = $2)
        """,
        agreement_id,
        direction_id,
        sorting=SORTING,
    )


async def find_direction(conn: Connection, agreement_id: UUID, direction_id: UUID) -> Any:
    [row] = await list_directions(conn, agreement_id, ONE, direction_id=direction_id)
    return row
