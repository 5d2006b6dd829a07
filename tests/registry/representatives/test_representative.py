import httpx

from tests.registry.conftest import APPLICANT, Json, Make, broken
from tests.world import World

NAMED: Json = {"name": "Contoh Pemimpin", "function": "Country Director", "appointed_on": "2019-05-01"}


async def test_an_organisation_names_the_head_of_its_office_and_no_event_says_who(
    world: World, registry: httpx.AsyncClient, applied: Json
) -> None:
    address = f"/v1/organisations/{applied['id']}/representative"
    before = await registry.get(address, headers=world.read(sub=APPLICANT))

    named = await registry.put(address, json=NAMED, headers=world.write(sub=APPLICANT, match=1))
    after = await registry.get(address, headers=world.read(sub=APPLICANT))

    assert (named.status_code, named.json()["version"]) == (200, 2)
    assert NAMED["name"] not in named.text
    assert before.json() == {"person": None}
    assert {name: after.json()["person"][name] for name in NAMED} == NAMED
    told = (await world.events("registry"))[-1]
    assert told["type"] == "NgoRepresentativeChanged"
    assert NAMED["name"] not in str(told)


async def test_an_official_says_why_he_reads_who_it_is_and_the_reading_is_kept(
    world: World, registry: httpx.AsyncClient, applied: Json
) -> None:
    address = f"/v1/organisations/{applied['id']}/representative"
    await registry.put(address, json=NAMED, headers=world.write(sub=APPLICANT, match=1))

    silent = await registry.get(address, headers=world.read("fasker_officer"))
    seen = await registry.get(address, headers=world.read("fasker_officer") | {"Singo-Reason": "to sign the MSP"})

    assert broken(silent) == {("header:Singo-Reason", None)}
    assert seen.status_code == 200
    pool = await world.pool("registry")
    assert [tuple(row) for row in await pool.fetch("SELECT role, own, reason FROM personal_read")] == [
        ("fasker_officer", False, "to sign the MSP")
    ]


async def test_an_officer_checks_who_heads_the_office_and_another_one_is_unconfirmed_again(
    world: World, registry: httpx.AsyncClient, applied: Json
) -> None:
    organisation = f"/v1/organisations/{applied['id']}"

    async def check(match: int, **check: str) -> httpx.Response:
        body = {"checks": [{"field": "representative", **check}]}
        headers = world.write("fasker_officer", match=match, unit="Fasker")
        return await registry.post(f"{organisation}/field-checks", json=body, headers=headers)

    async def name(match: int, **changes: str) -> httpx.Response:
        headers = world.write(sub=APPLICANT, match=match)
        return await registry.put(f"{organisation}/representative", json=NAMED | changes, headers=headers)

    def found(response: httpx.Response) -> tuple[str | None, ...]:
        [check] = [each for each in response.json()["checks"] if each["field"] == "representative"]
        return check["state"], check["comment"], check["confirmed_by_unit"]

    asked = await check(1, state="queried", comment="who is it?")
    answered = await name(2)
    confirmed = await check(3, state="confirmed")
    changed = await name(4, name="Contoh Pengganti")

    assert [found(each) for each in (asked, answered, confirmed, changed)] == [
        ("queried", "who is it?", None),
        ("unconfirmed", None, None),
        ("confirmed", None, "Fasker"),
        ("unconfirmed", None, "Fasker"),
    ]
    steps = (await registry.get(f"{organisation}/profile/steps", headers=world.read(sub=APPLICANT))).json()["items"]
    assert [(step["act"], step["previous"]) for step in steps] == [
        ("change", None), ("confirm", None), ("change", None), ("query", None),
    ]  # fmt: skip


async def test_a_wrong_name_is_refused(world: World, registry: httpx.AsyncClient, applied: Json) -> None:
    address = f"/v1/organisations/{applied['id']}/representative"
    wrong: list[tuple[Json, str]] = [
        ({"name": ""}, "#/name"),
        ({"function": None}, "#/function"),
        ({"appointed_on": "2999-01-01"}, "#/appointed_on"),
    ]
    for change, pointer in wrong:
        response = await registry.put(address, json=NAMED | change, headers=world.write(sub=APPLICANT, match=1))

        assert {field for field, _ in broken(response)} == {pointer}


async def test_only_its_own_people_name_it(
    world: World, registry: httpx.AsyncClient, applied: Json, apply_for: Make
) -> None:
    await apply_for("stranger")
    address = f"/v1/organisations/{applied['id']}/representative"

    stranger = await registry.put(address, json=NAMED, headers=world.write(sub="stranger", match=1))
    official = await registry.put(address, json=NAMED, headers=world.write("fasker_officer", match=1))
    read = await registry.get(address, headers=world.read("observer_tpoa"))

    assert [r.status_code for r in (stranger, official, read)] == [404, 404, 404]
