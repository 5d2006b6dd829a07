"""The relay in turns with Debezium's outbox event router on a standalone Kafka Connect: drain, and paced latency.

Both run all the time; a drain is from the commit of all events in one transaction to the last one in the topic.
Debezium has an outbox table of its own, in a database of its own on the same server, so that it passes over the WAL of
the relay's runs. Its records have the same keys, values and CloudEvents headers; the same kind of worker reads them.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any, Final

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition

from shared.db import Database
from shared.local import stack
from tests.bench import connect, paced
from tests.bench.children import child
from tests.bench.ground import PARTITIONS, WRITERS, Ground, make_schema
from tests.bench.relay import drain
from tests.bench.runs import Figure, Measure, Target, in_turns, ratio, summary

DATABASE: Final = "bench_debezium"
LOOK_SECONDS: Final = 0.005
LATE_SECONDS: Final = 120.0
SLOT_FREE_SECONDS: Final = 20.0
ROUNDS: Final = 3
WARM_UPS: Final = 2  # a JVM is slow at first
TOPICS: Final = ("ours", "theirs", "ours-paced", "theirs-paced")
P99_SHARE: Final = Target("≤", round(1 / 3, 3))


def start_servers(directory: Path) -> stack.Stack:
    """PostgreSQL with logical decoding, which it can't begin while it runs, and Kafka."""
    servers = stack.start(directory, tied=True, fast=False)
    if not asyncio.run(_decodes(servers.dsn)):
        stack.stop(directory)
        servers = stack.start(directory, tied=True, fast=False)
    return servers


async def _decodes(dsn: str) -> bool:
    conn = await asyncpg.connect(dsn)
    try:
        await conn.execute("ALTER SYSTEM SET wal_level = 'logical'")
        return bool(await conn.fetchval("SHOW wal_level") == "logical")
    finally:
        await conn.close()


async def measure(ground: Ground, directory: Path) -> Measure:
    """Debezium tuned as far as we could, and as it comes."""
    figures: list[Figure] = []
    raw: dict[str, Any] = {}
    await make_schema(ground, "debezium_reader")
    for name, tuning in {"debezium": connect.TUNED, "debezium_as_it_comes": connect.AS_IT_COMES}.items():
        topics = {of: await ground.make_topic(f"{name}-{of}".replace("_", "-")) for of in TOPICS}
        try:
            async with _outbox(ground) as conn, connect.running(directory, ground.servers, DATABASE, tuning):
                drained = await _drain(ground, conn, topics, name)
                paced_ = await _paced(ground, conn, topics, name)
        finally:
            await ground.remove_topics(*topics.values())
        settings = ", ".join(f"{key}={value}" for key, value in {**tuning.connector, **tuning.worker}.items())
        figures += [*drained.figures, *paced_.figures]
        raw |= {f"{name}_drain": drained.raw, f"{name}_paced_ms": paced_.raw}
        raw[f"{name}: settings that are not the defaults"] = settings or "none"
    return Measure(figures, raw)


@asynccontextmanager
async def _outbox(ground: Ground) -> AsyncIterator[asyncpg.Connection]:
    """Debezium's outbox table, and the corpus, in a fresh database; the slot goes with it."""
    admin = await asyncpg.connect(ground.servers.dsn)
    try:
        await _drop(admin)
        await admin.execute(f"CREATE DATABASE {DATABASE}")
        conn = await asyncpg.connect(ground.servers.dsn, database=DATABASE)
        try:
            await _make_tables(ground, conn)
            yield conn
        finally:
            await conn.close()
            await _drop(admin)
    finally:
        await admin.close()


async def _drop(admin: asyncpg.Connection) -> None:
    async with asyncio.timeout(SLOT_FREE_SECONDS):  # its reader has ended a moment ago
        while await admin.fetchval("SELECT EXISTS (SELECT FROM pg_replication_slots WHERE active)"):
            await asyncio.sleep(LOOK_SECONDS)
    await admin.execute("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots")
    await admin.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")


async def _make_tables(ground: Ground, conn: asyncpg.Connection) -> None:
    await conn.execute(
        """
        CREATE TABLE debezium_outbox (
            id uuid PRIMARY KEY, topic text, key text, payload bytea, specversion text, source text, type text,
            sequence text, time text, subject text, chain text, prevchain text
        );
        CREATE TABLE corpus (number bigint PRIMARY KEY, LIKE debezium_outbox);
        """
    )
    async with ground.connection("writer") as other:
        rows = await other.fetch(
            """
            SELECT number, id, NULL, key, payload, '1.0', 'urn:singo:writer', type, sequence::text, headers ->> 'time',
                   key, encode(hash, 'hex'), encode(previous_hash, 'hex')
            FROM corpus
            """
        )
    await conn.copy_records_to_table("corpus", records=rows)


