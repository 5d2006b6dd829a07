from typing import Final
from urllib.parse import quote
from uuid import uuid4

import httpx

from tests.registry.conftest import APPLICANT, Json, Make, broken
from tests.world import World

STAFF: Final = "https://identity.example.org/users/1"  # a `sub` may be any text


async def test_an_admin_lets_people_in_and_takes_them_out(
    world: World, registry: httpx.AsyncClient, active: Json
) -> None:
    address = f"/v1/organisations/{active['id']}/members"

    added = await registry.post(
        address, json={"subject": STAFF, "role": "ngo_staff"}, headers=world.write(sub=APPLICANT)
    )
    seen = await registry.get(address, headers=world.read(sub=STAFF))
    removed = await registry.delete(f"{address}/{quote(STAFF, safe='')}", headers=world.write(sub=APPLICANT))

    assert (added.status_code, removed.status_code) == (201, 204)
    assert [member["subject"] for member in seen.json()["items"]] == [APPLICANT, STAFF]
    assert (await registry.get(address, headers=world.read(sub=STAFF))).status_code == 404
    told = (await world.events("registry"))[-2:]
    assert [(e["type"], e["data"]["subject"]) for e in told] == [
        ("MemberAdded", STAFF),
        ("MemberRemoved", STAFF),
    ]
    assert told[0]["data"]["actor"] == {"subject": APPLICANT, "role": "ngo_admin"}


async def test_the_last_admin_stays(world: World, registry: httpx.AsyncClient, active: Json) -> None:
    address = f"/v1/organisations/{active['id']}/members"

    refused = await registry.delete(f"{address}/{APPLICANT}", headers=world.write(sub=APPLICANT))
    await registry.post(address, json={"subject": "admin-2", "role": "ngo_admin"}, headers=world.write(sub=APPLICANT))
    removed = await registry.delete(f"{address}/{APPLICANT}", headers=world.write(sub="admin-2"))

    assert (refused.status_code, removed.status_code) == (409, 204)


async def test_staff_can_not_change_the_members(world: World, registry: httpx.AsyncClient, active: Json) -> None:
    address = f"/v1/organisations/{active['id']}/members"
    await registry.post(address, json={"subject": STAFF, "role": "ngo_staff"}, headers=world.write(sub=APPLICANT))

    response = await registry.post(
        address, json={"subject": "staff-2", "role": "ngo_staff"}, headers=world.write(sub=STAFF)
    )

    assert response.status_code == 403


async def test_for_strangers_there_is_no_such_organisation(
    world: World, registry: httpx.AsyncClient, active: Json, activate: Make
) -> None:
    await activate("stranger")
    address = f"/v1/organisations/{active['id']}/members"

    read = await registry.get(address, headers=world.read(sub="stranger"))
    write = await registry.post(
        address, json={"subject": "x", "role": "ngo_admin"}, headers=world.write(sub="stranger")
    )
    unknown = await registry.get(f"/v1/organisations/{uuid4()}/members", headers=world.read("fasker_officer"))

    assert [r.status_code for r in (read, write, unknown)] == [404, 404, 404]


async def test_one_person_acts_for_one_organisation_only(
    world: World, registry: httpx.AsyncClient, active: Json, activate: Make
) -> None:
    await activate("admin-2")

    response = await registry.post(
        f"/v1/organisations/{active['id']}/members",
        json={"subject": "admin-2", "role": "ngo_staff"},
        headers=world.write(sub=APPLICANT),
    )

    assert (response.status_code, response.json()["type"]) == (409, "/problems/already-exists")


async def test_a_wrong_field_is_named(world: World, registry: httpx.AsyncClient, active: Json) -> None:
    wrong: list[tuple[Json, str]] = [
        ({"subject": "s", "role": "king"}, "#/role"),
        ({"subject": "", "role": "ngo_staff"}, "#/subject"),
        ({"role": "ngo_staff"}, "#/subject"),
    ]
    for body, pointer in wrong:
        response = await registry.post(
            f"/v1/organisations/{active['id']}/members", json=body, headers=world.write(sub=APPLICANT)
        )

        assert {field for field, _ in broken(response)} == {pointer}
