"""Processes of the bench: each is asked line by line, and ends when nobody can ask it any more.

python -m tests.bench.children <role> <its settings as JSON>
"""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import uvloop

from shared import logging
from shared.local.folders import RUN
from shared.local.processes import log_tail

LOG: Final = RUN / "bench" / "log" / "children.log"
STOP_SECONDS: Final = 20.0
ANSWER_BYTES_MAX: Final = 2**24

Answer = Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]
Role = Callable[..., Any]
"""An asynchronous context manager, called with the settings; gives the function that answers."""

ROLES: Final = {
    "relay": "tests.bench.relay:relaying",
    "producer": "tests.bench.relay:producing",
    "consumer": "tests.bench.reading:consuming",
    "bare": "tests.bench.reading:consuming_barely",
    "kit": "tests.bench.served:with_the_kit",
    "bare_http": "tests.bench.served:bare",
    "register": "tests.bench.register:serving",
}


class Child:
    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def ask(self, **question: Any) -> dict[str, Any]:
        """Its answer to one question. Raises when it has ended."""
        if self._process.stdin is None or self._process.stdout is None:
            raise TypeError("it was started without pipes")
        self._process.stdin.write(json.dumps(question).encode() + b"\n")
        await self._process.stdin.drain()
        if not (line := await self._process.stdout.readline()):
            raise AssertionError(f"a process of the bench has ended; {log_tail(LOG)}")
        answer: dict[str, Any] = json.loads(line)
        return answer

    async def stop(self) -> None:
        if self._process.stdin:
            self._process.stdin.close()
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()


@asynccontextmanager
async def child(role: str, **settings: Any) -> AsyncIterator[Child]:
    LOG.parent.mkdir(parents=True, exist_ok=True)
    with LOG.open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.bench.children", role, json.dumps(settings)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=log,
            limit=ANSWER_BYTES_MAX,
        )
    running = Child(process)
    try:
        yield running
    finally:
        await running.stop()


def most_memory_mb() -> float:
    """The most that this process ever held. Not `ru_maxrss`: that begins with what the process's parent held."""
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return round(int(status["VmHWM"].split()[0]) * 1024 / 1e6, 1)


async def serve(role: Role, settings: dict[str, Any]) -> None:
    with os.fdopen(os.dup(sys.stdout.fileno()), "w") as answers:
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what is logged must not be taken for an answer
        async with role(**settings) as answer:
            while line := await asyncio.to_thread(sys.stdin.readline):
                print(json.dumps(await answer(json.loads(line))), file=answers, flush=True)


def main() -> None:
    name, settings = sys.argv[1], json.loads(sys.argv[2])
    logging.configure("bench", name, "json")
    module, _, function = ROLES[name].partition(":")
    uvloop.run(serve(getattr(import_module(module), function), settings))


if __name__ == "__main__":
    main()
