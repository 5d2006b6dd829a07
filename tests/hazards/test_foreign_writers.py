"""Somebody who may write into a topic that is not his own. docs/event-core.md has the rules."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.record import default_records

from shared.events import acts, consumer, lag
from tests.hazards.line import Line
from tests.hazards.test_bad_input import PAYLOAD, first_of_asb, forged, true_headers
from tests.hazards.test_consumer_hazards import delete_records
from tests.shared.test_append import happened
from tests.world import World


async def test_a_record_under_another_key_than_its_subject_is_quarantined(world: World, line: Line) -> None:
    pool = line.reader.db.pool
    async with line.relaying(), line.consuming():
        partition = await first_of_asb(world, line)
        [received] = await world.received("registry")
        astray = (b"snv", received.envelope.payload, true_headers(received.envelope))
        await line.records_of_others(astray, partition=partition)
        await world.until(lambda: pool.fetchval("SELECT count(*) FROM quarantine"), "it is quarantined")
        await world.publish("registry", happened("snv"))
        await line.until_applied("snv", 1)

    assert "the record's key is 'snv'" in await pool.fetchval("SELECT error FROM quarantine")
    assert await line.reader.parked() == []


async def test_a_transaction_that_is_never_ended_holds_up_no_reader(world: World, line: Line) -> None:
    hanging = AIOKafkaProducer(bootstrap_servers=world.servers.kafka, transactional_id=line.topic)
    await hanging.start()
    async with line.relaying(), line.consuming():
        partition = await first_of_asb(world, line)
        await hanging.begin_transaction()
        await hanging.send_and_wait(line.topic, PAYLOAD, key=b"evil", partition=partition)
        await world.publish("registry", happened("asb"))
        await line.until_applied("asb", 2)
    await hanging.abort_transaction()
    await hanging.stop()


class NotUtf8(str):
    """A header's name that other clients can write."""

    __slots__ = ()

    def encode(self, *_: Any) -> bytes:
        return b"\xff\xfe"


async def test_a_header_whose_name_cannot_be_read_is_stepped_over(world: World, line: Line) -> None:
    pool = line.reader.db.pool
    async with line.relaying():
        async with line.consuming():
            partition = await first_of_asb(world, line)
            await unreadable_record(line, partition)
            await world.publish("registry", happened("asb"), happened("asb"))
            await line.until_applied("asb", 3)
        async with line.consuming():
            await world.publish("registry", happened("asb"))
            await line.until_applied("asb", 4)

    assert await pool.fetchval('SELECT "offset" FROM quarantine') == 1


async def unreadable_record(line: Line, partition: int) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=line.world.servers.kafka)
    await producer.start()
    batch = producer.create_batch()
    batch._builder = default_records._DefaultRecordBatchBuilderPy(2, 0, 0, -1, -1, 0, 1 << 20)
    batch.append(key=b"evil", value=PAYLOAD, timestamp=None, headers=[(NotUtf8("x"), b"y")])
    await (await producer.send_batch(batch, line.topic, partition=partition))
    await producer.stop()


async def finished_transaction(line: Line, partition: int) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=line.world.servers.kafka, transactional_id=line.topic)
    await producer.start()
    async with producer.transaction():
        await producer.send_and_wait(line.topic, PAYLOAD, key=b"evil", partition=partition)
    await producer.stop()


async def deletion_of_all_records(line: Line, partition: int) -> None:
    await delete_records(line, TopicPartition(line.topic, partition), before=1)


@pytest.mark.parametrize("comes_last", [unreadable_record, finished_transaction, deletion_of_all_records])
async def test_what_cannot_be_read_at_the_end_of_the_log_keeps_no_relay_from_leading(
    world: World, line: Line, comes_last: Callable[[Line, int], Awaitable[None]]
) -> None:
    async with line.relaying(), line.consuming():
        partition = await first_of_asb(world, line)
        await line.until_sent()
    await comes_last(line, partition)

    async with line.relaying():
        await world.publish("registry", happened("asb"))
        await line.until_sent()


@pytest.mark.parametrize(("comes", "events"), [(unreadable_record, 1), (finished_transaction, 3)])
async def test_the_lag_is_told_whatever_stands_where_a_reader_goes_on(
    world: World, line: Line, comes: Callable[[Line, int], Awaitable[None]], events: int
) -> None:
    """Of a transaction, its end takes an offset, too, and stands before an event here."""
    await comes(line, 0)
    await line.records_of_others((b"asb", b"{}", []), partition=0)

    behind = await lag.measure(world.servers.kafka, {line.topic: "registry"}, {})

    assert behind["registry"].events == events


async def test_the_lag_is_none_where_nothing_is_left_but_the_end_of_a_transaction(world: World, line: Line) -> None:
    await finished_transaction(line, 0)

    behind = await lag.measure(world.servers.kafka, {line.topic: "registry"}, {(line.topic, 0): 1})

    assert behind["registry"].events == 0


async def test_a_forged_sequence_from_the_future_can_be_discarded(world: World, line: Line) -> None:
    async with line.relaying(), line.consuming():
        partition = await first_of_asb(world, line)
        await line.records_of_others(forged(10**15), partition=partition)
        await world.until(line.reader.parked, "it is parked")
        async with line.reader.db.transaction() as conn:
            assert await acts.discard(conn, "registry", "asb", 10**15, actor="op", reason="forged")
        await world.publish("registry", happened("asb"))
        await line.until_applied("asb", 2)

    assert await line.reader.parked() == []


async def test_consumer_stuck_inside_the_client_is_replaced_by_a_new_one(
    world: World, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumer, "STUCK_SECONDS", 1.0)
    getmany, consumers = AIOKafkaConsumer.getmany, list[AIOKafkaConsumer]()

    async def never_for_the_first(self: AIOKafkaConsumer, *args: Any, **kwargs: Any) -> Any:
        consumers.extend({self} - {*consumers})
        if self is consumers[0]:
            await asyncio.Event().wait()
        return await getmany(self, *args, **kwargs)

    monkeypatch.setattr(AIOKafkaConsumer, "getmany", never_for_the_first)
    async with line.relaying(), line.consuming():
        await world.publish("registry", happened("asb"))
        await line.until_applied("asb", 1)

    assert len(consumers) >= 2  # on a busy machine the new one may be too slow for the bound, too
