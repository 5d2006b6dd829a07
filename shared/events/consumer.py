"""Reading Kafka: the group shares the partitions, the bookmark says where to read on, the inbox decides what is new.

Offsets are committed now and then, for the tools' sake only. Before a partition is read on, its log is compared with
what the bookmark remembers; if it is another log, the worker stops and says so. A rewind is always safe.
"""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from shared import metrics
from shared.db import TRANSIENT, Connection, Database, is_transient
from shared.events import envelope, inbox, parked
from shared.events.failures import describe
from shared.events.inbox import Apply, Received
from shared.events.parked import RetryPolicy
from shared.events.takeover import Takeover, record_id

# Taken at once, of all partitions together. What is taken of one partition is one transaction.
BATCH_RECORDS: Final = 2000
PARTITIONS_AT_ONCE: Final = 2  # one computes while the database works for the other
FETCH_WAIT_MILLISECONDS: Final = 500
RETRY_POLL_SECONDS: Final = 0.25
RESTART_SECONDS: Final = 1.0
COMMIT_SECONDS: Final = 1.0
LONGEST_PAUSE_SECONDS: Final = 10.0
STUCK_SECONDS: Final = 60.0

log = structlog.get_logger()


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


@dataclass(frozen=True, slots=True)
class Unread:
    """Stands for a record that cannot be read."""

    topic: str
    partition: int
    offset: int
    key: None = None
    value: None = None
    headers: tuple[()] = ()


class Paused(Exception):
    """An operator has paused the source; the batch was rolled back."""


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
    cluster_id = await _cluster_id(subscription.kafka)
    consumer = AIOKafkaConsumer(
        bootstrap_servers=subscription.kafka,
        group_id=subscription.group,
        group_instance_id=subscription.member,
        client_id=subscription.member,
        enable_auto_commit=False,
        auto_offset_reset="earliest",  # until the bookmark's seek; a rewind is safe
        isolation_level="read_uncommitted",  # nobody here transacts; a stranger who did could hold a partition up
        max_poll_records=BATCH_RECORDS,
        session_timeout_ms=10_000,
        metadata_max_age_ms=3_000,  # a topic that was made a moment ago is seen soon
    )
    takeover = Takeover(db, consumer, cluster_id)
    consumer.subscribe(list(subscription.topics), listener=takeover)
    watchdog = asyncio.create_task(_watch(consumer, takeover))
    committed: dict[TopicPartition, int] = {}
    commit_at = 0.0
    try:
        await consumer.start()
        while not stopping.is_set():
            if watchdog.done():
                watchdog.result()
            try:
                async with asyncio.timeout(STUCK_SECONDS):  # it has been seen to hang, whatever its own limit
                    batches = await consumer.getmany(timeout_ms=FETCH_WAIT_MILLISECONDS, max_records=BATCH_RECORDS)
            except UnicodeDecodeError as error:
                await _step_over_unreadable(db, subscription, takeover, consumer, stopping, error)
                continue
            takeover.raise_if_refused()
            await _resume(db, subscription, takeover, consumer)
            handled = {p: records for p, records in batches.items() if takeover.may_apply(p, records)}
            for topic in sorted({partition.topic for partition in handled}):
                of_topic = {p: records for p, records in handled.items() if p.topic == topic}
                for paused in await _handle_side_by_side(db, subscription, takeover, of_topic, stopping):
                    log.info("source_paused", topic=topic, partition=paused.partition)
                    consumer.pause(paused)
            now = asyncio.get_running_loop().time()
            if now >= commit_at and (positions := takeover.positions(consumer.assignment())) != committed:
                await _commit_for_tools(consumer, positions)
                committed, commit_at = positions, now + COMMIT_SECONDS
    finally:
        watchdog.cancel()
        await consumer.stop()


async def _step_over_unreadable(
    db: Database,
    subscription: Subscription,
    takeover: Takeover,
    consumer: AIOKafkaConsumer,
    stopping: asyncio.Event,
    error: UnicodeDecodeError,
) -> None:
    """Quarantine what the client cannot take apart (a header whose name is not UTF-8), unread.

    It stands where a partition, read one by one, can be read no further.
    """
    for partition, position in takeover.positions(consumer.assignment()).items():
        consumer.seek(partition, position)
        try:
            while found := await consumer.getmany(partition, timeout_ms=FETCH_WAIT_MILLISECONDS, max_records=1):
                if takeover.may_apply(partition, found[partition]):
                    await _handle_until_done(db, subscription, takeover, partition, found[partition], stopping)
        except UnicodeDecodeError:
            if (offset := takeover.position(partition)) is None:
                continue  # it has just been taken away
            unread = Unread(partition.topic, partition.partition, offset)
            async with db.transaction() as conn:
                await _quarantine(conn, unread, f"a header's name is not UTF-8: {error}")
                await _write_bookmark(conn, subscription, partition, unread, takeover.cluster_id)
            takeover.moved(partition, offset + 1)
            consumer.seek(partition, offset + 1)


