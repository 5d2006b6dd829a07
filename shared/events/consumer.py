"""Reading Kafka: the group shares the partitions, the bookmark says where to read on, the inbox decides what is new.

Offsets are committed for the tools' sake only. Before a partition is read on, its log is compared with what the
bookmark remembers; if it is another log, the worker stops and says so. A rewind is always safe.
"""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from shared import metrics
from shared.db import TRANSIENT, Connection, Database, is_transient
from shared.events import envelope, inbox, parked
from shared.events.inbox import Apply, Received
from shared.events.parked import RetryPolicy

BATCH_RECORDS: Final = 500
FETCH_WAIT_MILLISECONDS: Final = 500
RETRY_POLL_SECONDS: Final = 0.25
RESTART_SECONDS: Final = 1.0
LONGEST_PAUSE_SECONDS: Final = 10.0
STUCK_SECONDS: Final = 60.0
SECOND_LOOKS_MAX: Final = 3

log = structlog.get_logger()


class AnotherLog(Exception):
    """The topic is not the log that this service has read: wiped, recreated, or another cluster."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """What one worker reads, and how it applies it. `topics`: topic -> the service that owns it."""

    kafka: str
    group: str
    member: str
    topics: Mapping[str, str]
    apply: Apply
    policy: RetryPolicy = field(default_factory=RetryPolicy)

    @property
    def sources(self) -> Collection[str]:
        return frozenset(self.topics.values())


async def run(db: Database, subscription: Subscription, stopping: asyncio.Event) -> None:
    """Consume until `stopping` is set. Raises AnotherLog when the log is not the one remembered."""
    while not stopping.is_set():
        try:
            await _consume(db, subscription, stopping)
        except (*TRANSIENT, KafkaError) as error:
            log.warning("consumer_restarting", error=repr(error))
            await asyncio.sleep(RESTART_SECONDS)


async def retry_parked(db: Database, subscription: Subscription, stopping: asyncio.Event) -> None:
    """Try due heads of parked keys until `stopping` is set."""
    while not stopping.is_set():
        try:
            tried = await parked.drain_due(db, subscription.apply, subscription.sources, subscription.policy)
        except Exception as error:
            if not is_transient(error):
                raise
            log.warning("retry_of_parked_postponed", error=repr(error))
            tried = 0
        if not tried:
            await asyncio.sleep(RETRY_POLL_SECONDS)


async def _consume(db: Database, subscription: Subscription, stopping: asyncio.Event) -> None:
    consumer = AIOKafkaConsumer(
        bootstrap_servers=subscription.kafka,
        group_id=subscription.group,
        group_instance_id=subscription.member,
        client_id=subscription.member,
        enable_auto_commit=False,
        auto_offset_reset="earliest",  # until the bookmark's seek; a rewind is safe
        isolation_level="read_committed",
        max_poll_records=BATCH_RECORDS,
        session_timeout_ms=10_000,
        metadata_max_age_ms=3_000,  # a topic that was made a moment ago is seen soon
    )
    takeover = _Takeover(db, consumer, await _cluster_id(subscription.kafka))
    consumer.subscribe(list(subscription.topics), listener=takeover)
    await consumer.start()
    watchdog = asyncio.create_task(_watch(consumer, takeover))
    try:
        while not stopping.is_set():
            if watchdog.done():
                watchdog.result()
            batches = await consumer.getmany(timeout_ms=FETCH_WAIT_MILLISECONDS, max_records=BATCH_RECORDS)
            takeover.raise_if_refused()
            handled = {p: records for p, records in batches.items() if takeover.may_apply(p, records)}
            for partition, records in handled.items():
                await _handle_until_done(db, subscription, takeover, partition, records, stopping)
            if handled and not stopping.is_set():
                await _commit_for_tools(consumer, handled)
    finally:
        watchdog.cancel()
        await consumer.stop()


async def _cluster_id(kafka: str) -> str:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    try:
        return str((await admin.describe_cluster())["cluster_id"])
    finally:
        await admin.close()


async def _handle_until_done(
    db: Database,
    subscription: Subscription,
    takeover: "_Takeover",
    partition: TopicPartition,
    records: Sequence[Any],
    stopping: asyncio.Event,
) -> None:
    """Handle a batch, again and again while the failure is transient: nothing is ever passed over."""
    pause = 0.1
    while not stopping.is_set():
        try:
            async with db.transaction() as conn:
                outcome = await handle(conn, subscription, partition, records)
                await _write_bookmark(conn, partition, records[-1], takeover.cluster_id)
        except Exception as error:
            if not is_transient(error):
                raise
            log.warning("batch_repeated", topic=partition.topic, partition=partition.partition, error=repr(error))
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
        else:
            source = subscription.topics[partition.topic]
            metrics.applied.labels(source).inc(len(outcome.applied))
            metrics.duplicates.labels(source).inc(outcome.duplicates)
            takeover.moved(partition, records[-1].offset + 1)
            return


async def handle(
    conn: Connection, subscription: Subscription, partition: TopicPartition, records: Sequence[Any]
) -> inbox.Outcome:
    """Apply, park or quarantine the records of one partition, in the caller's transaction."""
    source = subscription.topics[partition.topic]
    batch: list[Received] = []
    for record in records:
        try:
            event = envelope.parse(record.key, record.value, record.headers, source=source)
        except envelope.NotAnEvent as error:
            await _quarantine(conn, record, str(error))
        else:
            batch.append(Received(event, record.topic, record.partition, record.offset))
    if not batch:
        return inbox.Outcome()
    return await inbox.receive(conn, batch, subscription.apply, subscription.sources)


