from uuid import uuid4

import httpx

from services.registry.events import MemberRemoved
from tests.notifications.conftest import Subscribe
from tests.notifications.happenings import NOON, SOMEBODY, member_added, ngo_applied
from tests.world import World


async def test_every_published_type_is_listed_and_can_be_subscribed_to(world: World, api: httpx.AsyncClient) -> None:
    listed = (await api.get("/v1/event-types")).json()["items"]

    answer = await api.post(
        "/v1/subscriptions",
        json={"name": "x", "types": [*listed, *(name.split(".")[2] for name in listed)][:100], "regions": []},
        headers=world.write("integrator"),
    )

    assert answer.status_code == 201, answer.text


async def test_an_unknown_type_is_refused_with_the_address_of_the_list(world: World, api: httpx.AsyncClient) -> None:
    wanted = {"name": "x", "types": ["VisitAnounced"], "regions": []}

    refused = await api.post("/v1/subscriptions", json=wanted, headers=world.write("integrator"))

    assert "/v1/event-types" in refused.json()["errors"][0]["detail"]
    assert (await api.get("/v1/event-types")).status_code == 200


async def test_who_joins_and_leaves_an_organisation_can_not_be_subscribed_to(
    world: World, api: httpx.AsyncClient
) -> None:
    listed = (await api.get("/v1/event-types")).json()["items"]
    for name in ("MemberAdded", "MemberRemoved"):
        assert [each for each in listed if name in each] == []
        for wanted in (name, f"singo.registry.{name}.v1"):
            body = {"name": "x", "types": [wanted], "regions": []}
            refused = await api.post("/v1/subscriptions", json=body, headers=world.write("integrator"))

            assert refused.status_code == 422
            assert [error["pointer"] for error in refused.json()["errors"]] == ["#/types/0"]


async def test_a_subscription_to_everything_is_not_told_who_acts_for_whom(
    world: World, api: httpx.AsyncClient, subscribe: Subscribe
) -> None:
    made, ngo = await subscribe(types=("*",)), uuid4()
    pool = await world.pool("notifications")
    older = "UPDATE subscription SET types = ARRAY['*', 'MemberAdded', 'singo.registry.MemberRemoved.v1']"
    await pool.execute(older)
    left = MemberRemoved(occurred_at=NOON, actor=SOMEBODY, ngo_id=ngo, subject="stranger")
    await world.publish("registry", member_added(ngo, "stranger"), ngo_applied(ngo), left)

    await world.deliver("registry", "notifications")

    feed = await api.get(f"/v1/subscriptions/{made['id']}/events?after=0", headers=world.read("integrator"))
    assert [(e["number"], e["event"]["type"].split(".")[2]) for e in feed.json()["events"]] == [(1, "NgoApplied")]
    assert "stranger" not in feed.text
    assert await pool.fetchval("SELECT count(*) FROM feed_event") == 1
