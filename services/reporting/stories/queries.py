"""Reads of stories: what is published, for everybody; what is written, within the caller's scope."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from services.reporting.access import Scope
from services.reporting.stories.rules import Status
from shared.db import Database
from shared.errors import NotFound
from shared.http.paging import PageRequest


async def list_published(db: Database, page: PageRequest, *, region: str | None) -> Sequence[asyncpg.Record]:
    rows: Sequence[asyncpg.Record] = await db.pool.fetch(
        """
        SELECT s.*, n.name AS ngo_name FROM story s JOIN ngo n ON n.id = s.ngo_id
        WHERE s.status = 'published' AND ($1::text IS NULL OR regions_lie_in(s.regions, ARRAY[$1]))
          AND ($2::uuid IS NULL OR s.id < $2)
        ORDER BY s.id DESC LIMIT $3
        """,
        region,
        page.before,
        page.fetch,
    )
    return rows


async def get_published(db: Database, story_id: UUID) -> asyncpg.Record:
    row = await db.pool.fetchrow(
        """
        SELECT s.*, n.name AS ngo_name FROM story s JOIN ngo n ON n.id = s.ngo_id
        WHERE s.id = $1 AND s.status = 'published'
        """,
        story_id,
    )
    if row is None:
        raise NotFound("there is no such story, or it is not published")
    return row


async def list_written(
    db: Database, scope: Scope, page: PageRequest, *, status: Status | None
) -> Sequence[asyncpg.Record]:
    rows: Sequence[asyncpg.Record] = await db.pool.fetch(
        """
        SELECT * FROM story
        WHERE CASE WHEN $1::uuid IS NULL THEN status <> 'draft' ELSE ngo_id = $1 END
          AND ($2::text[] IS NULL OR regions_lie_in(regions, $2)) AND ($3::text IS NULL OR status = $3)
          AND ($4::uuid IS NULL OR id < $4)
        ORDER BY id DESC LIMIT $5
        """,
        scope.ngo_id,
        scope.regions,
        status,
        page.before,
        page.fetch,
    )
    return rows