async def _quarantine(conn: Connection, record: Any, error: str) -> None:
    log.error(
        "record_quarantined",
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        error=error,
    )
    metrics.quarantined.labels(record.topic).inc()
    await conn.execute(
        """
        INSERT INTO quarantine (topic, partition, "offset", key, value, headers, error)
        VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING
        """,
        record.topic,
        record.partition,
        record.offset,
        record.key,
        record.value,
        {name.replace("\0", ""): (raw or b"").hex() for name, raw in record.headers},
        error.replace("\0", ""),
    )


async def _write_bookmark(conn: Connection, partition: TopicPartition, last: Any, cluster_id: str) -> None:
    await conn.execute(
        """
        INSERT INTO bookmark (topic, partition, next_offset, last_id, cluster_id) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (topic, partition) DO UPDATE
        SET next_offset = EXCLUDED.next_offset, last_id = EXCLUDED.last_id, cluster_id = EXCLUDED.cluster_id
        """,
        partition.topic,
        partition.partition,
        last.offset + 1,
        _record_id(last),
        cluster_id,
    )


async def _commit_for_tools(consumer: AIOKafkaConsumer, batches: Mapping[TopicPartition, Sequence[Any]]) -> None:
    try:
        await consumer.commit({partition: records[-1].offset + 1 for partition, records in batches.items()})
    except KafkaError as error:
        log.info("offset_commit_left_out", error=repr(error))


def _record_id(record: Any) -> str | None:
    """The event's id if the record has one that is a UUID, else None: then the record cannot be recognised again."""
    raw = dict(record.headers).get("ce_id")
    try:
        return str(UUID(raw.decode())) if raw else None
    except ValueError:
        return None


class _Takeover(ConsumerRebalanceListener):  # type: ignore[misc]
    """Starts each partition at its bookmark, one record early, so that the record before is seen to be the same."""

    def __init__(self, db: Database, consumer: AIOKafkaConsumer, cluster_id: str) -> None:
        self._db = db
        self._consumer = consumer
        self.cluster_id = cluster_id
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
            await self._seek(assigned)
        except Exception as refusal:  # noqa: BLE001 (aiokafka only logs it; the main loop raises it again)
            self._refusal = refusal
            self._consumer.pause(*assigned)

    def raise_if_refused(self) -> None:
        if self._refusal:
            raise self._refusal

    async def _seek(self, assigned: Collection[TopicPartition]) -> None:
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
        if records[0].offset > expected and self._second_looks[partition] < SECOND_LOOKS_MAX:
            self._second_looks[partition] += 1
            self._consumer.seek(partition, expected)
            return False
        if not (remembered := self._remembered.get(partition)):
            return True
        offset, last_id = remembered
        if not (before := [r for r in records if r.offset >= offset]):
            return True
        if (before[0].offset, _record_id(before[0])) != (offset, last_id):
            raise AnotherLog(
                f"{partition.topic}/{partition.partition} holds another record at offset {offset} than was read there"
            )
        del self._remembered[partition]
        return True

    def position(self, partition: TopicPartition) -> int | None:
        """What is to be applied next; None while the partition is not ours."""
        return self._expected.get(partition)

    def moved(self, partition: TopicPartition, next_offset: int) -> None:
        self._expected[partition] = next_offset
        self._second_looks[partition] = 0
        self.moved_at[partition] = asyncio.get_running_loop().time()


async def _watch(consumer: AIOKafkaConsumer, takeover: _Takeover) -> None:
    """End a consumer whose partitions grow while it stands still; the caller starts a new one."""
    while True:
        await asyncio.sleep(STUCK_SECONDS / 4)
        partitions = list(consumer.assignment())
        if not partitions:
            continue
        now = asyncio.get_running_loop().time()
        for partition, end in (await consumer.end_offsets(partitions)).items():
            position = takeover.position(partition)
            if position is None or position >= end:
                takeover.moved_at[partition] = now
            elif now - takeover.moved_at.get(partition, now) > STUCK_SECONDS:
                raise KafkaError(f"{partition.topic}/{partition.partition} stands at {position} of {end}")
