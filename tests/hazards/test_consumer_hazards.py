"""What can go wrong between Kafka and the effects. docs/reports/hazards.md lists all hazards."""

import asyncio
from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID, uuid4

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError
from structlog.testing import capture_logs

from shared import migrate
from shared.db import Connection
from shared.events import acts, consumer, parked
from shared.events.envelope import Envelope
from shared.events.parked import RetryPolicy
from shared.events.takeover import AnotherLog, Takeover
from tests.hazards.line import Headers, Line
from tests.shared.test_append import happened
from tests.world import World


async def partition_of(line: Line, key: str) -> TopicPartition:
    """The partition that holds all records, when all are of this key."""
    reader = AIOKafkaConsumer(bootstrap_servers=line.world.servers.kafka)
    await reader.start()
    [(partition, _)] = [(p, end) for p, end in (await reader.end_offsets(line.partitions)).items() if end]
    await reader.stop()
    return partition


async def delete_records(line: Line, partition: TopicPartition, before: int) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=line.world.servers.kafka)
    await admin.start()
    await admin.delete_records({partition: RecordsToDelete(before_offset=before)})
    await admin.close()


def headers_with_id(id_: UUID) -> Headers:
    return [("ce_id", str(id_).encode())]


async def ends_with_another_log(line: Line) -> str:
    async with line.consuming() as task:
        await asyncio.wait([task], timeout=20)
        refusal = task.exception()
    assert isinstance(refusal, AnotherLog)
    return str(refusal)


async def test_silent_offset_reset_of_the_group_loses_nothing_for_the_bookmark_decides(
    world: World, line: Line
) -> None:
    async with line.relaying():
        await world.publish("registry", *(happened("asb", n) for n in range(2)))
        async with line.consuming():
            await line.until_applied("asb", 2)
        await world.publish("registry", *(happened("asb", n) for n in range(3)))
        await line.until_sent()
    another = AIOKafkaConsumer(
        line.topic,
        bootstrap_servers=world.servers.kafka,
        group_id=f"{world.topic_prefix}.reporting",
        group_instance_id="reporting-1",  # the member that was away
        enable_auto_commit=False,
    )
    await another.start()
    await world.until(lambda: asyncio.sleep(0, len(another.assignment()) == 3), "it has the partitions")
    await another.commit(await another.end_offsets(line.partitions))  # as `latest` would have it
    await another.stop()

    async with line.consuming():
        await line.until_applied("asb", 5)


async def test_silent_offset_reset_after_a_truncation_stops_the_reader_instead(world: World, line: Line) -> None:
    async with line.relaying():
        await world.publish("registry", *(happened("asb", n) for n in range(5)))
        async with line.consuming():
            await line.until_applied("asb", 5)
        await world.publish("registry", *(happened("asb", n) for n in range(5)))
        await line.until_sent()
    await delete_records(line, await partition_of(line, "asb"), before=8)

    refusal = await ends_with_another_log(line)

    assert "goes from 8 to 10, but is to be read on at 5" in refusal
    assert await line.reader.effects("asb") == [1, 2, 3, 4, 5]


async def test_silent_offset_reset_of_a_new_reader_is_a_gap_that_the_owner_fills(world: World, line: Line) -> None:
    async with line.relaying():
        await world.publish("registry", *(happened("asb", n) for n in range(5)))
        await line.until_sent()
        await delete_records(line, await partition_of(line, "asb"), before=2)
        async with line.consuming():
            await world.until(line.reader.parked, "the gap is seen")
            await (await world.pool("registry")).execute("SELECT republish('asb', 1)")

            async def healed() -> bool:
                await line.reader.drain()
                return not await line.reader.parked()

            await world.until(healed, "the gap is filled")

    assert await line.reader.effects("asb") == [1, 2, 3, 4, 5]


