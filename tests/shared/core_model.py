"""Three services that write, relay, hear and answer, on a real database and a modelled log.

The registry and the recommendations write; they hear each other and answer every question once. The reporting hears
both. What a service does here is a coroutine over the core's real functions, to be run as a process (see processes).
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, cast
from urllib.parse import urlsplit

import asyncpg
from aiokafka import TopicPartition
from aiokafka.errors import KafkaError

from shared.db import TRANSIENT, Connection, prepare_connection
from shared.events import acts, batch, consumer, inbox, parked, relay
from shared.events.append import emit
from shared.events.envelope import SYSTEM, Envelope, Event
from tests.servers import Servers
from tests.shared.modelled_log import Broker, Link, Topic, Turns
from tests.shared.processes import MortalConnection, Scheduler
from tests.world import World

SERVICES: Final = ("registry", "recommendations", "reporting")
WRITERS: Final = ("registry", "recommendations")
HEARS: Final[Mapping[str, Sequence[str]]] = {
    "registry": ("recommendations",),
    "recommendations": ("registry",),
    "reporting": ("registry", "recommendations"),
}
PATIENT: Final = parked.RetryPolicy(attempts_max=3, first_seconds=0.0, longest_seconds=0.0)

# Neither has a constraint that would refuse what must not happen: it is to be seen.
TABLES_OF_THE_MODEL: Final = """
    CREATE TABLE {service}.effect (
        n bigint GENERATED ALWAYS AS IDENTITY, source text, key text, sequence bigint, event_id uuid
    );
    CREATE TABLE {service}.change (number int);
    GRANT ALL ON {service}.effect, {service}.change TO {service};
"""

# Emptying by DELETE takes a tenth of TRUNCATE's time.
CLEARING: Final = """
    SET search_path = {service};
    DELETE FROM stream; DELETE FROM event; DELETE FROM outbox; DELETE FROM watermark; DELETE FROM bookmark;
    DELETE FROM parked; DELETE FROM quarantine; DELETE FROM operator_act; DELETE FROM effect; DELETE FROM change;
