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
from aiokafka.errors import KafkaError

from shared import metrics
from shared.db import Database, is_transient
from shared.events import parked
from shared.events.batch import (
    Batch,
    BookmarkBehind,
    Paused,
    Unread,
    expect_bookmarks,
    handle,
    quarantine,
    write_bookmarks,
)
from shared.events.failures import describe
from shared.events.inbox import Apply
from shared.events.kafka import close_consumer, cluster_id_of, join_anew
from shared.events.parked import RetryPolicy
from shared.events.takeover import Takeover

BATCH_RECORDS: Final = 2000  # taken at once, of all partitions together
SMALL_BATCH_RECORDS: Final = 200
FETCH_WAIT_MILLISECONDS: Final = 500
RETRY_POLL_SECONDS: Final = 0.25
RESTART_SECONDS: Final = 1.0
COMMIT_SECONDS: Final = 1.0
COMMIT_BOUND_SECONDS: Final = 3.0
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


async def run(db: Database, subscription: Subscription, stopping: asyncio.Event) -> None:
    """Consume until `stopping` is set. Raises AnotherLog when the log is not the one remembered."""
    while not stopping.is_set():
        try:
            await _consume(db, subscription, stopping)
        except Exception as error:
            if not is_transient(error) and not isinstance(error, (KafkaError, BookmarkBehind)):
                raise
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
    cluster_id = await cluster_id_of(subscription.kafka)
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
    takeover = Takeover(db, consumer, subscription.kafka, cluster_id)
    consumer.subscribe(list(subscription.topics), listener=takeover)
    watchdog = asyncio.create_task(_watch(db, consumer, takeover))
    committed: dict[TopicPartition, int] = {}
    commit_at = 0.0
    try:
        await consumer.start()
        await join_anew(consumer)
        partitions = _partitions(consumer, subscription)
        while not stopping.is_set():
            if watchdog.done():
                watchdog.result()
            if partitions != _partitions(consumer, subscription):
                raise KafkaError("a topic has other partitions than before")
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
                if not await _handle_side_by_side(db, subscription, takeover, of_topic, stopping):
                    log.info("source_paused", topic=topic)
                    consumer.pause(*of_topic)
            now = asyncio.get_running_loop().time()
            if now >= commit_at and (positions := takeover.positions(consumer.assignment())) != committed:
                await _commit_for_tools(consumer, positions)
                committed, commit_at = positions, now + COMMIT_SECONDS
    finally:
        watchdog.cancel()
        await close_consumer(consumer)


def _partitions(consumer: AIOKafkaConsumer, subscription: Subscription) -> dict[str, int]:
    return {topic: len(consumer.partitions_for_topic(topic) or ()) for topic in subscription.topics}


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
            try:
                while found := await consumer.getmany(partition, timeout_ms=FETCH_WAIT_MILLISECONDS, max_records=1):
                    if takeover.may_apply(partition, found[partition]):
                        await _handle_until_done(db, subscription, takeover, found, stopping)
            except UnicodeDecodeError:
                if (offset := takeover.position(partition)) is None:
                    continue  # it has just been taken away
                unread = Unread(partition.topic, partition.partition, offset)
                source = subscription.topics[partition.topic]
                async with db.transaction() as conn:
                    await quarantine(conn, unread, f"a header's name is not UTF-8: {error}")
                    await write_bookmarks(
                        conn, {partition: [unread]}, {partition: offset}, source=source, cluster_id=takeover.cluster_id
                    )
                takeover.moved(partition, offset + 1)
                consumer.seek(partition, offset + 1)
        except Paused:
            consumer.pause(partition)


async def _resume(db: Database, subscription: Subscription, takeover: Takeover, consumer: AIOKafkaConsumer) -> None:
    """Read on, from the bookmark, what was paused and no longer is. While something is paused we look every turn."""
    if not (held := consumer.paused()):
        return
    paused = {row["source"] for row in await db.pool.fetch("SELECT source FROM pause")}
    if released := [partition for partition in held if subscription.topics[partition.topic] not in paused]:
        await takeover.seek(released)
        consumer.resume(*released)