async def test_topic_recreated_and_longer_than_before_stops_the_reader(world: World, line: Line) -> None:
    async with line.relaying():
        await world.publish("registry", *(happened("asb", n) for n in range(3)))
        async with line.consuming():
            await line.until_applied("asb", 3)
    partition = await partition_of(line, "asb")
    admin = AIOKafkaAdminClient(bootstrap_servers=world.servers.kafka)
    await admin.start()
    await admin.delete_topics([line.topic])
    await admin.close()
    await world.until(lambda: migrate.create_topic(world.settings("registry"), "registry"), "the topic is recreated")
    for _ in range(9):
        another = (b"asb", b"{}", headers_with_id(uuid4()))
        await line.records_of_others(another, partition=partition.partition)

    refusal = await ends_with_another_log(line)

    assert "holds another record at offset 2 than was read there" in refusal
    assert await (await world.pool("reporting")).fetchval("SELECT count(*) FROM quarantine") == 0


async def test_database_put_back_under_a_living_reader_is_read_on_from_its_own_bookmark(
    world: World, line: Line
) -> None:
    """What it had applied since is gone with the database, so the process may not go on where it stands."""
    pool = await world.pool("reporting")
    async with line.relaying(), line.consuming():
        await world.publish("registry", happened("asb"))
        await line.until_applied("asb", 1)
        mark = await pool.fetchrow("SELECT sequence, hash FROM watermark WHERE key = 'asb'")
        bookmark = await pool.fetchrow("SELECT partition, next_offset, last_id FROM bookmark WHERE next_offset > 0")
        await world.publish("registry", happened("asb"))
        await line.until_applied("asb", 2)

        async with pool.acquire() as conn, conn.transaction():
            await conn.execute("UPDATE watermark SET sequence = $1, hash = $2 WHERE key = 'asb'", *mark)
            await conn.execute("UPDATE bookmark SET next_offset = $2, last_id = $3 WHERE partition = $1", *bookmark)
            await conn.execute("DELETE FROM effect WHERE sequence = 2")
        await world.publish("registry", happened("asb"))
        await line.until_applied("asb", 3)

    assert await line.reader.parked() == []


async def test_database_put_back_under_a_living_reader_is_noticed_though_nothing_more_comes(
    world: World, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumer, "STUCK_SECONDS", 1.0)
    pool = await world.pool("reporting")
    async with line.relaying(), line.consuming():
        await world.publish("registry", happened("asb"))
        await line.until_applied("asb", 1)

        async with pool.acquire() as conn, conn.transaction():
            await conn.execute("DELETE FROM watermark")
            await conn.execute("DELETE FROM bookmark")
            await conn.execute("DELETE FROM effect")

        await line.until_applied("asb", 1)


async def test_retention_that_would_forget_events_is_refused_at_the_start(world: World, line: Line) -> None:
    settings = world.settings("registry")
    assert not await migrate.create_topic(settings, "registry")  # it is there, and kept for ever

    seven_days = {"retention.ms": "604800000"}
    admin = AIOKafkaAdminClient(bootstrap_servers=world.servers.kafka)
    await admin.start()
    await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, line.topic, seven_days)])
    await admin.close()

    with pytest.raises(migrate.TopicForgets, match=f"{line.topic} has .*'retention.ms': '604800000'"):
        await migrate.create_topic(settings, "registry")


async def test_poison_blocks_or_is_overtaken_neither_of_both(world: World, line: Line) -> None:
    line.reader.poison = {("asb", 2)}
    async with line.relaying(), line.consuming():
        for number in range(4):
            await world.publish("registry", happened("asb", number), happened("snv", number))
        await line.until_applied("snv", 4)
        await line.until_applied("asb", 1)
        await world.until(lambda: is_parked(line, 3), "event 2 and its followers are parked")
        await line.reader.drain()
        assert await line.reader.parked() == [
            ("asb", 2, "failed", True),
            ("asb", 3, "behind", False),
            ("asb", 4, "behind", False),
        ]

        line.reader.poison = set()
        async with line.reader.db.transaction() as conn:
            assert await acts.redrive(conn, "registry", "asb", 2, actor="op", reason="the handler is mended")
        await line.reader.drain()
        await world.publish("registry", happened("asb"))
        await line.until_applied("asb", 5)

    assert await line.reader.parked() == []


async def is_parked(line: Line, count: int) -> bool:
    return len(await line.reader.parked()) == count


