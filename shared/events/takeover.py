"""Taking a partition: read on from the bookmark, after proof that the log is the one that was read before."""

import asyncio
from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final
from uuid import UUID

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition

from shared.db import Database
from shared.events.kafka import cluster_id_of

SECOND_LOOKS_MAX: Final = 3


class AnotherLog(Exception):
    """The topic is not the log that this service has read: wiped, recreated, or another cluster."""


class Takeover(ConsumerRebalanceListener):  # type: ignore[misc]
    """Starts each partition at its bookmark, one record early, so that the record before is seen to be the same."""

    def __init__(self, db: Database, consumer: AIOKafkaConsumer, kafka: str, cluster_id: str) -> None:
        self._db = db
        self._consumer = consumer
        self.cluster_id = cluster_id
        self._kafka = kafka
        self._expected: dict[TopicPartition, int] = {}
        self._remembered: dict[TopicPartition, tuple[int, str]] = {}
        self._second_looks: dict[TopicPartition, int] = {}
        self._refusal: Exception | None = None
        self.moved_at: dict[TopicPartition, float] = {}

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        """Nothing to hand over: all that counts is in the database."""
        for partition in revoked:
            self._expected.pop(partition, None)

    async def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:
        try:
            await self.seek(assigned)
        except Exception as refusal:  # noqa: BLE001 (aiokafka only logs it; the main loop raises it again)
            self._refusal = refusal
            self._consumer.pause(*assigned)

    def raise_if_refused(self) -> None:
        if self._refusal:
            raise self._refusal

    async def seek(self, assigned: Collection[TopicPartition]) -> None:
        """Read these partitions on from their bookmarks. Raises AnotherLog."""
        # The broker may have been wiped under a client that only connected again.
        if (now := await cluster_id_of(self._kafka)) != self.cluster_id:
            raise AnotherLog(f"the cluster is {now} now, not {self.cluster_id}")
        starts = await self._consumer.beginning_offsets(list(assigned)) if assigned else {}
        ends = await self._consumer.end_offsets(list(assigned)) if assigned else {}
        loop_time = asyncio.get_running_loop().time()
        for partition in assigned:
            row = await self._db.pool.fetchrow(
                "SELECT next_offset, last_id, cluster_id FROM bookmark WHERE topic = $1 AND partition = $2",
                partition.topic,
                partition.partition,
            )
            self.moved_at[partition] = loop_time
            self._second_looks[partition] = 0
            self._remembered.pop(partition, None)
            if row is None:
                self._read_from(partition, 0)
                continue
            if row["cluster_id"] != self.cluster_id:
                raise AnotherLog(f"{partition.topic} was read from cluster {row['cluster_id']}, not {self.cluster_id}")
            if not starts[partition] <= row["next_offset"] <= ends[partition]:
                raise AnotherLog(
                    f"{partition.topic}/{partition.partition} goes from {starts[partition]} to {ends[partition]}, "
                    f"but is to be read on at {row['next_offset']}"
                )
            if row["last_id"] is None:
                self._read_from(partition, row["next_offset"])
            else:
                self._remembered[partition] = (row["next_offset"] - 1, str(row["last_id"]))
                self._read_from(partition, max(row["next_offset"] - 1, starts[partition]))

    def _read_from(self, partition: TopicPartition, offset: int) -> None:
        self._expected[partition] = offset
        self._consumer.seek(partition, offset)

    def may_apply(self, partition: TopicPartition, records: Sequence[Any]) -> bool:
        """Whether these records follow what was read here before. Raises AnotherLog when they do not.

        Between an assignment and our seek the client may read on from Kafka's committed offset already. Such records
        are passed over: the seek brings them again.
        """
        expected = self._expected.get(partition)
        if expected is None:
            return False
        remembered = self._remembered.get(partition)
        wanted = remembered[0] if remembered else expected
        if records[0].offset > wanted and self._second_looks[partition] < SECOND_LOOKS_MAX:
            self._second_looks[partition] += 1
            self._consumer.seek(partition, wanted)
            return False
        if not remembered:
            return True
        offset, last_id = remembered
        if not (before := [r for r in records if r.offset >= offset]):
            return True
        if (before[0].offset, record_id(before[0])) != (offset, last_id):
            raise AnotherLog(
                f"{partition.topic}/{partition.partition} holds another record at offset {offset} than was read there"
            )
        del self._remembered[partition]
        return True

    def position(self, partition: TopicPartition) -> int | None:
        """What is to be applied next; None while the partition is not ours."""
        return self._expected.get(partition)

    def positions(self, assigned: Collection[TopicPartition]) -> dict[TopicPartition, int]:
        return {partition: self._expected[partition] for partition in assigned if partition in self._expected}

    def moved(self, partition: TopicPartition, next_offset: int) -> None:
        self._expected[partition] = next_offset
        self._second_looks[partition] = 0
        self.moved_at[partition] = asyncio.get_running_loop().time()


def record_id(record: Any) -> str | None:
    """The event's id if the record has one that is a UUID, else None: then the record cannot be recognised again."""
    raw = dict(record.headers).get("ce_id")
    try:
        return str(UUID(raw.decode())) if raw else None
    except ValueError:
        return None
