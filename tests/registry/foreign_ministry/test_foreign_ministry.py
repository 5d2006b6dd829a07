from uuid import uuid4

import httpx
import pytest

from tests.registry.conftest import APPLICANT, Json, Make, broken
from tests.world import World

STEP: Json = {
    "step": "PEMAPARAN_TPOA",
    "outcome": "setuju",
    "reached_on": "2020-01-08",
    "reference": "DEMO-TPOA-3/2020",
    "note": "Presented to the licensing team",
}


@pytest.fixture
def address(active: Json) -> str:
    return f"/v1/organisations/{active['id']}/foreign-ministry-steps"


async def test_the_organisation_sees_what_an_officer_recorded(
    world: World, registry: httpx.AsyncClient, address: str
) -> None:
    recorded = await registry.post(address, json=STEP, headers=world.write("fasker_officer"))

    assert recorded.status_code == 201, recorded.text
    assert recorded.json().items() >= STEP.items()
    listed = await registry.get(address, headers=world.read(sub=APPLICANT))
    assert listed.json()["items"] == [recorded.json()]
    told = (await world.events("registry"))[-1]
    assert (told["type"], told["data"]["step"]) == ("ForeignMinistryStepRecorded", "PEMAPARAN_TPOA")
    assert "note" not in told["data"]


async def test_any_word_is_a_step_in_any_order(world: World, registry: httpx.AsyncClient, address: str) -> None:
    for step in ("IZIN_PRINSIP_TETAP", "PERMOHONAN", "A_STEP_THAT_IS_NEW_NEXT_YEAR"):
        response = await registry.post(
            address, json={"step": step, "reached_on": "2020-01-08"}, headers=world.write("fasker_officer")
        )

        assert response.status_code == 201, response.text
    proposed = (await registry.get("/v1/foreign-ministry-steps")).json()["items"]
    assert proposed[2]["step"] == "PEMAPARAN_TPOA"


async def test_the_record_is_a_mirror_that_nobody_else_writes(
    world: World, registry: httpx.AsyncClient, address: str, activate: Make
) -> None:
    await activate("stranger")
    for headers, status in (
        (world.write(sub=APPLICANT), 403),
        (world.write("fasker_head"), 403),
        (world.write("observer_tpoa"), 403),
        ({}, 401),
    ):
        assert (await registry.post(address, json=STEP, headers=headers)).status_code == status
    for verb in ("PUT", "PATCH", "DELETE"):
        answer = await registry.request(verb, address, headers=world.write("fasker_officer"))
        assert answer.status_code == 405
    assert (await registry.get(address, headers=world.read(sub="stranger"))).status_code == 404


async def test_a_mistake_is_corrected_by_a_step_in_its_place_once(
    world: World, registry: httpx.AsyncClient, address: str
) -> None:
    wrong = (await registry.post(address, json=STEP, headers=world.write("fasker_officer"))).json()
    correction = STEP | {"outcome": "tolak", "corrects_id": wrong["id"]}

    right = await registry.post(address, json=correction, headers=world.write("fasker_officer"))
    again = await registry.post(address, json=correction, headers=world.write("fasker_officer"))

    listed = (await registry.get(f"{address}?sort=id", headers=world.read("fasker_head"))).json()["items"]
    assert [(item["id"], item["corrected_by_id"]) for item in listed] == [
        (wrong["id"], right.json()["id"]),
        (right.json()["id"], None),
    ]
    assert (again.status_code, again.json()["type"]) == (409, "/problems/already-exists")


async def test_a_wrong_field_is_named(world: World, registry: httpx.AsyncClient, address: str) -> None:
    wrong: list[tuple[Json, set[tuple[str, str | None]]]] = [
        ({"step": "with blanks"}, {("#/step", None)}),
        ({"reached_on": "2999-01-01"}, {("#/reached_on", None)}),
        ({"corrects_id": str(uuid4())}, {("#/corrects_id", None)}),
        ({"outcome": "<b>"}, {("#/outcome", None)}),
    ]
    for change, errors in wrong:
        response = await registry.post(address, json=STEP | change, headers=world.write("fasker_officer"))

        assert (change, broken(response)) == (change, errors)


async def test_there_is_no_track_of_an_organisation_that_does_not_exist(
    world: World, registry: httpx.AsyncClient
) -> None:
    address = f"/v1/organisations/{uuid4()}/foreign-ministry-steps"

    write = await registry.post(address, json=STEP, headers=world.write("fasker_officer"))
    read = await registry.get(address, headers=world.read("fasker_officer"))

    assert (write.status_code, read.status_code) == (404, 404)
