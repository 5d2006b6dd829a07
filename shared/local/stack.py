"""PostgreSQL and Kafka together: `start` as often as you like, from as many processes as you like."""

import asyncio
import fcntl
import os
import signal
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from shared.local import jars, kafka, ports, postgres
from shared.local.folders import locked
from shared.local.processes import MARK, Program, Running, find, spawn
from shared.local.processes import stop as stop_processes

PORTS: Final = {"postgres": 15432, "kafka": 19092, "controller": 19093}
SERVERS: Final = ("postgres", "kafka")


@dataclass(frozen=True)
class Stack:
    """Where the servers are: the superuser's DSN and Kafka's host:port."""

    dsn: str
    kafka: str


def silent(_: str) -> None:
    """Report to nobody."""


def start(directory: Path, *, tied: bool, fast: bool, report: Callable[[str], None] = silent) -> Stack:
    """Bring both servers up, whatever state they are in, and return when they answer.

    `tied`: they stop when all processes that started them so have ended, even by a kill. `fast`: for tests,
    safe against killed processes, not against a killed machine. Runs an event loop: call it outside of one.
    """
    directory = directory.resolve()
    directory.mkdir(parents=True, exist_ok=True)
    if tied:
        _hold(directory)
    with locked(directory / "stack.lock"):
        found = jars.fetch(report)
        running = find(directory)
        names = {one.name for one in running}
        in_use = {*(names & {"postgres", "kafka"}), *({"controller"} if "kafka" in names else ())}
        with ports.claimed(directory, PORTS, in_use=in_use) as port:
            report("starting PostgreSQL and Kafka")
            _bring_up(directory, found, port, running, fast=fast)
        _keep(directory, running, tied=tied)
    return addresses(port)


def addresses(port: Mapping[str, int]) -> Stack:
    return Stack(dsn=postgres.address(port["postgres"]), kafka=f"127.0.0.1:{port['kafka']}")


def is_up(directory: Path) -> bool:
    """Whether both servers run. It does not ask them."""
    return {*SERVERS} <= {one.name for one in find(directory.resolve())}


def stop(directory: Path) -> None:
    """Stop both within bounds. Their data stay."""
    directory = directory.resolve()
    with locked(directory / "stack.lock"):
        _stop(one for one in find(directory) if one.name == "keeper")
        stop_servers(directory)


def stop_servers(directory: Path) -> None:
    running = find(directory)
    _stop(one for one in running if one.name == "kafka")
    _stop((one for one in running if one.name == "postgres"), sign=signal.SIGINT)  # without waiting for clients


def wipe(directory: Path) -> None:
    """Remove the data of servers that are stopped."""
    kafka.wipe(directory.resolve())
    postgres.wipe(directory.resolve())


def _bring_up(
    directory: Path, found: list[Path], port: Mapping[str, int], running: list[Running], *, fast: bool
) -> None:
    database = postgres.program(directory, port["postgres"], fast=fast)
    broker = kafka.program(directory, found, port=port["kafka"], controller_port=port["controller"])
    wanted = (database, broker)
    # Started with other settings, or on ports that nobody remembers.
    _stop(one for one in running if one.name in SERVERS and not any(one.runs(program) for program in wanted))
    missing = [program for program in wanted if not any(one.runs(program) for one in running)]
    children = {}
    formatting = kafka.begin_format(directory, found, broker.log) if broker in missing else None
    if database in missing:
        postgres.prepare(directory, database.log)
        children["postgres"] = spawn(directory, database)
    if formatting:
        formatting.finish(broker.log)
    if broker in missing:
        children["kafka"] = spawn(directory, broker)

    async def both_ready() -> None:
        await postgres.wait_ready(port["postgres"], children.get("postgres"), database.log)
        await kafka.wait_ready(port["kafka"], children.get("kafka"), broker.log)

    asyncio.run(both_ready())


def _stop(running: Iterable[Running], *, sign: signal.Signals = signal.SIGTERM) -> None:
    stop_processes((one.process for one in running), sign=sign)


_held: dict[Path, int] = {}  # open lock files, for as long as this process lives


def _hold(directory: Path) -> None:
    """Be counted as a user of the servers; the kernel sees to it that the end of this process is noticed."""
    if directory not in _held:
        file = os.open(directory / "users.lock", os.O_CREAT | os.O_RDWR)
        fcntl.flock(file, fcntl.LOCK_SH)
        _held[directory] = file


def _keep(directory: Path, running: list[Running], *, tied: bool) -> None:
    """See to it that a keeper waits for the end of the users, or that none does."""
    keepers = [one for one in running if one.name == "keeper"]
    if tied and not keepers:
        command = (sys.executable, "-X", MARK, "-m", "shared.local.keeper", str(directory))
        spawn(directory, Program("keeper", command, directory / "log" / "keeper.log"))
    if not tied:
        _stop(keepers)
