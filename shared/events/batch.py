"""A batch: records of one topic, applied, parked or quarantined, and the bookmarks that say so, in one commit."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from aiokafka import TopicPartition

from shared import metrics
from shared.db import Connection, Database
from shared.events import envelope, inbox
from shared.events.inbox import Apply, Received
from shared.events.takeover import record_id

log = structlog.get_logger()

Batch = Mapping[TopicPartition, Sequence[Any]]
"""The records read of each partition, in the order of the log. Never without records."""


@dataclass(frozen=True, slots=True)
class Unread:
    """Stands for a record that the client cannot take apart."""

    topic: str
    partition: int
    offset: int
    key: None = None
    value: None = None
    headers: tuple[()] = ()


class Paused(Exception):
    """An operator has paused the source: roll back, and stop reading it."""


class BookmarkBehind(Exception):
    """The database was put back to an earlier point while this process went on: roll back, and read from there."""


async def handle(
    conn: Connection, batch: Batch, *, source: str, apply: Apply, sources: Collection[str], careful: bool = True
) -> inbox.Outcome:
    """Apply, park or quarantine one source's records, in the caller's transaction."""
    received: list[Received] = []
    for records in batch.values():
        for record in records:
            try:
                event = envelope.parse(record.key, record.value, record.headers, source=source)
            except envelope.NotAnEvent as error:
                await quarantine(conn, record, str(error))
            else:
                received.append(Received(event, record.topic, record.partition, record.offset))
    if not received:
        return inbox.Outcome()
    return await inbox.receive(conn, received, apply, sources, careful=careful)


async def quarantine(conn: Connection, record: Any, error: str) -> None:
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


async def write_bookmarks(
    conn: Connection, batch: Batch, positions: Mapping[TopicPartition, int], *, source: str, cluster_id: str
) -> None:
    """Remember where to read on. `positions`: where the reader thinks that it was.

    Raises Paused when the source is: the write that every batch makes is its gate. Raises BookmarkBehind when the
    bookmark, which tells what this database has, lies before a position: the records between would be passed over.
    One that lies after it is left: another reader was faster.
    """
    last = [(partition, records[-1]) for partition, records in sorted(batch.items())]
    written = await conn.fetch(
        """
        INSERT INTO bookmark AS b (topic, partition, next_offset, last_id, cluster_id)
        SELECT topic, partition, read + 1, r.last_id, $6
        FROM unnest($1::text[], $2::int[], $3::bigint[], $4::uuid[], $5::bigint[])
            AS r (topic, partition, read, last_id, position)
        LEFT JOIN bookmark USING (topic, partition)
        WHERE coalesce(next_offset, 0) >= position AND NOT EXISTS (SELECT FROM pause WHERE source = $7)
        ON CONFLICT (topic, partition) DO UPDATE
        SET next_offset = greatest(b.next_offset, EXCLUDED.next_offset),
            last_id = CASE WHEN b.next_offset > EXCLUDED.next_offset THEN b.last_id ELSE EXCLUDED.last_id END,
            cluster_id = EXCLUDED.cluster_id
        RETURNING partition
        """,
        [record.topic for _, record in last],
        [record.partition for _, record in last],
        [record.offset for _, record in last],
        [record_id(record) for _, record in last],
        [positions[partition] for partition, _ in last],
        cluster_id,
        source,
    )
    if len(written) < len(last):
        if await conn.fetchval("SELECT true FROM pause WHERE source = $1", source):
            raise Paused(source)
        raise BookmarkBehind(f"this database has not read {source} as far as this process has")


async def expect_bookmarks(db: Database, positions: Mapping[TopicPartition, int]) -> None:
    """Raises BookmarkBehind if the database has read less than this process has: it was put back to an earlier point.

    A position moves after its bookmark's commit. So `positions`, taken before, never lie further on by themselves.
    """
    behind = await db.pool.fetchrow(
        """
        SELECT topic, partition, coalesce(next_offset, 0) AS next_offset, position
        FROM unnest($1::text[], $2::int[], $3::bigint[]) AS read (topic, partition, position)
        LEFT JOIN bookmark USING (topic, partition)
        WHERE coalesce(next_offset, 0) < position
        LIMIT 1
        """,
        [partition.topic for partition in positions],
        [partition.partition for partition in positions],
        list(positions.values()),
    )
    if behind:
        raise BookmarkBehind(
            f"{behind['topic']}/{behind['partition']} was read to {behind['position']} by this process, "
            f"to {behind['next_offset']} by this database"
        )
