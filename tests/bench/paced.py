"""200 transactions a second, one event each: from the moment a commit is known to the moment the handler is called.

The writer, the relay and the reading worker are processes of their own.
"""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from itertools import count
from typing import Any, Final
from uuid import UUID

from shared.db import Database
from shared.events import append
from tests.bench import corpus
from tests.bench.children import Child, child
from tests.bench.effects import forget
from tests.bench.ground import Ground
from tests.bench.runs import Figure, Measure, Target, percentile

PER_SECOND: Final = 200
SECONDS: Final = 15
SECONDS_QUICK: Final = 5
WARM_UP_SECONDS: Final = 3
ROUNDS: Final = 3
LATE_SECONDS: Final = 20.0
LOOK_SECONDS: Final = 0.1
KEYS: Final = 200
P50_MILLISECONDS: Final = Target("≤", 3)
SHARES: Final = {"p50": 0.5, "p95": 0.95, "p99": 0.99}

Latencies = Sequence[float]
"""Of each event, from the moment its commit was known to the moment its reader began to apply it; milliseconds."""

Write = Callable[[Database], Awaitable[str]]
"""Commits one event; returns its id."""

_numbers = count()


async def measure(ground: Ground) -> Measure:
    topic = await ground.make_topic("paced")
    dsn, kafka = ground.dsn("writer"), ground.servers.kafka
    try:
        async with (
            ground.database("reader") as reading,
            ground.database("writer") as db,
            child("relay", dsn=dsn, topic=topic, kafka=kafka),
            child("consumer", dsn=ground.dsn("reader"), topic=topic, kafka=kafka, how="note") as reader,
        ):
            await forget(reading)
            await write_at_pace(db, reader, WARM_UP_SECONDS)
            rounds = [await write_at_pace(db, reader, seconds(ground)) for _ in range(ROUNDS)]
            await forget(reading)
    finally:
        await ground.remove_topics(topic)
    return Measure(figures("paced", rounds, P50_MILLISECONDS), {"rounds_ms": [described(one) for one in rounds]})


def seconds(ground: Ground) -> int:
    return SECONDS_QUICK if ground.quick else SECONDS


async def emit_one(db: Database) -> str:
    number = next(_numbers)
    async with db.transaction() as conn:
        append.emit(conn, corpus.event_of(number, _key(number)))
        await append.flush(conn)  # now, so that the id is known
        return str(conn.appended[0].id)


async def write_at_pace(db: Database, reader: Child, seconds_: int, write: Write = emit_one) -> Latencies:
    """Commit one by one, as many a second as said, and wait until the reader has seen all."""
    committed: dict[str, float] = {}
    began = time.monotonic()
    for index in range(PER_SECOND * seconds_):
        await asyncio.sleep(max(0.0, began + index / PER_SECOND - time.monotonic()))
        id_ = await write(db)
        committed[id_] = time.monotonic()
    seen: dict[str, float] = {}
    deadline = time.monotonic() + LATE_SECONDS
    while not committed.keys() <= seen.keys():
        if time.monotonic() > deadline:
            raise AssertionError(f"only {len(seen)} of {len(committed)} events were seen within {LATE_SECONDS} s")
        await asyncio.sleep(LOOK_SECONDS)
        seen |= (await reader.ask(seen=True))["seen"]
    return [(seen[id_] - at) * 1000 for id_, at in committed.items()]


def _key(number: int) -> UUID:
    """None of the corpus: a reader that has not read the corpus would find gaps."""
    return corpus.key_of(corpus.KEYS + number % KEYS)


def figures(name: str, rounds: Sequence[Latencies], p50: Target | None = None) -> list[Figure]:
    """The median over the rounds of each percentile."""
    found = []
    for percent, share in SHARES.items():
        values = [percentile(latencies, share) for latencies in rounds]
        target = p50 if percent == "p50" else None
        spread = (min(values), max(values))
        found.append(Figure(f"{name}_{percent}", statistics.median(values), "ms", target, spread))
    return found


def described(latencies: Latencies) -> dict[str, Any]:
    return {percent: round(percentile(latencies, share), 2) for percent, share in SHARES.items()} | {
        "most": round(max(latencies), 2),
        "events": len(latencies),
    }
