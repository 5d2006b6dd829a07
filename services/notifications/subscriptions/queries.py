"""What is read of subscriptions."""

from typing import Any, Final
from uuid import UUID

import asyncpg

from shared.errors import NotFound
from shared.http.auth import Actor
from shared.http.paging import ONE, PageRequest, Sorting, fetch_page

SORTING: Final = Sorting("s.id", name=("s.name", str))


async def subscriptions_of(
    conn: Any, actor: Actor, *, page: PageRequest = ONE, only: UUID | None = None, status: str | None = None
) -> list[asyncpg.Record]:
    """The actor's own subscriptions, an operator's all, newest first, each with how far it was read."""
    return await fetch_page(
        conn,
        page,
        """
        SELECT s.id, s.owner, s.name, s.types, s.regions, s.status, s.pause_reason, s.created_at, s.version,
               s.last_number, r.read_number, s.last_number - r.read_number AS behind, r.read_at,
               (SELECT d.at FROM delivery d
                WHERE d.subscription_id = s.id AND d.number = r.read_number + 1) AS oldest_unread_at
        FROM subscription s JOIN reading r ON r.subscription_id = s.id
        WHERE (s.owner = $1 OR $2) AND ($3::uuid IS NULL OR s.id = $3) AND ($4::text IS NULL OR s.status = $4)
        """,
        actor.subject,
        actor.has("operator"),
        only,
        status,
        sorting=SORTING,
    )


async def find_subscription(conn: Any, subscription_id: UUID, actor: Actor) -> asyncpg.Record:
    rows = await subscriptions_of(conn, actor, only=subscription_id)
    if not rows:
        raise NotFound("you have no subscription with this id")
    return rows[0]
