"""What operators do happens once, too, and goes on when nobody else may write."""

from typing import Any, Final

import httpx
import pytest

from tests.servers import SERVICES
from tests.world import World

PAUSE: Final = "/ops/v1/sources/registry/pause"
REASON: Final = {"reason": "until the handler is mended"}


@pytest.fixture
async def api(world: World) -> httpx.AsyncClient:
    return await world.api("notifications")


async def acts(world: World, service: str = "notifications") -> list[str]:
    rows = await (await world.pool(service)).fetch("SELECT act FROM operator_act ORDER BY at")
    return [row["act"] for row in rows]


async def test_an_act_that_is_repeated_with_its_key_is_done_once(world: World, api: httpx.AsyncClient) -> None:
    headers = world.write("operator")

    first, again = [await api.post(PAUSE, json=REASON, headers=headers) for _ in range(2)]
    another = await api.post(PAUSE, json=REASON, headers=world.write("operator"))
    other_request = await api.post(PAUSE, json={"reason": "another"}, headers=headers)

    assert (first.json(), another.json()) == ({"done": True}, {"done": False})
    assert (again.content, again.headers["idempotent-replayed"]) == (first.content, "true")
    assert other_request.json()["type"] == "/problems/idempotency-key-reused"
    assert await acts(world) == ["pause", "pause"]
    notifications = await world.pool("notifications")
    assert await notifications.fetchval("SELECT count(*) FROM unpublished_change") == 0


async def test_an_act_without_a_key_is_refused(world: World, api: httpx.AsyncClient) -> None:
    answer = await api.post(PAUSE, json=REASON, headers=world.read("operator"))

    assert (answer.status_code, answer.json()["type"]) == (400, "/problems/idempotency-key-required")
    assert await acts(world) == []


@pytest.mark.parametrize("service", SERVICES)
async def test_operators_act_while_writing_is_halted(world: World, service: str) -> None:
    api = await world.api(service)
    source = "reporting" if service == "registry" else "registry"
    await (await world.pool(service)).execute("INSERT INTO halt (reason) VALUES ('the log knows more')")
    done: list[Any] = []

    for act in ("redrive", "skip", "discard"):
        path = f"/ops/v1/parked/{source}/none/1/{act}"
        done.append(await api.post(path, json=REASON, headers=world.write("operator")))
    for act in ("pause", "rewind", "resume"):
        path = f"/ops/v1/sources/{source}/{act}"
        done.append(await api.post(path, json=REASON, headers=world.write("operator")))

    assert [(answer.status_code, answer.json()["done"]) for answer in done] == [(200, False)] * 3 + [(200, True)] * 3
    assert await acts(world, service) == ["redrive", "skip", "discard", "pause", "rewind", "resume"]


async def test_while_writing_is_halted_nobody_else_writes(world: World, api: httpx.AsyncClient) -> None:
    await (await world.pool("notifications")).execute("INSERT INTO halt (reason) VALUES ('the log knows more')")

    body = {"name": "x", "types": ["*"], "regions": []}
    refused = await api.post("/v1/subscriptions", json=body, headers=world.write("integrator"))

    assert (refused.status_code, refused.json()["type"]) == (503, "/problems/unavailable")


async def test_what_stands_at_the_head_of_a_key_is_listed_before_all_that_is_behind_others(
    world: World, api: httpx.AsyncClient
) -> None:
    await (await world.pool("notifications")).execute(
        """
        INSERT INTO parked (source, key, sequence, id, type, headers, payload, topic, partition, "offset", reason,
                            first_at)
        SELECT 'registry', key, sequence, gen_random_uuid(), 'x', '{}', '', 'x', 0, 0, reason, first_at::timestamptz
        FROM (
            SELECT 'asb', n, CASE n WHEN 1 THEN 'failed' ELSE 'behind' END, '2020-01-06' FROM generate_series(1, 200) n
            UNION ALL VALUES ('care', 1, 'failed', '2020-01-07')
        ) AS p (key, sequence, reason, first_at)
        """
    )

    listed = (await api.get("/ops/v1/parked", headers=world.read("operator"))).json()["items"]

    assert [(event["key"], event["reason"]) for event in listed[:3]] == [
        ("asb", "failed"),
        ("care", "failed"),
        ("asb", "behind"),
    ]