async def test_consumer_stuck_for_good_is_replaced_by_a_new_one(
    world: World, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumer, "STUCK_SECONDS", 1.0)
    getmany, consumers = AIOKafkaConsumer.getmany, list[AIOKafkaConsumer]()

    async def nothing_for_the_first(self: AIOKafkaConsumer, *args: Any, **kwargs: Any) -> Any:
        consumers.extend({self} - {*consumers})
        if self is not consumers[0]:
            return await getmany(self, *args, **kwargs)
        await asyncio.sleep(0.01)  # not the client's own wait: on a busy machine that alone may reach the bound
        return {}

    monkeypatch.setattr(AIOKafkaConsumer, "getmany", nothing_for_the_first)
    with capture_logs() as logged:
        async with line.relaying(), line.consuming():
            await world.publish("registry", happened("asb"))
            await line.until_applied("asb", 1)

    assert len(consumers) >= 2
    assert any("stands at 0 of 1" in str(entry.get("error")) for entry in logged)


class Standing:
    """As much of a Kafka consumer as the watchdog asks: a partition that has ten records."""

    def __init__(self, partition: TopicPartition) -> None:
        self._partition = partition
        self.looks = 0
        self.consumed = 5

    def assignment(self) -> Collection[TopicPartition]:
        return frozenset({self._partition})

    def paused(self) -> Collection[TopicPartition]:
        return frozenset()

    async def position(self, _: TopicPartition) -> int:
        return self.consumed

    async def end_offsets(self, partitions: Sequence[TopicPartition]) -> dict[TopicPartition, int]:
        self.looks += 1
        return dict.fromkeys(partitions, 10)


async def test_consumer_stuck_is_not_what_the_watchdog_calls_one_whose_partition_was_taken_away(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumer, "STUCK_SECONDS", 0.04)
    partition = TopicPartition("singo.registry", 0)
    standing = Standing(partition)
    db = await world.db("reporting")
    await db.pool.execute(
        "INSERT INTO bookmark (topic, partition, next_offset, cluster_id) VALUES ($1, 0, 5, 'x')", partition.topic
    )
    takeover = Takeover(db, standing, "", "cluster")
    takeover.moved(partition, 5)
    watchdog = asyncio.create_task(consumer._watch(db, standing, takeover))

    await takeover.on_partitions_revoked([partition])
    await world.until(lambda: asyncio.sleep(0, standing.looks > 20), "the watchdog has looked for long enough")
    assert not watchdog.done()

    standing.looks, standing.consumed = 0, 10  # the last that takes an offset is no record
    takeover.moved(partition, 5)
    await world.until(lambda: asyncio.sleep(0, standing.looks > 20), "the watchdog has looked for long enough")
    assert not watchdog.done()

    standing.consumed = 5
    with pytest.raises(KafkaError, match="stands at 5 of 10"):
        await asyncio.wait_for(watchdog, 5)


async def test_statement_timeout_that_a_handler_always_reaches_parks_its_key_only(world: World, line: Line) -> None:
    apply = line.reader.apply

    async def slow_for_one_key(conn: Connection, events: Sequence[Envelope]) -> None:
        for event in events:
            if event.key == "slow":
                await conn.execute("SET LOCAL statement_timeout = '20ms'")
                await conn.execute("SELECT pg_sleep(20)")
        await apply(conn, events)

    line.reader.apply = slow_for_one_key  # type: ignore[method-assign]
    async with line.relaying(), line.consuming():
        await world.publish("registry", happened("slow"), happened("asb"))
        await line.until_applied("asb", 1)
        await world.until(line.reader.parked, "the slow key is parked")

    assert await line.reader.parked() == [("slow", 1, "failed", False)]


async def test_waiting_for_a_cause_that_never_comes_is_looked_at_less_and_less_often(world: World, line: Line) -> None:
    await (await world.pool("registry")).execute(
        "INSERT INTO watermark (key, source, sequence) VALUES ('asb', 'recommendations', 1)"
    )
    await world.publish("registry", happened("asb"))
    await line.reader.receive(*await world.received("registry"))
    pool = line.reader.db.pool
    await pool.execute("UPDATE parked SET first_at = first_at - interval '40 seconds', next_attempt_at = now()")

    await parked.drain_due(line.reader.db, line.reader.apply, {"registry", "recommendations"}, RetryPolicy())

    distance = await pool.fetchval("SELECT extract(epoch FROM next_attempt_at - last_at) FROM parked")
    assert 19 < distance < 60
