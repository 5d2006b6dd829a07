"""Who is told of what stands under a code that was moved: Merauke, 91.01 until July 2022, is 93.01 since."""

from uuid import uuid4

import httpx
import pytest

from tests.notifications.conftest import Subscribe
from tests.notifications.happenings import msp_signed, visit_announced
from tests.world import World


@pytest.mark.parametrize(("area", "told"), [("93", 1), ("93.01", 1), ("91", 0), ("91.03", 0), ("93.02", 0), ("94", 0)])
async def test_an_event_under_the_old_code_is_fed_to_who_subscribed_to_where_it_lies_now(
    world: World, api: httpx.AsyncClient, subscribe: Subscribe, area: str, told: int
) -> None:
    subscription = await subscribe(regions=(area,))
    await world.publish("reporting", visit_announced(uuid4(), ("91.01",)))

    await world.deliver("reporting", "notifications")

    feed = await api.get(f"/v1/subscriptions/{subscription['id']}/events?after=0", headers=world.read("integrator"))
    assert [delivery["event"]["regions"] for delivery in feed.json()["events"]] == ["91.01"] * told


async def test_the_inbox_of_the_new_province_has_what_concerns_the_old_code(
    world: World, api: httpx.AsyncClient
) -> None:
    await world.publish("registry", msp_signed(uuid4(), ("91.01",)))
    await world.deliver("registry", "notifications")

    async def told(region: str) -> list[str]:
        inbox = await api.get("/v1/inbox", headers=world.read("pemda_kesbangpol", regions=[region]))
        return [message["to_region"] for message in inbox.json()["items"]]

    assert (await told("93"), await told("93.01"), await told("91"), await told("94")) == (["91.01"], ["91.01"], [], [])


async def test_an_official_of_the_new_province_subscribes_to_its_regencies_only(
    world: World, api: httpx.AsyncClient
) -> None:
    async def subscribing(token: str, region: str) -> int:
        body = {"name": "Bank data", "types": ["*"], "regions": [region]}
        headers = world.write("pemda_kesbangpol", regions=[token])
        return (await api.post("/v1/subscriptions", json=body, headers=headers)).status_code

    assert [await subscribing(token, "93.01") for token in ("93", "93.01", "91.01", "91")] == [201, 201, 201, 403]
