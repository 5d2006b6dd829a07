"""Reads of the track."""

from datetime import date
from typing import Any, Final
from uuid import UUID

from shared.db import Connection
from shared.http.paging import ONE, PageRequest, Sorting, fetch_page

SORTING: Final = Sorting("s.id", reached_on=("s.reached_on", date))


async def list_steps(conn: Connection, ngo_id: UUID, page: PageRequest, *, step_id: UUID | None = None) -> list[Any]:
    """With the step that corrects it, if there is one: who reads the track leaves it out, who audits does not."""
    return await fetch_page(
        conn,
        page,
        """
        SELECT s.id, s.ngo_id, s.step, s.outcome, s.reached_on, s.reference, s.note, s.corrects_id,
               c.id AS corrected_by_id, s.recorded_at, s.recorded_by_role
        FROM foreign_ministry_step s LEFT JOIN foreign_ministry_step c ON c.corrects_id = s.id
        WHERE s.ngo_id = $1 AND ($2::uuid IS NULL OR s.id = $2)
        """,
        ngo_id,
        step_id,
        sorting=SORTING,
    )


async def find_step(conn: Connection, ngo_id: UUID, step_id: UUID) -> Any:
    [row] = await list_steps(conn, ngo_id, ONE, step_id=step_id)
    return row


async def list_proposals(conn: Connection) -> list[Any]:
    rows: list[Any] = await conn.fetch(
        """
        SELECT step, title_id, title_en, valid_from, valid_to, source FROM foreign_ministry_step_proposal
        ORDER BY position LIMIT 100
        """
    )
    return rows
