"""What can go wrong between the outbox and Kafka. docs/reports/hazards.md lists all hazards."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.cluster import ClusterMetadata
from aiokafka.producer.transaction_manager import TransactionManager
from structlog.testing import capture_logs

from shared.db import Database
from shared.events import relay
from shared.events.append import emit
from shared.local.folders import REPOSITORY
from tests.faults.proxy import Proxy
from tests.hazards.line import Line, first_appearances
from tests.shared.test_append import happened
from tests.world import World

RELAY = """
import asyncio, sys
from shared.events import relay

relay.LEASE_SECONDS, relay.POLL_SECONDS = 1, 0.2
asyncio.run(relay.run(relay.Relay(*sys.argv[1:]), asyncio.Event()))
"""


async def test_listen_dies_silently_and_the_poll_finds_what_nobody_told_of(world: World, line: Line) -> None:
    tells_nobody = Database((await world.db("registry")).pool)

    async with line.relaying():
        for number in range(2):
            async with tells_nobody.transaction() as conn:
                emit(conn, happened("asb", number))
            await line.until_sent()

    assert await line.log() == {"asb": [1, 2]}


async def test_listen_dies_silently_when_the_waker_is_cut_off_and_comes_back(world: World, line: Line) -> None:
    db = await world.db("registry")
    async with line.relaying():
        await world.publish("registry", happened("asb", 1))
        await line.until_sent()
        cut = await db.pool.fetchval(
            """
            SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
            WHERE datname = current_database() AND application_name = 'registry-waker'
            """
        )
        await world.publish("registry", happened("asb", 2))
        await line.until_sent()
        await world.until(
            lambda: db.pool.fetchval(
                """
                SELECT true FROM pg_stat_activity
                WHERE datname = current_database() AND application_name = 'registry-waker'
                """
            ),
            "the waker is connected again",
        )

    assert cut == 1
    assert await line.log() == {"asb": [1, 2]}


@dataclass
class DistantLine(Line):
    """Its relay reaches PostgreSQL through a proxy."""

    proxy: Proxy = field(kw_only=True)

    @property
    def own(self) -> relay.Relay:
        own = super().own
        return replace(own, dsn=own.dsn.replace(f":{urlsplit(own.dsn).port}/", f":{self.proxy.port}/"))


@pytest.mark.usefixtures("short_lease")
async def test_listen_dies_silently_on_a_half_open_connection_and_the_standby_takes_over(
    world: World, line: Line
) -> None:
    proxy = Proxy(urlsplit(world.servers.dsn).port or 5432)
    await proxy.start(0)
    async with DistantLine(world, reader=line.reader, proxy=proxy).relaying():
        cut_off = await world.until(line.leader, "the distant relay leads")
        async with line.relaying():
            proxy.go_deaf()
            await world.publish("registry", happened("asb", 1))
            await line.until_sent()
            assert await line.leader() != cut_off
        proxy.heal()
        await world.publish("registry", happened("asb", 2))
        await line.until_sent()
    await proxy.stop()

    assert await line.log() == {"asb": [1, 2]}


@asynccontextmanager
async def relay_in_a_process(line: Line) -> AsyncIterator[subprocess.Popen[bytes]]:
    own = line.own
    arguments = (own.dsn, own.service, own.topic, own.kafka)
    process = subprocess.Popen(  # noqa: ASYNC220 (it is started in a moment, and only waited for when killed)
        [sys.executable, "-c", RELAY, *arguments], cwd=REPOSITORY, stdout=subprocess.DEVNULL
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@pytest.mark.usefixtures("short_lease")
async def test_a_frozen_leader_loses_its_lock_and_wakes_to_find_another(world: World, line: Line) -> None:
    async with relay_in_a_process(line) as process:
        frozen = await world.until(line.leader, "the process leads")
        await world.publish("registry", happened("asb"))
        await line.until_sent()
        async with line.relaying():
            os.kill(process.pid, signal.SIGSTOP)
            for number in range(20):
                await world.publish("registry", happened("asb", number))
            await line.until_sent()
            leader = await line.leader()
            os.kill(process.pid, signal.SIGCONT)
            for number in range(20):
                await world.publish("registry", happened("asb", number))
            await line.until_sent()
            assert await line.leader() == leader != frozen
        assert process.poll() is None  # it stands by again
        await world.publish("registry", happened("asb"))
        await line.until_sent()

    assert first_appearances((await line.log())["asb"]) == [*range(1, 43)]


async def frozen_before_it_binds(leader: asyncpg.Connection) -> None:
    await leader.prepare("SELECT 1")


async def frozen_in_the_middle_of_an_answer(leader: asyncpg.Connection) -> None:
    leader._transport.pause_reading()
    task = asyncio.create_task(leader.fetch("SELECT repeat('x', 1000) FROM generate_series(1, 100000)"))
    task.add_done_callback(lambda ended: ended.exception())


@pytest.mark.usefixtures("short_lease")
@pytest.mark.parametrize("freeze", [frozen_before_it_binds, frozen_in_the_middle_of_an_answer])
async def test_a_frozen_leader_loses_its_lock_within_a_statement_too(
    world: World, line: Line, freeze: Callable[[asyncpg.Connection], Awaitable[None]]
) -> None:
    """The server waits for its client then, but does not call the session idle."""
    settings = {"application_name": "registry-relay", "statement_timeout": "1000"}
    leader = await asyncpg.connect(line.own.dsn, server_settings=settings)
    assert await leader.fetchval("SELECT pg_try_advisory_lock(hashtext($1))", line.own.channel)
    await freeze(leader)

    async with line.relaying():
        await world.publish("registry", happened("asb"))
        await line.until_sent()
    leader.terminate()


async def test_a_frozen_leader_that_wakes_with_an_old_batch_in_hand_only_repeats(
    world: World, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    held, may_send = asyncio.Event(), asyncio.Event()
    send_batch = AIOKafkaProducer.send_batch

    async def send_batch_late(self: AIOKafkaProducer, *args: Any, **kwargs: Any) -> Any:
        if not held.is_set():
            held.set()
            await may_send.wait()
        return await send_batch(self, *args, **kwargs)

    monkeypatch.setattr(AIOKafkaProducer, "send_batch", send_batch_late)
    await world.publish("registry", *(happened("asb", n) for n in range(5)))
    async with line.relaying():
        await held.wait()
        await line.end_session_of(await world.until(line.leader, "somebody leads"))
        async with line.relaying():  # the standby
            await line.until_sent()
            await world.publish("registry", *(happened("asb", n) for n in range(5)))
            await line.until_sent()
        may_send.set()
        await world.publish("registry", happened("asb"))
        await line.until_sent()
        async with line.consuming():
            await line.until_applied("asb", 11)

    sequences = (await line.log())["asb"]
    assert len(sequences) > 11, "the zombie repeated nothing: the test has not shown what it should"
    assert first_appearances(sequences) == [*range(1, 12)]


async def test_producer_dead_after_out_of_order_sequence_is_replaced(
    world: World, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    right, skipped = TransactionManager.sequence_number, iter([0, 7])
    monkeypatch.setattr(
        TransactionManager, "sequence_number", lambda self, partition: right(self, partition) + next(skipped, 0)
    )

    with capture_logs() as logged:
        async with line.relaying():
            for number in range(4):
                await world.publish("registry", happened("asb", number))
                await line.until_sent()

    assert any("OutOfOrderSequence" in str(entry.get("error")) for entry in logged)
    assert await line.log() == {"asb": [1, 2, 3, 4]}


@pytest.fixture
def partition_without_leader(monkeypatch: pytest.MonkeyPatch) -> set[int]:
    """The partitions that have no leader, for all clients in this process."""
    without: set[int] = set()
    leader = ClusterMetadata.leader_for_partition

    def leader_or_none(self: ClusterMetadata, partition: Any) -> Any:
        return -1 if partition.partition in without else leader(self, partition)

    def impatient(**settings: Any) -> AIOKafkaProducer:
        return AIOKafkaProducer(**settings | {"request_timeout_ms": 500})

    monkeypatch.setattr(ClusterMetadata, "leader_for_partition", leader_or_none)
    monkeypatch.setattr(relay, "AIOKafkaProducer", impatient)
    return without


async def test_leaderless_batch_expires_and_no_later_one_of_its_key_passes_it(
    world: World, line: Line, partition_without_leader: set[int]
) -> None:
    keys = [f"ngo-{number}" for number in range(12)]  # in all partitions
    async with line.relaying():
        await world.publish("registry", *(happened(key) for key in keys))
        await line.until_sent()
        with capture_logs() as logged:
            partition_without_leader.add(0)
            for number in range(5):
                await world.publish("registry", *(happened(key, number) for key in keys))
            await world.until(
                lambda: asyncio.sleep(0, any("LeaderNotAvailable" in str(e.get("error")) for e in logged)),
                "a batch has expired",
            )
        partition_without_leader.clear()
        await world.publish("registry", *(happened(key) for key in keys))
        await line.until_sent()

    log = await line.log()
    assert {key: first_appearances(sequences) for key, sequences in log.items()} == {
        key: [*range(1, 8)] for key in keys
    }
