"""Everything that a run needs, on this machine: servers behind proxies, processes, and what is asked of them by SQL."""

import asyncio
import contextlib
import json
import shutil
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx

from shared import migrate
from shared.local import database, issuer, ports, postgres, processes, programs
from shared.settings import ServiceSettings
from tests.faults import ledger
from tests.faults.fleet import PORTS, READERS, Fleet
from tests.faults.proxy import Proxy
from tests.faults.servers import Kafka, Postgres

STEP_SECONDS: Final = 30.0


@dataclass
class Scene:
    directory: Path
    port: dict[str, int]
    postgres: Postgres
    kafka: Kafka
    network: dict[str, Proxy]
    fleet: Fleet
    http: httpx.AsyncClient
    writing: asyncio.Event = field(default_factory=asyncio.Event)  # cleared: the entrance is closed
    servers: asyncio.Lock = field(default_factory=asyncio.Lock)  # who kills or restarts a server holds it
    _tokens: dict[str, str] = field(default_factory=dict)

    def url(self, service: str) -> str:
        return f"http://127.0.0.1:{self.port[f'{service}-api']}"

    def dsn(self, role: str) -> str:
        """The services' way to the database: through the bad network."""
        return postgres.address(self.port["postgres"], user=role, database=programs.DATABASE)

    def settings(self, service: str) -> ServiceSettings:
        return ServiceSettings(
            dsn=self.dsn(service),
            kafka=self.kafka.address,
            topic_partitions=programs.TOPIC_PARTITIONS,
            oidc_issuer="",
        )

    def token(self, sub: str, *roles: str) -> str:
        if sub not in self._tokens:
            key = issuer.load_key(self.directory / "issuer")
            claims = issuer.Claims(sub=sub, roles=[*roles])
            self._tokens[sub] = issuer.sign(key, f"http://127.0.0.1:{self.port['issuer']}", claims)
        return self._tokens[sub]

    async def create_topics(self) -> None:
        for service in READERS:
            await migrate.create_topic(self.settings(service), service)

    async def relay_holder(self, service: str) -> str | None:
        """The process whose relay has the service's lock now."""
        async with self.postgres.connect() as conn:
            port = await conn.fetchval(
                """
                SELECT a.client_port FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
                WHERE l.locktype = 'advisory' AND l.granted AND a.application_name = $1
                """,
                f"{service}-relay",
            )
        client_port = self.network["postgres"].client_port(port) if port else None
        return self.fleet.owner_of_port(client_port) if client_port else None

    async def halted(self) -> dict[str, str]:
        """The services whose writing is halted, and why."""
        return {
            service: reason
            for service in programs.SERVICES
            if (reason := await self.ask(service, "SELECT reason FROM halt"))
        }

    async def ask(self, schema: str, query: str, *arguments: Any) -> Any:
        """One value from a schema, as superuser, past the bad network."""
        async with self.postgres.connect(schema) as conn:
            return await conn.fetchval(query, *arguments)

    async def until(self, condition: Callable[[], Awaitable[Any]], what: str, *, seconds: float = STEP_SECONDS) -> Any:
        """What the condition gives, once it is true. Raises TimeoutError."""
        deadline = time.monotonic() + seconds
        while not (found := await condition()):
            if time.monotonic() > deadline:
                raise TimeoutError(f"{what} did not come true within {seconds:.0f} s")
            await asyncio.sleep(0.1)
        return found


@asynccontextmanager
async def opened(directory: Path) -> AsyncIterator[Scene]:
    """A fresh database, a fresh cluster, and all processes, ready; gone at the end."""
    await asyncio.to_thread(stop_everything, directory)
    await asyncio.to_thread(directory.mkdir, parents=True, exist_ok=True)
    with ports.claimed(directory, PORTS, in_use=()) as port:
        scene = Scene(
            directory=directory,
            port=port,
            postgres=Postgres(directory, port["postgres-server"]),
            kafka=Kafka(directory, port["kafka-server"], port["controller"], proxy_port=port["kafka"]),
            network={"postgres": Proxy(port["postgres-server"]), "kafka": Proxy(port["kafka-server"])},
            fleet=Fleet(directory),
            http=httpx.AsyncClient(trust_env=False, limits=httpx.Limits(max_keepalive_connections=0)),
        )
        scene.postgres.wipe()
        scene.kafka.wipe()
        shutil.rmtree(directory / "log", ignore_errors=True)
        supervising = None
        try:
            for name, proxy in scene.network.items():
                await proxy.start(port[name])
            await asyncio.gather(scene.postgres.start(), scene.kafka.start())
            await _prepare(scene)
            await scene.fleet.start()
            supervising = asyncio.create_task(scene.fleet.supervise())
            await scene.fleet.ready(scene.http)
            scene.writing.set()
            yield scene
        finally:
            if supervising is not None:
                supervising.cancel()
            await scene.http.aclose()
            await asyncio.to_thread(scene.fleet.stop)
            for proxy in scene.network.values():
                await proxy.stop()
            await asyncio.to_thread(stop_everything, directory)
            scene.postgres.wipe()


async def _prepare(scene: Scene) -> None:
    await database.prepare(scene.postgres.dsn, scene.kafka.address, with_data=False)  # nobody asks for villages
    async with scene.postgres.connect() as conn:
        # Small, because the data are copied as a backup.
        await conn.execute("ALTER SYSTEM SET max_wal_size = '64MB'")
        await conn.execute("SELECT pg_reload_conf()")
        await ledger.prepare(conn)
    await scene.create_topics()


def stop_everything(directory: Path) -> None:
    """Also what an interrupted command left behind."""
    processes.stop((one.process for one in processes.find(directory)), bound_seconds=10)


def write_json(path: Path, found: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileNotFoundError):
        path.unlink()
    path.write_text(json.dumps(found, indent=1) + "\n")