"""


class Said(Event):
    key: str
    number: int
    answer: bool

    def stream_key(self) -> str:
        return self.key


class SaidByRegistry(Said):
    source = "registry"


class SaidByRecommendations(Said):
    source = "recommendations"


def said(service: str, key: str, number: int, *, answer: bool = False) -> Said:
    kind = SaidByRegistry if service == "registry" else SaidByRecommendations
    return kind(key=key, number=number, answer=answer, occurred_at=datetime(2020, 1, 6, tzinfo=UTC), actor=SYSTEM)


class Position:
    """Stands in for a Takeover: what the consumer remembers beside the bookmarks is not needed to be right."""

    cluster_id = "the model"

    def position(self, _partition: TopicPartition) -> None:
        """It asks the bookmark each time."""

    def moved(self, _partition: TopicPartition, _next_offset: int) -> None:
        """And so needs not note this."""


class ChangeOfMind(Exception):
    """The writer rolls back."""


class HandlerFails(Exception):
    """The handler cannot digest the event."""


@dataclass
class Change:
    """`accepted`: the writer knows that it was committed."""

    service: str
    events: int
    accepted: bool = False


@dataclass
class Core:
    """`eyes`: a connection to each service's schema that only looks.

    `broken`: (reader, source, key, sequence) of the events at which a reader's handler fails for the time being.
    `rewritten`: (source, key) whose events are no longer the ones that were there before a restore.
    """

    world: World
    scheduler: Scheduler
    eyes: Mapping[str, asyncpg.Connection]
    hears: Mapping[str, Sequence[str]] = field(default_factory=lambda: HEARS)
    topics: dict[str, Topic] = field(default_factory=lambda: {name: Topic(name) for name in WRITERS})
    broken: set[tuple[str, str, str, int]] = field(default_factory=set)
    changes: list[Change] = field(default_factory=list)
    rewritten: set[tuple[str, str]] = field(default_factory=set)

    @classmethod
    @asynccontextmanager
    async def on_fresh_database(cls, servers: Servers, template: str, keys: Path) -> AsyncIterator["Core"]:
        """`shared.db.Connection` must be a MortalConnection by now: the services' pools are made of it."""
        async with World.on_fresh_database(servers, template, keys) as world:
            admin = await asyncpg.connect(servers.dsn_of(urlsplit(servers.dsn).username or "", world.database))
            try:
                await admin.execute(f"ALTER DATABASE {world.database} SET deadlock_timeout = '50ms'")
                eyes = {}
                for service in SERVICES:
                    await admin.execute(TABLES_OF_THE_MODEL.format(service=service))
                    eyes[service] = await asyncpg.connect(servers.dsn_of(service, world.database))
                    await prepare_connection(eyes[service])
                yield cls(world, Scheduler(admin), eyes)
            finally:
                await admin.close()

    async def begin_anew(self) -> "Core":
        """The same database, empty; the logs, too."""
        for service in SERVICES:
            await self.scheduler.admin.execute(CLEARING.format(service=service))
        return Core(self.world, Scheduler(self.scheduler.admin), self.eyes, self.hears)

    # What a service does

    async def write(self, service: str, keys: Sequence[str], *, rolls_back: bool = False) -> None:
        """One change with an event for each of the keys, in the order given."""
        number, change = len(self.changes), Change(service, 0 if rolls_back else len(keys))
        self.changes.append(change)
        with suppress(ChangeOfMind):
            async with (await self.world.db(service)).transaction() as conn:
                await conn.execute("INSERT INTO change (number) VALUES ($1)", number)
                for key in keys:
                    emit(conn, said(service, key, number))
                if rolls_back:
                    raise ChangeOfMind
            change.accepted = True

    async def relay(self, service: str, broker: Broker, *, turns: int) -> None:
        """Some turns of the real relay, beside whatever other relays are at it: nobody has asked for the lock."""
        link = Link(self.topics[service], broker)
        dsn = self.world.settings(service).dsn
        own = relay.Relay(dsn=dsn, service=service, topic=service, kafka=cast("Any", link))
        conn = await asyncpg.connect(dsn, connection_class=MortalConnection)
        try:
            await prepare_connection(conn)
            await relay._pump(own, conn, Turns(turns))
        except (*TRANSIENT, KafkaError):
            return  # `relay.run` starts over
        finally:
            conn.terminate()

    async def read_on(
        self, reader: str, source: str, partitions: Iterable[int], records: int, *, rewound_by: int = 0
    ) -> None:
        """One batch from the bookmarks, or from before them, as the real consumer takes it."""
        db = await self.world.db(reader)
        rows = await db.pool.fetch("SELECT partition, next_offset FROM bookmark WHERE topic = $1", source)
        bookmarks = {row["partition"]: row["next_offset"] for row in rows}
        records_of = {}
        for partition in partitions:
            start = max(0, bookmarks.get(partition, 0) - rewound_by)
            if read := self.topics[source].partitions[partition][start : start + records]:
                records_of[TopicPartition(source, partition)] = read
        if records_of:
            at, stopping = cast("Any", Position()), asyncio.Event()
            await consumer._handle_until_done(db, self._subscription(reader), at, records_of, stopping)

    async def overhear(self, reader: str, source: str, offsets: Sequence[int]) -> None:
        """A batch of any records of a source, repeated and in any order, which no bookmark remembers."""
        log = self.topics[source].arrived
        if read := [log[offset % len(log)] for offset in offsets if log]:
            apply, sources = self._handler_of(reader), self._subscription(reader).sources
            async with (await self.world.db(reader)).transaction() as conn:
                await batch.handle(conn, {TopicPartition(source, 0): read}, source=source, apply=apply, sources=sources)

    async def retry(self, reader: str) -> None:
        """Time passes: all that will be tried again is due now."""
        db = await self.world.db(reader)
        await db.pool.execute(
            "UPDATE parked SET next_attempt_at = clock_timestamp() WHERE next_attempt_at > clock_timestamp()"
        )
        subscription = self._subscription(reader)
        await parked.drain_due(db, subscription.apply, subscription.sources, PATIENT)

    async def operate(self, act: str, reader: str, which: int) -> None:
        """An operator redrives, skips or discards one of the parked events, whether it is sensible or not."""
        db = await self.world.db(reader)
        rows = await db.pool.fetch("SELECT source, key, sequence FROM parked ORDER BY source, key, sequence")
        if rows:
            async with db.transaction() as conn:
                await getattr(acts, act)(conn, *rows[which % len(rows)], actor="operator", reason="a whim")

    async def republish(self, service: str, key: str, sequence: int) -> None:
        await (await self.world.pool(service)).execute("SELECT republish($1, $2)", key, sequence)

    def _subscription(self, reader: str) -> consumer.Subscription:
        return consumer.Subscription(
            kafka="",
            group=reader,
            member=reader,
            topics={source: source for source in self.hears[reader]},
            apply=self._handler_of(reader),
            policy=PATIENT,
        )

    def _handler_of(self, reader: str) -> inbox.Apply:
        async def apply(conn: Connection, events: Sequence[Envelope]) -> None:
            for event in events:
                await conn.execute(
                    "INSERT INTO effect (source, key, sequence, event_id) VALUES ($1, $2, $3, $4)",
                    event.source,
                    event.key,
                    event.sequence,
                    event.id,
                )
                if reader in WRITERS and not event.data()["answer"]:
                    with inbox.caused_by(event):
                        emit(conn, said(reader, event.key, event.sequence, answer=True))
                if (reader, event.source, event.key, event.sequence) in self.broken:
                    raise HandlerFails

        return apply

    # Coming to rest

    async def settle(self, *, rounds: int = 12) -> None:
        """Everything goes on and nothing fails any more: at the end each reader has all there is."""
        await self.scheduler.thaw_all()
        self.broken.clear()
        for _ in range(rounds):
            await self.go_on()
            if not (unrest := await self.unrest()):
                return
        raise AssertionError(f"it does not come to rest: {unrest}")

    async def go_on(self) -> None:
        for service in WRITERS:
            while await self.eyes[service].fetchval("SELECT EXISTS (SELECT FROM outbox)"):
                await self.relay(service, "acknowledges", turns=10)
        for reader in SERVICES:
            for source in self.hears[reader]:
                topic = self.topics[source]
                await self.read_on(reader, source, range(len(topic.partitions)), len(topic.arrived))
            await self.retry(reader)
            db = await self.world.db(reader)
            for row in await db.pool.fetch("SELECT source, key, sequence FROM parked WHERE dead"):
                async with db.transaction() as conn:
                    await acts.redrive(conn, *row, actor="operator", reason="the handler is mended")

    async def unrest(self) -> list[str]:
        """Where a reader is not yet where the owner is."""
        found = []
        for reader in SERVICES:
            marks = {
                (row["source"], row["key"]): (row["sequence"], row["hash"])
                for row in await self.eyes[reader].fetch("SELECT source, key, sequence, hash FROM watermark")
            }
            for source in self.hears[reader]:
                streams = await self.eyes[source].fetch("SELECT key, last_sequence, last_hash FROM stream")
                for key, sequence, hash_ in streams:
                    if (mark := marks.get((source, key))) != (sequence, hash_):
                        found.append(f"{reader} has applied {mark and mark[0]} of {sequence} of {source}/{key}")
            left = await self.eyes[reader].fetch("SELECT source, key, sequence, reason, dead, error FROM parked")
            found += [f"{reader} has parked {dict(row)}" for row in left]
        return found
