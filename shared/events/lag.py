"""How far a service is behind the topics that it reads. Asked of Kafka itself: it is seen while a worker is dead."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from aiokafka import AIOKafkaConsumer, TopicPartition

from shared.events.kafka import partitions_of, record_at_position

BOUND_SECONDS: Final = 5.0


@dataclass(frozen=True, slots=True)
class Lag:
    """`events`: records not yet read; `seconds`: how long the oldest of them has been in the topic (broker's time)."""

    events: int = 0
    seconds: float = 0.0

    def __add__(self, other: "Lag") -> "Lag":
        return Lag(self.events + other.events, max(self.seconds, other.seconds))


async def measure(kafka: str, topics: Mapping[str, str], bookmarks: Mapping[tuple[str, int], int]) -> Mapping[str, Lag]:
    """The lag of each source. `topics`: topic -> source; `bookmarks`: (topic, partition) -> offset to read on at.

    Raises KafkaError or TimeoutError when Kafka does not answer within bounds.
    """
    if not topics:
        return {}
    async with asyncio.timeout(BOUND_SECONDS):
        consumer = AIOKafkaConsumer(bootstrap_servers=kafka, enable_auto_commit=False, auto_offset_reset="earliest")
        await consumer.start()
        try:
            partitions = [
                TopicPartition(topic, partition)
                for topic in topics
                for partition in await partitions_of(consumer, topic)
            ]
            behind: defaultdict[str, Lag] = defaultdict(Lag, {source: Lag() for source in topics.values()})
            ends = await consumer.end_offsets(partitions) if partitions else {}
            starts = {partition: bookmarks.get((partition.topic, partition.partition), 0) for partition in partitions}
            unread = [partition for partition in partitions if starts[partition] < ends[partition]]
            consumer.assign(unread)
            for partition in unread:
                consumer.seek(partition, starts[partition])
            for partition in unread:
                end, oldest = ends[partition], None
                while oldest is None and await consumer.position(partition) < end:
                    oldest = await record_at_position(consumer, partition)
                if oldest is not None:
                    age = max(0.0, time.time() - oldest.timestamp / 1000)
                    behind[topics[partition.topic]] += Lag(end - oldest.offset, age)
            return behind
        finally:
            await consumer.stop()
