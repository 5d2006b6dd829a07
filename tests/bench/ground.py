"""Where it is measured: real servers with fsync, a fresh database with the event core's tables, topics, the corpus."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Final
from uuid import uuid4

import asyncpg
from aiokafka.admin import AIOKafkaAdminClient

from shared import migrate
from shared.db import Database, open_pool
from shared.events import relay
from shared.events.waker import RelayWaker
from shared.local.stack import Stack
from shared.settings import ServiceSettings
from tests.bench import corpus

DATABASE: Final = "bench"
PARTITIONS: Final = 6
WRITERS: Final = 16
STATEMENT_SECONDS: Final = 60.0


@dataclass(frozen=True)
class Ground:
    """The servers, and what was made on them for this run. `events`: how many the corpus has."""

    servers: Stack
    events: int
    quick: bool
    run: str = field(default_factory=lambda: f"bench-{uuid4().hex[:12]}")

    @property
    def rounds(self) -> int:
        return 3 if self.quick else 7

    @property
    def corpus_topic(self) -> str:
        return self._settings("corpus").topic("writer")

    def dsn(self, schema: str) -> str:
        """The address of the run's database with everything unqualified meaning this schema."""
        return f"{self.servers.dsn.rpartition('/')[0]}/{DATABASE}?search_path={schema}"

    async def make_topic(self, name: str) -> str:
        """A topic as `migrate` makes it for the service `writer`, of this run alone."""
        settings = self._settings(name)
        await migrate.create_topic(settings, "writer")
        return settings.topic("writer")

    def _settings(self, name: str) -> ServiceSettings:
        return ServiceSettings(
            dsn=self.dsn("writer"),
            kafka=self.servers.kafka,
            topic_prefix=f"{self.run}-{name}",
            topic_partitions=PARTITIONS,
            oidc_issuer="",
        )

    async def remove_topics(self, *topics: str) -> None:
        admin = AIOKafkaAdminClient(bootstrap_servers=self.servers.kafka)
        await admin.start()
        try:
            await admin.delete_topics(list(topics))
        finally:
            await admin.close()

    @asynccontextmanager
    async def connection(self, schema: str) -> AsyncIterator[asyncpg.Connection]:
        conn = await asyncpg.connect(self.dsn(schema))
        try:
            yield conn
        finally:
            await conn.close()

    @asynccontextmanager
    async def database(self, schema: str) -> AsyncIterator[Database]:
        """As a service's process has it: its pool, and the waker that tells the relay of commits."""
        async with open_pool(
            self.dsn(schema),
            application_name="bench",
            max_size=WRITERS,
            statement_timeout_seconds=STATEMENT_SECONDS,
        ) as pool:
            waker = RelayWaker(self.dsn(schema), schema)
            waking = asyncio.create_task(waker.run())
            try:
                yield Database(pool, waker.wake)
            finally:
                waking.cancel()


@asynccontextmanager
async def prepared(servers: Stack, *, events: int, quick: bool) -> AsyncIterator[Ground]:
    """A fresh database with the schemas `writer` and `reader`, and the corpus in a table and in a topic."""
    async with AsyncExitStack() as cleaning:
        await _recreate_database(servers.dsn)
        ground = Ground(servers, events, quick)
        for schema in ("writer", "reader"):
            await make_schema(ground, schema)
        topic = await ground.make_topic("corpus")
        cleaning.push_async_callback(ground.remove_topics, topic)
        async with ground.database("writer") as db, ground.connection("writer") as conn:
            await corpus.append_events(db, events)
            await corpus.keep_corpus(conn)
            await _relay_all(ground, topic, conn)
            await conn.execute("VACUUM ANALYZE")
        yield ground


async def make_schema(ground: Ground, schema: str) -> None:
    """The event core's tables, and a table for the effects of a reader."""
    async with ground.connection("public") as conn:
        await conn.execute(f"CREATE SCHEMA {schema}")
    async with ground.connection(schema) as conn:
        for file in sorted((files("shared.events") / "migrations").iterdir(), key=lambda file: file.name):
            async with conn.transaction():
                await conn.execute(file.read_text())
        await conn.execute(
            """
            CREATE TABLE effect (key text, number bigint, title text NOT NULL, PRIMARY KEY (key, number))
            """
        )


async def _recreate_database(dsn: str) -> None:
    conn = await asyncpg.connect(dsn)
    try:
        await conn.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
        await conn.execute(f"CREATE DATABASE {DATABASE}")
    finally:
        await conn.close()


async def _relay_all(ground: Ground, topic: str, conn: asyncpg.Connection) -> None:
    """Once with the real relay: so the records are exactly what readers get."""
    await conn.execute("DELETE FROM outbox")
    await corpus.fill_outbox(conn, ground.events)
    stopping = asyncio.Event()
    own = relay.Relay(ground.dsn("writer"), "writer", topic, ground.servers.kafka)
    task = asyncio.create_task(relay.run(own, stopping))
    while await conn.fetchval("SELECT EXISTS (SELECT FROM outbox)"):
        if task.done():
            task.result()
        await asyncio.sleep(0.05)
    stopping.set()
    await task
