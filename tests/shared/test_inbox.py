"""The delivery guarantees, on a real database, with a reader whose effect is a row per event."""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.db import Connection, Database
from shared.events import acts, inbox, parked
from shared.events.append import emit
from shared.events.envelope import Envelope
from shared.events.inbox import Received
from shared.events.parked import RetryPolicy
from tests.shared.test_append import happened
from tests.world import World

SOURCES = frozenset({"registry", "recommendations"})
PATIENT = RetryPolicy(attempts_max=3, first_seconds=0.0, longest_seconds=0.0)


class Reader:
    """Writes a row per event it applies, and fails where it is told to."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.poison: set[tuple[str, int]] = set()
        self.calls = 0

    async def apply(self, conn: Connection, events: Sequence[Envelope]) -> None:
        for event in events:
            self.calls += 1
            await conn.execute(
                "INSERT INTO effect (source, key, sequence) VALUES ($1, $2, $3)",
                event.source,
                event.key,
                event.sequence,
            )
            if (event.key, event.sequence) in self.poison:
                raise ValueError("poison")

    async def receive(self, *batch: Received) -> inbox.Outcome:
        async with self.db.transaction() as conn:
            return await inbox.receive(conn, batch, self.apply, SOURCES)

    async def drain(self) -> None:
        await self.db.pool.execute("UPDATE parked SET next_attempt_at = now() WHERE next_attempt_at IS NOT NULL")
        while await parked.drain_due(self.db, self.apply, SOURCES, PATIENT):
            await self.db.pool.execute("UPDATE parked SET next_attempt_at = now() WHERE next_attempt_at > now()")

    async def effects(self, key: str, source: str = "registry") -> list[int]:
        rows = await self.db.pool.fetch(
            "SELECT sequence FROM effect WHERE key = $1 AND source = $2 ORDER BY n", key, source
        )
        return [row["sequence"] for row in rows]

    async def parked(self) -> list[tuple[str, int, str, bool]]:
        rows = await self.db.pool.fetch("SELECT key, sequence, reason, dead FROM parked ORDER BY key, sequence")
        return [tuple(row) for row in rows]


@pytest.fixture
async def reader(world: World) -> Reader:
    owner = await asyncpg.connect(world.servers.dsn_of("reporting_owner", world.database))
    await owner.execute(
        """
        CREATE TABLE effect (n bigint GENERATED ALWAYS AS IDENTITY, source text, key text, sequence bigint,
                             UNIQUE (source, key, sequence));
        GRANT ALL ON effect TO reporting
        """
    )
    await owner.close()
    return Reader(await world.db("reporting"))


async def log_of(world: World, key: str, events: int, source: str = "registry") -> list[Received]:
    await world.publish(source, *(happened(key, n) for n in range(events)))
    return [r for r in await world.received(source) if r.envelope.key == key]


async def test_an_event_received_twice_has_its_effect_once(world: World, reader: Reader) -> None:
    log = await log_of(world, "asb", 3)

    await reader.receive(*log)
    outcome = await reader.receive(*log)

    assert outcome.duplicates == 3
    assert await reader.effects("asb") == [1, 2, 3]


async def test_an_event_repeated_within_a_batch_has_its_effect_once(world: World, reader: Reader) -> None:
    one, two = await log_of(world, "asb", 2)

    await reader.receive(one, one, two, one, two)

    assert await reader.effects("asb") == [1, 2]


async def test_an_event_after_a_gap_waits_until_the_gap_is_filled(world: World, reader: Reader) -> None:
    one, two, three = await log_of(world, "asb", 3)

    await reader.receive(one, three)
    assert await reader.parked() == [("asb", 3, "gap", False)]
    await reader.receive(two)
    await parked.drain_due(reader.db, reader.apply, SOURCES, PATIENT)

    assert await reader.effects("asb") == [1, 2, 3]
    assert await reader.parked() == []


async def test_a_failing_event_parks_its_key_and_blocks_no_other(world: World, reader: Reader) -> None:
    asb, snv = await log_of(world, "asb", 3), await log_of(world, "snv", 3)
    reader.poison = {("asb", 2)}

    await reader.receive(*(r for pair in zip(asb, snv, strict=True) for r in pair))

    assert await reader.effects("snv") == [1, 2, 3]
    assert await reader.effects("asb") == [1]
    assert await reader.parked() == [("asb", 2, "failed", False), ("asb", 3, "behind", False)]


async def test_when_a_parked_head_succeeds_its_followers_are_applied_in_order(world: World, reader: Reader) -> None:
    log = await log_of(world, "asb", 4)
    reader.poison = {("asb", 2)}
    await reader.receive(*log)

    reader.poison = set()
    await reader.drain()

    assert await reader.effects("asb") == [1, 2, 3, 4]
    assert await reader.parked() == []
    assert not await reader.db.pool.fetchval("SELECT parked FROM watermark WHERE key = 'asb'")


async def test_a_poison_event_is_tried_a_bounded_number_of_times_and_then_dead(world: World, reader: Reader) -> None:
    [one] = await log_of(world, "asb", 1)
    reader.poison = {("asb", 1)}

    await reader.receive(one)
    await reader.drain()

    assert await reader.parked() == [("asb", 1, "failed", True)]
    assert reader.calls == PATIENT.attempts_max


async def test_a_new_event_of_a_parked_key_does_not_shorten_the_wait_of_its_head(world: World, reader: Reader) -> None:
    one, two = await log_of(world, "asb", 2)
    reader.poison = {("asb", 1)}
    await reader.receive(one)
    calls = reader.calls

    await reader.receive(two)
    await parked.drain_due(reader.db, reader.apply, SOURCES, PATIENT)

    assert reader.calls == calls


async def test_a_dead_event_is_applied_after_a_redrive_and_the_act_is_recorded(world: World, reader: Reader) -> None:
    [one] = await log_of(world, "asb", 1)
    reader.poison = {("asb", 1)}
    await reader.receive(one)
    await reader.drain()

    reader.poison = set()
    async with reader.db.transaction() as conn:
        assert await acts.redrive(conn, "registry", "asb", 1, actor="op", reason="the handler is mended")
    await reader.drain()

    assert await reader.effects("asb") == [1]
    assert await reader.db.pool.fetchval("SELECT reason FROM operator_act") == "the handler is mended"


async def test_what_is_parked_of_a_paused_source_waits_until_it_is_resumed(world: World, reader: Reader) -> None:
    [one] = await log_of(world, "asb", 1)
    reader.poison = {("asb", 1)}
    await reader.receive(one)
    reader.poison = set()

    async with reader.db.transaction() as conn:
        assert await acts.pause(conn, "registry", actor="op", reason="the handler is being mended")
    await reader.drain()
    assert await reader.effects("asb") == []
    async with reader.db.transaction() as conn:
        assert await acts.resume(conn, "registry", actor="op", reason="it is mended")
    await reader.drain()

    assert await reader.effects("asb") == [1]


async def test_a_skipped_event_has_no_effect_and_its_followers_go_on(world: World, reader: Reader) -> None:
    log = await log_of(world, "asb", 3)
    reader.poison = {("asb", 1)}
    await reader.receive(*log)

    async with reader.db.transaction() as conn:
        assert not await acts.skip(conn, "registry", "asb", 2, actor="op", reason="not the head")
        assert await acts.skip(conn, "registry", "asb", 1, actor="op", reason="sent by mistake")
    await reader.drain()

    assert await reader.effects("asb") == [2, 3]
    assert await reader.parked() == []


async def test_an_event_waits_until_its_cause_has_been_applied_here(world: World, reader: Reader) -> None:
    [cause] = await log_of(world, "asb", 1, "recommendations")
    await (await world.pool("registry")).execute(
        "INSERT INTO watermark (key, source, sequence) VALUES ('asb', 'recommendations', 1), ('asb', 'unread', 99)"
    )
    [effect] = await log_of(world, "asb", 1)

    await reader.receive(effect)
    assert await reader.parked() == [("asb", 1, "waiting", False)]
    await reader.receive(cause)
    await parked.drain_due(reader.db, reader.apply, SOURCES, PATIENT)

    assert await reader.effects("asb") == [1]


async def test_a_history_that_forks_is_parked_and_not_dropped(world: World, reader: Reader) -> None:
    one, two = await log_of(world, "asb", 2)
    await reader.receive(one)
    rewritten = replace(one, envelope=replace(one.envelope, chain=b"x" * 32))
    continued = replace(two, envelope=replace(two.envelope, prevchain=b"x" * 32))

    await reader.receive(rewritten, continued)
    await reader.drain()

    assert await reader.effects("asb") == [1]
    assert await reader.parked() == [("asb", 1, "fork", False), ("asb", 2, "behind", False)]


async def test_a_gap_cannot_be_skipped_for_that_would_throw_its_events_away(world: World, reader: Reader) -> None:
    one, two, three = await log_of(world, "asb", 3)
    await reader.receive(three)

    async with reader.db.transaction() as conn:
        assert not await acts.skip(conn, "registry", "asb", 3, actor="op", reason="impatience")
    await reader.receive(one, two)
    await reader.drain()

    assert await reader.effects("asb") == [1, 2, 3]


@pytest.mark.parametrize("forged_sequence", [1, 2])
async def test_when_a_forged_record_is_discarded_the_true_history_goes_on(
    world: World, reader: Reader, forged_sequence: int
) -> None:
    log = await log_of(world, "asb", 3)
    true = log[forged_sequence - 1]
    forged = replace(true, envelope=replace(true.envelope, chain=b"x" * 32, prevchain=b"y" * 32))
    await reader.receive(log[0])
    await reader.receive(forged)
    await reader.receive(*log[1:])

    async with reader.db.transaction() as conn:
        assert await acts.discard(conn, "registry", "asb", forged_sequence, actor="op", reason="forged")
    await reader.receive(*log)  # the owner publishes the key again
    await reader.drain()

    assert await reader.effects("asb") == [1, 2, 3]
    assert await reader.parked() == []


async def test_a_handler_that_emits_what_cannot_be_stored_parks_its_key_only(world: World, reader: Reader) -> None:
    asb, snv = await log_of(world, "asb", 1), await log_of(world, "snv", 1)

    async def emits_nonsense(conn: Connection, events: Sequence[Envelope]) -> None:
        for event in events:
            emit(conn, happened("" if event.key == "asb" else event.key))

    async with reader.db.transaction() as conn:
        await inbox.receive(conn, [*asb, *snv], emits_nonsense, SOURCES)

    assert await reader.parked() == [("asb", 1, "failed", False)]
    assert [event["key"] for event in await world.events("reporting")] == ["snv"]


async def test_a_wrong_call_of_the_database_client_is_the_handlers_fault(world: World, reader: Reader) -> None:
    [one] = await log_of(world, "asb", 1)

    async def calls_wrongly(conn: Connection, _: Sequence[Envelope]) -> None:
        await conn.execute("SELECT $1::int")

    async with reader.db.transaction() as conn:
        await inbox.receive(conn, [one], calls_wrongly, SOURCES)

    assert await reader.parked() == [("asb", 1, "failed", False)]


async def test_a_transient_error_undoes_the_batch_and_parks_nothing(world: World, reader: Reader) -> None:
    log = await log_of(world, "asb", 2)

    async def lost(conn: Connection, events: Sequence[Envelope]) -> None:
        raise asyncpg.ConnectionDoesNotExistError("cut off")

    with pytest.raises(asyncpg.ConnectionDoesNotExistError):
        async with reader.db.transaction() as conn:
            await inbox.receive(conn, log, lost, SOURCES)

    assert await reader.parked() == []
    await reader.receive(*log)
    assert await reader.effects("asb") == [1, 2]


async def test_a_batch_that_another_reader_overtakes_is_undone(world: World, reader: Reader) -> None:
    one, two = await log_of(world, "asb", 2)
    await reader.receive(one)

    async def overtaken(_: Connection, events: Sequence[Envelope]) -> None:
        await reader.receive(two)

    with pytest.raises(inbox.Overtaken):
        async with reader.db.transaction() as conn:
            await inbox.receive(conn, [two], overtaken, SOURCES, careful=False)

    assert await reader.effects("asb") == [1, 2]


async def test_what_is_parked_behind_a_head_is_judged_anew_if_the_head_goes_meanwhile(
    world: World, reader: Reader
) -> None:
    one, two = await log_of(world, "asb", 2)
    reader.poison = {("asb", 1)}
    await reader.receive(one)
    [snv] = await log_of(world, "snv", 1)

    async def drained(_: Connection, events: Sequence[Envelope]) -> None:
        reader.poison = set()
        await reader.drain()

    with pytest.raises(inbox.Overtaken):
        async with reader.db.transaction() as conn:
            await inbox.receive(conn, [two, snv], drained, SOURCES, careful=False)

    await reader.receive(two, snv)
    assert await reader.effects("asb") == [1, 2]
    assert await reader.parked() == []


async def test_a_batch_that_is_repeated_carefully_has_its_keys_to_itself(world: World, reader: Reader) -> None:
    one, two = await log_of(world, "asb", 2)
    await reader.receive(one)

    async def look(_: Connection, events: Sequence[Envelope]) -> None:
        with pytest.raises(asyncpg.LockNotAvailableError):
            await reader.db.pool.execute("SELECT FROM watermark WHERE key = 'asb' FOR UPDATE NOWAIT")

    async with reader.db.transaction() as conn:
        outcome = await inbox.receive(conn, [two], look, SOURCES)

    assert len(outcome.applied) == 1


hostile_steps = st.lists(st.tuples(st.integers(0, 10_000), st.integers(1, 6), st.booleans()), max_size=12)


@settings(
    max_examples=60,
    deadline=timedelta(seconds=20),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=hostile_steps, seed=st.integers(0, 2**32))
async def test_any_duplicates_reorderings_and_failures_leave_each_effect_once_in_order_after_its_cause(
    world: World, reader: Reader, steps: list[tuple[int, int, bool]], seed: int
) -> None:
    shuffle, keys = random.Random(seed), [uuid4().hex, uuid4().hex]
    registry = await world.pool("registry")
    log: list[Received] = []
    for key in keys:
        causes = await log_of(world, key, 3, "recommendations")
        await registry.execute(
            "INSERT INTO watermark (key, source, sequence) VALUES ($1, 'recommendations', $2)",
            key,
            shuffle.randint(1, 3),
        )
        log += causes + await log_of(world, key, 4)

    for pick, length, failing in steps:
        start = pick % len(log)
        chosen = [r for r in log[start : start + length] if r.envelope.source == log[start].envelope.source]
        shuffle.shuffle(chosen)
        reader.poison = {(chosen[0].envelope.key, chosen[0].envelope.sequence)} if failing else set()
        await reader.receive(*chosen)
        await parked.drain_due(reader.db, reader.apply, SOURCES, RetryPolicy(attempts_max=1000))
    reader.poison = set()
    shuffle.shuffle(log)
    for received in log:
        await reader.receive(received)
    await reader.drain()

    for key in keys:
        assert await reader.effects(key) == [1, 2, 3, 4]
        assert await reader.effects(key, "recommendations") == [1, 2, 3]
    assert not [row for row in await reader.parked() if row[0] in keys]
