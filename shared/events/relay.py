"""The relay: sends the outbox to Kafka, in order per key, and deletes exactly what the broker acknowledged.

One relay is active per schema (advisory lock); the others stand by. A relay that dies, hangs or wakes as a zombie can
only repeat records, never skip one or put a key's first appearances out of order:
- rows are read by position, without any bound on transaction ids: a key's rows commit in order (row lock on `stream`);
- one batch per partition and pass: no later batch of a key can overtake a failed one;
- any error starts over with a new producer and a new connection.
"""

import asyncio
from binascii import hexlify
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, NamedTuple

import asyncpg
import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from aiokafka.partitioner import DefaultPartitioner

from shared import metrics
from shared.db import is_transient, prepare_connection
from shared.events.envelope import PREFIX
from shared.events.kafka import close_producer
from shared.events.log_ahead import LogAhead, refuse_if_log_is_ahead

PASS_ROWS: Final = 2000
POLL_SECONDS: Final = 1.0
HEARTBEAT_SECONDS: Final = 1.0
LOCK_POLL_SECONDS: Final = 0.3
# A leader for which the server has waited so long is frozen: it loses its session, and with it the lock.
LEASE_SECONDS: Final = 5
RESTART_SECONDS: Final = 0.5
HALTED_SECONDS: Final = 30.0
SEND_SECONDS: Final = 30.0

log = structlog.get_logger()
_partitioner = DefaultPartitioner()


@dataclass(frozen=True, slots=True)
class Relay:
    """What one relay needs: the DSN of its schema, the topic it alone writes, and who it is on the wire."""

    dsn: str
    service: str
    topic: str
    kafka: str

    @property
    def channel(self) -> str:
        return f"outbox_{self.service}"


class Acknowledged(NamedTuple):
    """What the broker has: positions in the outbox, and where each partition that got some goes on."""

    positions: Sequence[int]
    ends: Mapping[int, int]


NOTHING: Final = Acknowledged((), {})


async def run(relay: Relay, stopping: asyncio.Event) -> None:
    """Relay until `stopping` is set, whatever fails meanwhile."""
    while not stopping.is_set():
        try:
            async with _leadership(relay, stopping) as conn:
                if conn is None:
                    return
                await refuse_if_log_is_ahead(conn, service=relay.service, topic=relay.topic, kafka=relay.kafka)
                log.info("relay_leading", topic=relay.topic)
                await _pump(relay, conn, stopping)
        except LogAhead as error:
            log.critical("relay_halted_writing", error=str(error))
            await _wait(stopping, HALTED_SECONDS)
        except Exception as error:
            if not is_transient(error) and not isinstance(error, KafkaError):
                raise
            metrics.relay_restarts.inc()
            log.warning("relay_restarting", error=repr(error))
        await _wait(stopping, RESTART_SECONDS)


@asynccontextmanager
async def _leadership(relay: Relay, stopping: asyncio.Event) -> AsyncIterator[asyncpg.Connection | None]:
    """A connection that holds the schema's relay lock; None when told to stop before it had it."""
    conn = await asyncpg.connect(
        relay.dsn,
        timeout=5,
        command_timeout=15,  # only when the server itself no longer answers
        server_settings={
            "application_name": f"{relay.service}-relay",
            "statement_timeout": "10000",
            "synchronous_commit": "off",  # a deletion that a crash undoes sends a record again, nothing else
        },
    )
    try:
        await prepare_connection(conn)
        while not await conn.fetchval("SELECT pg_try_advisory_lock(hashtext($1))", relay.channel):
            await _end_frozen(conn)
            await _wait(stopping, LOCK_POLL_SECONDS)
            if stopping.is_set():
                yield None
                return
        yield conn
    finally:
        conn.terminate()


async def _end_frozen(conn: asyncpg.Connection) -> None:
    """End the session of a relay for which the server has waited longer than the lease.

    For its next statement, the rest of one, or to be rid of an answer: `idle_session_timeout` would see only the first.
    """
    await conn.execute(
        """
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND usename = current_user
          AND application_name = current_setting('application_name')
          AND wait_event_type = 'Client' AND state_change < clock_timestamp() - make_interval(secs => $1)
        """,
        LEASE_SECONDS,
    )


async def _pump(relay: Relay, conn: asyncpg.Connection, stopping: asyncio.Event) -> None:
    woken = asyncio.Event()
    await conn.add_listener(relay.channel, lambda *_: woken.set())
    producer = AIOKafkaProducer(
        bootstrap_servers=relay.kafka,
        client_id=f"{relay.service}-relay",
        acks="all",
        enable_idempotence=True,
        max_batch_size=1_000_000,
        max_request_size=1_048_576,
        request_timeout_ms=15_000,
    )
    try:
        await producer.start()
        rows: Sequence[asyncpg.Record] = ()
        acknowledged = NOTHING
        while not stopping.is_set():
            if not rows:
                woken.clear()  # before the read: a wake-up during the read is kept
                rows, acknowledged = await _settle_and_read(conn, acknowledged), NOTHING
            if rows:
                rows, acknowledged = await _send(relay, conn, producer, rows, acknowledged, stopping)
            else:
                await _first(woken, stopping, POLL_SECONDS)
        await _settle_and_read(conn, acknowledged)
    finally:
        await close_producer(producer)


