"""Reads of memberships."""

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import asyncpg

from shared.db import Connection

ROLES: Final = ("ngo_admin", "ngo_staff", "ngo_director")


@dataclass(frozen=True, slots=True)
class Membership:
    ngo_id: UUID
    role: str


async def membership_of(conn: Connection | asyncpg.Pool, subject: str) -> Membership | None:
    row = await conn.fetchrow("SELECT ngo_id, role FROM membership WHERE subject = $1", subject)
    return Membership(row["ngo_id"], row["role"]) if row else None


async def list_members(conn: Connection, ngo_id: UUID) -> list[Any]:
    rows: list[Any] = await conn.fetch(
        "SELECT subject, role, since, version FROM membership WHERE ngo_id = $1 ORDER BY since, subject", ngo_id
    )
    return rows


async def find_member(conn: Connection, ngo_id: UUID, subject: str) -> Any | None:
    return await conn.fetchrow(
        "SELECT subject, role, since, version FROM membership WHERE ngo_id = $1 AND subject = $2", ngo_id, subject
    )
