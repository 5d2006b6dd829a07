"""Reads of evidence files: what there is, which parts of it have arrived, and their content."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg

from services.registry.files.rules import Kind, Status, parts_of
from shared.db import Connection
from shared.errors import NotFound
from shared.http.paging import ONE, PageRequest, Sorting, fetch_page

SORTING: Final = Sorting("f.id", name=("f.name", str), started_at=("f.started_at", datetime))


async def list_files(
    conn: Connection,
    ngo_id: UUID,
    page: PageRequest,
    *,
    file_id: UUID | None = None,
    kind: Kind | None = None,
    status: Status | None = None,
    sha256: str | None = None,
) -> list[Any]:
    return await fetch_page(
        conn,
        page,
        """
        SELECT f.id, f.ngo_id, f.version, f.status, f.kind, f.name, f.media_type, f.size_bytes, f.sha256,
               f.started_at, f.started_by_role, f.expires_at, f.ended_at,
               ARRAY(SELECT number FROM evidence_part p WHERE p.file_id = f.id ORDER BY number) AS parts_here
        FROM evidence_file f
        WHERE f.ngo_id = $1 AND ($2::uuid IS NULL OR f.id = $2)
          AND ($3::text IS NULL OR f.kind = $3) AND ($4::text IS NULL OR f.status = $4)
          AND ($5::text IS NULL OR f.sha256 = $5)
        """,
        ngo_id,
        file_id,
        kind,
        status,
        sha256,
        sorting=SORTING,
    )


async def find_file(conn: Connection, ngo_id: UUID, file_id: UUID) -> Any:
    rows = await list_files(conn, ngo_id, ONE, file_id=file_id)
    if not rows:
        raise NotFound("there is no such file of this organisation")
    return rows[0]


def parts_missing(file: Any) -> list[int]:
    """Only an upload that is under way misses parts."""
    if file["status"] != Status.UPLOADING:
        return []
    here = set(file["parts_here"])
    return [number for number in range(1, parts_of(file["size_bytes"]) + 1) if number not in here]


async def fetch_part(conn: Connection | asyncpg.Pool, file_id: UUID, number: int) -> bytes:
    content: bytes | None = await conn.fetchval(
        "SELECT content FROM evidence_part WHERE file_id = $1 AND number = $2", file_id, number
    )
    if content is None:
        raise NotFound("there is no such part of this file")
    return content
