"""Processes of the event core that can be killed or frozen between any two of their statements.

A process is a coroutine in a task of its own. Each statement of a `MortalConnection` is a step of the process that it
runs in, and so is the moment after a COMMIT. Where it is to be killed it runs no further statement, not even a
ROLLBACK, and its connection breaks off, as the connection of a killed program does; where it is to be frozen it waits,
its transaction open and its locks held, until somebody thaws it.
"""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from contextvars import ContextVar, copy_context
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import asyncpg

from shared import db

DEADLINE_SECONDS: Final = 20.0
LOOK_SECONDS: Final = 0.003

Fate = tuple[Literal["killed", "frozen"], int | str]
"""What happens to a process, and before which of its steps (the first is 1), or before which statement (its start)."""


class Killed(BaseException):
    """Nothing of the core may catch it: a killed program runs no handlers."""


class Process:
    def __init__(self, work: Coroutine[Any, Any, Any], fate: Fate | None = None) -> None:
        self._fate = fate
        self._steps = 0
        self._thawed = asyncio.Event()
        self.frozen = asyncio.Event()
        self.backend: int | None = None
        self.dead = False
        context = copy_context()
        context.run(_running.set, self)
        self.task = asyncio.get_running_loop().create_task(work, context=context)

    async def step(self, statement: str, conn: asyncpg.Connection | None) -> None:
        """Die here, or wait here, or go on."""
        self._steps += 1
        what, where = self._fate or ("", 0)
        here = statement.strip().startswith(where) if isinstance(where, str) else where == self._steps
        if here:
            self._fate = None
        if here and what == "frozen":
            self.frozen.set()
            await self._thawed.wait()
        if self.dead or (here and what == "killed"):
            self.dead = True
            self.backend = conn.get_server_pid() if conn else None
            raise Killed

    def thaw(self) -> None:
        self.frozen.clear()
        self._thawed.set()

    def kill(self) -> None:
        """Kill it where it is frozen."""
        self.dead = True
        self.thaw()


_running: Final[ContextVar[Process | None]] = ContextVar("running", default=None)


async def step(statement: str, conn: asyncpg.Connection | None = None) -> None:
    """What the process that this code runs in, if it is one, is about to do."""
    if process := _running.get():
        await process.step(statement, conn)


class MortalConnection(db.Connection):
    """A connection whose every statement is a step of the process that uses it."""

    __slots__ = ()

    async def execute(self, query: str, *args: Any, **options: Any) -> Any:
        await step(query, self)
        status = await super().execute(query, *args, **options)
        if query == "COMMIT;":
            await step("after COMMIT", self)
        return status

    async def _reset(self) -> None:
        """On the way back to the pool; a dead process's connection breaks off instead, in mid-transaction."""
        process = _running.get()
        if process and process.dead:
            self.terminate()
        else:
            await super()._reset()

    async def executemany(self, query: str, *args: Any, **options: Any) -> Any:
        await step(query, self)
        return await super().executemany(query, *args, **options)

    async def fetch(self, query: str, *args: Any, **options: Any) -> Any:
        await step(query, self)
        return await super().fetch(query, *args, **options)

    async def fetchrow(self, query: str, *args: Any, **options: Any) -> Any:
        await step(query, self)
        return await super().fetchrow(query, *args, **options)

    async def fetchval(self, query: str, *args: Any, **options: Any) -> Any:
        await step(query, self)
        return await super().fetchval(query, *args, **options)


@dataclass
class Scheduler:
    """Runs one process after another; the frozen ones stay in between. `admin` looks at the whole database.

    It makes the same choices whenever the same processes come with the same fates, so that a failure can be repeated.
    """

    admin: asyncpg.Connection
    frozen: list[Process] = field(default_factory=list)

    async def run(self, work: Coroutine[Any, Any, Any], fate: Fate | None = None) -> bool:
        """Until it has ended, or died (then it says True), or is frozen. Raises what it raised."""
        process = Process(work, fate)
        await self._until_still(process)
        if process.task.done():
            await self._end(process)
        else:
            self.frozen.append(process)
        return process.dead

    async def thaw(self, which: int = 0) -> None:
        process = self.frozen.pop(which)
        process.thaw()
        await self._until_still(process)
        await self._end(process)

    async def thaw_all(self) -> None:
        while self.frozen:
            await self.thaw()

    async def kill_all(self) -> None:
        for process in self.frozen:
            process.kill()
        await self.thaw_all()

    async def _until_still(self, process: Process) -> None:
        """Let it run on. Should it wait for the locks of a frozen process, then that one goes on first."""
        froze = asyncio.create_task(process.frozen.wait())
        async with asyncio.timeout(DEADLINE_SECONDS):
            while not process.task.done() and not froze.done():
                seconds = LOOK_SECONDS if self.frozen else None
                await asyncio.wait([process.task, froze], timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
                if self.frozen and not process.task.done() and await self._somebody_waits_for_a_lock():
                    await self.thaw()
        froze.cancel()

    async def _end(self, process: Process) -> None:
        """Raises what it raised. The server notices the death of a client a moment later; that is waited for."""
        with suppress(Killed):
            await process.task
        gone = "SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid = $1)"
        async with asyncio.timeout(DEADLINE_SECONDS):
            while process.backend and not await self.admin.fetchval(gone, process.backend):
                await asyncio.sleep(0)

    async def _somebody_waits_for_a_lock(self) -> bool:
        waiting: bool = await self.admin.fetchval(
            """
            SELECT EXISTS (SELECT FROM pg_stat_activity
                           WHERE datname = current_database() AND wait_event_type = 'Lock')
            """
        )
        return waiting
