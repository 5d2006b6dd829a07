import asyncio
from typing import Any

import httpx
import pytest

from services.notifications.subscriptions.rules import PER_OWNER_MAX
from shared.http.etags import version_of
from tests.notifications.conftest import Subscribe
from tests.world import World

WANTED = {"name": "SIPD Flores Timur", "types": ["VisitAnnounced"], "regions": ["53.06"]}


async def post(api: httpx.AsyncClient, body: dict[str, Any], headers: dict[str, str]) -> httpx.Response:
    return await api.post("/v1/subscriptions", json=body, headers=headers)


async def test_a_subscription_starts_active_at_number_zero(world: World, api: httpx.AsyncClient) -> None:
    response = await post(api, WANTED, world.write("pemda_kesbangpol", regions=["53.06"]))

    assert response.status_code == 201
    created = response.json()
    assert created["status"] == "active"
    assert (created["last_number"], created["read_number"], created["behind"]) == (0, 0, 0)
    assert created["oldest_unread_at"] is None
    assert version_of(response.headers["ETag"]) == 1
    read = await api.get(response.headers["Location"], headers=world.read("pemda_kesbangpol", regions=["53.06"]))
    assert read.json() == created
    assert version_of(read.headers["ETag"]) == 1


async def test_creation_is_an_event_of_the_subscription(world: World, api: httpx.AsyncClient) -> None:
    response = await post(api, WANTED, world.write("integrator"))

    [event] = await world.events("notifications")
    assert event["type"] == "SubscriptionCreated"
    assert event["key"] == response.json()["id"]
    assert event["data"]["types"] == ["VisitAnnounced"]
    assert event["data"]["regions"] == ["53.06"]
    assert event["data"]["actor"] == {"subject": "integrator-1", "role": "integrator"}


async def test_repeating_the_key_gives_the_same_subscription(world: World, api: httpx.AsyncClient) -> None:
    first = await post(api, WANTED, world.write("integrator", key="k1"))
    again = await post(api, WANTED, world.write("integrator", key="k1"))

    assert again.content == first.content
    assert again.headers["Idempotent-Replayed"] == "true"
    assert len(await world.events("notifications")) == 1


async def test_types_and_regions_named_twice_count_once(world: World, api: httpx.AsyncClient) -> None:
    body = {"name": "x", "types": ["*", "*"], "regions": ["53.10", "53.06", "53.10"]}

    created = (await post(api, body, world.write("integrator"))).json()

    assert created["types"] == ["*"]
    assert created["regions"] == ["53.06", "53.10"]


@pytest.mark.parametrize(
    ("field", "value", "pointer", "rule"),
    [
        ("regions", ["53", "99"], "#/regions/1", "V17"),
        *(("regions", [code], "#/regions/0", "V17") for code in ("53.06.01", "", "5306", "53.6", "٥٣", "53.", "53.99")),
        ("regions", ["91.01"], "#/regions/0", "V17"),
        ("regions", ["53"] * 601, "#/regions", None),
        ("types", [], "#/types", None),
        ("types", ["visit announced"], "#/types/0", None),
        ("types", ["singo.reporting.VisitAnnounced"], "#/types/0", None),
        ("types", ["**"], "#/types/0", None),
        ("types", ["*", "VisitAnounced"], "#/types/1", None),
        ("types", ["singo.reporting.VisitAnnounced.v7"], "#/types/0", None),
        ("name", "", "#/name", None),
        ("name", "a\x00b", "#/name", None),
        ("url", "https://example.org", "#/url", None),
    ],
)
async def test_wrong_input_is_refused_by_field_and_changes_nothing(
    world: World, api: httpx.AsyncClient, field: str, value: Any, pointer: str, rule: str | None
) -> None:
    response = await post(api, WANTED | {field: value}, world.write("integrator"))

    assert response.status_code == 422
    [error] = response.json()["errors"]
    assert error["pointer"] == pointer
    assert error.get("rule") == rule
    assert await world.events("notifications") == []


