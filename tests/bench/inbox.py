"""What the consumer does with a batch of 500 records, beside the same inserts in one transaction without protection.

One by one: a handler that inserts a row per event; set-based: one statement for the batch. The records are in memory;
both parse the payload. Ours also judges, locks and writes watermarks, and writes the bookmark.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Sequence
from itertools import zip_longest
from typing import Any, Final, cast

from aiokafka import TopicPartition
from pydantic import BaseModel

from shared.db import Connection, Database
from shared.events import consumer, inbox
from shared.events.envelope import Envelope
from shared.events.takeover import Takeover
from tests.bench import corpus
from tests.bench.ground import PARTITIONS, Ground
from tests.bench.runs import Measure, Target, in_turns, ratio, summary

TARGET: Final = Target("≥", 0.7)
BATCH: Final = 1_000
Batches = Sequence[Sequence[Any]]

INSERT_ONE: Final = "INSERT INTO effect (key, number, title) VALUES ($1, $2, $3)"
INSERT_ALL: Final = "INSERT INTO effect (key, number, title) SELECT * FROM unnest($1::text[], $2::bigint[], $3::text[])"


class Noted(BaseModel):
    """What this reader reads of the event."""

    number: int
    subject_id: str
    title: str


async def write_one(conn: Connection, event: Noted) -> None:
    await conn.execute(INSERT_ONE, event.subject_id, event.number, event.title)


async def write_all(conn: Connection, events: Sequence[Envelope]) -> None:
    data = [event.data() for event in events]
    await insert_all(conn, data)


async def insert_all(conn: Connection, data: Sequence[dict[str, Any]]) -> None:
    await conn.execute(
        INSERT_ALL,
        [one["subject_id"] for one in data],
        [one["number"] for one in data],
        [one["title"] for one in data],
    )


ONE_BY_ONE: Final = inbox.one_by_one({"singo.writer.Noted.v1": (Noted, write_one)})


async def protected(db: Database, apply: inbox.Apply, batches: Batches) -> None:
    """Each batch as the consumer handles it: effect, watermark and bookmark in one commit."""
    topic = batches[0][0].topic
    subscription = consumer.Subscription("", "bench", "bench", {topic: "writer"}, apply)
    takeover = Takeover(db, cast("Any", None), "", "bench")  # no log to seek in: the records are in memory
    stopping = asyncio.Event()
    for records in batches:
        partition = TopicPartition(topic, records[0].partition)
        await consumer._handle_until_done(db, subscription, takeover, {partition: records}, stopping)


async def bare_one_by_one(db: Database, batches: Batches) -> None:
    for records in batches:
        async with db.pool.acquire() as conn, conn.transaction():
            for record in records:
                data = json.loads(record.value)
                await conn.execute(INSERT_ONE, data["subject_id"], data["number"], data["title"])


async def bare_set_based(db: Database, batches: Batches) -> None:
    for records in batches:
        async with db.pool.acquire() as conn, conn.transaction():
            await insert_all(conn, [json.loads(record.value) for record in records])


def batches_of(records: dict[int, Sequence[Any]], *, share: float = 1) -> Batches:
    """The first share of each partition's records, in batches of one partition each, the partitions in turn."""
    per_partition = [
        [
            found[start : min(start + BATCH, int(len(found) * share))]
            for start in range(0, int(len(found) * share), BATCH)
        ]
        for found in records.values()
    ]
    return [batch for turn in zip_longest(*per_partition) for batch in turn if batch]


async def measure(ground: Ground) -> Measure:
    topic = ground.corpus_topic
    records = await corpus.read_topic(ground.servers.kafka, topic, PARTITIONS)
    few, many = batches_of(records, share=0.2), batches_of(records)
    async with ground.database("reader") as db:

        def timed(work: Callable[[Batches], Awaitable[None]], batches: Batches) -> Callable[[], Awaitable[float]]:
            async def run() -> float:
                await forget(db)
                began = time.perf_counter()
                await work(batches)
                seconds = time.perf_counter() - began
                events = sum(map(len, batches))
                if await db.pool.fetchval("SELECT count(*) FROM effect") != events:
                    raise AssertionError("not every event had its effect")
                return events / seconds

            return run

        one = await in_turns(
            {
                "inbox": timed(lambda batches: protected(db, ONE_BY_ONE, batches), few),
                "bare": timed(lambda batches: bare_one_by_one(db, batches), few),
            },
            ground.rounds,
        )
        all_ = await in_turns(
            {
                "inbox": timed(lambda batches: protected(db, write_all, batches), many),
                "bare": timed(lambda batches: bare_set_based(db, batches), many),
            },
            ground.rounds,
        )
    return Measure(
        [
            ratio("inbox_vs_bare_one_by_one", one["inbox"], one["bare"], TARGET),
            ratio("inbox_vs_bare_set_based", all_["inbox"], all_["bare"], TARGET),
        ],
        {"one_by_one": summary(one), "set_based": summary(all_)},
    )


async def forget(db: Database) -> None:
    """As if nothing had ever been read."""
    await db.pool.execute("TRUNCATE effect, watermark, bookmark, parked")