async def _handle_side_by_side(
    db: Database, subscription: Subscription, takeover: Takeover, batch: Batch, stopping: asyncio.Event
) -> bool:
    """Handle records of one topic; many of them in two parts, whose keys differ. False if the source is paused."""
    parts = [_handle_until_done(db, subscription, takeover, part, stopping) for part in _parts(batch)]
    outcomes = await asyncio.gather(*parts, return_exceptions=True)
    for outcome in outcomes:
        if isinstance(outcome, BaseException) and not isinstance(outcome, Paused):
            raise outcome
    return not any(outcomes)


def _parts(batch: Batch) -> Sequence[Batch]:
    """The partitions, in two parts of about the same size: one computes while the database works for the other."""
    if len(batch) == 1 or sum(map(len, batch.values())) <= SMALL_BATCH_RECORDS:
        return [batch]
    parts: tuple[dict[TopicPartition, Sequence[Any]], ...] = ({}, {})
    for partition, records in sorted(batch.items(), key=lambda item: len(item[1]), reverse=True):
        smaller = min(parts, key=lambda part: sum(map(len, part.values())))
        smaller[partition] = records
    return parts


async def _handle_until_done(
    db: Database, subscription: Subscription, takeover: Takeover, batch: Batch, stopping: asyncio.Event
) -> None:
    """Handle a batch, again and again while the failure is transient: nothing is ever passed over.

    Raises Paused and BookmarkBehind.
    """
    [source] = {subscription.topics[partition.topic] for partition in batch}
    positions = {partition: _position_of(takeover, partition, records) for partition, records in batch.items()}
    pause, careful = 0.1, False
    while not stopping.is_set():
        try:
            async with db.transaction() as conn:
                outcome = await handle(
                    conn,
                    batch,
                    source=source,
                    apply=subscription.apply,
                    sources=subscription.sources,
                    careful=careful,
                )
                await write_bookmarks(conn, batch, positions, source=source, cluster_id=takeover.cluster_id)
        except (Paused, BookmarkBehind):
            raise
        except Exception as error:
            transient = is_transient(error)
            if careful and not transient:
                raise
            log.warning("batch_repeated", source=source, partitions=len(batch), error=describe(error))
            careful = True
            if transient:
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
        else:
            metrics.applied.labels(source).inc(len(outcome.applied))
            metrics.duplicates.labels(source).inc(outcome.duplicates)
            for partition, records in batch.items():
                takeover.moved(partition, records[-1].offset + 1)
            return


def _position_of(takeover: Takeover, partition: TopicPartition, records: Sequence[Any]) -> int:
    """Where the batch goes on. Its first record may lie behind that: not all that takes an offset is a record."""
    position = takeover.position(partition)
    first: int = records[0].offset
    return first if position is None else position  # None: the partition has just been taken away


async def _commit_for_tools(consumer: AIOKafkaConsumer, positions: Mapping[TopicPartition, int]) -> None:
    if not positions:
        return
    try:
        async with asyncio.timeout(COMMIT_BOUND_SECONDS):  # the client would repeat it for ever
            await consumer.commit(positions)
    except (KafkaError, TimeoutError) as error:
        log.info("offset_commit_left_out", error=repr(error))


async def _watch(db: Database, consumer: AIOKafkaConsumer, takeover: Takeover) -> None:
    """End a consumer whose database was put back, or whose partitions grow while it stands still.

    The caller starts a new one. Where records keep coming, the bookmark's own write finds a database that was put back;
    where none comes it would never be noticed.
    """
    while True:
        await asyncio.sleep(STUCK_SECONDS / 4)
        try:
            await expect_bookmarks(db, takeover.positions(consumer.assignment()))
        except Exception as error:
            if not is_transient(error):  # while the database is away there is nothing to be told
                raise
        partitions = list(consumer.assignment() - consumer.paused())
        if not partitions:
            continue
        now = asyncio.get_running_loop().time()
        for partition, end in (await consumer.end_offsets(partitions)).items():
            position = takeover.position(partition)
            # What stands last may be no record, but a transaction's end.
            if position is None or position >= end or await consumer.position(partition) >= end:
                takeover.moved_at[partition] = now
            elif now - takeover.moved_at.get(partition, now) > STUCK_SECONDS:
                raise KafkaError(f"{partition.topic}/{partition.partition} stands at {position} of {end}")
