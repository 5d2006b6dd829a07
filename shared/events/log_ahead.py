"""Before a relay sends anything: does the log hold what this database does not know? Then it was restored too early."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any, Final

import asyncpg
import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from shared.events.envelope import NotAnEvent, parse
from shared.events.kafka import close_consumer, partitions_of, record_at_position

READ_SECONDS: Final = 10.0

log = structlog.get_logger()


class LogAhead(Exception):
    """The log holds a record that this database does not know: the database was restored to an earlier point."""


async def refuse_if_log_is_ahead(conn: asyncpg.Connection, *, service: str, topic: str, kafka: str) -> None:
    """Stop all writing unless every record since what this database knows as sent stands in `event` with its hash.

    Raises LogAhead, KafkaError or TimeoutError.
    """
    rows = await conn.fetch('SELECT partition, "offset" FROM halt_accepted WHERE topic = $1', topic)
    accepted = {(row["partition"], row["offset"]) for row in rows}
    known_to = {row["partition"]: row["next_offset"] for row in await conn.fetch("SELECT * FROM relayed")}
    for partition, offset in accepted:
        known_to[partition] = max(known_to.get(partition, 0), offset + 1)
    async for record, end in _records_since(kafka, topic, known_to):
        try:
            event = parse(record.key, record.value, record.headers, source=service)
        except NotAnEvent as error:
            log.warning("foreign_record_in_own_topic", partition=record.partition, reason=str(error))
            continue
        known = await conn.fetchval(
            "SELECT hash FROM event WHERE key = $1 AND sequence = $2", event.key, event.sequence
        )
        if known == event.chain or (record.partition, record.offset) in accepted:
            continue
        reason = (
            f"{topic}, partition {record.partition}, offset {record.offset} holds event {event.sequence} of key "
            f"{event.key}, which this database does not know; the last offset is {end - 1}"
        )
        await conn.execute("INSERT INTO halt (reason) VALUES ($1) ON CONFLICT DO NOTHING", reason)
        raise LogAhead(reason)


async def _records_since(kafka: str, topic: str, known: Mapping[int, int]) -> AsyncIterator[tuple[Any, int]]:
    """(record, end offset of its partition): those from the known offsets on, but at least each partition's last."""
    # "earliest": of a log whose beginning was deleted, what is left.
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka, enable_auto_commit=False, auto_offset_reset="earliest")
    try:
        await consumer.start()
        partitions = [TopicPartition(topic, partition) for partition in await partitions_of(consumer, topic)]
        if not partitions:
            raise KafkaError(f"the topic {topic} does not exist yet; `migrate` makes it")
        consumer.assign(partitions)
        for partition, end in (await consumer.end_offsets(partitions)).items():
            position = min(known.get(partition.partition, end - 1), end - 1)
            if end == 0:
                continue
            consumer.seek(partition, position)
            while await consumer.position(partition) < end:
                async with asyncio.timeout(READ_SECONDS):
                    record = await record_at_position(consumer, partition)
                if record is not None:
                    yield record, end
    finally:
        await close_consumer(consumer)
