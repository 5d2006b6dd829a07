"""The whole system on this machine: up, down, and how it is."""

import asyncio
import json
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from shared.local import database, health, jars, monitor, ports, postgres, programs, stack
from shared.local.folders import locked, replace_text
from shared.local.processes import CannotStart, Running, find, log_tail, spawn, stop
from shared.local.screen import console, step

READY_SECONDS: Final = 60
STOP_SECONDS: Final = 15
ENDS_MAX: Final = 3  # whoever ends that often before it is ready will not become so
PLAYED: Final = "played"
MADE_BY_RUNNING: Final = ("log", "issuer", "addresses.json", "monitor.json", PLAYED)


def up(directory: Path) -> None:
    """Bring everything up that is not, and return when all are ready."""
    directory.mkdir(parents=True, exist_ok=True)
    with locked(directory / "supervisor.lock"):
        if is_up(directory):
            console.print("  all is up already")
        else:
            _bring_up(directory)
        replace_text(directory / "addresses.json", json.dumps(programs.addresses(directory), indent=1))


def down(directory: Path, *, wipe: bool) -> None:
    """Stop everything in order: who restarts, who serves, then the servers. The data stay unless wiped."""
    if not directory.exists():
        return
    with locked(directory / "supervisor.lock"):
        began = time.monotonic()
        running = find(directory)
        stop(one.process for one in running if one.name == "monitor")
        stop(
            (one.process for one in find(directory) if one.name not in stack.SERVERS),
            bound_seconds=STOP_SECONDS,
        )
        stack.stop(directory)
        if running:
            console.print(f"  stopped {len(running)} processes in {time.monotonic() - began:.1f} s")
        if wipe:
            stack.wipe(directory)
            for name in MADE_BY_RUNNING:
                shutil.rmtree(directory / name, ignore_errors=True)
                (directory / name).unlink(missing_ok=True)


def is_up(directory: Path) -> bool:
    """Whether everything runs as it should now, and is ready."""
    port = ports.remembered(directory)
    if not {*stack.PORTS, *programs.PORTS} <= port.keys():
        return False
    running = find(directory)
    wanted = [monitor.program(directory), *programs.wanted(directory)]
    return (
        stack.is_up(directory)
        and all(any(one.runs(program) for one in running) for program in wanted)
        and all(health.is_ready(port[name]) for name in programs.PORTS)
    )


def _bring_up(directory: Path) -> None:
    running = find(directory)
    stop(one.process for one in running if one.name == "monitor")  # a new one is patient again
    with step("PostgreSQL and Kafka") as current:
        started = stack.start(directory, tied=False, fast=False, report=current.update)
        versions = f"PostgreSQL {postgres.VERSION.rpartition('.')[0]} and Kafka {jars.KAFKA}"
        current.done = f"{versions} on {started.kafka}"
    with ports.claimed(directory, programs.PORTS, in_use=_in_use(running)):
        with step("database, roles and migrations") as current:
            asyncio.run(database.prepare(started.dsn, started.kafka))
            current.done = "database, roles and migrations of four services"
        with step("token issuer, four services and their workers") as current:
            _wait_until_ready(directory, current.update)


def _in_use(running: list[Running]) -> set[str]:
    return {one.name for one in running if one.name in programs.PORTS}


def _wait_until_ready(directory: Path, report: Callable[[str], None]) -> None:
    (directory / "monitor.json").unlink(missing_ok=True)  # of an earlier one
    watching = monitor.program(directory)
    child = spawn(directory, watching)
    port = ports.remembered(directory)
    waiting = [*programs.PORTS]
    deadline = time.monotonic() + READY_SECONDS
    while waiting := [name for name in waiting if not health.is_ready(port[name])]:
        report(f"issuer and services: {len(programs.PORTS) - len(waiting)} of {len(programs.PORTS)} ready")
        for name, fate in monitor.report(directory).items():
            if fate["ends"] >= ENDS_MAX:
                tail = log_tail(directory / "log" / f"{name}.log")
                raise CannotStart(f"{name} {fate['why']}, {fate['ends']} times so far; {tail}")
        if child.poll() is not None:
            raise CannotStart(f"the monitor has ended; {log_tail(watching.log)}")
        if time.monotonic() > deadline:
            tails = [log_tail(directory / "log" / f"{name}.log") for name in waiting]
            raise CannotStart("\n".join([f"not ready in {READY_SECONDS} s: {', '.join(waiting)}", *tails]))
        time.sleep(0.1)
