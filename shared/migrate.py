"""Migrations: numbered SQL files, forward only, one transaction each, checksummed, under an advisory lock.

The event core's files come first, then the service's own; then, under the same lock, `load` of the service's module
`data`, if it has one: data too large for a migration. Afterwards the service's role gets its rights: it reads and
writes its own schema, but can neither change nor delete what is append-only, and owns nothing.
"""

import asyncio
import hashlib
import time
from collections.abc import Awaitable, Callable, Sequence
from importlib import import_module
from importlib.resources import files
from importlib.resources.abc import Traversable
from importlib.util import find_spec
from typing import Final

import asyncpg
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, UnknownTopicOrPartitionError, for_code

from shared.settings import ServiceSettings

APPEND_ONLY: Final = ("event", "operator_act", "unpublished_change", "personal_read")
KEPT_FOR_EVER: Final = {"retention.ms": "-1", "retention.bytes": "-1", "cleanup.policy": "delete"}
KNOWN_TO_BROKER_SECONDS: Final = 30.0


class MigrationChanged(Exception):
    """A migration that was applied here has been edited since."""


class TopicForgets(Exception):
    """The topic is there, with settings under which Kafka would throw events away."""


def migrations_of(service: str) -> Sequence[tuple[str, Traversable]]:
    """(name, file) of all migrations of a service in the order in which they are applied."""
    folders = (
        ("events", files("shared.events") / "migrations"),
        (service, files(f"services.{service}") / "migrations"),
    )
    return [
        (f"{prefix}/{file.name}", file)
        for prefix, folder in folders
        for file in sorted(folder.iterdir(), key=lambda file: file.name)
        if file.name.endswith(".sql")
    ]


def loader_of(service: str) -> Callable[[asyncpg.Connection], Awaitable[bool]] | None:
    """What brings a service's data up to date; it does nothing, and says so, if they are."""
    name = f"services.{service}.data"
    return import_module(name).load if find_spec(name) else None


async def migrate_schema(dsn: str, service: str, *, with_data: bool = True) -> list[str]:
    """Bring the service's schema up to date. Safe to call from many processes at once. Returns what was applied."""
    conn = await asyncpg.connect(dsn, timeout=10, server_settings={"search_path": service})
    try:
        await conn.execute("SELECT pg_advisory_lock(hashtext($1))", f"migrate:{service}")
        await conn.execute(
            """
            CREATE TABLE IF NOT EXISTS migration (
                name text PRIMARY KEY, sha256 text NOT NULL, at timestamptz NOT NULL DEFAULT clock_timestamp()
            )
            """
        )
        done = {row["name"]: row["sha256"] for row in await conn.fetch("SELECT name, sha256 FROM migration")}
        applied = [
            name for name, file in migrations_of(service) if await _apply(conn, name, file.read_text(), done.get(name))
        ]
        if with_data and (load := loader_of(service)) and await load(conn):
            applied.append(f"{service}/data")
        await _grant(conn, service)
        return applied
    finally:
        await conn.close()


async def _apply(conn: asyncpg.Connection, name: str, sql: str, done: str | None) -> bool:
    digest = hashlib.sha256(sql.encode()).hexdigest()
    if done == digest:
        return False
    if done is not None:
        raise MigrationChanged(f"{name} was applied here with other content; write a new migration instead")
    async with conn.transaction():
        await conn.execute(sql)
        await conn.execute("INSERT INTO migration (name, sha256) VALUES ($1, $2)", name, digest)
    return True


async def _grant(conn: asyncpg.Connection, role: str) -> None:
    async with conn.transaction():
        await conn.execute(
            f"""
            GRANT USAGE ON SCHEMA {role} TO {role};
            GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {role} TO {role};
            GRANT USAGE ON ALL SEQUENCES IN SCHEMA {role} TO {role};
            REVOKE UPDATE, DELETE ON {", ".join(APPEND_ONLY)} FROM {role};
            REVOKE INSERT, UPDATE, DELETE ON migration FROM {role};
            """
        )


async def create_topic(settings: ServiceSettings, service: str) -> bool:
    """Make the service's own topic, kept for ever and stamped by the broker.

    False if it is there already; raises TopicForgets if that one is not kept for ever.
    """
    topic = NewTopic(
        name=settings.topic(service),
        num_partitions=settings.topic_partitions,
        replication_factor=settings.topic_replicas,
        topic_configs={
            **KEPT_FOR_EVER,
            "message.timestamp.type": "LogAppendTime",
            "min.insync.replicas": str(max(1, settings.topic_replicas - 1)),
            # A record in a codec that a reader lacks would stop its partition: the broker stores all as they are read.
            "compression.type": "uncompressed",
        },
    )
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.kafka)
    try:
        await admin.start()
        made = await _create(admin, topic)
        if not made:
            await _refuse_unless_kept_for_ever(admin, topic.name)
        return made
    finally:
        await admin.close()


async def _create(admin: AIOKafkaAdminClient, topic: NewTopic) -> bool:
    """False if it is there already."""
    try:
        response = await admin.create_topics([topic])
    except TopicAlreadyExistsError:
        return False
    code, message = response.topic_errors[0][1], response.topic_errors[0][2]
    if code not in (0, TopicAlreadyExistsError.errno):
        raise KafkaError(f"{topic.name}: {message} ({code})")
    return bool(code == 0)


async def _refuse_unless_kept_for_ever(admin: AIOKafkaAdminClient, name: str) -> None:
    wanted = ConfigResource(ConfigResourceType.TOPIC, name, dict(KEPT_FOR_EVER))
    deadline = time.monotonic() + KNOWN_TO_BROKER_SECONDS
    while True:
        [response] = await admin.describe_configs([wanted])
        code, message, _, _, entries = response.resources[0]
        # A topic that somebody else has just made is known to every broker a moment later.
        if code != UnknownTopicOrPartitionError.errno or time.monotonic() > deadline:
            break
        await asyncio.sleep(0.05)
    if code:
        raise for_code(code)(f"{name}: {message}")
    found = {entry[0]: entry[1] for entry in entries}
    if found != KEPT_FOR_EVER:
        raise TopicForgets(f"{name} has {found}, not {KEPT_FOR_EVER}: in time Kafka would delete events")


async def migrate(settings: ServiceSettings, service: str, *, with_data: bool = True) -> tuple[list[str], bool]:
    """Schema and topic. Returns the migrations that were applied, and whether the topic was made."""
    dsn = settings.owner_dsn or settings.dsn
    return await asyncio.gather(migrate_schema(dsn, service, with_data=with_data), create_topic(settings, service))
