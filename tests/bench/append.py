"""A transaction with a business insert and an event, beside the same with a plain insert into an outbox table.

On 1,000 keys, by 16 writers at once and by one. Ours wakes the relay as an api does; the plain one tells nobody.
"""

import asyncio
import itertools
import random
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, Final

from shared.db import Database
from shared.events import append
from shared.ids import uuid7
from tests.bench.corpus import Noted, event_of, key_of
from tests.bench.ground import WRITERS, Ground
from tests.bench.runs import Measure, Target, in_turns, ratio, summary

TARGET: Final = Target("≥", 0.8)
KEYS: Final = 1_000
INSERT_BUSINESS: Final = "INSERT INTO business (id, key, title) VALUES ($1, $2, $3)"

Write = Callable[[Database, Noted], Awaitable[None]]


async def appending(db: Database, event: Noted) -> None:
    async with db.transaction() as conn:
        await conn.execute(INSERT_BUSINESS, event.number, event.stream_key(), event.title)
        append.emit(conn, event)


async def plain(db: Database, event: Noted) -> None:
    """The outbox as many have it: no sequence, no chain, nothing kept. The same columns, made of the same event."""
    async with db.pool.acquire() as conn, conn.transaction():
        await conn.execute(INSERT_BUSINESS, event.number, event.stream_key(), event.title)
        await conn.execute(
            """
            INSERT INTO plain_outbox (key, sequence, id, type, headers, payload)
            VALUES ($1, $2, $3, $4, $5, $6)
            """,
            event.stream_key(),
            event.number,
            uuid7(),
            event.wire_type(),
            append._attributes(event),
            event.model_dump_json().encode(),
        )


async def write_many(db: Database, write: Write, numbers: Iterator[int], *, writers: int, count: int) -> float:
    """Transactions per second of so many writers that together make `count` transactions."""
    chance = random.Random(count)
    left = iter([event_of(next(numbers), key_of(chance.randrange(KEYS))) for _ in range(count)])

    async def writer() -> None:
        for event in left:
            await write(db, event)

    began = time.perf_counter()
    await asyncio.gather(*[writer() for _ in range(writers)])
    return count / (time.perf_counter() - began)


async def measure(ground: Ground) -> Measure:
    many, few = (1_500, 400) if ground.quick else (6_000, 1_500)
    numbers = itertools.count()
    async with ground.database("writer") as db:
        await make_tables(db)

        def run(write: Write, writers: int, count: int) -> Callable[[], Awaitable[float]]:
            async def once() -> float:
                rate = await write_many(db, write, numbers, writers=writers, count=count)
                await db.pool.execute("TRUNCATE outbox, plain_outbox")  # the relay's part, which is measured elsewhere
                return rate

            return once

        rates: dict[int, dict[str, list[float]]] = {}
        for writers, count in ((WRITERS, many), (1, few)):
            contestants = {"append": run(appending, writers, count), "plain": run(plain, writers, count)}
            rates[writers] = await in_turns(contestants, ground.rounds)
    figures = [
        ratio(f"append_vs_plain_{_writers(writers)}", found["append"], found["plain"], TARGET)
        for writers, found in rates.items()
    ]
    raw: dict[str, Any] = {_writers(writers): summary(found, "transactions/s") for writers, found in rates.items()}
    return Measure(figures, raw)


def _writers(count: int) -> str:
    return f"{count}_writers" if count > 1 else "1_writer"


async def make_tables(db: Database) -> None:
    await db.pool.execute("CREATE TABLE business (id bigint PRIMARY KEY, key text NOT NULL, title text NOT NULL)")
    await db.pool.execute(
        """
        CREATE TABLE plain_outbox (
            position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, key text NOT NULL, sequence bigint NOT NULL,
            id uuid NOT NULL, type text NOT NULL, headers json NOT NULL, payload bytea NOT NULL,
            appended_at timestamptz NOT NULL DEFAULT clock_timestamp()
        )
        """
    )
