"""What cancellation, SIGTERM and the clock do to a process of ours. docs/reports/hazards.md lists all hazards."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Coroutine, Generator
from contextlib import asynccontextmanager
from datetime import timedelta
from itertools import count
from types import coroutine
from typing import Any

import httpx
import psutil  # type: ignore[import-untyped]
import pytest

from shared.db import Database
from shared.events import parked
from shared.events.append import emit
from shared.events.parked import RetryPolicy
from shared.local.folders import REPOSITORY
from shared.service import open_database
from tests.hazards.line import Line
from tests.shared.test_append import happened
from tests.shared.test_inbox import SOURCES
from tests.world import World

START_SECONDS = 60
STOP_SECONDS = 10
LONGEST_JOB = 200  # waits; far more than a transaction has


@coroutine
def cancelled_at(work: Coroutine[Any, Any, None], nth: int) -> Generator[Any, Any, None]:
    """Run the work, and have the task that runs it cancelled when it waits for the n-th time."""
    task = asyncio.current_task()
    if task is None:
        raise RuntimeError("a task is needed")
    error: BaseException | None = None
    for wait in count():
        try:
            awaited = work.throw(error) if error else work.send(None)
        except StopIteration:
            return
        if wait == nth:
            asyncio.get_running_loop().call_soon(task.cancel)
        error = None
        try:
            yield awaited
        except BaseException as thrown:  # noqa: BLE001 (it goes on into the work)
            error = thrown


async def write(db: Database, number: int) -> None:
    async with db.transaction() as conn:
        await conn.execute("INSERT INTO effect (source, key, sequence) VALUES ('here', 'asb', $1)", number)
        await conn.fetchval("SELECT pg_sleep(0.002)")
        emit(conn, happened("asb", number))


async def test_asyncpg_cancelled_mid_query_at_each_await_leaves_the_pool_whole(world: World, line: Line) -> None:
    async with open_database("reporting", world.settings("reporting", pool_size=2), statement_seconds=5) as db:
        for nth in range(LONGEST_JOB):
            task = asyncio.create_task(cancelled_at(write(db, nth), nth))
            await asyncio.wait([task])
            await asyncio.gather(write(db, nth + 1000), write(db, nth + 2000))  # takes the whole pool
            if not task.cancelled():
                task.result()
                break

        assert 5 < nth < LONGEST_JOB - 1, "it was not cancelled at each of its waits"
        assert db.pool.get_size() == db.pool.get_idle_size() <= 2
        effects = await db.pool.fetch("SELECT sequence FROM effect")
        appended = await db.pool.fetch("SELECT convert_from(payload, 'UTF8')::jsonb ->> 'number' AS number FROM event")
        assert sorted(row["sequence"] for row in effects) == sorted(int(row["number"]) for row in appended)
        left_open = """
            SELECT count(*) FROM pg_stat_activity
            WHERE datname = current_database() AND usename = 'reporting' AND state LIKE 'idle in transaction%'
        """
        assert await db.pool.fetchval(left_open) == 0


@asynccontextmanager
async def api_in_a_process(world: World) -> AsyncIterator[tuple[subprocess.Popen[bytes], httpx.AsyncClient]]:
    settings = world.settings("notifications", port=0).model_dump(exclude_unset=True)
    environment = {f"SINGO_NOTIFICATIONS_{name.upper()}": str(value) for name, value in settings.items()}
    process = subprocess.Popen(  # noqa: ASYNC220 (it is started in a moment)
        [sys.executable, "-m", "services.notifications", "api"], cwd=REPOSITORY, env={**os.environ, **environment}
    )
    try:
        async with asyncio.timeout(START_SECONDS):
            while (port := port_of(process)) is None:
                await asyncio.sleep(0.1)
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30, trust_env=False) as client:
            yield process, client
    finally:
        process.kill()
        process.wait()


def port_of(process: subprocess.Popen[bytes]) -> int | None:
    for connection in psutil.Process(process.pid).net_connections():
        if connection.status == psutil.CONN_LISTEN:
            return int(connection.laddr.port)
    return None


async def subscribe(world: World, client: httpx.AsyncClient) -> str:
    body = {"name": "SIPD", "types": ["*"], "regions": []}
    made = await client.post("/v1/subscriptions", json=body, headers=world.write("integrator"))
    return str(made.json()["id"])


async def test_uvicorn_waits_for_long_polls_no_longer_than_it_must(world: World) -> None:
    pool = await world.pool("notifications")
    async with api_in_a_process(world) as (process, client):
        paths = [f"/v1/subscriptions/{await subscribe(world, client)}/events?wait=20&after=0" for _ in range(3)]
        polls = [asyncio.create_task(client.get(path, headers=world.read("integrator"))) for path in paths]
        await world.until(lambda: pool.fetchval("SELECT count(read_at) = 3 FROM reading"), "the long polls have begun")

        process.send_signal(signal.SIGTERM)
        exit_code = await asyncio.to_thread(process.wait, STOP_SECONDS)
        answers = await asyncio.gather(*polls)

    assert exit_code == 0
    assert [(answer.status_code, answer.json()["events"]) for answer in answers] == [(200, [])] * 3


@pytest.mark.parametrize("jump", [timedelta(hours=1), timedelta(hours=-1)])
async def test_clock_jump_of_a_machine_changes_neither_order_nor_leases_nor_retries(
    world: World, line: Line, monkeypatch: pytest.MonkeyPatch, jump: timedelta
) -> None:
    now, now_ns = time.time, time.time_ns
    line.reader.poison = {("snv", 1)}
    async with line.relaying(), line.consuming():
        await world.publish("registry", happened("asb"), happened("snv"))
        await line.until_applied("asb", 1)
        leader = await line.leader()
        await world.until(line.reader.parked, "the poison is parked")

        monkeypatch.setattr(time, "time", lambda: now() + jump.total_seconds())
        monkeypatch.setattr(time, "time_ns", lambda: now_ns() + int(jump.total_seconds() * 1e9))
        line.reader.poison = set()
        for number in range(5):
            event = happened("asb", number)
            await world.publish("registry", event.model_copy(update={"occurred_at": event.occurred_at + number * jump}))
        await line.until_applied("asb", 6)

        async def retried() -> bool:
            await parked.drain_due(line.reader.db, line.reader.apply, SOURCES, RetryPolicy())
            return not await line.reader.parked()

        await world.until(retried, "the retry was due when the server's clock said so")
        assert await line.leader() == leader

    assert await line.log() == {"asb": [1, 2, 3, 4, 5, 6], "snv": [1]}
