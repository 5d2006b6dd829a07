"""What is read of deliveries."""

import asyncio
import time
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg

from shared.db import Database

FIRST_PAUSE_SECONDS: Final = 0.01
LONGEST_PAUSE_SECONDS: Final = 0.25


async def deliveries_after(conn: Any, subscription_id: UUID, number: int, limit: int) -> list[asyncpg.Record]:
    rows: list[asyncpg.Record] = await conn.fetch(
        """
        SELECT d.number, e.attributes, e.payload
        FROM delivery d JOIN feed_event e ON e.id = d.event_id
        WHERE d.subscription_id = $1 AND d.number > $2 ORDER BY d.number LIMIT $3
        """,
        subscription_id,
        number,
        limit,
    )
    return rows


async def wait_for_deliveries(
    db: Database, subscription_id: UUID, number: int, limit: int, *, seconds: float, stopping: asyncio.Event
) -> list[asyncpg.Record]:
    """As soon as there are any, or none when the time is over or we stop. Holds no connection while it waits."""
    deadline = time.monotonic() + seconds
    pause = FIRST_PAUSE_SECONDS
    rows: list[asyncpg.Record] = []
    while not rows and not stopping.is_set() and time.monotonic() + pause <= deadline:
        await asyncio.sleep(pause)
        rows = await deliveries_after(db.pool, subscription_id, number, limit)
        pause = min(pause * 1.5, LONGEST_PAUSE_SECONDS)
    return rows


async def last_number(conn: Any, subscription_id: UUID) -> int:
    number: int = await conn.fetchval("SELECT last_number FROM subscription WHERE id = $1", subscription_id)
    return number


async def number_before(conn: Any, subscription_id: UUID, time_: datetime) -> int:
    """The number after which to read so as to get every event that happened at or after a time."""
    first: int | None = await conn.fetchval(
        """
        SELECT d.number FROM delivery d JOIN feed_event e ON e.id = d.event_id
        WHERE d.subscription_id = $1 AND e.occurred_at >= $2 ORDER BY d.number LIMIT 1
        """,
        subscription_id,
        time_,
    )
    return first - 1 if first is not None else await last_number(conn, subscription_id)
