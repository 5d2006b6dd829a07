"""An upload: announced, sent part by part, looked into, kept. Each function runs in the caller's transaction.

Parts may come in any order, at once and again, so that a broken line costs one part. What an upload will be is said
first: its length, type and SHA-256; it is kept only if all of that is true.
"""

import asyncio
import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import asyncpg

from services.registry.errors import AlreadyExists
from services.registry.events import EvidenceFileStored
from services.registry.files.content import check_content
from services.registry.files.queries import fetch_part, find_file, parts_missing
from services.registry.files.refusal import Refused
from services.registry.files.rules import (
    STORED_MAX,
    STORED_OF_APPLICANT_MAX,
    UPLOADING_MAX,
    Action,
    Status,
    advance,
    part_length,
    parts_of,
)
from services.registry.organisations.rules import Status as OrganisationStatus
from services.registry.profiles.rules import require_open
from services.registry.reference.queries import dated_rule
from shared.clock import JAKARTA, Clock
from shared.db import Connection, Database, savepoint
from shared.errors import ActionNotAllowed, InvalidInput, NotFound, expect_version
from shared.events.append import emit
from shared.events.envelope import ActedBy
from shared.ids import uuid7

CLEANED_AT_ONCE: Final = 20
ENDED_UPLOADS_KEPT: Final = timedelta(days=30)


async def start_upload(conn: Connection, ngo_id: UUID, file: Mapping[str, Any], *, by: ActedBy, now: datetime) -> UUID:
    """`file`: what the sender says of it."""
    status = await conn.fetchval("SELECT status FROM organisation WHERE id = $1 FOR UPDATE", ngo_id)
    require_open(OrganisationStatus(status), "to send files")
    longest = await _limit(conn, "file.bytes_max", now)
    if file["size_bytes"] > longest:
        raise InvalidInput.field("#/size_bytes", f"must be {longest} at most")
    await _expect_room(conn, ngo_id, OrganisationStatus(status), file)
    hours = await _limit(conn, "file.upload_hours_max", now)
    file_id = uuid7()
    await conn.execute(
        """
        INSERT INTO evidence_file (id, ngo_id, status, kind, name, media_type, size_bytes, sha256, started_at,
                                   started_by, started_by_role, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
        """,
        file_id,
        ngo_id,
        Status.UPLOADING,
        file["kind"],
        file["name"],
        file["media_type"],
        file["size_bytes"],
        file["sha256"],
        now,
        by.subject,
        by.role,
        now + timedelta(hours=hours),
    )
    return file_id


async def _limit(conn: Connection, key: str, now: datetime) -> int:
    rule = await dated_rule(conn, key, on=now.astimezone(JAKARTA).date())
    if rule is None:
        raise LookupError(f"dated_rule has no {key} today")
    return rule.value


async def _expect_room(conn: Connection, ngo_id: UUID, status: OrganisationStatus, file: Mapping[str, Any]) -> None:
    there = await conn.fetchrow(
        """
        SELECT count(*) FILTER (WHERE status = 'uploading') AS uploading,
               count(*) FILTER (WHERE status = 'stored') AS stored,
               bool_or(status = 'stored' AND kind = $2 AND sha256 = $3) AS same
        FROM evidence_file WHERE ngo_id = $1
        """,
        ngo_id,
        file["kind"],
        file["sha256"],
    )
    if there["same"]:
        raise AlreadyExists("this very file is kept already as evidence of this kind")
    if there["uploading"] >= UPLOADING_MAX:
        raise ActionNotAllowed(f"{UPLOADING_MAX} uploads are under way; complete or abandon one of them first")
    stored_max = STORED_OF_APPLICANT_MAX if status is OrganisationStatus.APPLIED else STORED_MAX
    if there["stored"] >= stored_max:
        raise ActionNotAllowed(f"an organisation that is {status} keeps {stored_max} files at most")


async def put_part(
    conn: Connection, ngo_id: UUID, file_id: UUID, number: int, content: bytes, *, now: datetime
) -> None:
    """The same part again replaces it."""
    file = await conn.fetchrow(
        "SELECT status, size_bytes, expires_at FROM evidence_file WHERE id = $1 AND ngo_id = $2 FOR SHARE",
        file_id,
        ngo_id,
    )
    if file is None:
        raise NotFound("there is no such file of this organisation")
    _expect_uploading(file, "send parts of", now)
    parts = parts_of(file["size_bytes"])
    if number > parts:
        raise InvalidInput.field("path:number", f"must be {parts} at most: the file has that many parts")
    length = part_length(file["size_bytes"], number)
    if len(content) != length:
        raise InvalidInput.field(
            "#", f"must be {length} bytes, as part {number} of {parts} is; there are {len(content)}"
        )
    await conn.execute(
        """
        INSERT INTO evidence_part (file_id, number, content) VALUES ($1, $2, $3)
        ON CONFLICT (file_id, number) DO UPDATE SET content = EXCLUDED.content
        """,
        file_id,
        number,
        content,
    )


