"""Reads of stories: what is published, for everybody; what is written, within the caller's scope."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg

from services.reporting.access import Scope
from services.reporting.stories.rules import Status
from shared.db import Database
from shared.errors import NotFound
from shared.http.paging import PageRequest, Sorting, fetch_page
from shared.regions import codes_asked_for

PUBLISHED_SORTING: Final = Sorting("s.id", published_at=("s.published_at", datetime))


async def list_published(
    db: Database, page: PageRequest, *, region: str | None, ngo_id: UUID | None, category: str | None
) -> Sequence[asyncpg.Record]:
    return await fetch_page(
        db.pool,
        page,
        """
        SELECT s.*, n.name AS ngo_name FROM story s JOIN ngo n ON n.id = s.ngo_id
        WHERE s.status = 'published' AND ($1::text[] IS NULL OR s.regions && $1)
          AND ($2::uuid IS NULL OR s.ngo_id = $2) AND ($3::text IS NULL OR s.category = $3)
        """,
        codes_asked_for(region),
        ngo_id,
        category,
        sorting=PUBLISHED_SORTING,
    )


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
    return await fetch_page(
        db.pool,
        page,
        """
        SELECT * FROM story
        WHERE (ngo_id = $1 OR status <> 'draft' AND ($2 OR regions && $3))
          AND ($4::text IS NULL OR status = $4)
        """,
        scope.ngo_id,
        scope.everything,
        scope.regions,
        status,
    )
