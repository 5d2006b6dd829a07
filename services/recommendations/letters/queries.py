"""Reads of letters."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

import asyncpg

from services.recommendations.letters.rules import Block, Grounds, LegalBasis
from shared.clock import JAKARTA
from shared.db import Connection


async def is_replaceable(conn: Connection, letter_id: UUID, ngo_id: UUID, kind: str) -> bool:
    found: bool = await conn.fetchval(
        """
        SELECT EXISTS (
            SELECT FROM letter l JOIN recommendation_request r ON r.id = l.request_id
            LEFT JOIN ngo n ON n.id = r.ngo_id
            WHERE l.id = $1 AND l.kind = $3 AND l.revoked_at IS NULL AND l.superseded_by IS NULL
              AND $2 IN (r.ngo_id, n.successor_id)
        )
        """,
        letter_id,
        ngo_id,
        kind,
    )
    return found


async def legal_bases(conn: Connection, applies_to: str, on: date, *, disaster: bool = False) -> list[LegalBasis]:
    """What a letter rests on, by the law of that day."""
    rows = await conn.fetch(
        """
        SELECT title, about FROM legal_basis
        WHERE applies_to = $1 AND (disaster IS NULL OR disaster = $3)
          AND valid_from <= $2 AND (valid_to IS NULL OR $2 < valid_to)
        ORDER BY place, title
        """,
        applies_to,
        on,
        disaster,
    )
    return [LegalBasis(row["title"], row["about"]) for row in rows]


async def read_grounds(conn: Connection, request_id: UUID, bases: Sequence[LegalBasis]) -> Grounds:
    """Of a request that was just checked: its NGO, agreement and activity are known here."""
    row = await conn.fetchrow(
        """
        SELECT n.name, r.submitted_at, a.number, a.title, a.ends_on, w.title AS activity
        FROM recommendation_request r
        JOIN ngo n ON n.id = r.ngo_id
        JOIN agreement a ON a.id = r.agreement_id
        JOIN work_plan_activity w ON w.id = r.work_plan_activity_id
        WHERE r.id = $1
        """,
        request_id,
    )
    return Grounds(
        ngo=row["name"],
        request_id=request_id,
        submitted_on=row["submitted_at"].astimezone(JAKARTA).date(),
        agreement_number=row["number"],
        agreement_title=row["title"],
        agreement_ends_on=row["ends_on"],
        activity=row["activity"],
        legal_bases=bases,
    )


async def find_letter(conn: Connection, letter_id: UUID, *, scope: Sequence[UUID] | None) -> asyncpg.Record | None:
    return await conn.fetchrow(
        """
        SELECT l.*, r.ngo_id FROM letter l JOIN recommendation_request r ON r.id = l.request_id
        WHERE l.id = $1 AND ($2::uuid[] IS NULL OR r.ngo_id = ANY($2))
        """,
        letter_id,
        scope,
    )


async def find_by_code(conn: Connection, public_code: str) -> asyncpg.Record | None:
    return await conn.fetchrow(
        """
        SELECT number, kind, issued_on, valid_to, revoked_at, superseded_by FROM letter WHERE public_code = $1
        """,
        public_code,
    )


def blocks_of(letter: asyncpg.Record) -> tuple[Block, ...]:
    return tuple(Block(block["heading"], tuple(block["lines"])) for block in letter["blocks"])
