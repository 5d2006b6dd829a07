"""Faults of single processes, of the network and of the bus. Several may happen at once."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from aiokafka.admin import AIOKafkaAdminClient, NewPartitions

from shared.local.programs import SERVICES
from tests.faults.fleet import ALL_WORKERS, INTRUDER, READERS, STANDBYS, worker_names
from tests.faults.scene import Scene
from tests.faults.workload import OPERATOR, Workload

PARTITIONS_MAX: Final = 6
TAKE_OVER_SECONDS: Final = 15.0
NETWORK: Final = (0.5, 3.0)
SERVERS: Final = ("postgres", "kafka")


@dataclass(frozen=True)
class Planned:
    """One fault of a schedule: when, what, to whom, for how long."""

    at: float
    kind: str
    target: str
    seconds: float


class NotMade(Exception):
    """The fault could not be made here and now; the text says why."""


@dataclass(frozen=True)
class Kind:
    """`alone`: nothing else is broken meanwhile, for an operator acts on what is seen."""

    name: str
    says: str
    targets: Sequence[str]
    seconds: tuple[float, float]
    make: Callable[[Workload, Planned], Awaitable[None]]
    alone: bool = False


# Processes


async def kill_api(work: Workload, fault: Planned) -> None:
    work.scene.fleet.send(f"{fault.target}-api", signal.SIGKILL)


async def freeze_api(work: Workload, fault: Planned) -> None:
    await _freeze(work.scene, f"{fault.target}-api", fault.seconds)


async def kill_worker(work: Workload, fault: Planned) -> None:
    work.scene.fleet.send(fault.target, signal.SIGKILL)


async def freeze_worker(work: Workload, fault: Planned) -> None:
    await _freeze(work.scene, fault.target, fault.seconds)


async def kill_relay(work: Workload, fault: Planned) -> None:
    work.scene.fleet.send(await _leader(work.scene, fault.target), signal.SIGKILL)


async def freeze_relay(work: Workload, fault: Planned) -> None:
    await _freeze(work.scene, await _leader(work.scene, fault.target), fault.seconds)


async def zombie_relay(work: Workload, fault: Planned) -> None:
    """The leader sleeps until its standby leads, and then goes on as if nothing had been."""
    scene = work.scene
    async with scene.servers:  # while a server is away, nobody takes over
        sleeper = await _leader(scene, fault.target)

        async def another_leads() -> bool:
            return await scene.relay_holder(fault.target) not in (None, sleeper)

        scene.fleet.send(sleeper, signal.SIGSTOP)
        try:
            await scene.until(another_leads, f"the standby of {fault.target} leads", seconds=TAKE_OVER_SECONDS)
        finally:
            scene.fleet.send(sleeper, signal.SIGCONT)


async def _freeze(scene: Scene, name: str, seconds: float) -> None:
    scene.fleet.send(name, signal.SIGSTOP)
    try:
        await asyncio.sleep(seconds)
    finally:
        scene.fleet.send(name, signal.SIGCONT)


async def _leader(scene: Scene, service: str) -> str:
    async def leader() -> str | None:
        return await scene.relay_holder(service)

    name: str = await scene.until(leader, f"a relay of {service} leads", seconds=TAKE_OVER_SECONDS)
    return name


# Servers


async def kill_kafka(work: Workload, fault: Planned) -> None:
    async with work.scene.servers:
        await work.scene.kafka.crash()
        await asyncio.sleep(fault.seconds)
        await work.scene.kafka.start()


async def crash_postgres(work: Workload, fault: Planned) -> None:
    async with work.scene.servers:
        await work.scene.postgres.crash()
        await asyncio.sleep(fault.seconds)
        await work.scene.postgres.start()


async def kill_backend(work: Workload, fault: Planned) -> None:
    """PostgreSQL trusts no memory that a killed backend shared: it ends all others and recovers by itself."""
    async with work.scene.servers:
        pid = await work.scene.ask(
            "public", "SELECT pid FROM pg_stat_activity WHERE application_name = $1 LIMIT 1", fault.target
        )
        if pid is None:
            raise NotMade(f"{fault.target} has no connection now")
        os.kill(pid, signal.SIGKILL)
        await work.scene.postgres.wait_ready()


# Network


async def cut(work: Workload, fault: Planned) -> None:
    """Every connection is reset, and for a while no new one comes about."""
    await _network(work.scene, fault, work.scene.network[fault.target].refuse)


async def slow_down(work: Workload, fault: Planned) -> None:
    seconds = {"postgres": 0.015, "kafka": 0.15}[fault.target]
    await _network(work.scene, fault, lambda: work.scene.network[fault.target].slow_down(seconds))


async def stall(work: Workload, fault: Planned) -> None:
    await _network(work.scene, fault, work.scene.network[fault.target].stall)


async def half_open(work: Workload, fault: Planned) -> None:
    await _network(work.scene, fault, work.scene.network[fault.target].go_deaf)


async def _network(scene: Scene, fault: Planned, spoil: Callable[[], None]) -> None:
    spoil()
    try:
        await asyncio.sleep(fault.seconds)
    finally:
        scene.network[fault.target].heal()


# Readers and bus


async def two_members(work: Workload, fault: Planned) -> None:
    """A second reader in a group of its own applies the same partitions into the same schema."""
    await work.scene.fleet.release(INTRUDER)
    try:
        await asyncio.sleep(fault.seconds)
    finally:
        await work.scene.fleet.hold_down(INTRUDER)


async def rewind(work: Workload, fault: Planned) -> None:
    """An operator lets a reader start over."""
    await _with_bookmarks(work.scene, fault.target, "DELETE FROM bookmark")


async def stale_offsets(work: Workload, fault: Planned) -> None:
    """A reader's memory of where it was is old."""
    await _with_bookmarks(
        work.scene, fault.target, "UPDATE bookmark SET next_offset = greatest(0, next_offset - 50), last_id = NULL"
    )


