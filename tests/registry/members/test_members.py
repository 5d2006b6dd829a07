from typing import Final
from urllib.parse import quote
from uuid import uuid4

import httpx

from tests.registry.conftest import APPLICANT, Json, Make
from tests.world import World

STAFF: Final = "https://identity.example.org/users/1"  # a `sub` may be any text


async def test_an_admin_takes_people_out(world: World, registry: httpx.AsyncClient, active: Json, join: Make) -> None:
    address = f"/v1/organisations/{active['id']}/members"
    await join(active, STAFF)

    seen = await registry.get(address, headers=world.read(sub=STAFF))
    removed = await registry.delete(f"{address}/{quote(STAFF, safe='')}", headers=world.write(sub=APPLICANT))

    assert removed.status_code == 204
    assert [member["subject"] for member in seen.json()["items"]] == [APPLICANT, STAFF]
    assert (await registry.get(address, headers=world.read(sub=STAFF))).status_code == 404
    told = (await world.events("registry"))[-1]
    assert (told["type"], told["data"]["subject"]) == ("MemberRemoved", STAFF)
    assert told["data"]["actor"] == {"subject": APPLICANT, "role": "ngo_admin"}


async def test_the_last_admin_stays(world: World, registry: httpx.AsyncClient, active: Json, join: Make) -> None:
    address = f"/v1/organisations/{active['id']}/members"

    refused = await registry.delete(f"{address}/{APPLICANT}", headers=world.write(sub=APPLICANT))
    await join(active, "admin-2", "ngo_admin")
    removed = await registry.delete(f"{address}/{APPLICANT}", headers=world.write(sub="admin-2"))

    assert (refused.status_code, removed.status_code) == (409, 204)


async def test_staff_can_not_take_people_out(
    world: World, registry: httpx.AsyncClient, active: Json, join: Make
) -> None:
    await join(active, STAFF)

    response = await registry.delete(
        f"/v1/organisations/{active['id']}/members/{APPLICANT}", headers=world.write(sub=STAFF)
    )

    assert response.status_code == 403


async def test_for_strangers_there_is_no_such_organisation(
    world: World, registry: httpx.AsyncClient, active: Json, activate: Make
) -> None:
    await activate("stranger")
    address = f"/v1/organisations/{active['id']}/members"

    read = await registry.get(address, headers=world.read(sub="stranger"))
    write = await registry.delete(f"{address}/{APPLICANT}", headers=world.write(sub="stranger"))
    unknown = await registry.get(f"/v1/organisations/{uuid4()}/members", headers=world.read("fasker_officer"))

    assert [r.status_code for r in (read, write, unknown)] == [404, 404, 404]


async def test_a_member_who_is_an_official_too_reads_his_own_organisations_members_as_a_member(
    world: World, registry: httpx.AsyncClient, active: Json
) -> None:
    address = f"/v1/organisations/{active['id']}/members"

    seen = await registry.get(address, headers=world.read("fasker_officer", sub=APPLICANT))

    assert seen.status_code == 200
    pool = await world.pool("registry")
    assert [tuple(r) for r in await pool.fetch("SELECT role, own FROM personal_read")] == [("ngo_admin", True)]
