"""What can be done to a story. Each function runs in the caller's transaction."""

from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from services.reporting import events
from services.reporting.access import Member, acted_by
from services.reporting.states import advance
from services.reporting.stories import rules
from services.reporting.stories.content import StoryContent
from services.reporting.stories.rules import NEXT, Action, Status
from services.reporting.submission.rules import check_reviewer
from shared.clock import JAKARTA
from shared.db import Connection
from shared.errors import NotFound, expect_version
from shared.events.append import emit
from shared.http.auth import Actor
from shared.ids import uuid7
from shared.regions import check_codes, listed


async def create(conn: Connection, story: StoryContent, *, member: Member, now: datetime) -> asyncpg.Record:
    _check_regions(story, now)
    return await conn.fetchrow(
        """
        INSERT INTO story (id, ngo_id, title, category, summary, body, regions, sdg, consent_given)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING *
        """,
        uuid7(),
        member.ngo_id,
        story.title,
        story.category,
        story.summary,
        story.text,
        story.regions,
        story.sdg,
        story.consent_given,
    )


async def edit(
    conn: Connection, story_id: UUID, story: StoryContent, *, version: int, member: Member, now: datetime
) -> asyncpg.Record:
    row = await _lock(conn, story_id, ngo_id=member.ngo_id)
    expect_version(row["version"], version)
    _check_regions(story, now)
    return await conn.fetchrow(
        """
        UPDATE story SET status = $2, title = $3, category = $4, summary = $5, body = $6, regions = $7, sdg = $8,
                         consent_given = $9, version = version + 1
        WHERE id = $1 RETURNING *
        """,
        story_id,
        _advance(row, Action.EDIT),
        story.title,
        story.category,
        story.summary,
        story.text,
        story.regions,
        story.sdg,
        story.consent_given,
    )


async def submit(conn: Connection, story_id: UUID, *, version: int, member: Member, now: datetime) -> asyncpg.Record:
    row = await _lock(conn, story_id, ngo_id=member.ngo_id)
    expect_version(row["version"], version)
    status = _advance(row, Action.SUBMIT)
    rules.check_consent(consent_given=row["consent_given"])
    emit(conn, events.StorySubmitted(**_about(row), occurred_at=now, actor=member.acted_by))
    return await conn.fetchrow(
        "UPDATE story SET status = $2, submitted_by = $3, version = version + 1 WHERE id = $1 RETURNING *",
        story_id,
        status,
        member.subject,
    )


async def publish(conn: Connection, story_id: UUID, *, version: int, actor: Actor, now: datetime) -> asyncpg.Record:
    row = await _lock(conn, story_id)
    expect_version(row["version"], version)
    status = _advance(row, Action.PUBLISH)
    check_reviewer(actor.subject, row["submitted_by"])
    by = acted_by(actor, "fasker_officer", "fasker_head")
    emit(conn, events.StoryPublished(**_about(row), occurred_at=now, actor=by))
    return await conn.fetchrow(
        "UPDATE story SET status = $2, published_at = $3, version = version + 1 WHERE id = $1 RETURNING *",
        story_id,
        status,
        now,
    )


async def unpublish(
    conn: Connection, story_id: UUID, *, reason: str, version: int, actor: Actor, now: datetime
) -> asyncpg.Record:
    row = await _lock(conn, story_id)
    expect_version(row["version"], version)
    status = _advance(row, Action.UNPUBLISH)
    by = acted_by(actor, "fasker_officer", "fasker_head")
    emit(conn, events.StoryUnpublished(**_about(row), occurred_at=now, actor=by, reason=reason))
    return await conn.fetchrow(
        """
        UPDATE story SET status = $2, unpublication_reason = $3, version = version + 1
        WHERE id = $1 RETURNING *
        """,
        story_id,
        status,
        reason,
    )


def _check_regions(story: StoryContent, now: datetime) -> None:
    """V17: a story is of the day on which it is written."""
    check_codes(listed("#/regions", story.regions), on=now.astimezone(JAKARTA).date())


async def _lock(conn: Connection, story_id: UUID, *, ngo_id: UUID | None = None) -> asyncpg.Record:
    """The story of this NGO or, for officials, one that was submitted."""
    row = await conn.fetchrow(
        """
        SELECT * FROM story WHERE id = $1 AND CASE WHEN $2::uuid IS NULL THEN status <> 'draft'
                                                   ELSE ngo_id = $2 END
        FOR UPDATE
        """,
        story_id,
        ngo_id,
    )
    if row is None:
        raise NotFound("there is no such story, or none that you may see")
    return row


def _advance(row: asyncpg.Record, action: Action) -> Status:
    return advance(NEXT, Status(row["status"]), action, of="a story")


def _about(row: asyncpg.Record) -> dict[str, Any]:
    """The fields that all events of a story have."""
    return {
        "ngo_id": row["ngo_id"],
        "regions": tuple(row["regions"]),
        "story_id": row["id"],
        "title": row["title"],
        "category": row["category"],
    }
