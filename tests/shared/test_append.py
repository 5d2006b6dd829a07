import asyncio
import hashlib
import random
from datetime import UTC, datetime
from uuid import UUID

import asyncpg
import pytest

from shared.events.append import emit
from shared.events.envelope import GENESIS, SYSTEM, Event
from tests.world import World


class Happened(Event):
    source = "registry"

    key: str
    number: int = 0

    def stream_key(self) -> str:
        return self.key


def happened(key: str, number: int = 0) -> Happened:
    return Happened(key=key, number=number, occurred_at=datetime(2020, 1, 6, tzinfo=UTC), actor=SYSTEM)


async def test_an_event_is_appended_with_the_change_or_not_at_all(world: World) -> None:
    db = await world.db("registry")

    async def fail_after_emitting() -> None:
        async with db.transaction() as conn:
            emit(conn, happened("asb"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail_after_emitting()
    async with db.transaction() as conn:
        emit(conn, happened("snv"))

    assert [event["key"] for event in await world.events("registry")] == ["snv"]
    assert await db.pool.fetchval("SELECT count(*) FROM outbox") == 1


async def test_concurrent_writers_of_one_and_of_several_keys_leave_no_gap_and_never_deadlock(
    world: World,
) -> None:
    db = await world.db("registry")
    keys, writes = ["asb", "care", "snv"], 120

    async def write(seed: int) -> None:
        chosen = random.Random(seed).choices(keys, k=3)
        async with db.transaction() as conn:
            for key in chosen:
                emit(conn, happened(key, seed))

    await asyncio.gather(*(write(seed) for seed in range(writes)))

    events = await world.events("registry")
    assert len(events) == writes * 3
    for key in keys:
        sequences = sorted(event["sequence"] for event in events if event["key"] == key)
        assert sequences == list(range(1, len(sequences) + 1))


async def test_the_sequence_of_a_key_follows_the_order_of_commits(world: World) -> None:
    db = await world.db("registry")
    await asyncio.gather(*(world.publish("registry", happened("asb", n)) for n in range(40)))

    positions = await db.pool.fetch("SELECT sequence FROM outbox ORDER BY position")

    assert [row["sequence"] for row in positions] == list(range(1, 41))


async def test_the_hashes_of_a_key_are_a_chain_that_anybody_can_recompute(world: World) -> None:
    await world.publish("registry", *(happened("asb", n) for n in range(5)))

    previous = GENESIS
    for event in await world.events("registry"):
        wire_type = "singo.registry.Happened.v1"
        content = event["id"].bytes + event["sequence"].to_bytes(8) + wire_type.encode() + event["payload"]
        assert event["previous_hash"] == previous
        previous = hashlib.sha256(previous + content).digest()
        assert event["hash"] == previous


async def test_the_service_itself_can_neither_change_nor_delete_an_event(world: World) -> None:
    await world.publish("registry", happened("asb"))
    pool = await world.pool("registry")

    for statement in ("UPDATE event SET type = 'x'", "DELETE FROM event", "TRUNCATE event"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await pool.execute(statement)


async def test_a_service_reaches_no_other_schema(world: World) -> None:
    pool = await world.pool("registry")

    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await pool.fetch("SELECT * FROM reporting.event")


async def test_nothing_can_be_written_while_writing_is_halted(world: World) -> None:
    pool = await world.pool("registry")
    await pool.execute("INSERT INTO halt (reason) VALUES ('the log is ahead')")

    with pytest.raises(asyncpg.PostgresError, match="the log is ahead"):
        await world.publish("registry", happened("asb"))


async def test_an_event_names_what_its_writer_had_applied_for_the_key(world: World) -> None:
    pool = await world.pool("registry")
    await pool.execute("INSERT INTO watermark (key, source, sequence) VALUES ('asb', 'reporting', 7), ('snv', 'x', 9)")

    [appended] = await world.publish("registry", happened("asb"))

    [event] = await world.events("registry")
    assert event["after"] == "reporting=7"
    assert isinstance(appended.id, UUID)
    assert appended.position == "registry/asb/1"
