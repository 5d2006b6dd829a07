from typing import Final
from urllib.parse import quote
from uuid import uuid4

import httpx

from shared.http.etags import version_of
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


async def test_an_admin_gives_a_member_another_role_which_is_his_at_once(
    world: World, registry: httpx.AsyncClient, active: Json, join: Make
) -> None:
    address = f"/v1/organisations/{active['id']}/members"
    await join(active, STAFF)
    role = {"role": "ngo_admin", "reason": "takes over the office"}

    changed = await registry.put(
        f"{address}/{quote(STAFF, safe='')}", json=role, headers=world.write(sub=APPLICANT, match=1)
    )
    again = await registry.put(
        f"{address}/{quote(STAFF, safe='')}", json=role, headers=world.write(sub=APPLICANT, match=2)
    )
    removed = await registry.delete(f"{address}/{APPLICANT}", headers=world.write(sub=STAFF))

    assert (changed.status_code, changed.json()["role"], version_of(changed.headers["ETag"])) == (200, "ngo_admin", 2)
    assert again.json() == changed.json()
    assert removed.status_code == 204
    [told] = [event["data"] for event in await world.events("registry") if event["type"] == "MemberRoleChanged"]
    assert (told["subject"], told["previous_role"], told["member_role"]) == (STAFF, "ngo_staff", "ngo_admin")
    assert (told["reason"], told["actor"]) == (role["reason"], {"subject": APPLICANT, "role": "ngo_admin"})


async def test_a_role_is_changed_as_it_was_read_by_an_admin_for_one_of_the_three(
    world: World, registry: httpx.AsyncClient, active: Json, join: Make
) -> None:
    address = f"/v1/organisations/{active['id']}/members"
    await join(active, STAFF)
    role = {"role": "ngo_director", "reason": "because it is so"}
    path = f"{address}/{quote(STAFF, safe='')}"

    answers = [
        await registry.put(path, json=role, headers=world.write(sub=APPLICANT)),
        await registry.put(path, json=role, headers=world.write(sub=APPLICANT, match=9)),
        await registry.put(path, json=role | {"role": "owner"}, headers=world.write(sub=APPLICANT, match=1)),
        await registry.put(path, json={"role": "ngo_director"}, headers=world.write(sub=APPLICANT, match=1)),
        await registry.put(path, json=role, headers=world.write(sub=STAFF, match=1)),
        await registry.put(f"{address}/nobody", json=role, headers=world.write(sub=APPLICANT, match=1)),
    ]

    assert [answer.status_code for answer in answers] == [428, 412, 422, 422, 403, 404]
    listed = await registry.get(address, headers=world.read(sub=APPLICANT))
    assert [(item["role"], item["version"]) for item in listed.json()["items"]] == [("ngo_admin", 1), ("ngo_staff", 1)]


async def test_the_last_admin_stays_one(world: World, registry: httpx.AsyncClient, active: Json, join: Make) -> None:
    path = f"/v1/organisations/{active['id']}/members/{APPLICANT}"
    role = {"role": "ngo_staff", "reason": "steps back"}

    refused = await registry.put(path, json=role, headers=world.write(sub=APPLICANT, match=1))
    await join(active, "admin-2", "ngo_admin")
    changed = await registry.put(path, json=role, headers=world.write(sub=APPLICANT, match=1))

    assert (refused.status_code, changed.status_code) == (409, 200)


async def test_a_member_leaves_by_himself_unless_he_is_the_last_admin(
    world: World, registry: httpx.AsyncClient, active: Json, join: Make
) -> None:
    path = f"/v1/organisations/{active['id']}/membership"
    await join(active, STAFF)

    unseen = await registry.delete(path, headers=world.write(sub=STAFF))
    left = await registry.delete(path, headers=world.write(sub=STAFF, match=1))
    again = await registry.delete(path, headers=world.write(sub=STAFF, match=1))
    last = await registry.delete(path, headers=world.write(sub=APPLICANT, match=1))

    assert [answer.status_code for answer in (unseen, left, again, last)] == [428, 204, 404, 409]
    told = (await world.events("registry"))[-1]
    assert (told["type"], told["data"]["subject"]) == ("MemberRemoved", STAFF)
    assert told["data"]["actor"] == {"subject": STAFF, "role": "ngo_staff"}
