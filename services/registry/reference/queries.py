"""Reads of the lists, and checks that what somebody refers to is in them."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from services.registry.reference.rules import DatedRule
from shared.db import Connection
from shared.errors import FieldError, InvalidInput


async def list_regions(
    conn: Connection,
    *,
    code: str | None = None,
    level: int | None = None,
    parent: str | None = None,
    text: str | None = None,
    after: str = "",
    limit: int = 1,
) -> list[Any]:
    """Regions in the order of their codes. `level`: 1 for provinces, 2 for regencies and cities."""
    rows: list[Any] = await conn.fetch(
        """
        SELECT code, kind, name, parent, timezone, iso_3166_2, capital, capital_lat, capital_lon, valid_from,
               valid_to
        FROM region
        WHERE code > $1
          AND ($2::text IS NULL OR code = $2)
          AND ($3::int IS NULL OR (parent IS NULL) = ($3 = 1))
          AND ($4::text IS NULL OR parent = $4)
          AND ($5::text IS NULL OR strpos(lower(name), lower($5)) > 0)
        ORDER BY code LIMIT $6
        """,
        after,
        code,
        level,
        parent,
        text,
        limit,
    )
    return rows


async def find_region(conn: Connection, code: str) -> Any | None:
    rows = await list_regions(conn, code=code)
    return rows[0] if rows else None


async def list_priorities(conn: Connection, *, on: date | None) -> list[Any]:
    """National priorities; `on`: only those of the plan of that day."""
    rows: list[Any] = await conn.fetch(
        """
        SELECT code, framework, title_id, title_en, valid_from, valid_to FROM priority
        WHERE $1::date IS NULL OR $1 BETWEEN valid_from AND valid_to
        ORDER BY valid_from, code
        """,
        on,
    )
    return rows


async def list_sdgs(conn: Connection) -> list[Any]:
    rows: list[Any] = await conn.fetch("SELECT number, title_id, title_en FROM sdg ORDER BY number")
    return rows


async def list_sectors(conn: Connection) -> list[Any]:
    rows: list[Any] = await conn.fetch("SELECT code, title_id, title_en FROM sector ORDER BY position")
    return rows


async def dated_rule(conn: Connection, key: str, *, on: date) -> DatedRule | None:
    """The rule as it was on a day; none if there was none yet."""
    row = await conn.fetchrow(
        """
        SELECT value, legal_basis FROM dated_rule
        WHERE key = $1 AND valid_from <= $2 AND (valid_to IS NULL OR $2 <= valid_to)
        ORDER BY valid_from DESC LIMIT 1
        """,
        key,
        on,
    )
    return DatedRule(row["value"], row["legal_basis"]) if row else None


async def check_regions(conn: Connection, codes: Sequence[str], pointer: str, *, on: date) -> None:
    """Every code exists and is valid on the day (V17). `pointer`: where the list stands in the body."""
    known = await conn.fetch(
        """
        SELECT code FROM region
        WHERE code = ANY($1)
          AND (valid_from IS NULL OR valid_from <= $2) AND (valid_to IS NULL OR $2 <= valid_to)
        """,
        codes,
        on,
    )
    valid = {row["code"] for row in known}
    wrong = [
        FieldError(f"{pointer}/{index}", f"`{code}` is no region code on {on}", "V17")
        for index, code in enumerate(codes)
        if code not in valid
    ]
    if wrong:
        raise InvalidInput("region codes must exist and be valid on the day of use", errors=wrong, rule="V17")


async def check_sectors(conn: Connection, codes: Sequence[str], pointers: Sequence[str]) -> None:
    """Every code is in the list of sectors. `pointers`: where each one stands in the body."""
    known = {row["code"] for row in await conn.fetch("SELECT code FROM sector")}
    wrong = [
        FieldError(pointer, f"must be one of {', '.join(sorted(known))}")
        for code, pointer in zip(codes, pointers, strict=True)
        if code not in known
    ]
    if wrong:
        raise InvalidInput("sectors must be in the list of sectors", errors=wrong)
