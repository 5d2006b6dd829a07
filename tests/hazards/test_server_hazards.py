"""A PostgreSQL and a Kafka that die, of this module alone. docs/reports/hazards.md lists all hazards."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import asyncpg
import httpx
import pytest
from aiokafka.admin import AIOKafkaAdminClient

from shared.events import consumer, relay
from shared.events.takeover import AnotherLog
from tests.hazards.line import Line, OwnServers, first_appearances
from tests.servers import SERVICES
from tests.shared.test_append import happened
from tests.world import World


@pytest.fixture
async def world(own_world: World) -> World:
    return own_world


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay, "SEND_SECONDS", 1.0)
    monkeypatch.setattr(consumer, "RESTART_SECONDS", 0.1)


@pytest.mark.usefixtures("impatient")
async def test_consumer_stuck_after_broker_restart_is_none_of_ours(
    own_servers: OwnServers, world: World, line: Line
) -> None:
    events = 0
    async with line.relaying(), line.consuming():
        for _ in range(2):
            await own_servers.kill("kafka")
            await world.publish("registry", *(happened("asb", n) for n in range(10)))
            await own_servers.restart()
            await world.publish("registry", *(happened("asb", n) for n in range(10)))
            events += 20
            await line.until_sent()
            await line.until_applied("asb", events)

    assert first_appearances((await line.log())["asb"]) == [*range(1, events + 1)]


@pytest.mark.usefixtures("impatient")
async def test_ack_before_fsync_on_a_lone_broker_loses_what_the_owner_can_publish_again(
    own_servers: OwnServers, world: World, line: Line
) -> None:
    keys = [f"ngo-{number}" for number in range(12)]
    async with line.relaying():
        await world.publish("registry", *(happened(key, n) for n in range(3) for key in keys))
        await line.until_sent()
        async with line.consuming():
            for key in keys:
                await line.until_applied(key, 3)
        await world.publish("registry", *(happened(key, 3) for key in keys))
        await line.until_sent()
    await own_servers.kill("kafka")
    for partition in own_servers.kafka_data.glob(f"{line.topic}-*"):
        shutil.rmtree(partition)
    await own_servers.restart()

    async with line.consuming() as task:
        await asyncio.wait([task], timeout=20)
        assert isinstance(task.exception(), AnotherLog)
    await line.reader.db.pool.execute("DELETE FROM bookmark")  # the operator's rewind
    await (await world.pool("registry")).execute("SELECT republish(key, 1) FROM stream")

    async with line.relaying(), line.consuming():
        for key in keys:
            await line.until_applied(key, 4)
    assert await line.reader.parked() == []


@asynccontextmanager
async def superuser(world: World) -> AsyncIterator[asyncpg.Connection]:
    conn = await asyncpg.connect(world.servers.dsn.rsplit("/", 1)[0] + f"/{world.database}")
    try:
        yield conn
    finally:
        await conn.close()


async def end_what_commits(world: World, admin: asyncpg.Connection, wait_event: str) -> None:
    """End the session whose COMMIT stands in the server, waiting for this."""

    async def ended() -> bool:
        return bool(
            await admin.fetchval(
                """
                SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                WHERE datname = $1 AND query ILIKE 'COMMIT%' AND state = 'active' AND wait_event = $2
                """,
                world.database,
                wait_event,
            )
        )

    await world.until(ended, f"a COMMIT waits for {wait_event}")


async def subscribe(world: World, headers: dict[str, str]) -> httpx.Response:
    api = await world.api("notifications")
    body = {"name": "SIPD", "types": ["*"], "regions": []}
    return await api.post("/v1/subscriptions", json=body, headers=headers)


async def subscriptions(world: World) -> tuple[int, int]:
    """How many there are, and how many events tell of one."""
    pool = await world.pool("notifications")
    row = await pool.fetchrow("SELECT (SELECT count(*) FROM subscription), (SELECT count(*) FROM event)")
    return tuple(row)


async def test_unknown_commit_outcome_of_a_commit_that_took_place_is_answered_as_the_first_time(world: World) -> None:
    headers = world.write("integrator")
    await world.api("notifications")
    async with superuser(world) as admin:
        await admin.execute("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")  # commits, and waits for an echo
        await admin.execute("SELECT pg_reload_conf()")
        first = asyncio.create_task(subscribe(world, headers))
        await end_what_commits(world, admin, "SyncRep")
        answer = await first
        await admin.execute("ALTER SYSTEM RESET synchronous_standby_names")
        await admin.execute("SELECT pg_reload_conf()")

    assert answer.status_code == 503, answer.text
    assert await subscriptions(world) == (1, 1)
    repeated = await subscribe(world, headers)
    assert (repeated.status_code, repeated.headers["idempotent-replayed"]) == (201, "true")
    assert await subscriptions(world) == (1, 1)


async def test_unknown_commit_outcome_of_a_commit_that_did_not_take_place_is_a_first_time(world: World) -> None:
    headers = world.write("integrator")
    await world.api("notifications")
    async with superuser(world) as admin:
        await admin.execute(
            """
            CREATE FUNCTION wait_in_commit() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS
            $$ BEGIN PERFORM pg_advisory_xact_lock(4711); RETURN NULL; END $$;
            CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON notifications.subscription
            DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION wait_in_commit();
            SELECT pg_advisory_lock(4711)
            """
        )
        first = asyncio.create_task(subscribe(world, headers))
        await end_what_commits(world, admin, "advisory")
        answer = await first
        await admin.execute("SELECT pg_advisory_unlock(4711)")

    assert answer.status_code == 503, answer.text
    assert await subscriptions(world) == (0, 0)
    repeated = await subscribe(world, headers)
    assert repeated.status_code == 201
    assert "idempotent-replayed" not in repeated.headers
    assert await subscriptions(world) == (1, 1)


async def has_applied(pool: asyncpg.Pool) -> bool:
    return bool(await pool.fetchval("SELECT sequence = 1 FROM watermark WHERE source = 'registry'"))


@pytest.fixture
async def all_at_work(world: World) -> World:
    """The four services' workers, after one event of each kind of source has gone to all its readers."""
    for service in SERVICES:
        await world.start_worker(service)
    await subscribe(world, world.write("integrator"))
    await world.publish("registry", happened("asb"))
    for reader in ("reporting", "recommendations", "notifications"):
        await world.until(partial(has_applied, await world.pool(reader)), f"{reader} has applied it")
    return world


async def test_ambiguous_kafka_transactions_are_not_used(all_at_work: World) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=all_at_work.servers.kafka)
    await admin.start()
    topics: list[Any] = await admin.list_topics()
    await admin.close()

    assert "__consumer_offsets" in topics
    assert "__transaction_state" not in topics  # the broker makes it for the first transactional producer


async def test_lost_replication_slot_loses_nothing_for_none_is_used(all_at_work: World) -> None:
    async with superuser(all_at_work) as admin:
        assert await admin.fetchval("SELECT count(*) FROM pg_replication_slots") == 0
        assert await admin.fetchval("SELECT count(*) FROM pg_stat_replication") == 0