async def _with_bookmarks(scene: Scene, reader: str, change: str) -> None:
    workers = worker_names(reader)
    await scene.fleet.hold_down(*workers)
    try:
        await scene.ask(reader, change)
    finally:
        await scene.fleet.release(*workers)


async def add_partitions(work: Workload, fault: Planned) -> None:
    """Some keys move to another partition: their new records may be read before their old ones."""
    topic = work.scene.settings(fault.target).topic(fault.target)
    admin = AIOKafkaAdminClient(bootstrap_servers=work.scene.kafka.address, request_timeout_ms=5000)
    await admin.start()
    try:
        [described] = await admin.describe_topics([topic])
        count = len(described["partitions"])
        if count >= PARTITIONS_MAX:
            raise NotMade(f"{topic} has {count} partitions already")
        await admin.create_partitions({topic: NewPartitions(count + 1)})
    finally:
        await admin.close()
    work.scene.fleet.send(
        await _leader(work.scene, fault.target), signal.SIGKILL
    )  # its successor knows the new partition


async def poison(work: Workload, fault: Planned) -> None:
    """One event in three fails in the ledger, after its effect was written. Healing ends it and redrives."""
    await work.scene.ask("ledger", "INSERT INTO poison VALUES (3)")
    await asyncio.sleep(fault.seconds)


async def jump_clock(work: Workload, fault: Planned) -> None:
    """The domain's clock runs an hour ahead, then an hour behind, then right again."""
    for hours in (1, -1, 0):
        now = datetime.now(UTC) + timedelta(hours=hours)
        body = {"now": now.isoformat(), "reason": "the clock jumps"}
        await work.call(fault.target, "PUT", "/ops/v1/clock", OPERATOR, body)
        await asyncio.sleep(fault.seconds / 3)


API: Final = (0.3, 2.0)
WORKER: Final = (0.5, 4.0)
DOWN: Final = (0.0, 1.5)

KINDS: Final = (
    Kind("kill api", "kill -9 of an API", SERVICES, API, kill_api),
    Kind("freeze api", "an API stopped (SIGSTOP) and woken", SERVICES, API, freeze_api),
    Kind("kill worker", "kill -9 of a worker", ALL_WORKERS, WORKER, kill_worker),
    Kind("freeze worker", "a worker stopped and woken", ALL_WORKERS, WORKER, freeze_worker),
    Kind("kill relay", "kill -9 of the worker whose relay leads", SERVICES, WORKER, kill_relay),
    Kind("freeze relay", "the worker whose relay leads stopped and woken", SERVICES, WORKER, freeze_relay),
    Kind(
        "zombie relay", "the leading relay stopped until its standby leads, then woken", STANDBYS, WORKER, zombie_relay
    ),
    Kind("kill kafka", "kill -9 of Kafka, and its restart", ("kafka",), DOWN, kill_kafka),
    Kind("crash postgres", "immediate stop of PostgreSQL, and its restart", ("postgres",), DOWN, crash_postgres),
    Kind("kill backend", "kill -9 of one of PostgreSQL's processes", SERVICES, DOWN, kill_backend),
    Kind("cut", "all connections reset, and refused for a while", SERVERS, NETWORK, cut),
    Kind("slow", "a slow network", SERVERS, NETWORK, slow_down),
    Kind("stall", "nothing passes for a while, then all of it, late", SERVERS, NETWORK, stall),
    Kind("half-open", "what is sent is lost for a while, nobody is told", SERVERS, NETWORK, half_open),
    Kind("two members", "a second reader of the same partitions on the same tables", ("ledger",), WORKER, two_members),
    Kind("rewind", "a reader's bookmarks deleted: it reads everything again", READERS, DOWN, rewind),
    Kind("stale offsets", "a reader's bookmarks set back", READERS, DOWN, stale_offsets),
    Kind("add partitions", "one partition more for a topic in use", SERVICES, DOWN, add_partitions),
    Kind("poison", "a handler that fails after writing its effect", ("ledger",), WORKER, poison),
    Kind("clock jump", "the domain's clock an hour ahead, then behind", SERVICES, API, jump_clock),
)
