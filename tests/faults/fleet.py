"""The processes of the fault runs: the four services as they are, two standbys, the ledger; and who restarts them."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import httpx
import psutil  # type: ignore[import-untyped]

from shared.local import ports, processes, programs
from shared.local.processes import MARK, Program
from tests.faults import ledger

STANDBYS: Final = ("registry", "reporting")
LEDGERS: Final = ("ledger-1", "ledger-2")
INTRUDER: Final = "intruder"
# `postgres` and `kafka` are the proxies: what the services know of.
PORTS: Final = {
    "postgres": 16432,
    "kafka": 16092,
    "postgres-server": 16433,
    "kafka-server": 16093,
    "controller": 16094,
    **{name: port + 100 for name, port in programs.PORTS.items()},
    **{f"{service}-standby": 8231 + number for number, service in enumerate(STANDBYS)},
    **{name: 8241 + number for number, name in enumerate((*LEDGERS, INTRUDER))},
}
# What no service may ever log: a part that gave up, an error that nobody foresaw.
COMPLAINTS: Final = ('"event":"worker_stopped_itself"', '"event":"request_failed"', '"transient":false')
RESTART_SECONDS: Final = 0.3
READY_SECONDS: Final = 40
STOP_SECONDS: Final = 15


def all_programs(directory: Path) -> list[Program]:
    """Started together; the intruder only when it is let in."""
    port = ports.remembered(directory)
    known = {program.name: program for program in programs.wanted(directory)}
    standbys = [
        _variant(known[f"{service}-worker"], f"{service}-standby", service, port[f"{service}-standby"])
        for service in STANDBYS
    ]
    ledgers = [_ledger(directory, name, "worker") for name in LEDGERS]
    return [*known.values(), *standbys, *ledgers, _ledger(directory, INTRUDER, "intruder")]


def _variant(program: Program, name: str, service: str, ops_port: int) -> Program:
    prefix = f"SINGO_{service.upper()}"
    changes = {f"{prefix}_OPS_PORT": str(ops_port), f"{prefix}_WORKER_NAME": name}
    return replace(
        program,
        name=name,
        log=program.log.with_name(f"{name}.log"),
        environment={**program.environment, **changes},
    )


def _ledger(directory: Path, name: str, role: str) -> Program:
    port = ports.remembered(directory)
    settings = programs.settings({**port, "ledger-api": 0, "ledger-worker": port[name]}, ledger.NAME)
    return Program(
        name=name,
        command=(sys.executable, "-X", MARK, "-m", "tests.faults.ledger", role),
        log=directory / "log" / f"{name}.log",
        environment={**programs.SPARING, **settings, "SINGO_LEDGER_WORKER_NAME": name},
    )


def worker_names(service: str) -> list[str]:
    """The processes that relay and read for a service (or the ledger)."""
    if service == ledger.NAME:
        return list(LEDGERS)
    return [f"{service}-worker", *([f"{service}-standby"] if service in STANDBYS else [])]


READERS: Final = (*programs.SERVICES, ledger.NAME)
"""Everybody who listens to somebody."""

ALL_WORKERS: Final = [name for service in READERS for name in worker_names(service)]


@dataclass
class Fleet:
    directory: Path
    programs: dict[str, Program] = field(default_factory=dict)
    children: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    held: set[str] = field(default_factory=lambda: {INTRUDER})
    restarts: Counter[str] = field(default_factory=Counter)
    _spawning: asyncio.Lock = field(default_factory=asyncio.Lock)
    _read: dict[str, int] = field(default_factory=dict)  # how far each log has been looked through
    _said: list[str] = field(default_factory=list)

    async def start(self) -> None:
        self.programs = {program.name: program for program in all_programs(self.directory)}
        for name in self.programs:
            if name not in self.held:
                await self._spawn(name)

    async def supervise(self) -> None:
        """Restart whatever ended, for whatever reason, unless it is held down."""
        while True:
            await asyncio.sleep(RESTART_SECONDS)
            for name, child in list(self.children.items()):
                if child.poll() is not None and name not in self.held and await self._spawn(name):
                    self.restarts[name] += 1

    async def _spawn(self, name: str) -> bool:
        """Start it unless it runs. One caller at a time: a process must never run twice."""
        async with self._spawning:
            if name in self.children and self.children[name].poll() is None:
                return False
            self.children[name] = await asyncio.to_thread(processes.spawn, self.directory, self.programs[name])
            return True

    def send(self, name: str, sign: signal.Signals) -> None:
        child = self.children[name]
        if child.poll() is None:
            os.kill(child.pid, sign)

    async def hold_down(self, *names: str, sign: signal.Signals = signal.SIGKILL) -> None:
        """End them and keep them down until released."""
        self.held.update(names)
        for name in names:
            self.send(name, sign)
        await self.ended(*names, seconds=STOP_SECONDS)

    async def ended(self, *names: str, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while running := [name for name in names if self.children[name].poll() is None]:
            if time.monotonic() > deadline:
                raise TimeoutError(f"still running after {seconds} s: {', '.join(running)}")
            await asyncio.sleep(0.05)

    async def release(self, *names: str) -> None:
        self.held.difference_update(names)
        for name in names:
            await self._spawn(name)

    def thaw(self) -> None:
        """Nothing stays frozen, whatever happened to whoever froze it."""
        for name in self.children:
            self.send(name, signal.SIGCONT)

    async def ready(self, http: httpx.AsyncClient) -> None:
        """Wait until everything that is not held down answers its health page."""
        port = ports.remembered(self.directory)
        deadline = time.monotonic() + READY_SECONDS
        for name in self.programs:
            while name not in self.held and not await self._answers(http, port[name]):
                if time.monotonic() > deadline:
                    raise TimeoutError(f"{name} is not ready within {READY_SECONDS} s; see {self.programs[name].log}")
                await asyncio.sleep(0.1)

    async def _answers(self, http: httpx.AsyncClient, port: int) -> bool:
        with contextlib.suppress(httpx.HTTPError):
            return (await http.get(f"http://127.0.0.1:{port}/health/ready", timeout=2)).is_success
        return False

    def owner_of_port(self, port: int) -> str | None:
        """Whose connection goes out from this port."""
        for name, child in self.children.items():
            with contextlib.suppress(psutil.Error):
                if any(one.laddr.port == port for one in psutil.Process(child.pid).net_connections("tcp4")):
                    return name
        return None

    def complaints(self) -> list[str]:
        """What the processes have complained of, and nobody has forgiven."""
        for name, program in self.programs.items():
            if program.log.exists():
                with program.log.open("rb") as log:
                    log.seek(self._read.get(name, 0))
                    text = log.read()
                self._read[name] = self._read.get(name, 0) + len(text)
                lines = text.decode(errors="replace").splitlines()
                self._said += [f"{name}: {line}" for line in lines if any(mark in line for mark in COMPLAINTS)]
        return list(self._said)

    def forgive(self, mark: str = "") -> None:
        """Forget the complaints with this mark: they had to come."""
        self._said = [line for line in self.complaints() if mark not in line]

    def stop(self) -> None:
        """All at once; whatever does not go is killed."""
        self.thaw()
        running = [psutil.Process(child.pid) for child in self.children.values() if child.poll() is None]
        processes.stop(running, bound_seconds=STOP_SECONDS)
