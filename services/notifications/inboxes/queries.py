"""What is read of inboxes."""

from typing import Any
from uuid import UUID

import asyncpg

from services.notifications.access import REGIONAL_READER
from shared.errors import NotFound
from shared.http.auth import Actor


async def messages_to(
    conn: Any,
    actor: Actor,
    *,
    limit: int,
    before: UUID | None = None,
    only: UUID | None = None,
    unread: bool = False,
) -> list[asyncpg.Record]:
    """Messages to the actor's organisations, roles and regions, newest first, and when the actor read them."""
    rows: list[asyncpg.Record] = await conn.fetch(
        """
        SELECT m.id, m.event_id, m.type, m.occurred_at, m.ngo_id, m.about_id, m.to_ngo, m.to_role,
               m.to_region, m.title_id, m.title_en, m.body_id, m.body_en, r.at AS read_at
        FROM message m LEFT JOIN message_read r ON r.message_id = m.id AND r.subject = $1
        WHERE (m.to_ngo IN (SELECT ngo_id FROM membership WHERE subject = $1)
               OR m.to_role = ANY($2)
               OR EXISTS (SELECT FROM unnest($3::text[]) AS own (region)
                          WHERE m.to_region = own.region OR starts_with(m.to_region, own.region || '.')))
          AND (NOT $4 OR r.at IS NULL)
          AND ($5::uuid IS NULL OR m.id < $5) AND ($6::uuid IS NULL OR m.id = $6)
        ORDER BY m.id DESC LIMIT $7
        """,
        actor.subject,
        list(actor.roles),
        list(actor.regions) if actor.has(REGIONAL_READER) else [],
        unread,
        before,
        only,
        limit,
    )
    return rows


async def find_message(conn: Any, message_id: UUID, actor: Actor) -> asyncpg.Record:
    rows = await messages_to(conn, actor, limit=1, only=message_id)
    if not rows:
        raise NotFound("there is no message with this id in your inbox")
    return rows[0]
