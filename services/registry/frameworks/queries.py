"""Reads of frameworks, their items, and how items of one are continued by those of the next."""

from datetime import date
from typing import Any

from shared.db import Connection


async def list_frameworks(conn: Connection, *, on: date | None = None, code: str | None = None) -> list[Any]:
    """`on`: only those that hold on the day."""
    rows: list[Any] = await conn.fetch(
        """
        SELECT code, kind, title_id, title_en, valid_from, valid_to, legal_basis FROM priority_framework
        WHERE ($1::date IS NULL OR $1 BETWEEN valid_from AND valid_to) AND ($2::text IS NULL OR code = $2)
        ORDER BY kind DESC, valid_from
        """,
        on,
        code,
    )
    return rows


async def find_framework(conn: Connection, code: str) -> dict[str, Any] | None:
    """With its items, and how they are linked to those of the frameworks before and after."""
    found = await list_frameworks(conn, code=code)
    if not found:
        return None
    items = await conn.fetch(
        "SELECT code, parent, title_id, title_en FROM priority_item WHERE framework = $1 ORDER BY position", code
    )
    links = await conn.fetch(
        """
        SELECT x.earlier, x.later, x.kind, x.subject_id, x.subject_en FROM priority_crosswalk x
        JOIN priority_item e ON e.code = x.earlier JOIN priority_item l ON l.code = x.later
        WHERE e.framework = $1 OR l.framework = $1
        ORDER BY e.position, x.kind, l.position
        """,
        code,
    )
    return {**found[0], "entries": [dict(row) for row in items], "crosswalk": [dict(row) for row in links]}
