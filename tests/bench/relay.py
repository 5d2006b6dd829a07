"""A relay drains a filled outbox, beside a bare producer that has the same records as bytes in memory.

The producer, with the same settings, sends the largest batches it can, one per partition under way; or it calls `send`
for each record and waits for 500 at a time. The relay's time is from the commit to the deletion of the last row.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

import asyncpg
from aiokafka import AIOKafkaProducer
from prometheus_client import REGISTRY

from shared.events import relay
from tests.bench import corpus
from tests.bench.children import Answer, Child, child, most_memory_mb
from tests.bench.ground import PARTITIONS, Ground
from tests.bench.runs import Measure, Target, in_turns, ratio, summary

LOOK_SECONDS: Final = 0.003
PASS_ROWS: Final = 2_000  # of one partition
SENT_AT_ONCE: Final = 500
Records = Mapping[int, Sequence[tuple[bytes, bytes, list[tuple[str, bytes]]]]]
"""Partition -> its records: key, value, headers."""


async def measure(ground: Ground) -> Measure:
    own = [await ground.make_topic(name) for name in ("relay", "batches", "send")]
    records_of = ground.corpus_topic
    relaying_ = child("relay", dsn=ground.dsn("writer"), topic=own[0], kafka=ground.servers.kafka)
    producing_ = child("producer", kafka=ground.servers.kafka, records_of=records_of)
    try:
        async with ground.connection("writer") as conn, relaying_ as relay_, producing_ as producer:
            drained = drain(conn, relay_, ground.events)
            rates = await in_turns(
                {
                    "relay": drained,
                    "producer": lambda: produced(producer, "batches", own[1], ground.events),
                    "send_loop": lambda: produced(producer, "send", own[2], ground.events),
                },
                ground.rounds,
            )
    finally:
        await ground.remove_topics(*own)
    return Measure(
        [
            ratio("relay_vs_producer", rates["relay"], rates["producer"], Target("≥", 0.6)),
            ratio("relay_vs_send_loop", rates["relay"], rates["send_loop"], Target(">", 1)),
        ],
        summary(rates),
    )


def drain(conn: asyncpg.Connection, relay_: Child, events: int) -> Callable[[], Coroutine[Any, Any, float]]:
    """From the commit that fills the outbox to the relay's deletion of its last row."""
    total = 0

    async def once() -> float:
        nonlocal total
        total += events
        began = await corpus.fill_outbox(conn, events)
        answer = await relay_.ask(until=total)
        return events / (float(answer["at"]) - began)

    return once


async def produced(producer: Child, how: str, topic: str, events: int) -> float:
    return events / float((await producer.ask(how=how, topic=topic))["seconds"])


# In processes of their own


@asynccontextmanager
async def relaying(*, dsn: str, topic: str, kafka: str) -> AsyncIterator[Answer]:
    """The real relay. Asked when it will have relayed so many events since its start."""
    stopping = asyncio.Event()
    task = asyncio.create_task(relay.run(relay.Relay(dsn, "writer", topic, kafka), stopping))

    async def answer(question: dict[str, Any]) -> dict[str, Any]:
        while (REGISTRY.get_sample_value("singo_relayed_events_total") or 0) < question["until"]:
            if task.done():
                task.result()
            await asyncio.sleep(LOOK_SECONDS)
        return {"at": time.monotonic(), "most_memory_mb": most_memory_mb()}

    yield answer
    stopping.set()
    await task


@asynccontextmanager
async def producing(*, kafka: str, records_of: str) -> AsyncIterator[Answer]:
    """A producer with the relay's settings, and all records as bytes in memory."""
    found = await corpus.read_topic(kafka, records_of, PARTITIONS)
    records = {p: [(one.key, one.value, list(one.headers)) for one in some] for p, some in found.items()}
    producer = AIOKafkaProducer(
        bootstrap_servers=kafka,
        acks="all",
        enable_idempotence=True,
        max_batch_size=1_000_000,
        max_request_size=1_048_576,
        request_timeout_ms=15_000,
    )
    await producer.start()

    async def answer(question: dict[str, Any]) -> dict[str, Any]:
        send = {"batches": send_batches, "send": send_one_by_one}[question["how"]]
        began = time.perf_counter()
        await send(producer, question["topic"], records)
        return {"seconds": time.perf_counter() - began}

    yield answer
    await producer.stop()


async def send_batches(producer: AIOKafkaProducer, topic: str, records: Records) -> None:
    """As fast as this client can: the largest batches, one of each partition under way, nothing else to do."""

    async def send(partition: int) -> None:
        batch, filled = producer.create_batch(), 0
        for key, value, headers in records[partition]:
            if filled == PASS_ROWS or batch.append(key=key, value=value, timestamp=None, headers=headers) is None:
                await (await producer.send_batch(batch, topic, partition=partition))
                batch, filled = producer.create_batch(), 0
                batch.append(key=key, value=value, timestamp=None, headers=headers)
            filled += 1
        await (await producer.send_batch(batch, topic, partition=partition))

    await asyncio.gather(*[send(partition) for partition in records])


async def send_one_by_one(producer: AIOKafkaProducer, topic: str, records: Records) -> None:
    """The usual loop: `send` for each record, and wait for all of a pass."""
    everything = [record for found in records.values() for record in found]
    for start in range(0, len(everything), SENT_AT_ONCE):
        some = everything[start : start + SENT_AT_ONCE]
        await asyncio.gather(
            *[await producer.send(topic, value, key=key, headers=headers) for key, value, headers in some]
        )