INSERT_FROM_CORPUS: Final = """
    INSERT INTO debezium_outbox (id, topic, key, payload, specversion, source, type, sequence, time, subject,
                                 chain, prevchain)
    SELECT id, $1, key, payload, specversion, source, type, sequence, time, subject, chain, prevchain
    FROM corpus WHERE number >= $2 AND number < $3 ORDER BY number
"""


async def _drain(ground: Ground, conn: asyncpg.Connection, topics: dict[str, str], name: str) -> Measure:
    """Both from the commit that fills the outbox to the last event: in the topic, and with the relay also deleted."""
    listener = AIOKafkaConsumer(bootstrap_servers=ground.servers.kafka)
    await listener.start()
    own = child("relay", dsn=ground.dsn("writer"), topic=topics["ours"], kafka=ground.servers.kafka)

    async def debezium() -> float:
        await conn.execute("TRUNCATE debezium_outbox")
        due = await _end(listener, topics["theirs"]) + ground.events
        await conn.execute(INSERT_FROM_CORPUS, topics["theirs"], 0, ground.events)
        began = time.monotonic()
        while await _end(listener, topics["theirs"]) < due:
            if time.monotonic() > began + LATE_SECONDS:
                raise AssertionError(f"Debezium did not send all within {LATE_SECONDS} s")
            await asyncio.sleep(LOOK_SECONDS)
        return ground.events / (time.monotonic() - began)

    try:
        for _ in range(WARM_UPS):
            await debezium()
        async with ground.connection("writer") as outbox, own as relay_:
            rates = await in_turns({"relay": drain(outbox, relay_, ground.events), "debezium": debezium}, ROUNDS)
    finally:
        await listener.stop()
    return Measure([ratio(f"relay_vs_{name}", rates["relay"], rates["debezium"], Target("≥", 10))], summary(rates))


async def _end(listener: AIOKafkaConsumer, topic: str) -> int:
    partitions = [TopicPartition(topic, partition) for partition in range(PARTITIONS)]
    return sum((await listener.end_offsets(partitions)).values())


async def _paced(ground: Ground, conn: asyncpg.Connection, topics: dict[str, str], name: str) -> Measure:
    dsn, kafka = ground.dsn("writer"), ground.servers.kafka
    await conn.execute("TRUNCATE debezium_outbox")
    own_reader = child("consumer", dsn=ground.dsn("reader"), topic=topics["ours-paced"], kafka=kafka, how="note")
    their_reader = child(
        "consumer", dsn=ground.dsn("debezium_reader"), topic=topics["theirs-paced"], kafka=kafka, how="note"
    )
    async with (
        asyncpg.create_pool(ground.servers.dsn, database=DATABASE, max_size=WRITERS) as pool,
        ground.database("reader") as reading,
        ground.database("writer") as db,
        child("relay", dsn=dsn, topic=topics["ours-paced"], kafka=kafka),
        own_reader as ours,
        their_reader as theirs,
    ):
        # Ours reads on, key by key, where it was; theirs reads the corpus from its start.
        await reading.pool.execute(
            "TRUNCATE debezium_reader.effect, debezium_reader.watermark, debezium_reader.bookmark"
        )
        their_db, write = Database(pool), _write_from_corpus(topics["theirs-paced"])
        await paced.write_at_pace(db, ours, paced.WARM_UP_SECONDS)
        await paced.write_at_pace(their_db, theirs, paced.WARM_UP_SECONDS, write)
        relayed, captured = [], []
        for _ in range(paced.ROUNDS):
            relayed.append(await paced.write_at_pace(db, ours, paced.seconds(ground)))
            captured.append(await paced.write_at_pace(their_db, theirs, paced.seconds(ground), write))
    ours_, theirs_ = paced.figures(f"paced_beside_{name}", relayed), paced.figures(f"{name}_paced", captured)
    share = ours_[-1].value / theirs_[-1].value
    return Measure(
        [Figure(f"paced_p99_vs_{name}_p99", share, target=P99_SHARE), *ours_, *theirs_],
        {"relay": [*map(paced.described, relayed)], "debezium": [*map(paced.described, captured)]},
    )


def _write_from_corpus(topic: str) -> paced.Write:
    """One event more of the corpus, in its order: the readers know gaps."""
    numbers: Iterator[int] = count()

    async def write(db: Database) -> str:
        number = next(numbers)
        async with db.pool.acquire() as conn, conn.transaction():
            await conn.execute(INSERT_FROM_CORPUS, topic, number, number + 1)
            return str(await conn.fetchval("SELECT id FROM corpus WHERE number = $1", number))

    return write
