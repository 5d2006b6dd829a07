"""What the hazards happen to: the line from the registry's events over Kafka to their effects in reporting's schema."""

import asyncio
import signal
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from shared.db import Connection
from shared.events.envelope import Envelope
from shared.local import stack
from shared.local.processes import find, wait_for_end
from tests.servers import Servers
from tests.shared.test_inbox import Reader
from tests.shared.test_kafka import Bus

Headers = list[tuple[str, bytes | None]]


@dataclass
class Line(Bus):
    """A bus whose reader writes a row per event that it applies, and fails where it is told to."""

    reader: Reader = field(kw_only=True)

    async def apply(self, conn: Connection, events: Sequence[Envelope]) -> None:
        await self.reader.apply(conn, events)

    async def until_sent(self) -> None:
        await self.world.until(self.emptied, "the outbox is empty")

    async def until_applied(self, key: str, count: int) -> None:
        """Wait until the key's first `count` events have had their effects, and nothing else has."""

        async def applied() -> bool:
            return await self.reader.effects(key) == list(range(1, count + 1))

        await self.world.until(applied, f"{count} events of {key} applied")

    async def log(self) -> dict[str, list[int]]:
        """Key -> the sequences of its records, in the order in which they stand in the topic."""
        consumer = AIOKafkaConsumer(bootstrap_servers=self.world.servers.kafka, auto_offset_reset="earliest")
        await consumer.start()
        try:
            consumer.assign(self.partitions)
            ends = await consumer.end_offsets(self.partitions)
            found: dict[str, list[int]] = {}
            while [p for p in self.partitions if await consumer.position(p) < ends[p]]:
                for records in (await consumer.getmany(timeout_ms=200)).values():
                    for record in records:
                        sequence = int(dict(record.headers)["ce_sequence"])
                        found.setdefault(record.key.decode(), []).append(sequence)
            return found
        finally:
            await consumer.stop()

    @property
    def partitions(self) -> list[TopicPartition]:
        return [TopicPartition(self.topic, partition) for partition in range(3)]

    async def records_of_others(self, *records: tuple[bytes | None, bytes | None, Headers], partition: int) -> None:
        """Write into the topic what its owner did not write."""
        producer = AIOKafkaProducer(bootstrap_servers=self.world.servers.kafka)
        await producer.start()
        try:
            for key, value, headers in records:
                await producer.send_and_wait(self.topic, value, key=key, headers=headers, partition=partition)
        finally:
            await producer.stop()

    async def leader(self) -> int | None:
        """The server's process that serves the session which holds the relay's lock."""
        admin = await asyncpg.connect(self.world.servers.dsn)
        try:
            pid: int | None = await admin.fetchval(
                """
                SELECT a.pid FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
                WHERE l.locktype = 'advisory' AND l.granted AND a.datname = $1 AND a.application_name = 'registry-relay'
                """,
                self.world.database,
            )
            return pid
        finally:
            await admin.close()

    async def end_session_of(self, pid: int) -> None:
        admin = await asyncpg.connect(self.world.servers.dsn)
        try:
            await admin.execute("SELECT pg_terminate_backend($1)", pid)
        finally:
            await admin.close()


def first_appearances(sequences: Sequence[int]) -> list[int]:
    """A relay may repeat records; what counts is the order in which they came first."""
    return list(dict.fromkeys(sequences))


@dataclass
class OwnServers:
    """A PostgreSQL and a Kafka that nobody else uses."""

    directory: Path

    def start(self) -> None:
        """Bring up what does not run, with the data that it had."""
        started = stack.start(self.directory, tied=True, fast=True)
        self.servers = Servers(started.dsn, started.kafka)

    async def restart(self) -> None:
        await asyncio.to_thread(self.start)

    async def kill(self, name: str) -> None:
        """kill -9, and wait until it is gone."""
        victims = [one.process for one in find(self.directory) if one.name == name]
        for victim in victims:
            victim.send_signal(signal.SIGKILL)
        if not await asyncio.to_thread(wait_for_end, victims, seconds=10):
            raise AssertionError(f"{name} does not end")

    @property
    def kafka_data(self) -> Path:
        return self.directory / "kafka" / "data"

    def remove(self) -> None:
        stack.stop(self.directory)
        stack.wipe(self.directory)
