"""A small world for one test: a fresh database, the services on it, callers with tokens, deliveries by hand."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import asyncpg
import httpx
import uvicorn

from shared import migrate
from shared.clock import Clock
from shared.db import Database
from shared.events import append, inbox, parked, relay
from shared.events.envelope import Event, parse
from shared.http.etags import etag
from shared.http.server import configuration
from shared.local import issuer
from shared.service import Service, api, open_database, work_of
from shared.settings import ServiceSettings
from tests.openapi import truth
from tests.servers import Servers

ISSUER: Final = "https://issuer.test"
DEADLINE_SECONDS: Final = 20.0


class World:
    def __init__(self, servers: Servers, database: str, keys: Path, running: AsyncExitStack) -> None:
        self.servers = servers
        self.database = database
        self._keys = keys
        self.key = issuer.load_key(keys)
        self._running = running
        self._databases: dict[str, Database] = {}
        self._clients: dict[str, httpx.AsyncClient] = {}
        self.topic_prefix = f"t{uuid4().hex[:12]}"

    @classmethod
    @asynccontextmanager
    async def on_fresh_database(cls, servers: Servers, template: str, keys: Path) -> AsyncIterator["World"]:
        name = f"test_{uuid4().hex}"
        admin = await asyncpg.connect(servers.dsn)
        try:
            await admin.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
            async with AsyncExitStack() as running:
                yield cls(servers, name, keys, running)
        finally:
            await admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            await admin.close()

    # Services

    def service(self, name: str) -> Service:
        service: Service = import_module(f"services.{name}.__main__").SERVICE
        return service

    def settings(self, name: str, **changes: Any) -> ServiceSettings:
        values: dict[str, Any] = {
            "dsn": self.servers.dsn_of(name, self.database),
            "kafka": self.servers.kafka,
            "topic_prefix": self.topic_prefix,
            "topic_partitions": 3,
            "oidc_issuer": ISSUER,
            "oidc_jwks_url": f"file://{self._keys / 'jwks.json'}",
            "settable_clock": True,
            "pool_size": 6,
            "calls_per_minute": 1_000_000,
        }
        return ServiceSettings(**values | changes)

    async def db(self, name: str) -> Database:
        if name not in self._databases:
            opened = open_database(name, self.settings(name), statement_seconds=20)
            self._databases[name] = await self._running.enter_async_context(opened)
        return self._databases[name]

    async def pool(self, name: str) -> asyncpg.Pool:
        return (await self.db(name)).pool

    async def api(self, name: str) -> httpx.AsyncClient:
        """A client of the service's real HTTP server; every answer is held against the service's document."""
        if name not in self._clients:
            url = await self._running.enter_async_context(serving(self.service(name), self.settings(name)))
            client = httpx.AsyncClient(base_url=url, timeout=30, trust_env=False)

            async def judge(response: httpx.Response) -> None:
                await response.aread()
                truth.judge(name, response)

            client.event_hooks["response"].append(judge)
            self._clients[name] = await self._running.enter_async_context(client)
        return self._clients[name]

    # Callers

    def token(self, *roles: str, sub: str | None = None, regions: Sequence[str] = (), unit: str = "") -> str:
        who = issuer.Claims(
            sub=sub or (f"{roles[0]}-1" if roles else "somebody"),
            roles=[*roles],
            regions=[*regions],
            unit=unit,
        )
        return issuer.sign(self.key, ISSUER, who)

    def read(self, *roles: str, **caller: Any) -> dict[str, str]:
        """Headers of a read by somebody with these roles."""
        return {"Authorization": f"Bearer {self.token(*roles, **caller)}"}

    def write(self, *roles: str, match: int | None = None, key: str | None = None, **caller: Any) -> dict[str, str]:
        """Headers of a write: token, Idempotency-Key (a new one), If-Match (of version `match`)."""
        headers = self.read(*roles, **caller) | {"Idempotency-Key": key or str(uuid4())}
        return headers | ({"If-Match": etag(match)} if match is not None else {})

    # Events

    async def publish(self, source: str, *events: Event) -> list[append.Appended]:
        """Append events as if the service had emitted them, in one transaction."""
        async with (await self.db(source)).transaction() as conn:
            for event in events:
                append.emit(conn, event)
            await append.flush(conn)
            return list(conn.appended)

    async def events(self, service: str) -> list[dict[str, Any]]:
        """All events of a service in the order in which they were appended; `type` is the short name."""
        rows = await (await self.pool(service)).fetch("SELECT * FROM event ORDER BY appended_at, key, sequence")
        return [
            dict(row) | {"type": row["type"].split(".")[2], "data": json.loads(row["payload"]), "source": service}
            for row in rows
        ]

    async def received(self, source: str) -> list[inbox.Received]:
        """The events of a service as its readers get them."""
        rows = await (await self.pool(source)).fetch("SELECT * FROM event ORDER BY appended_at, key, sequence")
        sender = relay.Relay(dsn="", service=source, topic="", kafka="")
        read = (parse(row["key"].encode(), row["payload"], relay._headers(sender, row), source=source) for row in rows)
        return [inbox.Received(event, source, 0, offset) for offset, event in enumerate(read)]

    async def deliver(self, source: str, to: str) -> inbox.Outcome:
        """Have `to` receive every event of `source` (again); what it has applied before it drops."""
        reader = self.service(to)
        if reader.apply is None:
            raise AssertionError(f"{to} listens to nothing")
        if not (batch := await self.received(source)):
            return inbox.Outcome()
        db = await self.db(to)
        async with db.transaction() as conn:
            outcome = await inbox.receive(conn, batch, reader.apply, reader.sources)
        await parked.drain_due(db, reader.apply, reader.sources, parked.RetryPolicy())
        return outcome

    async def parked(self, service: str) -> list[dict[str, Any]]:
        rows = await (await self.pool(service)).fetch("SELECT * FROM parked ORDER BY key, source, sequence")
        return [dict(row) for row in rows]

    # Time

    async def set_clock(self, service: str, now: datetime) -> None:
        async with (await self.db(service)).transaction() as conn:
            await Clock(settable=True).set(conn, now)

    async def run_job(self, service: str, job: Callable[[Database, Clock], Awaitable[None]]) -> None:
        await job(await self.db(service), Clock(settable=True))

    async def until(self, condition: Callable[[], Awaitable[Any]], what: str = "the condition") -> Any:
        """Wait until the condition is true (or something); fail after a while."""
        deadline = asyncio.get_running_loop().time() + DEADLINE_SECONDS
        while not (value := await condition()):
            if asyncio.get_running_loop().time() > deadline:
                raise AssertionError(f"{what} did not come true within {DEADLINE_SECONDS} s")
            await asyncio.sleep(0.01)
        return value

    # Kafka

    async def start_worker(self, name: str) -> None:
        """Relay, consumer and jobs of a service in this process, against the real Kafka; they stop with the test."""
        service, settings, db = self.service(name), self.settings(name), await self.db(name)
        for topic in (name, *service.sources):
            await migrate.create_topic(settings, topic)
        stopping = asyncio.Event()
        tasks = [asyncio.create_task(part) for part in work_of(service, settings, db, stopping).values()]

        async def stop() -> None:
            stopping.set()
            await asyncio.gather(*tasks)

        self._running.push_async_callback(stop)


@asynccontextmanager
async def serving(service: Service, settings: ServiceSettings) -> AsyncIterator[str]:
    """A service's API on a free port; gives its address."""
    config = configuration(api(service, settings), host="127.0.0.1", port=0, stop_seconds=5)
    async with listening(config) as url:
        yield url


@asynccontextmanager
async def listening(config: uvicorn.Config) -> AsyncIterator[str]:
    server = uvicorn.Server(config)
    task = asyncio.create_task(server._serve())
    while not server.started:
        if task.done():
            task.result()
        await asyncio.sleep(0.005)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        await task
