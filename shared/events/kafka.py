"""What the Kafka client lacks, or does in a way that we cannot use."""

import asyncio
import contextlib
from collections.abc import Sequence
from typing import Any, Final

import aiokafka.conn
import structlog
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaConnectionError, for_code
from aiokafka.protocol.group import LeaveGroupRequest

CLOSE_SECONDS: Final = 2.0
LOOK_MILLISECONDS: Final = 200

log = structlog.get_logger()


class Connection(aiokafka.conn.AIOKafkaConnection):  # type: ignore[misc]  # aiokafka's classes are not typed
    """A connection that tells of a closed transport as its callers expect it.

    uvloop answers a write to one with RuntimeError, where asyncio's own loop is silent or raises OSError. Of that the
    client's task that looks for the cluster's brokers would end, unseen, and a consumer wait for minutes.
    """

    def send(self, request: Any, expect_response: bool = True) -> Any:  # noqa: FBT001, FBT002 (its parent's)
        try:
            return super().send(request, expect_response)
        except RuntimeError as error:
            self.close(reason=aiokafka.conn.CloseReason.CONNECTION_BROKEN)
            raise KafkaConnectionError(f"connection to {self.host}:{self.port} broken: {error}") from error


aiokafka.conn.AIOKafkaConnection = Connection  # the client has no other place to say which class it shall take


async def cluster_id_of(kafka: str) -> str:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    try:
        await admin.start()
        return str((await admin.describe_cluster())["cluster_id"])
    finally:
        await admin.close()


async def partitions_of(consumer: AIOKafkaConsumer, topic: str) -> Sequence[int]:
    """The partitions that the topic has now; none while it does not exist."""
    await consumer._client.force_metadata_update()  # noqa: SLF001 (the public call answers from an old copy)
    return sorted(consumer.partitions_for_topic(topic) or ())


async def record_at_position(consumer: AIOKafkaConsumer, partition: TopicPartition) -> Any | None:
    """The next record; None if what stands there is none (a transaction's end) or the client cannot take it apart.

    The consumer's position has moved on, which it never would while it waits for a record behind them.
    """
    position = await consumer.position(partition)
    while await consumer.position(partition) == position:
        try:
            found = await consumer.getmany(partition, timeout_ms=LOOK_MILLISECONDS, max_records=1)
        except UnicodeDecodeError as error:  # of a header's name
            log.warning("unreadable_record", topic=partition.topic, partition=partition.partition, error=str(error))
            consumer.seek(partition, position + 1)
        else:
            if found:
                return found[partition][0]
    return None


async def join_anew(consumer: AIOKafkaConsumer) -> None:
    """Leave the group and come again, so that its partitions are shared out anew. Raises KafkaError.

    A static member that restarts is given what it had before, by nobody: it would never get a partition that was added
    while it was away.
    """
    coordinator = consumer._coordinator  # noqa: SLF001 (a static member has no public way to leave)
    request = LeaveGroupRequest(coordinator.group_id, coordinator.member_id)
    left = await coordinator._send_req(request)  # noqa: SLF001
    if left.error_code:
        raise for_code(left.error_code)(f"group {coordinator.group_id} was not left")
    coordinator.reset_generation()
    coordinator.request_rejoin()


async def close_consumer(consumer: AIOKafkaConsumer) -> None:
    try:
        await consumer.stop()
    except asyncio.CancelledError:
        if (task := asyncio.current_task()) and task.cancelling():
            raise
        log.info("consumer_closed_roughly")  # a task of the client's own was cancelled, not we


async def close_producer(producer: AIOKafkaProducer) -> None:
    """Give up what is not acknowledged (it is still in the outbox): an idempotent producer would try for ever."""
    try:
        async with asyncio.timeout(CLOSE_SECONDS):
            await producer.stop()
    except TimeoutError:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_SECONDS):
                await producer._sender.close()  # noqa: SLF001 (the public stop waits for the broker)
        await producer.client.close()
