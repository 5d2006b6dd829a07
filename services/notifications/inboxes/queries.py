"""What is read of inboxes."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg

from services.notifications.access import REGIONAL_READER
from shared.errors import NotFound
from shared.http.auth import Actor
from shared.http.paging import ONE, PageRequest, Sorting, fetch_page
from shared.regions import codes_within

SORTING: Final = Sorting("m.id", occurred_at=("m.occurred_at", datetime))


async def messages_to(
    conn: Any,
    actor: Actor,
    *,
    page: PageRequest = ONE,
    only: UUID | None = None,
    unread: bool = False,
    ngo_id: UUID | None = None,
) -> list[asyncpg.Record]:
    """Messages to the actor's organisations, roles and regions, newest first, and when the actor read them."""
    return await fetch_page(
        conn,
        page,
        """
        SELECT m.id, m.event_id, m.type, m.occurred_at, m.ngo_id, m.about_id, m.to_ngo, m.to_role,
               m.to_region, m.title_id, m.title_en, m.body_id, m.body_en, r.at AS read_at
        FROM message m LEFT JOIN message_read r ON r.message_id = m.id AND r.subject = $1
        WHERE (m.to_ngo IN (SELECT ngo_id FROM membership WHERE subject = $1)
               OR m.to_role = ANY($2)
               OR m.to_region = ANY($3))
          AND (NOT $4 OR r.at IS NULL)
          AND ($5::uuid IS NULL OR m.id = $5) AND ($6::uuid IS NULL OR m.ngo_id = $6)
        """,
        actor.subject,
        list(actor.roles),
        codes_within(actor.regions) if actor.has(REGIONAL_READER) else [],
        unread,
        only,
        ngo_id,
        sorting=SORTING,
    )


async def find_message(conn: Any, message_id: UUID, actor: Actor) -> asyncpg.Record:
    rows = await messages_to(conn, actor, only=message_id)
    if not rows:
        raise NotFound("there is no message with this id in your inbox")
    return rows[0]
