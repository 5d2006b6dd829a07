"""A relay and a worker on tables of 10,000, 100,000 and 1,000,000 rows (`event`, `watermark`, the reader's effects).

How far the rates at the larger sizes lie from those at the smallest, and how much more memory the processes held.
"""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from statistics import median
from typing import Any, Final

import asyncpg

from tests.bench import corpus
from tests.bench.children import child
from tests.bench.ground import Ground, make_schema
from tests.bench.reading import read
from tests.bench.runs import Figure, Measure, Target, in_turns, ratio, summary

SIZES: Final = {"10k": 10_000, "100k": 100_000, "1M": 1_000_000}
SIZES_QUICK: Final = {"10k": 10_000, "100k": 100_000}
ROUNDS: Final = 4
WARM_UP_EVENTS: Final = 1_000
RATE_CHANGE: Final = Target("≤", 0.15)
MEMORY_GROWTH: Final = Target("≤", 1.15)

Memory = dict[str, list[float]]


async def measure(ground: Ground) -> Measure:
    sizes = SIZES_QUICK if ground.quick else SIZES
    rounds = 2 if ground.quick else ROUNDS
    for name, rows in sizes.items():
        await make_schema(ground, _schema(name))
        async with ground.connection(_schema(name)) as conn:
            await _grow(conn, rows)
    drained: Memory = {name: [] for name in sizes}
    applied: Memory = {name: [] for name in sizes}
    drain = await in_turns({name: _drain(ground, name, drained[name]) for name in sizes}, rounds)
    inbox = await in_turns({name: _read(ground, name, applied[name]) for name in sizes}, rounds)
    return Measure(
        [
            change("relay_rate_change_as_tables_grow", drain),
            change("inbox_rate_change_as_tables_grow", inbox),
            growth("relay_memory_growth_as_tables_grow", drained),
            growth("consumer_memory_growth_as_tables_grow", applied),
        ],
        {
            "relay": summary(drain),
            "inbox": summary(inbox),
            "most_memory_mb": {"relay": _medians(drained), "consumer": _medians(applied)},
        },
    )


def change(name: str, rates: Mapping[str, Sequence[float]]) -> Figure:
    """How far the rate at any size lies from that of the smallest, by the median of neighbouring runs."""
    least, *others = rates.values()
    return Figure(name, max(abs(ratio(name, rate, least).value - 1) for rate in others), target=RATE_CHANGE)


def growth(name: str, memory: Memory) -> Figure:
    least, *others = _medians(memory).values()
    return Figure(name, max(others) / least, target=MEMORY_GROWTH)


def _medians(found: Mapping[str, Sequence[float]]) -> dict[str, float]:
    return {name: median(values) for name, values in found.items()}


def _schema(name: str) -> str:
    return f"grown_{name.lower()}"


async def _grow(conn: asyncpg.Connection, rows: int) -> None:
    """Rows of others, and among them, evenly spread, the watermarks of the corpus's keys."""
    await conn.execute(
        """
        INSERT INTO event (key, sequence, id, type, occurred_at, headers, payload, previous_hash, hash)
        SELECT gen_random_uuid(), 1, gen_random_uuid(), 'singo.writer.Noted.v1', now(), '{}',
               convert_to(repeat('x', 100), 'UTF8'), sha256('genesis'), sha256(int8send(row))
        FROM generate_series(1, $1) row
        """,
        rows,
    )
    await conn.execute(
        """
        WITH mine AS (SELECT row_number() OVER () - 1 AS number, key FROM (SELECT DISTINCT key FROM writer.corpus))
        INSERT INTO watermark (key, source)
        SELECT coalesce(mine.key, gen_random_uuid()::text), 'writer' FROM generate_series(0, $1 - 1) row
        LEFT JOIN mine ON row % ($1 / $2) = 0 AND mine.number = row / ($1 / $2) ORDER BY row
        """,
        rows,
        corpus.KEYS,
    )
    await conn.execute(
        """
        INSERT INTO effect (key, number, title)
        SELECT gen_random_uuid(), -row, 'an effect of before' FROM generate_series(1, $1) row
        """,
        rows,
    )
    await conn.execute("VACUUM ANALYZE event, watermark, effect")


def _drain(ground: Ground, name: str, memory: list[float]) -> Callable[[], Coroutine[Any, Any, float]]:
    """With a new relay and a new topic each time; it has led for a moment when the clock starts."""
    events = ground.events // 2

    async def once() -> float:
        topic = await ground.make_topic(name.lower())
        dsn = ground.dsn(_schema(name))
        try:
            async with (
                ground.connection(_schema(name)) as conn,
                child("relay", dsn=dsn, topic=topic, kafka=ground.servers.kafka) as relaying,
            ):
                await corpus.fill_outbox(conn, WARM_UP_EVENTS)
                await relaying.ask(until=WARM_UP_EVENTS)
                began = await corpus.fill_outbox(conn, events)
                answer = await relaying.ask(until=WARM_UP_EVENTS + events)
        finally:
            await ground.remove_topics(topic)
        memory.append(float(answer["most_memory_mb"]))
        return events / (float(answer["at"]) - began)

    return once


def _read(ground: Ground, name: str, memory: list[float]) -> Callable[[], Coroutine[Any, Any, float]]:
    """With a new worker each time, the corpus as it was never read."""

    async def once() -> float:
        async with ground.connection(_schema(name)) as conn:
            await _forget_corpus(conn)
        rate, most_memory_mb = await read(ground, _schema(name), "set", records=ground.events // 2)
        memory.append(most_memory_mb)
        return rate

    return once


async def _forget_corpus(conn: asyncpg.Connection) -> None:
    await conn.execute(
        """
        UPDATE watermark SET sequence = DEFAULT, hash = DEFAULT, parked = DEFAULT, applied_at = DEFAULT
        WHERE sequence > 0;
        DELETE FROM effect WHERE number >= 0;
        TRUNCATE bookmark;
        """
    )
    await conn.execute("VACUUM watermark, effect")
