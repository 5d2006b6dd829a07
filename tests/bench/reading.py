"""A worker of a reader in a process of its own: the real consumer and the retries, on the schema of its own."""

import asyncio
import time
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final
from uuid import uuid4

from shared.db import Connection, Database, open_pool
from shared.events import consumer
from shared.events.envelope import Envelope
from shared.events.inbox import Apply, one_by_one
from tests.bench import corpus, inbox
from tests.bench.children import Answer, child, most_memory_mb
from tests.bench.ground import Ground

LOOK_SECONDS: Final = 0.01
RECORDS_READ: Final = "SELECT coalesce(sum(next_offset), 0)::bigint FROM bookmark"
POISONED_SHARE: Final = 100  # one in so many


class Poisoned(Exception):
    """The handler fails at this event, each time."""


async def read(ground: Ground, schema: str, how: str, *, records: int) -> tuple[float, float]:
    """Have a new worker read so many records of the corpus; its records per second, and the most memory it held."""
    dsn, kafka = ground.dsn(schema), ground.servers.kafka
    async with child("consumer", dsn=dsn, kafka=kafka, topic=ground.corpus_topic, how=how) as reader:
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


def _poisoned(poison: Collection[str] | None) -> Apply:
    """Writes one row per event, and fails at 1 %: those of the given keys, or of any key."""

    async def write(conn: Connection, event: inbox.Noted) -> None:
        if event.subject_id in poison if poison is not None else event.number % POISONED_SHARE == POISONED_SHARE // 2:
            raise Poisoned
        await inbox.write_one(conn, event)

    return one_by_one({"singo.writer.Noted.v1": (inbox.Noted, write)})


POISONED_KEYS: Final = frozenset(str(corpus.key_of(index)) for index in range(corpus.KEYS // POISONED_SHARE))
APPLY: Final[dict[str, Apply]] = {
    "note": inbox.write_all,
    "set": inbox.write_all,
    "one_by_one": inbox.ONE_BY_ONE,
    "poisoned_keys": _poisoned(POISONED_KEYS),
    "poisoned_events": _poisoned(None),
}
