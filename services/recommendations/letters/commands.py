"""What happens to a letter. Each function runs in the caller's transaction."""

import secrets
from dataclasses import asdict
from datetime import date, datetime
from uuid import UUID

import asyncpg

from services.recommendations.letters.rules import (
    LetterText,
    content_sha256,
    letter_number,
    with_personal_lines,
)
from shared.db import Connection
from shared.errors import ActionNotAllowed, NotFound, expect_version
from shared.ids import uuid7

PUBLIC_CODE_BYTES = 16


async def issue_letter(
    conn: Connection, request: asyncpg.Record, text: LetterText, *, signed_by: str, today: date
) -> asyncpg.Record:
    """Number, hash and keep the letter; the one that it replaces, if any, is superseded."""
    sequence = await _next_number(conn, request["kind"], today.year)
    number = letter_number(await _scheme(conn, request["kind"], today), sequence, today.year)
    letter = await conn.fetchrow(
        """
        INSERT INTO letter (id, request_id, kind, year, sequence, number, public_code, issued_on, valid_to,
                            legal_basis, blocks, content_sha256, signed_by)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
        RETURNING *
        """,
        uuid7(),
        request["id"],
        request["kind"],
        today.year,
        sequence,
        number,
        secrets.token_urlsafe(PUBLIC_CODE_BYTES),
        today,
        text.valid_to,
        text.legal_basis,
        [asdict(block) for block in text.blocks],
        content_sha256(number, today, with_personal_lines(text.blocks, text.personal)),
        signed_by,
    )
    if request["replaces_letter_id"]:
        await conn.execute(
            "UPDATE letter SET superseded_by = $2, version = version + 1 WHERE id = $1",
            request["replaces_letter_id"],
            letter["id"],
        )
    return letter


async def _next_number(conn: Connection, kind: str, year: int) -> int:
    """The counter's row lock makes those who issue take turns until their commit: no gap, no number twice."""
    number: int = await conn.fetchval(
        """
        INSERT INTO letter_counter AS c (kind, year, last_number) VALUES ($1, $2, 1)
        ON CONFLICT (kind, year) DO UPDATE SET last_number = c.last_number + 1
        RETURNING last_number
        """,
        kind,
        year,
    )
    return number


async def _scheme(conn: Connection, kind: str, on: date) -> str:
    pattern: str = await conn.fetchval(
        "SELECT pattern FROM letter_scheme WHERE kind = $1 AND valid_from <= $2 ORDER BY valid_from DESC LIMIT 1",
        kind,
        on,
    )
    return pattern


async def revoke_letter(
    conn: Connection, letter_id: UUID, version: int, *, revoked_by: str, reason: str, now: datetime
) -> asyncpg.Record:
    letter = await conn.fetchrow("SELECT version, revoked_at FROM letter WHERE id = $1 FOR UPDATE", letter_id)
    if letter is None:
        raise NotFound("there is no letter with this id")
    expect_version(letter["version"], version)
    if letter["revoked_at"]:
        raise ActionNotAllowed("the letter is revoked already")
    return await conn.fetchrow(
        """
        UPDATE letter SET revoked_at = $2, revoked_by = $3, revocation_reason = $4, version = version + 1
        WHERE id = $1 RETURNING *
        """,
        letter_id,
        now,
        revoked_by,
        reason,
    )
