"""The PostgreSQL and the Kafka of the fault runs: killed, restarted, wiped, copied and put back."""

import asyncio
import contextlib
import shutil
import signal
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import asyncpg
import psutil  # type: ignore[import-untyped]

from shared.local import jars, kafka, postgres, processes
from shared.local.programs import DATABASE

END_SECONDS: Final = 20


class Postgres:
    """One real server. `port` is its own, not the proxy's: the harness itself never goes through the bad network."""

    def __init__(self, directory: Path, port: int) -> None:
        self._directory = directory
        self._port = port
        self._program = postgres.program(directory, port, fast=True)
        self._child: subprocess.Popen[bytes] | None = None
        self.data = postgres.data_folder(directory)

    @property
    def dsn(self) -> str:
        return postgres.address(self._port)

    def dsn_of(self, role: str) -> str:
        return postgres.address(self._port, user=role, database=DATABASE)

    async def start(self) -> None:
        await asyncio.to_thread(postgres.prepare, self._directory, self._program.log)
        self._child = await asyncio.to_thread(processes.spawn, self._directory, self._program)
        await self.wait_ready()

    async def bring_up(self) -> None:
        """Start it if it does not run."""
        if self._child is None or self._child.poll() is not None:
            await self.start()

    async def wait_ready(self) -> None:
        await postgres.wait_ready(self._port, self._child, self._program.log)

    async def crash(self) -> None:
        """Immediate mode: no backend finishes anything, and the next start recovers from the log."""
        await _end(self._child, signal.SIGQUIT)

    @asynccontextmanager
    async def connect(self, schema: str = "public") -> AsyncIterator[asyncpg.Connection]:
        """As superuser, in a schema."""
        conn = await asyncpg.connect(
            self.dsn_of("postgres"),
            timeout=10,
            command_timeout=60,
            server_settings={"search_path": schema},
        )
        try:
            yield conn
        finally:
            conn.terminate()

    async def copy_data(self, name: str) -> Path:
        """A copy of the data of the stopped server, as a backup that was taken in the middle of everything."""
        copy = self.data.with_name(f"{self.data.name}.{name}")
        await asyncio.to_thread(shutil.rmtree, copy, ignore_errors=True)
        await asyncio.to_thread(subprocess.run, ["cp", "-a", str(self.data), str(copy)], check=True)
        return copy

    def swap_data(self, copy: Path) -> None:
        """The stopped server's data and a copy change places."""
        aside = self.data.with_name(f"{self.data.name}.aside")
        self.data.rename(aside)
        copy.rename(self.data)
        aside.rename(copy)

    def wipe(self) -> None:
        for folder in self.data.parent.glob(f"{self.data.name}.*"):
            shutil.rmtree(folder, ignore_errors=True)
        postgres.wipe(self._directory)


class Kafka:
    """One real broker, which tells its clients to come through the proxy."""

    def __init__(self, directory: Path, port: int, controller_port: int, *, proxy_port: int) -> None:
        self._directory = directory
        self._port = port
        self._jars = jars.fetch(lambda _: None)
        self._program = kafka.program(
            directory, self._jars, port=port, controller_port=controller_port, advertised_port=proxy_port
        )
        self._child: subprocess.Popen[bytes] | None = None
        self.address = f"127.0.0.1:{port}"

    async def start(self) -> None:
        """With the data that are there, or as a new cluster if there are none."""
        formatting = await asyncio.to_thread(kafka.begin_format, self._directory, self._jars, self._program.log)
        if formatting:
            await asyncio.to_thread(formatting.finish, self._program.log)
        self._child = await asyncio.to_thread(processes.spawn, self._directory, self._program)
        await kafka.wait_ready(self._port, self._child, self._program.log)

    async def bring_up(self) -> None:
        """Start it if it does not run."""
        if self._child is None or self._child.poll() is not None:
            await self.start()

    async def crash(self) -> None:
        await _end(self._child, signal.SIGKILL)

    def wipe(self) -> None:
        kafka.wipe(self._directory)


async def _end(child: subprocess.Popen[bytes] | None, sign: signal.Signals) -> None:
    if child is None or child.poll() is not None:
        return
    helpers = psutil.Process(child.pid).children(recursive=True)
    child.send_signal(sign)
    await asyncio.to_thread(child.wait, END_SECONDS)
    with contextlib.suppress(psutil.NoSuchProcess):
        await asyncio.to_thread(psutil.wait_procs, helpers, END_SECONDS)
