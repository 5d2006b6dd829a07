"""Relay and consumer against a real Kafka."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary_event
from structlog.testing import capture_logs

from shared import migrate
from shared.db import Connection
from shared.events import acts, consumer, relay, takeover
from shared.events.consumer import Subscription
from shared.events.envelope import Envelope
from shared.events.takeover import AnotherLog
from tests.shared.test_append import happened
from tests.world import World


@dataclass
class Bus:
    """The registry's relay, and a reader in reporting's schema that remembers what it was given."""

    world: World
    seen: list[tuple[str, int]] = field(default_factory=list)

    @property
    def topic(self) -> str:
        return self.world.settings("registry").topic("registry")

    @property
    def own(self) -> relay.Relay:
        settings = self.world.settings("registry")
        return relay.Relay(settings.dsn, "registry", self.topic, settings.kafka)

    async def apply(self, _conn: Connection, events: Sequence[Envelope]) -> None:
        self.seen += [(event.key, event.sequence) for event in events]

    @asynccontextmanager
    async def relaying(self) -> AsyncIterator[None]:
        stopping = asyncio.Event()
        task = asyncio.create_task(relay.run(self.own, stopping))
        try:
            yield
        finally:
            stopping.set()
            await task

    @asynccontextmanager
    async def consuming(self) -> AsyncIterator[asyncio.Task[None]]:
        stopping = asyncio.Event()
        subscription = Subscription(
            kafka=self.world.servers.kafka,
            group=f"{self.world.topic_prefix}.reporting",
            member="reporting-1",
            topics={self.topic: "registry"},
            apply=self.apply,
        )
        task = asyncio.create_task(consumer.run(await self.world.db("reporting"), subscription, stopping))
        try:
            yield task
        finally:
            stopping.set()
            await asyncio.gather(task, return_exceptions=True)

    async def outbox_depth(self) -> int:
        depth: int = await (await self.world.pool("registry")).fetchval("SELECT count(*) FROM outbox")
        return depth

    async def emptied(self) -> bool:
        return await self.outbox_depth() == 0

    async def records(self, count: int) -> list[KafkaMessage]:
        reader = AIOKafkaConsumer(
            self.topic,
            bootstrap_servers=self.world.servers.kafka,
            auto_offset_reset="earliest",
            group_id=None,
        )
        await reader.start()
        try:
            found = [await asyncio.wait_for(reader.getone(), 20) for _ in range(count)]
            return [KafkaMessage(dict(r.headers), r.key, r.value) for r in found]
        finally:
            await reader.stop()


@pytest.fixture
async def bus(world: World) -> Bus:
    await migrate.create_topic(world.settings("registry"), "registry")
    return Bus(world)


async def test_the_relay_sends_every_event_and_leaves_the_outbox_empty(world: World, bus: Bus) -> None:
    await world.publish("registry", *(happened(key, n) for key in ("asb", "snv") for n in range(20)))

    async with bus.relaying():
        await world.until(bus.emptied)

    records = await bus.records(40)
    for key in (b"asb", b"snv"):
        sequences = [int(r.headers["ce_sequence"]) for r in records if r.key == key]
        assert sequences == list(range(1, 21))


async def test_what_is_on_the_wire_is_a_cloud_event_for_somebody_elses_reader(world: World, bus: Bus) -> None:
    [appended] = await world.publish("registry", happened("asb", 7))
    async with bus.relaying():
        await world.until(bus.emptied)

    [record] = await bus.records(1)
    event = from_binary_event(record)

    assert event.get_id() == str(appended.id)
    assert event.get_source() == "urn:singo:registry"
    assert event.get_type() == "singo.registry.Happened.v1"
    assert event.get_subject() == "asb"
    assert event.get_extension("sequence") == "1"


async def test_a_standby_takes_over_when_the_leader_loses_its_session(world: World, bus: Bus) -> None:
    async with bus.relaying(), bus.relaying():
        await world.publish("registry", happened("asb", 1))
        await world.until(bus.emptied)

        admin = await asyncpg.connect(world.servers.dsn)
        killed = await admin.fetchval(
            """
            SELECT pg_terminate_backend(l.pid) FROM pg_locks l JOIN pg_database d ON d.oid = l.database
            WHERE l.locktype = 'advisory' AND l.granted AND d.datname = $1
            """,
            world.database,
        )
        await admin.close()
        await world.publish("registry", happened("asb", 2))
        await world.until(bus.emptied)

    assert killed
    assert len(await bus.records(2)) == 2


async def test_the_relay_halts_writing_when_the_log_knows_more_than_the_database(world: World, bus: Bus) -> None:
    await world.publish("registry", happened("asb", 1), happened("asb", 2))
    async with bus.relaying():
        await world.until(bus.emptied)
    await _restore_to_before_the_last_event(world)
    pool = await world.pool("registry")

    async with bus.relaying():
        reason = await world.until(lambda: pool.fetchval("SELECT reason FROM halt"))

    assert "holds event 2 of key asb" in reason
    with pytest.raises(asyncpg.PostgresError, match="writing is halted"):
        await world.publish("registry", happened("asb", 3))


async def _restore_to_before_the_last_event(world: World) -> None:
    owner = await asyncpg.connect(world.servers.dsn_of("registry_owner", world.database))
    await owner.execute(
        """
        DELETE FROM event WHERE sequence = 2;
        UPDATE stream SET last_sequence = 1, last_hash = previous_hash;
        UPDATE relayed SET next_offset = next_offset - 1
        """
    )
    await owner.close()


@pytest.mark.parametrize("after", ["junk", "a copy of what is known"])
async def test_a_log_that_is_ahead_is_seen_behind_records_that_hide_it(world: World, bus: Bus, after: str) -> None:
    await world.publish("registry", happened("asb", 1), happened("asb", 2))
    async with bus.relaying():
        await world.until(bus.emptied)
    [first, _] = await bus.records(2)
    await _restore_to_before_the_last_event(world)
    producer = AIOKafkaProducer(bootstrap_servers=world.servers.kafka)
    await producer.start()
    headers = [] if after == "junk" else [*first.headers.items()]
    await producer.send_and_wait(bus.topic, first.value, key=b"asb", headers=headers)
    await producer.stop()
    pool = await world.pool("registry")

    async with bus.relaying():
        reason = await world.until(lambda: pool.fetchval("SELECT reason FROM halt"))

    assert "holds event 2 of key asb" in reason


async def test_a_reader_that_was_away_goes_on_where_it_was_and_repeats_nothing(world: World, bus: Bus) -> None:
    async def seen(count: int) -> None:
        await world.until(lambda: asyncio.sleep(0, len(bus.seen) >= count), f"{count} events seen")

    async with bus.relaying():
        await world.publish("registry", happened("asb", 1), happened("snv", 1))
        async with bus.consuming():
            await seen(2)
        await world.publish("registry", happened("asb", 2), happened("snv", 2))
        async with bus.consuming():
            await seen(4)

    assert sorted(bus.seen) == [("asb", 1), ("asb", 2), ("snv", 1), ("snv", 2)]


async def test_records_that_are_not_events_are_quarantined_and_block_nothing(world: World, bus: Bus) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=world.servers.kafka)
    await producer.start()
    hostile = [
        (None, b"{}", []),
        (b"asb", None, []),
        (b"asb", b"not json", [("ce_id", b"\xff")]),
        (b"asb", b"{}", [("ce_specversion", b"0.3")]),
        (b"\xff", b"x" * 300_000, [("ce_sequence", b"-1")]),
        (b"asb", b"{}", [("ce_id", None)]),
        (b"asb", b"{}", [("ce_\0", b"x"), ("ce_chain", b"junk")]),
        (b"k" * 12_000, b"{}", []),
    ]
    for key, value, headers in hostile:
        await producer.send_and_wait(bus.topic, value, key=key, headers=headers, partition=0)
    await producer.stop()
    pool = await world.pool("reporting")

    async with bus.relaying(), bus.consuming():
        await world.publish("registry", *(happened(f"ngo-{n}") for n in range(20)))
        await world.until(lambda: asyncio.sleep(0, len(bus.seen) == 20))
        await world.until(lambda: pool.fetchval("SELECT count(*) = 8 FROM quarantine"))


async def test_a_paused_source_stays_paused_over_a_restart_and_goes_on_where_it_was(world: World, bus: Bus) -> None:
    db = await world.db("reporting")

    async def said_to_be_paused(members: int) -> None:
        """Each member of the group finds out with its first batch of a partition, which it rolls back."""
        await world.until(lambda: asyncio.sleep(0, pauses_seen() >= members), "the consumer has seen the pause")

    def pauses_seen() -> int:
        return sum(entry["event"] == "source_paused" for entry in logged)

    async with bus.relaying():
        with capture_logs() as logged:
            async with bus.consuming():
                await world.publish("registry", happened("asb", 1))
                await world.until(lambda: db.pool.fetchval("SELECT sequence = 1 FROM watermark"), "event 1 applied")
                async with db.transaction() as conn:
                    assert await acts.pause(conn, "registry", actor="op", reason="the handler is being mended")
                await world.publish("registry", happened("asb", 2))
                await said_to_be_paused(1)
            async with bus.consuming():
                await said_to_be_paused(2)
                assert await db.pool.fetchval("SELECT sequence FROM watermark") == 1
                async with db.transaction() as conn:
                    assert await acts.resume(conn, "registry", actor="op", reason="it is mended")
                await world.until(lambda: db.pool.fetchval("SELECT sequence = 2 FROM watermark"), "event 2 applied")


async def test_a_rewound_source_is_read_again_and_nothing_is_applied_twice(world: World, bus: Bus) -> None:
    db = await world.db("reporting")
    async with bus.relaying(), bus.consuming():
        await world.publish("registry", *(happened("asb", n) for n in range(5)))
        await world.until(lambda: db.pool.fetchval("SELECT sequence = 5 FROM watermark"), "event 5 applied")
        for act in ("pause", "rewind", "resume"):
            async with db.transaction() as conn:
                who = {"actor": "op", "reason": "a drill"}
                done = await (
                    acts.rewind(conn, "registry", bus.topic, **who)
                    if act == "rewind"
                    else getattr(acts, act)(conn, "registry", **who)
                )
                assert done
        await world.publish("registry", happened("asb", 5))
        await world.until(lambda: asyncio.sleep(0, len(bus.seen) >= 6))

    assert [sequence for _, sequence in bus.seen] == [1, 2, 3, 4, 5, 6]


async def test_a_take_over_while_the_database_is_away_is_tried_again(
    world: World, bus: Bus, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures = iter([ConnectionRefusedError("the database is away")])
    seek = takeover.Takeover.seek

    async def away_once(self: Any, assigned: Any) -> None:
        for failure in failures:
            raise failure
        await seek(self, assigned)

    monkeypatch.setattr(takeover.Takeover, "seek", away_once)
    async with bus.relaying(), bus.consuming():
        await world.publish("registry", *(happened("asb", n) for n in range(20)))
        await world.until(lambda: asyncio.sleep(0, len(bus.seen) == 20))


async def test_a_loss_that_was_accepted_no_longer_halts_writing(world: World, bus: Bus) -> None:
    await world.publish("registry", happened("asb", 1), happened("asb", 2))
    async with bus.relaying():
        await world.until(bus.emptied)
    await _restore_to_before_the_last_event(world)
    pool = await world.pool("registry")
    async with bus.relaying():
        reason = await world.until(lambda: pool.fetchval("SELECT reason FROM halt"))
    partition = int(reason.split(", ")[1].split()[1])
    offset = int(reason.rsplit(maxsplit=1)[1])

    await pool.execute("INSERT INTO halt_accepted VALUES ($1, $2, $3)", bus.topic, partition, offset)
    await pool.execute("DELETE FROM halt")

    async with bus.relaying():
        await world.publish("registry", happened("snv", 1))
        await world.until(bus.emptied)


async def test_a_reader_stops_when_the_topic_is_another_log_than_it_has_read(world: World, bus: Bus) -> None:
    async with bus.relaying():
        await world.publish("registry", *(happened("asb", n) for n in range(5)))
        async with bus.consuming():
            await world.until(lambda: asyncio.sleep(0, len(bus.seen) == 5))
    admin = AIOKafkaAdminClient(bootstrap_servers=world.servers.kafka)
    await admin.start()
    await admin.delete_topics([bus.topic])

    async def recreated() -> bool:
        return await migrate.create_topic(world.settings("registry"), "registry")

    await world.until(recreated)
    await admin.close()

    async with bus.consuming() as task:
        await asyncio.wait([task], timeout=20)
        assert isinstance(task.exception(), AnotherLog)
