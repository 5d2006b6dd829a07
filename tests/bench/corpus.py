"""What is sent and read: the events, and a topic that holds them as the real relay wrote them."""

import random
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID, uuid5

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition

from shared.db import Database
from shared.events import append
from shared.events.envelope import SYSTEM, Event

KEYS: Final = 2_000
PAYLOAD_BYTES: Final = 550
APPENDED_AT_ONCE: Final = 1_000
_KEYS_OF: Final = UUID("018f6b1e-0000-7000-8000-000000000000")


class Noted(Event):
    """An event of the bench: as large as `PAYLOAD_BYTES`, of which a reader uses three fields."""

    source = "writer"

    number: int
    subject_id: UUID
    title: str
    text: str

    def stream_key(self) -> str:
        return str(self.subject_id)

    def extensions(self) -> Mapping[str, str]:
        return {"regions": "31,31.71"}


def key_of(index: int) -> UUID:
    return uuid5(_KEYS_OF, str(index))


def event_of(number: int, key: UUID) -> Noted:
    event = Noted(
        occurred_at=datetime(2026, 1, 1, 8, 30, 15, 123456, tzinfo=UTC),
        actor=SYSTEM,
        number=number,
        subject_id=key,
        title=f"the title of event {number}",
        text="",
    )
    missing = PAYLOAD_BYTES - len(event.model_dump_json())
    return event.model_copy(update={"text": "x" * missing})


async def append_events(db: Database, count: int) -> None:
    """Have `append` write `count` events, each of a key that chance chooses (the same in every run)."""
    chance = random.Random(5)
    append.correlation_id.set("018f6b1e-7d3c-7c4e-9f61-2b9f3d5a1c11")
    for start in range(0, count, APPENDED_AT_ONCE):
        async with db.transaction() as conn:
            for number in range(start, min(start + APPENDED_AT_ONCE, count)):
                append.emit(conn, event_of(number, key_of(chance.randrange(KEYS))))


async def keep_corpus(conn: asyncpg.Connection) -> None:
    """Copy what was appended, in the order of its numbers, to where the outbox is filled from."""
    await conn.execute(
        """
        CREATE TABLE corpus AS
        SELECT (convert_from(payload, 'UTF8')::json ->> 'number')::bigint AS number,
               key, sequence, id, type, after, headers, payload, previous_hash, hash
        FROM event ORDER BY number
        """
    )
    await conn.execute("ALTER TABLE corpus ADD PRIMARY KEY (number)")


async def fill_outbox(conn: asyncpg.Connection, count: int) -> float:
    """One commit, and the NOTIFY with it: the relay starts at that moment, which is returned."""
    await conn.execute("VACUUM outbox")
    async with conn.transaction():
        await conn.execute(
            """
            INSERT INTO outbox (key, sequence, id, type, after, headers, payload, previous_hash, hash)
            SELECT key, sequence, id, type, after, headers, payload, previous_hash, hash FROM writer.corpus
            WHERE number < $1 ORDER BY number
            """,
            count,
        )
        await conn.execute("NOTIFY outbox_writer")
    return time.monotonic()


async def read_topic(kafka: str, topic: str, partitions: int) -> dict[int, Sequence[Any]]:
    """All records of a topic, by partition."""
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka, enable_auto_commit=False)
    await consumer.start()
    try:
        assigned = [TopicPartition(topic, partition) for partition in range(partitions)]
        consumer.assign(assigned)
        await consumer.seek_to_beginning(*assigned)
        ends = await consumer.end_offsets(assigned)
        records: dict[int, list[Any]] = {partition: [] for partition in range(partitions)}
        while sum(map(len, records.values())) < sum(ends.values()):
            for partition, found in (await consumer.getmany(timeout_ms=1000)).items():
                records[partition.partition] += found
        return {partition: tuple(found) for partition, found in records.items()}
    finally:
        await consumer.stop()
