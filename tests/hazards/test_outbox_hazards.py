"""What can go wrong where events are written and read to be sent. docs/reports/hazards.md lists all hazards."""

from typing import Any

import asyncpg
import pytest
from aiokafka import AIOKafkaProducer

from shared.events import append, relay
from shared.events.append import emit
from shared.events.envelope import MAX_PAYLOAD_BYTES
from tests.hazards.line import Line, first_appearances
from tests.shared.test_append import Happened, happened
from tests.world import World


class Long(Happened):
    """An event of any length."""

    text: str


def long(key: str, payload_bytes: int) -> Long:
    short = Long(**happened(key).model_dump(), text="")
    return short.model_copy(update={"text": "x" * (payload_bytes - len(short.model_dump_json()))})


APPEND = """
    SELECT append($1, gen_random_uuid(), 'singo.registry.Happened.v1', now(),
                  json_build_object('time', now(), 'subject', $1::text), $2)
"""


async def test_a_cursor_skips_late_commits_but_a_row_that_commits_late_is_sent(world: World, line: Line) -> None:
    db = await world.db("registry")

    async with line.relaying():
        async with db.transaction() as late:
            emit(late, happened("late"))
            await append.flush(late)  # it has its position, the lower one
            await world.publish("registry", happened("early"))
            await line.until_sent()
        await line.until_sent()

    assert await line.log() == {"late": [1], "early": [1]}


async def test_a_cursor_skips_late_commits_or_turns_them_round_if_it_trusts_transaction_ids(
    world: World, line: Line
) -> None:
    db = await world.db("registry")
    async with db.pool.acquire() as idle:
        async with db.transaction() as second:
            await second.execute("SELECT pg_current_xact_id()")  # the oldest of three transactions
            await idle.execute("BEGIN; SELECT pg_current_xact_id()")
            await world.publish("registry", happened("asb", 1))  # in the youngest
            emit(second, happened("asb", 2))
        async with line.relaying():
            await line.until_sent()

        assert await line.log() == {"asb": [1, 2]}
        await idle.execute("ROLLBACK")


async def test_a_cursor_skips_late_commits_but_keeps_their_order_while_a_backlog_is_sent(
    world: World, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    db = await world.db("registry")
    monkeypatch.setattr(relay, "PASS_ROWS", 3)
    late = await db.pool.acquire()
    await late.execute("BEGIN")
    await late.fetch(APPEND, "asb", b"{}")  # has the lowest position, and is not committed
    await world.publish("registry", *(happened("snv", n) for n in range(9)))
    send_batch = AIOKafkaProducer.send_batch

    async def commit_before_the_first_batch(self: AIOKafkaProducer, *args: Any, **kwargs: Any) -> Any:
        if late.is_in_transaction():
            await late.execute("COMMIT")
            await world.publish("registry", happened("asb", 2))
        return await send_batch(self, *args, **kwargs)

    monkeypatch.setattr(AIOKafkaProducer, "send_batch", commit_before_the_first_batch)
    async with line.relaying():
        await line.until_sent()
    await db.pool.release(late)

    log = await line.log()
    assert {key: first_appearances(sequences) for key, sequences in log.items()} == {
        "asb": [1, 2],
        "snv": [*range(1, 10)],
    }


async def test_a_long_transaction_pins_vacuum_and_the_relay_sends_on(world: World, line: Line) -> None:
    db = await world.db("registry")
    async with db.read() as pinned:
        await pinned.fetchval("SELECT count(*) FROM outbox")  # takes the snapshot
        await db.pool.execute(
            """
            INSERT INTO outbox (key, sequence, id, type, headers, payload, previous_hash, hash)
            SELECT 'dead', n, gen_random_uuid(), 'x', '{}', 'x', 'x', 'x' FROM generate_series(1, 20000) n
            """
        )
        await db.pool.execute("DELETE FROM outbox")
        owner = await asyncpg.connect(world.servers.dsn_of("registry_owner", world.database))
        await owner.execute("VACUUM outbox")
        async with line.relaying():
            for number in range(20):
                await world.publish("registry", happened("asb", number))
            await line.until_sent()
        removable_later = await owner.fetchval("SELECT n_dead_tup FROM pg_stat_user_tables WHERE relname = 'outbox'")
        await owner.close()

    assert removable_later >= 20_000
    assert await line.log() == {"asb": [*range(1, 21)]}


async def test_a_long_transaction_pins_vacuum_no_longer_than_the_server_lets_it_idle(world: World) -> None:
    db = await world.db("registry")
    conn = await db.pool.acquire()  # never given back: the server ends it
    assert await conn.fetchval("SHOW idle_in_transaction_session_timeout") == "30s"
    await conn.execute("SET idle_in_transaction_session_timeout = '50ms'")
    await conn.execute("BEGIN; INSERT INTO clock VALUES ('1 hour')")
    session = conn.get_server_pid()

    await world.until(
        lambda: db.pool.fetchval("SELECT count(*) = 0 FROM pg_stat_activity WHERE pid = $1", session),
        "the server has ended the idle session",
    )

    assert await db.pool.fetchval("SELECT count(*) FROM clock") == 0


async def test_oversized_event_blocks_the_relay_so_it_is_refused_where_it_is_written(world: World) -> None:
    db = await world.db("registry")

    async with db.transaction() as conn:
        with pytest.raises(ValueError, match="300000 bytes"):
            emit(conn, long("asb", 300_000))
    with pytest.raises(asyncpg.CheckViolationError):
        await db.pool.execute(APPEND, "asb", b"x" * (MAX_PAYLOAD_BYTES + 1))

    assert await world.events("registry") == []


async def test_a_small_event_does_not_pass_a_large_one_of_its_key_that_found_no_room(world: World, line: Line) -> None:
    await world.publish("registry", *(long("asb", MAX_PAYLOAD_BYTES) for _ in range(4)), happened("asb"))

    async with line.relaying():
        await line.until_sent()

    assert first_appearances((await line.log())["asb"]) == [1, 2, 3, 4, 5]


async def test_oversized_event_blocks_the_relay_but_one_of_the_largest_size_passes(world: World, line: Line) -> None:
    async with line.relaying(), line.consuming():
        await world.publish("registry", *(long("asb", MAX_PAYLOAD_BYTES) for _ in range(10)))
        await line.until_sent()
        await line.until_applied("asb", 10)
