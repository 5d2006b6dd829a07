from datetime import UTC, datetime

import httpx
import pytest

from shared.clock import JAKARTA
from shared.http.etags import version_of
from tests.registry.conftest import APPLICANT, Json, Make, broken
from tests.world import World

PARTNER: Json = {
    "name": "Yayasan Contoh Flores",
    "legal_form": "yayasan",
    "registration_number": "DEMO-SKT-1",
    "registration_valid_to": "2027-06-30",
    "regions": ["53.06"],
    "programme": "Sanitasi total berbasis masyarakat",
}


@pytest.fixture
async def proposed(world: World, registry: httpx.AsyncClient, active: Json) -> Json:
    response = await registry.post("/v1/local-partners", json=PARTNER, headers=world.write(sub=APPLICANT))
    assert response.status_code == 201, response.text
    partner: Json = response.json()
    return partner


@pytest.mark.parametrize(
    ("body", "status", "event"),
    [
        ({"decision": "approved"}, "approved", "LocalPartnerApproved"),
        (
            {"decision": "approved_with_notes", "notes": "renew the SKT in time"},
            "approved_with_notes",
            "LocalPartnerApproved",
        ),
        ({"decision": "rejected", "notes": "the address is wrong"}, "rejected", "LocalPartnerRejected"),
    ],
)
async def test_an_officer_decides_and_the_event_tells_it(
    world: World, registry: httpx.AsyncClient, proposed: Json, body: Json, status: str, event: str
) -> None:
    address = f"/v1/local-partners/{proposed['id']}"

    decided = await registry.post(f"{address}/decision", json=body, headers=world.write("fasker_officer", match=1))

    assert (decided.json()["status"], version_of(decided.headers["ETag"])) == (status, 2)
    seen = await registry.get(address, headers=world.read(sub=APPLICANT))
    assert seen.json() == decided.json()
    types = [e["type"] for e in await world.events("registry")]
    assert types[-2:] == ["LocalPartnerProposed", event]
    again = await registry.post(f"{address}/decision", json=body, headers=world.write("fasker_officer", match=2))
    assert again.status_code == 409


async def test_a_decision_is_complete_and_rests_on_the_present_version(
    world: World, registry: httpx.AsyncClient, proposed: Json
) -> None:
    wrong: list[tuple[Json, int | None, int]] = [
        ({"decision": "approved"}, 9, 412),
        ({"decision": "approved"}, None, 428),
        ({"decision": "rejected"}, 1, 422),
        ({"decision": "approved_with_notes"}, 1, 422),
        ({"decision": "maybe"}, 1, 422),
    ]
    for body, match, status in wrong:
        response = await registry.post(
            f"/v1/local-partners/{proposed['id']}/decision",
            json=body,
            headers=world.write("fasker_officer", match=match),
        )

        assert (body, match, response.status_code) == (body, match, status)
    assert (await world.events("registry"))[-1]["type"] == "LocalPartnerProposed"


async def test_the_registration_must_still_be_valid_when_the_partner_is_approved(
    world: World, registry: httpx.AsyncClient, proposed: Json
) -> None:
    await world.set_clock("registry", datetime(2027, 6, 30, 17, tzinfo=UTC))  # 1 July in Jakarta

    response = await registry.post(
        f"/v1/local-partners/{proposed['id']}/decision",
        json={"decision": "approved"},
        headers=world.write("fasker_officer", match=1),
    )

    assert broken(response) == {("#/registration_valid_to", "V20")}


async def test_a_wrong_proposal_is_refused(world: World, registry: httpx.AsyncClient, active: Json) -> None:
    wrong: list[tuple[Json, tuple[str, str | None]]] = [
        ({"registration_valid_to": "2020-01-01"}, ("#/registration_valid_to", "V20")),
        ({"regions": ["53.99"]}, ("#/regions/0", "V17")),
        ({"name": "two\nlines"}, ("#/name", None)),
    ]
    for change, error in wrong:
        response = await registry.post("/v1/local-partners", json=PARTNER | change, headers=world.write(sub=APPLICANT))

        assert (change, broken(response)) == (change, {error})


async def test_who_is_there_is_not_proposed_twice(world: World, registry: httpx.AsyncClient, proposed: Json) -> None:
    same = PARTNER | {"registration_number": "demo-skt-1"}

    twice = await registry.post("/v1/local-partners", json=same, headers=world.write(sub=APPLICANT))

    assert (twice.status_code, proposed["predecessor_id"]) == (409, None)


