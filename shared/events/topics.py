"""Looking at topics without being a member of a group."""

from collections.abc import Sequence

from aiokafka import AIOKafkaConsumer


async def partitions_of(consumer: AIOKafkaConsumer, topic: str) -> Sequence[int]:
    """The partitions that the topic has now; none while it does not exist."""
    await consumer._client.force_metadata_update()  # noqa: SLF001 (the public call answers from an old copy)
    return sorted(consumer.partitions_for_topic(topic) or ())
