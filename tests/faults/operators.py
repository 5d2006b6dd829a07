"""What operators do after a fault, with the system's own means."""

import re
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import asyncpg

from shared.db import Connection, prepare_connection
from shared.events import acts
from tests.faults.fleet import worker_names
from tests.faults.scene import Scene
from tests.faults.workload import OPERATOR

_WHERE: Final = re.compile(r"(\S+), partition (\d+), offset (\d+) holds")


class Wrong(Exception):
    """The system did not do what it must in this disaster; the text says what."""


async def accept_halt(scene: Scene, service: str) -> None:
    """A relay that took over found the forged record and halted. The operator accepts that the log holds it."""
    if not (reason := (await scene.halted()).get(service)):
        return
    if not (where := _WHERE.search(reason)):
        raise Wrong(f"the reason of the halt does not say where: {reason}")
    async with scene.postgres.connect(service) as conn:
        await conn.execute("INSERT INTO halt_accepted VALUES ($1, $2, $3)", where[1], int(where[2]), int(where[3]))
        await conn.execute("DELETE FROM halt")
    for name in worker_names(service):
        scene.fleet.send(name, signal.SIGTERM)


async def discard_forks(scene: Scene, reader: str) -> list[int]:
    async with _operating(scene, reader) as conn:
        rows = await conn.fetch("SELECT source, key, sequence FROM parked WHERE reason = 'fork'")
        return [
            row["sequence"]
            for row in rows
            if await acts.discard(conn, row["source"], row["key"], row["sequence"], actor=OPERATOR[0], reason="forged")
        ]


async def redrive_failed(scene: Scene, reader: str) -> int:
    """The cause is mended: every head that failed gets a new chance at once."""
    async with _operating(scene, reader) as conn:
        rows = await conn.fetch("SELECT source, key, sequence FROM parked WHERE reason = 'failed'")
        done = [
            await acts.redrive(conn, row["source"], row["key"], row["sequence"], actor=OPERATOR[0], reason="mended")
            for row in rows
        ]
    return sum(done)


@asynccontextmanager
async def _operating(scene: Scene, schema: str) -> AsyncIterator[Connection]:
    """A transaction in which an operator acts on a schema."""
    conn: Connection = await asyncpg.connect(
        scene.postgres.dsn_of(schema), timeout=10, command_timeout=30, connection_class=Connection
    )
    try:
        await prepare_connection(conn)
        async with conn.transaction():
            yield conn
    finally:
        conn.terminate()
