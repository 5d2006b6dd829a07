from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.notifications.conftest import Subscribe
from tests.notifications.happenings import visit_announced
from tests.world import World

WHY = {"reason": "pemeliharaan server"}


@pytest.fixture
async def subscription(subscribe: Subscribe) -> dict[str, Any]:
    return await subscribe()


def path(subscription: dict[str, Any], action: str) -> str:
    return f"/v1/subscriptions/{subscription['id']}/{action}"


async def test_a_paused_subscription_loses_nothing_and_is_read_after_its_resumption(
    world: World, api: httpx.AsyncClient, subscription: dict[str, Any]
) -> None:
    paused = await api.post(path(subscription, "pause"), json=WHY, headers=world.write("integrator", match=1))
    await world.publish("reporting", *[visit_announced(uuid4()) for _ in range(3)])
    await world.deliver("reporting", "notifications")

    refused = await api.get(path(subscription, "events?after=0"), headers=world.read("integrator"))
    resumed = await api.post(path(subscription, "resumption"), json=WHY, headers=world.write("integrator", match=2))
    feed = await api.get(path(subscription, "events?after=0"), headers=world.read("integrator"))

    assert (paused.json()["status"], paused.json()["pause_reason"]) == ("paused", WHY["reason"])
    assert refused.status_code == 409
    assert "3 events waiting" in refused.json()["detail"]
    assert (resumed.json()["status"], resumed.json()["behind"]) == ("active", 3)
    assert [event["number"] for event in feed.json()["events"]] == [1, 2, 3]
    assert [event["type"] for event in await world.events("notifications")] == [
        "SubscriptionCreated",
        "SubscriptionPaused",
        "SubscriptionResumed",
    ]


async def test_what_is_not_open_is_refused(world: World, api: httpx.AsyncClient, subscription: dict[str, Any]) -> None:
    response = await api.post(path(subscription, "resumption"), json=WHY, headers=world.write("integrator", match=1))

    assert response.status_code == 409
    assert response.json()["detail"] == "cannot resume a subscription that is active; open now: pause"


@pytest.mark.parametrize(("match", "status"), [(None, 428), (7, 412)])
async def test_a_change_needs_the_version_it_is_based_on(
    world: World, api: httpx.AsyncClient, subscription: dict[str, Any], match: int | None, status: int
) -> None:
    headers = world.write("integrator", match=match)

    response = await api.post(path(subscription, "pause"), json=WHY, headers=headers)

    assert response.status_code == status


async def test_a_reason_is_needed(world: World, api: httpx.AsyncClient, subscription: dict[str, Any]) -> None:
    headers = world.write("integrator", match=1)

    response = await api.post(path(subscription, "pause"), json={"reason": " "}, headers=headers)

    assert response.status_code == 422
    assert response.json()["errors"][0]["pointer"] == "#/reason"


async def test_others_find_nothing_to_pause_but_an_operator_does(
    world: World, api: httpx.AsyncClient, subscription: dict[str, Any]
) -> None:
    other = await api.post(path(subscription, "pause"), json=WHY, headers=world.write("integrator", sub="i-2", match=1))
    operator = await api.post(path(subscription, "pause"), json=WHY, headers=world.write("operator", match=1))

    assert (other.status_code, operator.status_code) == (404, 200)