@pytest.mark.parametrize("over", ["rejected", "ended"])
async def test_who_is_over_is_proposed_again_as_the_successor_and_decided_on_anew(
    world: World, registry: httpx.AsyncClient, proposed: Json, over: str
) -> None:
    address = f"/v1/local-partners/{proposed['id']}"
    rejected, approved = {"decision": "rejected", "notes": "the address is wrong"}, {"decision": "approved"}
    decided = await registry.post(
        f"{address}/decision",
        json=rejected if over == "rejected" else approved,
        headers=world.write("fasker_officer", match=1),
    )
    if over == "ended":
        decided_at = datetime.fromisoformat(decided.json()["decided_at"])
        end = {"ended_on": str(decided_at.astimezone(JAKARTA).date()), "reason": "the programme is over"}
        ended = await registry.post(f"{address}/end", json=end, headers=world.write(sub=APPLICANT, match=2))
        assert ended.status_code == 200, ended.text

    again = await registry.post("/v1/local-partners", json=PARTNER, headers=world.write(sub=APPLICANT))
    twice = await registry.post("/v1/local-partners", json=PARTNER, headers=world.write(sub=APPLICANT))

    assert (again.status_code, twice.status_code) == (201, 409)
    assert (again.json()["status"], again.json()["predecessor_id"]) == ("proposed", proposed["id"])
    assert again.json()["steps"] == []
    told = (await world.events("registry"))[-1]
    assert (told["type"], told["data"]["predecessor_id"]) == ("LocalPartnerProposed", proposed["id"])
    assert (await registry.get(address, headers=world.read(sub=APPLICANT))).json()["status"] == over


async def test_a_proposal_that_takes_on_the_number_of_one_that_is_over_comes_after_it(
    world: World, registry: httpx.AsyncClient, proposed: Json
) -> None:
    other = PARTNER | {"registration_number": "DEMO-SKT-2"}
    made = await registry.post("/v1/local-partners", json=other, headers=world.write(sub=APPLICANT))
    await registry.post(
        f"/v1/local-partners/{proposed['id']}/decision",
        json={"decision": "rejected", "notes": "the number is another's"},
        headers=world.write("fasker_officer", match=1),
    )

    changed = await registry.put(
        f"/v1/local-partners/{made.json()['id']}", json=PARTNER, headers=world.write(sub=APPLICANT, match=1)
    )

    assert (made.json()["predecessor_id"], changed.json()["predecessor_id"]) == (None, proposed["id"])


async def test_only_people_of_an_active_organisation_propose(
    world: World, registry: httpx.AsyncClient, applied: Json
) -> None:
    not_yet_active = await registry.post("/v1/local-partners", json=PARTNER, headers=world.write(sub=APPLICANT))
    no_member = await registry.post("/v1/local-partners", json=PARTNER, headers=world.write("fasker_officer"))

    assert (not_yet_active.status_code, no_member.status_code) == (409, 403)


async def test_a_partner_is_seen_by_its_ngo_its_region_and_the_ministry(
    world: World, registry: httpx.AsyncClient, proposed: Json, activate: Make
) -> None:
    await activate("stranger")
    sees = [
        (world.read(sub=APPLICANT), True),
        (world.read(sub="stranger"), False),
        (world.read("satker_officer"), True),
        (world.read("pemda_kesbangpol", regions=["53"]), True),
        (world.read("pemda_kesbangpol", regions=["53.06"]), True),
        (world.read("pemda_planner", regions=["53.10"]), False),
        (world.read("pemda_kesbangpol", regions=["5"]), False),
        (world.read("pemda_kesbangpol"), False),
    ]
    for index, (caller, allowed) in enumerate(sees):
        one = await registry.get(f"/v1/local-partners/{proposed['id']}", headers=caller)
        listed = await registry.get("/v1/local-partners?status=proposed", headers=caller)

        assert (index, one.status_code) == (index, 200 if allowed else 404)
        assert [item["id"] for item in listed.json()["items"]] == ([proposed["id"]] if allowed else [])


async def test_who_belongs_nowhere_sees_no_partners(world: World, registry: httpx.AsyncClient) -> None:
    response = await registry.get("/v1/local-partners", headers=world.read(sub="nobody"))

    assert response.status_code == 403
