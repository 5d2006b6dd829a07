import httpx

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