@pytest.mark.parametrize("role", ["pemda_kesbangpol", "pemda_planner", "integrator", "fasker_officer"])
async def test_a_token_with_regions_reaches_no_further(world: World, api: httpx.AsyncClient, role: str) -> None:
    headers = world.write(role, regions=["53.06"])

    outside = await post(api, WANTED | {"regions": ["53.06", "53.10"]}, headers)
    everywhere = await post(api, WANTED | {"regions": []}, world.write(role, regions=["53.06"]))

    assert outside.status_code == everywhere.status_code == 403
    assert outside.json()["errors"][0]["pointer"] == "#/regions/1"


async def test_an_official_of_a_province_reaches_its_regencies(world: World, api: httpx.AsyncClient) -> None:
    response = await post(api, WANTED, world.write("pemda_planner", regions=["53"]))

    assert response.status_code == 201


async def test_an_official_whose_token_names_no_region_subscribes_to_none(world: World, api: httpx.AsyncClient) -> None:
    response = await post(api, WANTED, world.write("pemda_kesbangpol"))

    assert response.status_code == 403


async def test_ngo_people_and_strangers_may_not_subscribe(world: World, api: httpx.AsyncClient) -> None:
    member = await post(api, WANTED, world.write(sub="ngo-member"))
    operator = await post(api, WANTED, world.write("operator"))
    stranger = await post(api, WANTED, {})

    assert (member.status_code, operator.status_code, stranger.status_code) == (403, 403, 401)


async def test_a_post_without_idempotency_key_is_refused(world: World, api: httpx.AsyncClient) -> None:
    response = await post(api, WANTED, world.read("integrator"))

    assert response.status_code == 400
    assert response.json()["type"] == "/problems/idempotency-key-required"


async def test_one_owner_has_a_bounded_number_of_subscriptions(
    world: World, api: httpx.AsyncClient, subscribe: Subscribe
) -> None:
    for _ in range(PER_OWNER_MAX):
        await subscribe()

    response = await post(api, WANTED, world.write("integrator"))

    assert response.status_code == 409


async def test_creations_at_once_do_not_exceed_the_bound(
    world: World, api: httpx.AsyncClient, subscribe: Subscribe
) -> None:
    for _ in range(PER_OWNER_MAX - 2):
        await subscribe()

    answers = await asyncio.gather(*(post(api, WANTED, world.write("integrator")) for _ in range(12)))

    assert sorted(answer.status_code for answer in answers) == [201] * 2 + [409] * 10


async def test_lists_show_ones_own_and_an_operator_all(
    world: World, api: httpx.AsyncClient, subscribe: Subscribe
) -> None:
    mine = await subscribe()
    theirs = await subscribe(owner="integrator-2")

    own = await api.get("/v1/subscriptions", headers=world.read("integrator"))
    all_ = await api.get("/v1/subscriptions", headers=world.read("operator"))

    assert [item["id"] for item in own.json()["items"]] == [mine["id"]]
    assert [item["id"] for item in all_.json()["items"]] == [theirs["id"], mine["id"]]


async def test_lists_come_in_pages(world: World, api: httpx.AsyncClient, subscribe: Subscribe) -> None:
    made = [(await subscribe())["id"] for _ in range(3)]

    first = (await api.get("/v1/subscriptions?limit=2", headers=world.read("integrator"))).json()
    cursor = first["next_cursor"]
    second = await api.get(f"/v1/subscriptions?limit=2&cursor={cursor}", headers=world.read("integrator"))

    assert [item["id"] for item in first["items"] + second.json()["items"]] == made[::-1]
    assert second.json()["next_cursor"] is None


async def test_somebody_elses_subscription_is_not_there(
    world: World, api: httpx.AsyncClient, subscribe: Subscribe
) -> None:
    theirs = await subscribe(owner="integrator-2")

    response = await api.get(f"/v1/subscriptions/{theirs['id']}", headers=world.read("integrator"))

    assert response.status_code == 404
