"""Whom a request is charged to when nobody asked for a token; and what is kept of it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

import httpx
import pytest

from shared.http.budgets import forget_past_minutes
from shared.http.routing import resource
from shared.http.server import configuration
from shared.http.writes import KeyedWrite
from shared.service import Service, api
from shared.settings import ServiceSettings
from tests.shared.test_http_kit import NewThing
from tests.world import World, listening

OUTBOX: Final = "/ops/v1/outbox"

router = resource("/things", tag="tests")


@router.post("", status_code=204)
async def make(body: NewThing, write: KeyedWrite) -> None:
    """Nobody in these tests gets here."""
    raise AssertionError((body, write))


SERVICE: Final = Service("registry", "Things", ServiceSettings, [router])

BAD_JSON: Final[dict[str, Any]] = {"content": b"{", "headers": {"Content-Type": "application/json"}}
WITHOUT_A_CALLER: Final[dict[str, tuple[str, str, int, dict[str, Any]]]] = {
    "an address without a route": ("GET", "/v1/nothing", 404, {}),
    "a verb that the address does not know": ("DELETE", OUTBOX, 405, {}),
    "the question which verbs there are": ("OPTIONS", OUTBOX, 204, {}),
    "a body that is no JSON": ("POST", "/v1/things", 400, BAD_JSON),
    "an unknown parameter": ("GET", f"{OUTBOX}?colour=red", 422, {}),
    "the document": ("GET", "/openapi.json", 200, {}),
    "the head of a page": ("HEAD", "/docs", 200, {}),
}


@asynccontextmanager
async def client_of(world: World, *, trusted_proxies: tuple[str, ...] = ()) -> AsyncIterator[httpx.AsyncClient]:
    """Of a server on which a caller has 20 requests in a minute."""
    app = api(SERVICE, world.settings("registry", calls_per_minute=20))
    config = configuration(app, host="127.0.0.1", port=0, stop_seconds=5, trusted_proxies=trusted_proxies)
    async with listening(config) as url, httpx.AsyncClient(base_url=url, timeout=30, trust_env=False) as client:
        yield client


@pytest.mark.parametrize("what", WITHOUT_A_CALLER)
async def test_what_is_answered_without_asking_who_calls_is_charged_to_the_address(world: World, what: str) -> None:
    verb, path, status, request = WITHOUT_A_CALLER[what]
    async with client_of(world) as client:
        first = await client.request(verb, path, **request)

        async def refused() -> httpx.Response | None:
            answer = await client.request(verb, path, **request)
            return answer if answer.status_code == 429 else None

        answer = await world.until(refused, "the address has used its budget up")
        signed_in = await client.get(OUTBOX, headers=world.read("operator"))

    assert first.status_code == status
    assert first.headers["ratelimit-policy"] == '"caller";q=20;w=60'
    assert answer.headers["ratelimit"].startswith('"caller";r=0;t=')
    assert int(answer.headers["retry-after"]) > 0
    if verb != "HEAD":
        assert answer.json()["type"] == "/problems/too-many-requests"
        assert answer.json()["request_id"] == answer.headers["x-request-id"]
    assert signed_in.status_code == 200


async def addresses_charged(world: World, *, trusted_proxies: tuple[str, ...]) -> set[str]:
    async with client_of(world, trusted_proxies=trusted_proxies) as client:
        for end in range(3):
            await client.get("/problems", headers={"X-Forwarded-For": f"203.0.113.{end}"})
    rows = await (await world.pool("registry")).fetch("SELECT caller FROM call_budget")
    return {row["caller"] for row in rows}


async def test_nobody_gets_another_budget_by_naming_another_address(world: World) -> None:
    assert await addresses_charged(world, trusted_proxies=()) == {"address:127.0.0.1"}


async def test_a_trusted_proxy_names_the_address_that_is_charged(world: World) -> None:
    charged = await addresses_charged(world, trusted_proxies=("127.0.0.1",))

    assert charged == {f"address:203.0.113.{end}" for end in range(3)}


async def test_the_addresses_of_past_minutes_are_forgotten(world: World) -> None:
    db = await world.db("registry")
    for minutes in (-1000, -1, 1):  # 1: the present one may end before the job runs
        await db.pool.execute(
            """
            INSERT INTO call_budget (caller, minute, taken)
            VALUES ('address:' || $1::int, floor(extract(epoch FROM clock_timestamp()) / 60) + $1::int, 1)
            """,
            minutes,
        )

    await world.run_job("registry", forget_past_minutes)

    assert await db.pool.fetchval("SELECT array_agg(caller) FROM call_budget") == ["address:1"]
