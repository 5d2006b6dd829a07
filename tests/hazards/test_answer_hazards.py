"""What happens between the commit and the answer. docs/reports/hazards.md lists all hazards."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import httpx
import pytest

from tests.hazards.test_process_hazards import api_in_a_process
from tests.hazards.test_server_hazards import superuser
from tests.world import World

BODY = {"name": "SIPD", "types": ["*"], "regions": []}
WAITING = """
    SELECT count(*) = $2 FROM pg_stat_activity
    WHERE datname = $1 AND query ILIKE 'COMMIT%' AND state = 'active' AND wait_event = 'SyncRep'
"""


@pytest.fixture
async def world(own_world: World) -> World:
    return own_world


@asynccontextmanager
async def commits_without_echo(admin: asyncpg.Connection) -> AsyncIterator[None]:
    """Every COMMIT takes place, and its session waits for a standby that is not there."""
    await admin.execute("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
    await admin.execute("SELECT pg_reload_conf()")
    try:
        yield
    finally:
        await admin.execute("ALTER SYSTEM RESET synchronous_standby_names")
        await admin.execute("SELECT pg_reload_conf()")


async def effects(world: World) -> tuple[int, int, int]:
    pool = await world.pool("notifications")
    row = await pool.fetchrow(
        "SELECT (SELECT count(*) FROM subscription), (SELECT count(*) FROM event), (SELECT count(*) FROM request)"
    )
    return tuple(row)


async def test_killed_between_commit_and_answer_gives_the_same_answer_when_asked_again(world: World) -> None:
    headers = world.write("integrator")
    async with superuser(world) as admin:
        async with commits_without_echo(admin), api_in_a_process(world) as (process, client):
            first = asyncio.create_task(client.post("/v1/subscriptions", json=BODY, headers=headers))
            await world.until(lambda: admin.fetchval(WAITING, world.database, 1), "the commit waits for its echo")
            process.send_signal(signal.SIGKILL)
            with pytest.raises(httpx.TransportError):
                await first
        assert await effects(world) == (1, 1, 1)

    async with api_in_a_process(world) as (_, client):
        again = [await client.post("/v1/subscriptions", json=BODY, headers=headers) for _ in range(2)]
        other = await client.post("/v1/subscriptions", json=BODY | {"name": "other"}, headers=headers)
        read = await client.get(again[0].headers["location"], headers=world.read("integrator"))

    assert {(answer.status_code, answer.headers["idempotent-replayed"]) for answer in again} == {(201, "true")}
    assert again[0].content == again[1].content
    assert again[0].json() == read.json()
    assert (other.status_code, other.json()["type"]) == (422, "/problems/idempotency-key-reused")
    assert await effects(world) == (1, 1, 1)


async def test_a_repeat_while_the_first_is_under_way_is_told_so_and_another_callers_key_is_another(
    world: World,
) -> None:
    api = await world.api("notifications")
    headers, other = world.write("integrator", key="k1"), world.write("integrator", sub="other", key="k1")
    async with superuser(world) as admin, commits_without_echo(admin):
        first = asyncio.create_task(api.post("/v1/subscriptions", json=BODY, headers=headers))
        await world.until(lambda: admin.fetchval(WAITING, world.database, 1), "the first commits")
        repeats = await asyncio.gather(*(api.post("/v1/subscriptions", json=BODY, headers=headers) for _ in range(50)))
        another = asyncio.create_task(api.post("/v1/subscriptions", json=BODY, headers=other))
        await world.until(lambda: admin.fetchval(WAITING, world.database, 2), "the other caller's commits, too")
    done, others = await first, await another

    for refused in repeats:
        assert (refused.status_code, refused.json()["type"]) == (409, "/problems/idempotency-key-in-flight")
        assert refused.headers["retry-after"] == "1"
    assert (done.status_code, others.status_code) == (201, 201)
    assert done.json()["id"] != others.json()["id"]
    assert "idempotent-replayed" not in others.headers
    replayed = await api.post("/v1/subscriptions", json=BODY, headers=headers)
    assert (replayed.headers["idempotent-replayed"], replayed.content) == ("true", done.content)
    assert await effects(world) == (2, 2, 2)