def _expect_uploading(file: Mapping[str, Any], what: str, now: datetime) -> None:
    status = Status(file["status"])
    if status is Status.UPLOADING and file["expires_at"] <= now:
        status = Status.EXPIRED
    if status is not Status.UPLOADING:
        raise ActionNotAllowed(f"cannot {what} a file that is {status}")


async def complete_upload(
    conn: Connection, ngo_id: UUID, file_id: UUID, *, version: int, by: ActedBy, now: datetime
) -> None:
    """Keep the file if it is what was announced, and sound. If it is not, parts may be sent again until it expires."""
    await _lock(conn, ngo_id, file_id, version)
    file = await find_file(conn, ngo_id, file_id)
    _expect_uploading(file, "complete", now)
    if missing := parts_missing(file):
        named = ", ".join(map(str, missing[:20]))
        raise ActionNotAllowed(f"{len(missing)} parts have not arrived: {named}")
    content = await _whole(conn, file_id, parts_of(file["size_bytes"]))
    await asyncio.to_thread(_expect_announced, content, file["sha256"], file["media_type"])
    try:
        async with savepoint(conn):
            await _end(conn, file_id, advance(Status.UPLOADING, Action.COMPLETE), now)
    except asyncpg.UniqueViolationError:
        raise AlreadyExists("this very file is kept already as evidence of this kind") from None
    emit(
        conn,
        EvidenceFileStored(
            occurred_at=now,
            actor=by,
            ngo_id=ngo_id,
            file_id=file_id,
            kind=file["kind"],
            media_type=file["media_type"],
            size_bytes=file["size_bytes"],
            content_sha256=file["sha256"],
        ),
    )


async def _whole(conn: Connection, file_id: UUID, parts: int) -> bytes:
    content = bytearray()
    for number in range(1, parts + 1):
        content += await fetch_part(conn, file_id, number)
    return bytes(content)


def _expect_announced(content: bytes, sha256: str, media_type: str) -> None:
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise InvalidInput.field("#/sha256", f"is not what arrived: that has {found}")
    try:
        check_content(content, media_type)
    except Refused as refusal:
        raise InvalidInput.field("#", f"the file {refusal}") from refusal


async def abandon_upload(conn: Connection, ngo_id: UUID, file_id: UUID, *, version: int, now: datetime) -> None:
    status = await _lock(conn, ngo_id, file_id, version)
    await _end(conn, file_id, advance(status, Action.ABANDON), now)
    await conn.execute("DELETE FROM evidence_part WHERE file_id = $1", file_id)


async def _lock(conn: Connection, ngo_id: UUID, file_id: UUID, version: int) -> Status:
    row = await conn.fetchrow(
        "SELECT version, status FROM evidence_file WHERE id = $1 AND ngo_id = $2 FOR UPDATE", file_id, ngo_id
    )
    if row is None:
        raise NotFound("there is no such file of this organisation")
    expect_version(row["version"], version)
    return Status(row["status"])


async def _end(conn: Connection, file_id: UUID, status: Status, now: datetime) -> None:
    await conn.execute(
        "UPDATE evidence_file SET status = $2, ended_at = $3, version = version + 1 WHERE id = $1",
        file_id,
        status,
        now,
    )


async def clean_up_uploads(db: Database, clock: Clock) -> None:
    """What did not arrive in its time goes; that it was tried is remembered for a while. Safe to run twice at once."""
    cleaned = CLEANED_AT_ONCE
    while cleaned == CLEANED_AT_ONCE:
        async with db.transaction() as conn:
            now = await clock.now(conn)
            rows = await conn.fetch(
                """
                UPDATE evidence_file SET status = $1, ended_at = $2, version = version + 1
                WHERE id IN (SELECT id FROM evidence_file WHERE status = 'uploading' AND expires_at <= $2
                             ORDER BY expires_at LIMIT $3 FOR UPDATE SKIP LOCKED)
                RETURNING id
                """,
                advance(Status.UPLOADING, Action.EXPIRE),
                now,
                CLEANED_AT_ONCE,
            )
            await conn.execute("DELETE FROM evidence_part WHERE file_id = ANY($1)", [row["id"] for row in rows])
            cleaned = len(rows)
    async with db.transaction() as conn:
        now = await clock.now(conn)
        await conn.execute(
            "DELETE FROM evidence_file WHERE status IN ('abandoned', 'expired') AND ended_at <= $1",
            now - ENDED_UPLOADS_KEPT,
        )
