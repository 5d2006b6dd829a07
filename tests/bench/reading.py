"""Readers in processes of their own: a worker (the real consumer and the retries), and a bare consumer."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final
from uuid import uuid4

import asyncpg
from aiokafka import AIOKafkaConsumer

from shared.db import Connection, Database, open_pool
from shared.events import consumer
from shared.events.envelope import Envelope
from shared.events.inbox import Apply, one_by_one
from tests.bench import corpus, effects
from tests.bench.children import Answer, child, most_memory_mb
from tests.bench.ground import Ground

LOOK_SECONDS: Final = 0.01
RECORDS_READ: Final = "SELECT coalesce(sum(next_offset), 0)::bigint FROM bookmark"
POISONED_SHARE: Final = 100  # one in so many


class Poisoned(Exception):
    """The handler fails at this event, each time."""


async def read(ground: Ground, schema: str, how: str, *, records: int, role: str = "consumer") -> tuple[float, float]:
    """Have a new reader read so many records of the corpus; its records per second, and the most memory it held."""
    dsn, kafka = ground.dsn(schema), ground.servers.kafka
    async with child(role, dsn=dsn, kafka=kafka, topic=ground.corpus_topic, how=how) as reader:
        answer = await reader.ask(until=records)
    return answer["records"] / answer["seconds"], answer["most_memory_mb"]


@asynccontextmanager
async def consuming(*, dsn: str, kafka: str, topic: str, how: str) -> AsyncIterator[Answer]:
    """Asked `until` when it will have read so many records; asked `seen`, which events it has seen since, and when."""
    began: list[float] = []
    seen: list[tuple[str, float]] = []
    apply = APPLY[how]

    async def noting(conn: Connection, events: Sequence[Envelope]) -> None:
        now = time.monotonic()
        if how == "note":
            seen.extend((str(event.id), now) for event in events)
        if not began:
            began.append(now)
        await apply(conn, events)

    stopping = asyncio.Event()
    subscription = consumer.Subscription(kafka, f"bench-{uuid4().hex}", "bench", {topic: "writer"}, noting)
    async with open_pool(dsn, application_name="bench", max_size=4, statement_timeout_seconds=30) as pool:
        db = Database(pool)
        work = consumer.run(db, subscription, stopping), consumer.retry_parked(db, subscription, stopping)
        tasks = [asyncio.create_task(part) for part in work]

        async def answer(question: dict[str, Any]) -> dict[str, Any]:
            if "seen" in question:
                said = seen.copy()
                seen.clear()
                return {"seen": said}
            while (records := await pool.fetchval(RECORDS_READ)) < question["until"]:
                for task in tasks:
                    if task.done():
                        task.result()
                await asyncio.sleep(LOOK_SECONDS)
            seconds = time.monotonic() - began[0]
            return {"records": records, "seconds": seconds, "most_memory_mb": most_memory_mb()}

        yield answer
        stopping.set()
        await asyncio.gather(*tasks)


@asynccontextmanager
async def consuming_barely(*, dsn: str, kafka: str, topic: str, how: str) -> AsyncIterator[Answer]:
    """Kafka's client, a transaction for what it hands out at once, the effects, and nothing else."""
    consumer_ = AIOKafkaConsumer(
        topic, bootstrap_servers=kafka, group_id=f"bench-{uuid4().hex}", auto_offset_reset="earliest"
    )
    write = BARE[how]

    async def consume(pool: asyncpg.Pool, until: int) -> dict[str, Any]:
        records, began = 0, 0.0
        while records < until:
            batches = await consumer_.getmany(timeout_ms=1000, max_records=consumer.BATCH_RECORDS)
            began = began or time.monotonic()
            values = [json.loads(record.value) for some in batches.values() for record in some]
            async with pool.acquire() as conn, conn.transaction():
                await write(conn, values)
            records += len(values)
        return {"records": records, "seconds": time.monotonic() - began, "most_memory_mb": most_memory_mb()}

    async with open_pool(dsn, application_name="bench", max_size=4, statement_timeout_seconds=30) as pool, consumer_:

        async def answer(question: dict[str, Any]) -> dict[str, Any]:
            return await consume(pool, question["until"])

        yield answer


async def _insert_each(conn: Connection, data: Sequence[dict[str, Any]]) -> None:
    for one in data:
        await conn.execute(effects.INSERT_ONE, one["subject_id"], one["number"], one["title"])


BARE: Final[dict[str, Callable[[Connection, Sequence[dict[str, Any]]], Awaitable[None]]]] = {
    "one_by_one": _insert_each,
    "set": effects.insert_all,
}


def _poisoned(poison: Collection[str] | None) -> Apply:
    """Writes one row per event, and fails at 1 %: those of the given keys, or of any key."""

    async def write(conn: Connection, event: effects.Noted) -> None:
        if event.subject_id in poison if poison is not None else event.number % POISONED_SHARE == POISONED_SHARE // 2:
            raise Poisoned
        await effects.write_one(conn, event)

    return one_by_one({"singo.writer.Noted.v1": (effects.Noted, write)})


POISONED_KEYS: Final = frozenset(str(corpus.key_of(index)) for index in range(corpus.KEYS // POISONED_SHARE))
APPLY: Final[dict[str, Apply]] = {
    "note": effects.write_all,
    "set": effects.write_all,
    "one_by_one": effects.ONE_BY_ONE,
    "poisoned_keys": _poisoned(POISONED_KEYS),
    "poisoned_events": _poisoned(None),
}
