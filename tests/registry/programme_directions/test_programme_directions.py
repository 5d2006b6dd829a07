from uuid import uuid4

import httpx
import pytest

from tests.registry.conftest import APPLICANT, Json, broken
from tests.world import World

DIRECTION: Json = {
    "number": "DEMO-AP-10/2020",
    "title": "Arahan Program Pembangunan Terpadu",
    "starts_on": "2020-02-01",
    "ends_on": "2023-02-01",
    "document_sha256": "ab" * 32,
}


@pytest.fixture
def address(agreement: Json) -> str:
    return f"/v1/agreements/{agreement['id']}/programme-directions"


async def test_a_direction_is_public_and_told(
    world: World, registry: httpx.AsyncClient, agreement: Json, address: str
) -> None:
    recorded = await registry.post(address, json=DIRECTION, headers=world.write("fasker_officer"))

    assert recorded.status_code == 201, recorded.text
    assert recorded.json().items() >= DIRECTION.items()
    assert (await registry.get(address)).json()["items"] == [recorded.json()]
    told = (await world.events("registry"))[-1]
    assert (told["type"], told["data"]["agreement_id"]) == ("ProgrammeDirectionRecorded", agreement["id"])
    assert (told["data"]["document_sha256"], told["data"]["regions"]) == ("ab" * 32, agreement["regions"])


async def test_a_wrong_field_is_named(world: World, registry: httpx.AsyncClient, address: str) -> None:
    wrong: list[tuple[Json, set[tuple[str, str | None]]]] = [
        ({"starts_on": "2020-01-31"}, {("#/starts_on", None)}),
        ({"ends_on": "2023-02-02"}, {("#/ends_on", None)}),
        ({"ends_on": "2020-02-01"}, {("#/ends_on", None)}),
        ({"document_sha256": None}, {("#/document_sha256", None)}),
        ({"document_sha256": "AB" * 32}, {("#/document_sha256", None)}),
        ({"number": ""}, {("#/number", None)}),
    ]
    for change, errors in wrong:
        response = await registry.post(address, json=DIRECTION | change, headers=world.write("fasker_officer"))

        assert (change, broken(response)) == (change, errors)
    assert (await registry.get(address)).json()["items"] == []


async def test_a_number_is_used_once(world: World, registry: httpx.AsyncClient, address: str) -> None:
    await registry.post(address, json=DIRECTION, headers=world.write("fasker_officer"))

    again = await registry.post(
        address, json=DIRECTION | {"number": "demo-ap-10/2020"}, headers=world.write("fasker_officer")
    )

    assert (again.status_code, again.json()["type"]) == (409, "/problems/already-exists")


async def test_without_an_agreement_there_is_none(world: World, registry: httpx.AsyncClient) -> None:
    address = f"/v1/agreements/{uuid4()}/programme-directions"

    read = await registry.get(address)
    write = await registry.post(address, json=DIRECTION, headers=world.write("fasker_officer"))

    assert (read.status_code, write.status_code) == (404, 404)


async def test_an_agreement_that_ended_gets_none(
    world: World, registry: httpx.AsyncClient, agreement: Json, address: str
) -> None:
    body = {"ended_on": "2020-06-30", "reason": "the programme has lost its funds"}
    path = f"/v1/agreements/{agreement['id']}/termination"
    await registry.post(path, json=body, headers=world.write("fasker_head", match=1))

    response = await registry.post(address, json=DIRECTION, headers=world.write("fasker_officer"))

    assert (response.status_code, response.json()["type"]) == (409, "/problems/action-not-allowed")


async def test_only_the_centre_records(world: World, registry: httpx.AsyncClient, address: str) -> None:
    for headers in (world.write(sub=APPLICANT), world.write("satker_officer"), world.write("pemda_kesbangpol")):
        assert (await registry.post(address, json=DIRECTION, headers=headers)).status_code == 403
