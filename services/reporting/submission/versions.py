"""Submitted versions and what was decided on them. Both are only ever added; the tables refuse changes."""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from services.reporting.access import Scope
from services.reporting.submission.rules import Status
from shared.db import Connection


def content_sha256(content: Any) -> str:
    """Of the content as canonical JSON: sorted names, no blanks, UTF-8."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


async def add_version(
    conn: Connection, document_id: UUID, version: int, content: Any, *, submitted_by: str, now: datetime
) -> str:
    """Keep the content as it was submitted; returns its hash."""
    digest = content_sha256(content)
    await conn.execute(
        """
        INSERT INTO submitted_version
            (document_id, version, content, content_sha256, submitted_by, submitted_at)
        VALUES ($1, $2, $3, $4, $5, $6)
        """,
        document_id,
        version,
        content,
        digest,
        submitted_by,
        now,
    )
    return digest


async def add_decision(
    conn: Connection,
    document_id: UUID,
    version: int,
    decision: Status,
    *,
    reason: str | None,
    comments: Sequence[dict[str, Any]],
    decided_by: str,
    now: datetime,
) -> None:
    await conn.execute(
        """
        INSERT INTO decision (document_id, version, decision, reason, comments, decided_by, decided_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        """,
        document_id,
        version,
        decision,
        reason,
        comments,
        decided_by,
        now,
    )


def as_seen_by(scope: Scope, row: asyncpg.Record) -> dict[str, Any]:
    """A document joined to what was submitted last: its NGO works on it meanwhile, and nobody else sees that."""
    if scope.owns(row["ngo_id"]):
        return dict(row)
    return dict(row) | {"content": row["submitted_content"], "regions": row["submitted_regions"]}


async def submitted_regions(conn: Connection, document_id: UUID, version: int) -> list[str]:
    regions: list[str] = await conn.fetchval(
        "SELECT regions FROM submitted_version WHERE document_id = $1 AND version = $2", document_id, version
    )
    return regions


async def history(conn: Connection, document_id: UUID) -> Sequence[asyncpg.Record]:
    """All submitted versions, oldest first, with their decisions and comments."""
    rows: Sequence[asyncpg.Record] = await conn.fetch(
        """
        SELECT v.version, v.content, v.content_sha256, v.submitted_at,
               d.decision, d.decided_at, d.reason, coalesce(d.comments, '[]') AS comments
        FROM submitted_version v LEFT JOIN decision d USING (document_id, version)
        WHERE v.document_id = $1 ORDER BY v.version
        """,
        document_id,
    )
    return rows
