"""The process in the background that starts what is missing and restarts what ends, with a growing delay."""

import json
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import psutil  # type: ignore[import-untyped]

from shared.local import programs, stack
from shared.local.folders import replace_text
from shared.local.processes import MARK, CannotStart, Program, find, is_alive, spawn, stop

ROUND_SECONDS: Final = 0.5
DELAY_SECONDS_FIRST: Final = 1.0
DELAY_SECONDS_MAX: Final = 30.0
STEADY_SECONDS: Final = 60.0  # who has run for that long starts again without delay


@dataclass
class Watched:
    """One program and how it fared since the monitor began."""

    program: Program
    process: psutil.Process | None = None
    child: subprocess.Popen[bytes] | None = None  # none if an earlier monitor started it
    started: float = 0
    ends: int = 0
    why: str = ""
    delay: float = 0
    due: float = 0


def program(directory: Path) -> Program:
    return Program(
        name="monitor",
        command=(sys.executable, "-X", MARK, "-m", "shared.local.monitor", str(directory)),
        log=directory / "log" / "supervisor.log",
        environment={"PYTHONUNBUFFERED": "1"},
    )


def report(directory: Path) -> dict[str, Any]:
    """How often programs have ended under the present monitor, and why they did so last."""
    try:
        return dict(json.loads((directory / "monitor.json").read_text()))
    except FileNotFoundError:
        return {}


def watch(directory: Path) -> None:
    """Until this process is stopped, or the folder is removed."""
    watched: list[Watched] = []
    while (directory / "state.json").exists():
        if not stack.is_up(directory):
            _restart_servers(directory)
        watched = look_round(directory, watched)
        time.sleep(ROUND_SECONDS)
    _say("the folder is gone: stopping all")
    stop(one.process for one in find(directory) if one.name not in {*stack.SERVERS, "monitor"})
    stack.stop_servers(directory)


def look_round(directory: Path, watched: list[Watched]) -> list[Watched]:
    """Start what is missing and due, note what has ended. Returns what is watched from now on."""
    wanted = programs.wanted(directory)
    if [one.program for one in watched] != wanted:  # at first, and when a server has moved to another port
        watched = _adopt(directory, wanted)
    ends = _ends(watched)
    for one in watched:
        if one.process and not is_alive(one.process):
            _note_end(one)
        if one.process is None and time.monotonic() >= one.due:
            _start(directory, one)
    if _ends(watched) != ends:
        replace_text(directory / "monitor.json", json.dumps(_ends(watched), indent=1))
    return watched


def _restart_servers(directory: Path) -> None:
    _say("PostgreSQL or Kafka has ended; starting it again")
    try:
        stack.start(directory, tied=False, fast=False)
    except (CannotStart, OSError) as error:
        _say(f"{error}\nnext attempt in {DELAY_SECONDS_MAX:g} s")
        time.sleep(DELAY_SECONDS_MAX)


def _adopt(directory: Path, wanted: list[Program]) -> list[Watched]:
    """What runs as wanted stays; what runs with other settings is stopped."""
    watched = [Watched(program) for program in wanted]
    names = {one.program.name for one in watched}
    others = []
    for running in find(directory):
        matching = [one for one in watched if running.runs(one.program) and one.process is None]
        if matching:
            matching[0].process = running.process
        elif running.name in names:
            others.append(running.process)
    stop(others)
    return watched


def _start(directory: Path, one: Watched) -> None:
    one.child = spawn(directory, one.program)
    one.process = psutil.Process(one.child.pid)
    one.started = time.monotonic()
    _say(f"{one.program.name}: started as process {one.child.pid}")


def _note_end(one: Watched) -> None:
    now = time.monotonic()
    steady = now - one.started > STEADY_SECONDS
    one.delay = DELAY_SECONDS_FIRST if steady else min(max(one.delay * 2, DELAY_SECONDS_FIRST), DELAY_SECONDS_MAX)
    one.due = now + one.delay
    one.ends += 1
    one.why = _describe(one.child.wait() if one.child else None)
    one.process = one.child = None
    _say(f"{one.program.name}: {one.why}; starting it again in {one.delay:g} s")


def _describe(code: int | None) -> str:
    if code is None:
        return "ended"
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exited with {code}"


def _ends(watched: list[Watched]) -> dict[str, dict[str, Any]]:
    return {one.program.name: {"ends": one.ends, "why": one.why} for one in watched if one.ends}


def _say(text: str) -> None:
    print(f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} {text}", flush=True)


if __name__ == "__main__":
    watch(Path(sys.argv[1]))
