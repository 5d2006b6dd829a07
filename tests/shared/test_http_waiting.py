"""Requests that wait leave room for the others."""

import asyncio
from collections.abc import AsyncIterator
from typing import Final

import httpx
import pytest

from shared.http import middleware, waiting
from shared.service import Service
from shared.settings import ServiceSettings
from tests.world import World, serving

OUTBOX: Final = "/ops/v1/outbox"
SERVICE: Final = Service("registry", "Things", ServiceSettings, [], sources=["reporting"])
LATER: Final = {"Singo-After": "reporting/asb/1", "Prefer": "wait=10"}


@pytest.fixture
async def api(world: World) -> AsyncIterator[httpx.AsyncClient]:
    async with (
        serving(SERVICE, world.settings("registry")) as url,
        httpx.AsyncClient(base_url=url, timeout=30, trust_env=False) as client,
    ):
        yield client


Reading = asyncio.Task[httpx.Response]


def start_waiting(world: World, api: httpx.AsyncClient, sub: str, count: int) -> list[Reading]:
    headers = world.read("operator", sub=sub) | LATER
    return [asyncio.create_task(api.get(OUTBOX, headers=headers)) for _ in range(count)]


async def the_one_refused(reading: list[Reading]) -> httpx.Response:
    """The others still wait."""
    await asyncio.wait(reading, return_when=asyncio.FIRST_COMPLETED, timeout=20)
    [refused] = [each for each in reading if each.done()]
    reading.remove(refused)
    return refused.result()


async def arrive(world: World) -> None:
    pool = await world.pool("registry")
    await pool.execute("INSERT INTO watermark (key, source, sequence) VALUES ('asb', 'reporting', 1)")


def assert_refused(answer: httpx.Response, status: int, type_: str) -> None:
    assert (answer.status_code, answer.json()["type"]) == (status, f"/problems/{type_}")
    assert answer.headers["retry-after"] == "1"


async def test_of_one_callers_requests_so_many_wait_and_no_more(world: World, api: httpx.AsyncClient) -> None:
    mine = start_waiting(world, api, "mine", waiting.WAITING_OF_CALLER_MAX + 1)
    refused = await the_one_refused(mine)
    others = start_waiting(world, api, "other", 1)
    without_waiting = await api.get(OUTBOX, headers=world.read("operator", sub="mine"))
    await arrive(world)
    waited = await asyncio.gather(*mine, *others)

    assert_refused(refused, 429, "too-many-requests")
    assert without_waiting.status_code == 200
    assert {answer.status_code for answer in waited} == {200}


async def test_of_all_callers_requests_so_many_wait_that_there_is_room_for_others(
    world: World, api: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert waiting.WAITING_MAX <= middleware.RUNNING_MAX // 2

    monkeypatch.setattr(waiting, "WAITING_MAX", 3)
    reading = [task for sub in "abcd" for task in start_waiting(world, api, sub, 1)]
    refused = await the_one_refused(reading)
    await arrive(world)
    waited = await asyncio.gather(*reading)

    assert_refused(refused, 503, "unavailable")
    assert {answer.status_code for answer in waited} == {200}


async def test_a_place_to_wait_is_free_again_when_the_waiting_is_over(
    world: World, api: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "WAITING_OF_CALLER_MAX", 1)
    headers = world.read("operator") | LATER | {"Prefer": "wait=0"}

    answers = [await api.get(OUTBOX, headers=headers) for _ in range(3)]

    assert [answer.json()["type"] for answer in answers] == ["/problems/not-yet-arrived"] * 3
