from uuid import uuid4

import httpx

from tests.registry.conftest import Json, broken
from tests.world import World

UNIT = "Ditjen Bina Bangda"


async def test_an_approved_plan_is_public_and_its_activities_have_ids(
    world: World, registry: httpx.AsyncClient, agreement: Json, activity: Json, address: str
) -> None:
    second = activity | {
        "title": "Pertanian terpadu",
        "sector": "agriculture",
        "regions": ["12.10"],
        "sdgs": [],
        "targets": [],
    }

    approved = await registry.post(
        address,
        json={"activities": [activity, second]},
        headers=world.write("satker_officer", unit=UNIT),
    )

    assert approved.status_code == 201
    plan = (await registry.get(address)).json()
    assert plan == approved.json()
    assert [a["title"] for a in plan["activities"]] == [activity["title"], "Pertanian terpadu"]
    assert plan["activities"][0].items() >= activity.items()
    told = (await world.events("registry"))[-1]
    assert told["type"] == "MasterPlanApproved"
    assert [a["activity_id"] for a in told["data"]["activities"]] == [a["id"] for a in plan["activities"]]
    assert told["data"]["regions"] == ["12.10", "53.06", "53.10"]


WRONG_ACTIVITIES: list[tuple[Json, str, str | None]] = [
    ({"regions": ["53.06", "53.07"]}, "/regions/1", "V04"),
    ({"from_year": 2019}, "/from_year", "V04"),
    ({"to_year": 2024}, "/to_year", "V04"),
    ({"to_year": 2019}, "/to_year", "V04"),
    ({"priority": "PN9-2020"}, "/priority", "V04"),
    ({"sector": "piracy"}, "/sector", None),
    ({"sdgs": [18]}, "/sdgs/0", None),
    ({"budget": "-1"}, "/budget", "V18"),
    ({"regions": ["53"]}, "/regions/0", "V17"),
    ({"currency": "XXX"}, "/currency", "V18"),
    ({"targets": [{"year": 2019, "region": "53.06", "value": "1", "unit": "village"}]}, "/targets/0/year", "V04"),
    ({"targets": [{"year": 2023, "region": "53.06", "value": "1", "unit": "village"}]}, "/targets/0/year", "V04"),
    ({"targets": [{"year": 2020, "region": "12.10", "value": "1", "unit": "village"}]}, "/targets/0/region", "V04"),
    ({"targets": [{"year": 2020, "region": "53", "value": "1", "unit": "village"}]}, "/targets/0/region", None),
    ({"targets": [{"year": 2020, "region": "53.06", "value": "-1", "unit": "village"}]}, "/targets/0/value", None),
    ({"targets": [{"year": 2020, "region": "53.06", "value": "1", "unit": "village"}] * 2}, "/targets/1", "V04"),
]


async def test_an_activity_stays_within_the_agreement(
    world: World, registry: httpx.AsyncClient, activity: Json, address: str
) -> None:
    for change, field, rule in WRONG_ACTIVITIES:
        response = await registry.post(
            address, json={"activities": [activity | {"targets": []} | change]}, headers=world.write("fasker_officer")
        )

        assert (change, broken(response)) == (change, {(f"#/activities/0{field}", rule)})
    assert (await registry.get(address)).status_code == 404


async def test_an_agreement_has_one_master_plan(
    world: World, registry: httpx.AsyncClient, activity: Json, address: str
) -> None:
    body = {"activities": [activity]}
    await registry.post(address, json=body, headers=world.write("fasker_officer"))

    again = await registry.post(address, json=body, headers=world.write("fasker_officer"))

    assert (again.status_code, again.json()["type"]) == (409, "/problems/already-exists")


async def test_nobody_approves_for_another_unit(
    world: World, registry: httpx.AsyncClient, activity: Json, address: str
) -> None:
    for role, unit in [
        ("satker_officer", "BPSDM"),
        ("satker_officer", ""),
        ("fasker_head", UNIT),
        ("ngo_admin", UNIT),
    ]:
        response = await registry.post(address, json={"activities": [activity]}, headers=world.write(role, unit=unit))

        assert (role, unit, response.status_code) == (role, unit, 403)


async def test_without_an_agreement_there_is_no_plan(world: World, registry: httpx.AsyncClient, activity: Json) -> None:
    address = f"/v1/agreements/{uuid4()}/master-plan"

    read = await registry.get(address)
    write = await registry.post(address, json={"activities": [activity]}, headers=world.write("fasker_officer"))

    assert (read.status_code, write.status_code) == (404, 404)


async def test_a_terminated_agreement_gets_no_plan(
    world: World, registry: httpx.AsyncClient, active: Json, activity: Json, address: str
) -> None:
    await registry.post(
        f"/v1/organisations/{active['id']}/closure",
        json={"reason": "left Indonesia"},
        headers=world.write("fasker_head", match=2),
    )

    response = await registry.post(address, json={"activities": [activity]}, headers=world.write("fasker_officer"))

    assert (response.status_code, response.json()["type"]) == (409, "/problems/action-not-allowed")
