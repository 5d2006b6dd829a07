import httpx

from shared.http.etags import version_of
from tests.registry.conftest import APPLICANT, Json, Make, broken
from tests.world import World


async def test_an_application_tells_what_happened_and_makes_the_applicant_admin(
    world: World, registry: httpx.AsyncClient, applied: Json
) -> None:
    members = await registry.get(f"/v1/organisations/{applied['id']}/members", headers=world.read(sub=APPLICANT))

    assert applied["status"] == "applied"
    assert [(m["subject"], m["role"]) for m in members.json()["items"]] == [(APPLICANT, "ngo_admin")]
    events = await world.events("registry")
    assert [event["type"] for event in events] == ["NgoApplied", "MemberAdded", "LicenceRecorded"]
    assert {event["key"] for event in events} == {applied["id"]}


async def test_events_hold_no_address_of_a_person_or_an_office(world: World, applied: Json) -> None:
    texts = str([event["data"] for event in await world.events("registry")])

    assert applied["email"] not in texts
    assert applied["office_address"] not in texts


async def test_a_repeated_application_gets_the_same_answer_and_happens_once(
    world: World, registry: httpx.AsyncClient, application: Json
) -> None:
    headers = world.write(sub=APPLICANT, key="the-same")

    first = await registry.post("/v1/organisations", json=application, headers=headers)
    again = await registry.post("/v1/organisations", json=application, headers=headers)

    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert len(await world.events("registry")) == 3


async def test_who_acts_for_an_organisation_cannot_apply_for_another(
    world: World, registry: httpx.AsyncClient, applied: Json, application: Json
) -> None:
    response = await registry.post("/v1/organisations", json=application, headers=world.write(sub=APPLICANT))

    assert (response.status_code, response.json()["type"]) == (409, "/problems/already-exists")
    assert len(await world.events("registry")) == 3


async def test_nobody_applies_without_a_token(world: World, registry: httpx.AsyncClient, application: Json) -> None:
    response = await registry.post("/v1/organisations", json=application, headers={"Idempotency-Key": "k"})

    assert response.status_code == 401


WRONG_FIELDS: list[tuple[Json, str]] = [
    ({"name": ""}, "#/name"),
    ({"name": "x" * 201}, "#/name"),
    ({"origin_country": "Netherlands"}, "#/origin_country"),
    ({"email": "office"}, "#/email"),
    ({"website": "javascript:alert(1)"}, "#/website"),
    ({"sectors": []}, "#/sectors"),
    ({"sectors": ["agriculture", "piracy"]}, "#/sectors/1"),
    ({"sectors": ["agriculture", "agriculture"]}, "#/sectors/1"),
    ({"aliases": ["alias"] * 11}, "#/aliases"),
    ({"started_in_indonesia_on": "2999-01-01"}, "#/started_in_indonesia_on"),
    ({"president": "somebody"}, "#/president"),
]


async def test_a_wrong_field_is_named_and_nothing_changes(
    world: World, registry: httpx.AsyncClient, application: Json
) -> None:
    for change, pointer in WRONG_FIELDS:
        response = await registry.post("/v1/organisations", json=application | change, headers=world.write())

        assert (change, {field for field, _ in broken(response)}) == (change, {pointer})
    assert await world.events("registry") == []


async def test_a_permit_must_be_valid_for_some_time_but_not_more_than_three_years(
    world: World, registry: httpx.AsyncClient, application: Json
) -> None:
    wrong = {"2023-02-02": "#/principle_permit/valid_to", "2020-02-01": "#/principle_permit/valid_to"}
    for valid_to, pointer in wrong.items():
        permit = application["principle_permit"] | {"valid_to": valid_to}

        response = await registry.post(
            "/v1/organisations", json=application | {"principle_permit": permit}, headers=world.write()
        )

        assert broken(response) == {(pointer, "V01")}


async def test_an_application_needs_the_number_of_its_permit(
    world: World, registry: httpx.AsyncClient, application: Json
) -> None:
    del application["principle_permit"]["number"]

    response = await registry.post("/v1/organisations", json=application, headers=world.write())

    assert broken(response) == {("#/principle_permit/number", None)}


async def test_an_application_is_seen_by_the_applicant_and_the_ministry_only(
    world: World, registry: httpx.AsyncClient, applied: Json, apply_for: Make
) -> None:
    await apply_for("applicant-2")
    address = f"/v1/organisations/{applied['id']}/application"

    own = await registry.get(address, headers=world.read(sub=APPLICANT))
    officer = await registry.get(address, headers=world.read("fasker_officer"))
    foreign = await registry.get(address, headers=world.read(sub="applicant-2"))
    region = await registry.get(address, headers=world.read("pemda_kesbangpol", regions=["53"]))
    public = await registry.get(f"/v1/organisations/{applied['id']}")

    assert own.json()["email"] == applied["email"]
    assert version_of(officer.headers["ETag"]) == 1
    assert [r.status_code for r in (own, officer, foreign, region, public)] == [200, 200, 404, 404, 404]


async def test_officers_list_what_waits_for_a_decision(
    world: World, registry: httpx.AsyncClient, applied: Json, activate: Make
) -> None:
    accepted = await activate("applicant-2")

    waiting = await registry.get("/v1/applications", headers=world.read("fasker_officer"))
    decided = await registry.get("/v1/applications?status=active", headers=world.read("fasker_head"))
    refused = await registry.get("/v1/applications", headers=world.read(sub=APPLICANT))

    assert [item["id"] for item in waiting.json()["items"]] == [applied["id"]]
    assert [item["id"] for item in decided.json()["items"]] == [accepted["id"]]
    assert refused.status_code == 403
