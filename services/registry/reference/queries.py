"""Reads of the lists, and checks that what somebody refers to is in them."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from services.registry.reference.rules import DatedRule
from shared.db import Connection
from shared.errors import FieldError, InvalidInput


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
