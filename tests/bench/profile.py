"""Where the time goes: `python -m tests.bench profile relay|inbox|append`, one run of our part under cProfile.

The profiler makes Python look slower than it is beside SQL: it says what to look at first, not how fast it is.
"""

import asyncio
import cProfile
import pstats
import re
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import count
from typing import Any, Final

import asyncpg

from shared.events import relay
from tests.bench import append, corpus, effects, reading
from tests.bench.children import Answer
from tests.bench.ground import WRITERS, Ground

TOP_FUNCTIONS: Final = 30
TOP_STATEMENTS: Final = 15
STATEMENT_SHOWN: Final = 110
APPENDED: Final = 6_000
NUMBERED_SAVEPOINT: Final = re.compile("__asyncpg_savepoint_[0-9a-f]+__")

Statements = dict[str, list[float]]
"""What was sent to PostgreSQL -> how long each answer was waited for, in seconds."""


async def relay_(ground: Ground) -> None:
    topic = await ground.make_topic("profile")
    try:
        async with ground.connection("writer") as conn:
            await corpus.fill_outbox(conn, ground.events)
            await _profiled("the relay drains", ground.events, partial(_drain, ground, topic, conn))
    finally:
        await ground.remove_topics(topic)


async def _drain(ground: Ground, topic: str, conn: asyncpg.Connection) -> None:
    stopping = asyncio.Event()
    own = relay.Relay(ground.dsn("writer"), "writer", topic, ground.servers.kafka)
    task = asyncio.create_task(relay.run(own, stopping))
    while await conn.fetchval("SELECT EXISTS (SELECT FROM outbox)"):
        await asyncio.sleep(0.1)
    stopping.set()
    await task


async def inbox_(ground: Ground) -> None:
    """The real consumer in this process."""
    for how in ("set", "one_by_one"):
        async with ground.database("reader") as db:
            await effects.forget(db)
        settings = {"dsn": ground.dsn("reader"), "kafka": ground.servers.kafka, "topic": ground.corpus_topic}
        async with reading.consuming(**settings, how=how) as reader:
            await _profiled(f"the inbox applies, {how}", ground.events, partial(_read_all, reader, ground.events))


async def _read_all(reader: Answer, events: int) -> None:
    await reader({"until": events})


async def append_(ground: Ground) -> None:
    numbers = count()
    async with ground.database("writer") as db:
        await append.make_tables(db)
    for how, write in (("append", append.appending), ("a plain outbox", append.plain)):
        await _profiled(f"{WRITERS} writers, {how}", APPENDED, partial(_write, ground, write, numbers))


async def _write(ground: Ground, write: append.Write, numbers: Iterator[int]) -> None:
    async with ground.database("writer") as db:
        await append.write_many(db, write, numbers, writers=WRITERS, count=APPENDED)


PROFILES: Final = {"relay": relay_, "inbox": inbox_, "append": append_}


async def _profiled(what: str, events: int, work: Callable[[], Awaitable[None]]) -> None:
    """Do it once, and print its functions by their own time, and its statements by the time they took together."""
    profiler = cProfile.Profile()
    with _timed_statements() as statements:
        began = time.perf_counter()
        profiler.enable()
        await work()
        profiler.disable()
        seconds = time.perf_counter() - began
    print(f"\n=== {what}: {events} events in {seconds:.2f} s, with the profiler's own time")
    pstats.Stats(profiler).strip_dirs().sort_stats("tottime").print_stats(TOP_FUNCTIONS)
    print(f"{'calls':>7} {'s in all':>9} {'ms each':>8}  statement, as long as the client waits for the answer")
    by_time = sorted(statements.items(), key=lambda item: -sum(item[1]))
    for statement, times in by_time[:TOP_STATEMENTS]:
        total = sum(times)
        shown = " ".join(statement.split())[:STATEMENT_SHOWN]
        print(f"{len(times):7} {total:9.3f} {total / len(times) * 1000:8.3f}  {shown}")


@contextmanager
def _timed_statements() -> Iterator[Statements]:
    """Every connection made meanwhile notes its statements."""
    statements: Statements = {}

    def note(query: asyncpg.connection.LoggedQuery) -> None:
        statement = NUMBERED_SAVEPOINT.sub("__asyncpg_savepoint__", query.query)
        statements.setdefault(statement, []).append(query.elapsed)

    made = asyncpg.Connection.__init__

    def making(conn: asyncpg.Connection, *args: Any, **kwargs: Any) -> None:
        made(conn, *args, **kwargs)
        conn.add_query_logger(note)

    asyncpg.Connection.__init__ = making
    try:
        yield statements
    finally:
        asyncpg.Connection.__init__ = made
