"""Tells the relay that something was committed, at most once in a few milliseconds and never inside a transaction.

NOTIFY in the transaction of the change would make all commits of the database take turns. A wake-up that is lost costs
one poll interval of the relay, nothing else. While commit follows on commit, wake-ups become rare: each costs as much
as a third of a small transaction, and a relay that has work looks for more by itself.
"""

import asyncio
from typing import Final

import asyncpg

from shared.db import is_transient

PAUSE_SECONDS: Final = 0.002
LONGEST_PAUSE_SECONDS: Final = 0.016
RECONNECT_SECONDS: Final = 1.0


class RelayWaker:
    def __init__(self, dsn: str, service: str) -> None:
        self._dsn = dsn
        self._service = service
        self._commits = 0  # since the last wake-up
        self._committed = asyncio.Event()

    def wake(self) -> None:
        self._commits += 1
        self._committed.set()

    async def run(self) -> None:
        """Forward wake-ups until cancelled."""
        while True:
            try:
                await self._forward()
            except Exception as error:
                if not is_transient(error):
                    raise
                await asyncio.sleep(RECONNECT_SECONDS)

    async def _forward(self) -> None:
        # A NOTIFY is a commit of its own; one that is lost in a crash costs one poll.
        settings = {"application_name": f"{self._service}-waker", "synchronous_commit": "off"}
        conn = await asyncpg.connect(self._dsn, timeout=5, command_timeout=5, server_settings=settings)
        pause = PAUSE_SECONDS
        try:
            while True:
                await self._committed.wait()
                self._committed.clear()
                self._commits = 0
                await conn.execute(f"NOTIFY outbox_{self._service}")
                await asyncio.sleep(pause)
                pause = min(max(1, self._commits) * PAUSE_SECONDS, LONGEST_PAUSE_SECONDS)
        finally:
            conn.terminate()