async def _settle_and_read(
    conn: asyncpg.Connection, acknowledged: Acknowledged, but: Sequence[int] = ()
) -> Sequence[asyncpg.Record]:
    """Delete what the broker has, and read what is next: all but the rows under way, from the outbox's start.

    (A row may have committed late, with an earlier position, and after it the next one of its key.)
    """
    rows: Sequence[asyncpg.Record] = await conn.fetch(
        """
        WITH settled AS (
            DELETE FROM outbox WHERE position = ANY($1)
        ), noted AS (
            INSERT INTO relayed (partition, next_offset) SELECT * FROM unnest($2::int[], $3::bigint[])
            ON CONFLICT (partition) DO UPDATE SET next_offset = EXCLUDED.next_offset
        )
        SELECT position, key, sequence, id::text, type, after, headers, payload, previous_hash, hash FROM outbox
        WHERE position NOT IN (SELECT unnest($1 || $4::bigint[])) ORDER BY position LIMIT $5
        """,
        acknowledged.positions,
        list(acknowledged.ends),
        list(acknowledged.ends.values()),
        but,
        PASS_ROWS,
    )
    metrics.relayed.inc(len(acknowledged.positions))
    return rows


async def _send(
    relay: Relay,
    conn: asyncpg.Connection,
    producer: AIOKafkaProducer,
    rows: Sequence[asyncpg.Record],
    before: Acknowledged,
    stopping: asyncio.Event,
) -> tuple[Sequence[asyncpg.Record], Acknowledged]:
    """Send rows. While the broker is at work, settle those sent before and read on, if there is much to do.

    Returns the rows to send next, and what was acknowledged but is not settled.
    """
    batches, sent = _batches(relay, producer, rows, tuple(sorted(await producer.partitions_for(relay.topic))))
    sending = asyncio.gather(
        *[await producer.send_batch(batch, relay.topic, partition=partition) for partition, batch in batches.items()]
    )
    upcoming: Sequence[asyncpg.Record] = ()
    try:
        if before.positions or len(rows) == PASS_ROWS:
            upcoming = await _settle_and_read(conn, before, but=sent)
        await _wait_for(sending, conn, stopping)
    finally:
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)  # not "never retrieved"
    starts = zip(batches.items(), sending.result(), strict=True)
    return upcoming, Acknowledged(
        sent, {partition: start.offset + batch.record_count() for (partition, batch), start in starts}
    )


def _batches(
    relay: Relay, producer: AIOKafkaProducer, rows: Sequence[asyncpg.Record], partitions: tuple[int, ...]
) -> tuple[dict[int, Any], list[int]]:
    """One batch per partition, and the positions that are in them. The rest of a full partition waits its turn."""
    batches: dict[int, Any] = {}
    full: set[int] = set()
    sent: list[int] = []
    for row in rows:
        key = row["key"].encode()
        partition = _partition_of(key, partitions)
        if partition in full:
            continue
        if (batch := batches.get(partition)) is None:
            batch = batches[partition] = producer.create_batch()
        if batch.append(key=key, value=row["payload"], timestamp=None, headers=_headers(relay, row)) is None:
            full.add(partition)
        else:
            sent.append(row["position"])
    return batches, sent


@lru_cache(maxsize=65_536)  # the client's hash is written in Python
def _partition_of(key: bytes, partitions: tuple[int, ...]) -> int:
    partition: int = _partitioner(key, partitions, partitions)
    return partition


async def _wait_for(sending: asyncio.Future[Any], conn: asyncpg.Connection, stopping: asyncio.Event) -> None:
    deadline = asyncio.get_running_loop().time() + SEND_SECONDS
    while not (await asyncio.wait([sending], timeout=HEARTBEAT_SECONDS))[0]:
        if stopping.is_set() or asyncio.get_running_loop().time() > deadline:
            raise TimeoutError("the broker has not acknowledged; the rows stay in the outbox")
        await conn.execute("SELECT 1")  # keeps the lease
    sending.result()


def _headers(relay: Relay, row: Mapping[str, Any]) -> list[tuple[str, bytes]]:
    headers = [
        ("content-type", b"application/json"),
        ("ce_specversion", b"1.0"),
        ("ce_id", str(row["id"]).encode()),
        ("ce_source", f"urn:singo:{relay.service}".encode()),
        ("ce_type", row["type"].encode()),
        ("ce_subject", row["key"].encode()),
        ("ce_sequence", str(row["sequence"]).encode()),
        ("ce_chain", hexlify(row["hash"])),
        ("ce_prevchain", hexlify(row["previous_hash"])),
        *[(PREFIX + name, text.encode()) for name, text in row["headers"].items()],
    ]
    if after := row["after"]:
        headers.append(("ce_after", after.encode()))
    return headers


async def _wait(event: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        return


async def _first(one: asyncio.Event, other: asyncio.Event, seconds: float) -> None:
    waits = [asyncio.ensure_future(one.wait()), asyncio.ensure_future(other.wait())]
    await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    for wait in waits:
        wait.cancel()