async def _resume(db: Database, subscription: Subscription, takeover: Takeover, consumer: AIOKafkaConsumer) -> None:
    """Read on, from the bookmark, what was paused and no longer is. While something is paused we look every turn."""
    if not (held := consumer.paused()):
        return
    paused = {row["source"] for row in await db.pool.fetch("SELECT source FROM pause")}
    if released := [partition for partition in held if subscription.topics[partition.topic] not in paused]:
        await takeover.seek(released)
        consumer.resume(*released)


async def _cluster_id(kafka: str) -> str:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    try:
        await admin.start()
        return str((await admin.describe_cluster())["cluster_id"])
    finally:
        await admin.close()


async def _handle_side_by_side(
    db: Database,
    subscription: Subscription,
    takeover: Takeover,
    batches: Mapping[TopicPartition, Sequence[Any]],
    stopping: asyncio.Event,
) -> Sequence[TopicPartition]:
    """Handle partitions of one topic, whose keys differ, some at a time. Returns those of a paused source."""
    free = asyncio.Semaphore(PARTITIONS_AT_ONCE)

    async def handle_one(partition: TopicPartition, records: Sequence[Any]) -> None:
        async with free:
            await _handle_until_done(db, subscription, takeover, partition, records, stopping)

    outcomes = await asyncio.gather(*[handle_one(*batch) for batch in batches.items()], return_exceptions=True)
    for outcome in outcomes:
        if isinstance(outcome, BaseException) and not isinstance(outcome, Paused):
            raise outcome
    return [p for p, outcome in zip(batches, outcomes, strict=True) if isinstance(outcome, Paused)]


async def _handle_until_done(
    db: Database,
    subscription: Subscription,
    takeover: "Takeover",
    partition: TopicPartition,
    records: Sequence[Any],
    stopping: asyncio.Event,
) -> None:
    """Handle a batch, again and again while the failure is transient: nothing is ever passed over."""
    pause, careful = 0.1, False
    while not stopping.is_set():
        try:
            async with db.transaction() as conn:
                outcome = await handle(conn, subscription, partition, records, careful=careful)
                await _write_bookmark(conn, subscription, partition, records[-1], takeover.cluster_id)
        except Paused:
            raise
        except Exception as error:
            transient = is_transient(error)
            if careful and not transient:
                raise
            log.warning("batch_repeated", topic=partition.topic, partition=partition.partition, error=describe(error))
            careful = True
            if transient:
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
        else:
            source = subscription.topics[partition.topic]
            metrics.applied.labels(source).inc(len(outcome.applied))
            metrics.duplicates.labels(source).inc(outcome.duplicates)
            takeover.moved(partition, records[-1].offset + 1)
            return


async def handle(
    conn: Connection,
    subscription: Subscription,
    partition: TopicPartition,
    records: Sequence[Any],
    *,
    careful: bool = True,
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
    return await inbox.receive(conn, batch, subscription.apply, subscription.sources, careful=careful)


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


async def _write_bookmark(
    conn: Connection, subscription: Subscription, partition: TopicPartition, last: Any, cluster_id: str
) -> None:
    """Remember where to read on. Raises Paused when the source is: the write that every batch makes is its gate."""
    source = subscription.topics[partition.topic]
    written = await conn.fetchval(
        """
        INSERT INTO bookmark (topic, partition, next_offset, last_id, cluster_id)
        SELECT $1, $2, $3, $4, $5 WHERE NOT EXISTS (SELECT FROM pause WHERE source = $6)
        ON CONFLICT (topic, partition) DO UPDATE
        SET next_offset = EXCLUDED.next_offset, last_id = EXCLUDED.last_id, cluster_id = EXCLUDED.cluster_id
        RETURNING true
        """,
        partition.topic,
        partition.partition,
        last.offset + 1,
        record_id(last),
        cluster_id,
        source,
    )
    if not written:
        raise Paused(source)


async def _commit_for_tools(consumer: AIOKafkaConsumer, positions: Mapping[TopicPartition, int]) -> None:
    if not positions:
        return
    try:
        await consumer.commit(positions)
    except KafkaError as error:
        log.info("offset_commit_left_out", error=repr(error))


async def _watch(consumer: AIOKafkaConsumer, takeover: Takeover) -> None:
    """End a consumer whose partitions grow while it stands still; the caller starts a new one."""
    while True:
        await asyncio.sleep(STUCK_SECONDS / 4)
        partitions = list(consumer.assignment() - consumer.paused())
        if not partitions:
            continue
        now = asyncio.get_running_loop().time()
        for partition, end in (await consumer.end_offsets(partitions)).items():
            position = takeover.position(partition)
            if position is None or position >= end:
                takeover.moved_at[partition] = now
            elif now - takeover.moved_at.get(partition, now) > STUCK_SECONDS:
                raise KafkaError(f"{partition.topic}/{partition.partition} stands at {position} of {end}")
