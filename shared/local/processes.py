"""Processes, known by a mark on their own command line.

The mark names the folder, the program and a digest of its command and settings. So there is no pid file that
could be stale, a recycled pid fools nobody, two clones never touch each other, and a program whose settings
have changed is seen.
"""

import atexit
import hashlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import psutil  # type: ignore[import-untyped]

from shared.local.folders import REPOSITORY, replace_text

MARK: Final = "{mark}"  # stands for the mark in a program's command


class CannotStart(Exception):
    """A program ended, or was not ready in time; the message holds the end of its log."""


@dataclass(frozen=True)
class Account:
    """The user that a program runs as."""

    uid: int
    gid: int


@dataclass(frozen=True)
class Program:
    """What is to run. One of the command's arguments holds MARK."""

    name: str
    command: tuple[str, ...]
    log: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[Path, str] = field(default_factory=dict)  # written before it starts, because it reads them
    folder: Path = REPOSITORY
    account: Account | None = None

    @property
    def digest(self) -> str:
        files = sorted((str(path), text) for path, text in self.files.items())
        described = json.dumps([self.command, sorted(self.environment.items()), files])
        return hashlib.sha256(described.encode()).hexdigest()[:12]


@dataclass(frozen=True)
class Running:
    """A process that was found by its mark."""

    name: str
    digest: str
    process: psutil.Process

    def runs(self, program: Program) -> bool:
        return (self.name, self.digest) == (program.name, program.digest)


_children: list[subprocess.Popen[bytes]] = []  # kept until they are reaped: a zombie would look like a holder of locks


def spawn(directory: Path, program: Program) -> subprocess.Popen[bytes]:
    """Start the program in a session of its own, so that Ctrl-C reaches us only and we stop it in order."""
    mark = f"singo.run={directory}:{program.name}:{program.digest}"
    program.log.parent.mkdir(parents=True, exist_ok=True)
    for path, text in program.files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_text(path, text)
    account = program.account
    with program.log.open("ab") as log:
        child = subprocess.Popen(
            [argument.replace(MARK, mark) for argument in program.command],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=program.folder,
            env={**inherited_environment(), **program.environment},
            start_new_session=True,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
        )
    _children.append(child)
    _wait_for_mark(child)
    return child


def _wait_for_mark(child: subprocess.Popen[bytes]) -> None:
    """The kernel shows a new program's command line a moment after its start; until then `find` would miss it."""
    deadline = time.monotonic() + 1
    while child.poll() is None and time.monotonic() < deadline:
        with suppress(psutil.Error):
            if psutil.Process(child.pid).cmdline():
                return
        time.sleep(0.001)


@atexit.register
def _let_go() -> None:
    """What we started outlives us on purpose; Popen would warn of it when it is collected."""
    for child in _children:
        child.returncode = child.poll() or 0


def inherited_environment() -> dict[str, str]:
    """Ours without any SINGO_ setting: what runs here is set by us alone, not by a forgotten export."""
    return {name: value for name, value in os.environ.items() if not name.startswith("SINGO_")}


def find(directory: Path) -> list[Running]:
    """All processes that carry this folder's mark, the oldest first."""
    _children[:] = [child for child in _children if child.poll() is None]
    start = f"singo.run={directory}:"
    found = []
    for process in psutil.process_iter(["cmdline", "create_time"]):
        for argument in process.info["cmdline"] or ():
            if argument.removeprefix("-D").startswith(start):
                name, _, digest = argument.partition(start)[2].partition(":")
                found.append(Running(name, digest, process))
    return sorted(found, key=lambda running: float(running.process.info["create_time"]))


def is_alive(process: psutil.Process) -> bool:
    """Whether this very process runs; one that nobody has reaped yet does not."""
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def stop(
    processes: Iterable[psutil.Process], *, sign: signal.Signals = signal.SIGTERM, bound_seconds: float = 20
) -> bool:
    """Ask all at once, wait for all, then kill what is left. True if nothing had to be killed."""
    asked = list(processes)
    for process in asked:
        with suppress(psutil.NoSuchProcess):
            process.send_signal(sign)
    if wait_for_end(asked, seconds=bound_seconds):
        return True
    for process in asked:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    wait_for_end(asked, seconds=5)
    return False


def wait_for_end(processes: list[psutil.Process], *, seconds: float) -> bool:
    """Wait until none of them runs. False if that took too long."""
    deadline = time.monotonic() + seconds
    while any(is_alive(process) for process in processes):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def working_in(folder: Path, name: str) -> list[psutil.Process]:
    """The processes of this name whose working directory this is."""
    candidates = psutil.process_iter(["name", "cwd"])
    return [one for one in candidates if one.info["name"] == name and one.info["cwd"] == str(folder)]


def memory_mb(process: psutil.Process, *, with_children: bool) -> float:
    """Resident memory, and what its children hold for themselves; 0 if it has just ended."""
    try:
        children = process.children(recursive=True) if with_children else []
        return float(process.memory_info().rss + sum(child.memory_full_info().uss for child in children)) / 1e6
    except psutil.NoSuchProcess:
        return 0.0


def log_tail(path: Path, *, lines: int = 15) -> str:
    """The end of a log, for a message to a person."""
    if not path.exists():
        return f"(no log at {path})"
    end = path.read_text(errors="replace").splitlines()[-lines:]
    return "\n".join([f"the end of {path}:", *(f"  {line}" for line in end)])
