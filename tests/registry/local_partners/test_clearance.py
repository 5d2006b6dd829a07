"""A local partner's way: the form, the steps, other bodies' opinions, the work, its end."""

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from tests.registry.conftest import APPLICANT, Json, Make, broken
from tests.registry.local_partners.conftest import CONSENT, IN_FULL, NOW, TODAY, Partner
from tests.world import World

OPINION: Json = {"body": "kemlu", "stance": "against", "text": "Known to us from elsewhere", "given_on": TODAY}


async def types(world: World, count: int) -> list[str]:
    return [event["type"] for event in (await world.events("registry"))[-count:]]


async def test_a_partner_goes_through_the_clearance_into_the_work_and_out_of_it(world: World, partner: Partner) -> None:
    officer = "fasker_officer"
    statuses = [partner.view["status"]]
    for what, body, role in (
        ("pre-orientation", {"note": "invited for 9 March"}, officer),
        ("orientation", {}, officer),
        ("decision", {"decision": "approved_with_notes", "notes": "renew the SKT in time"}, officer),
        ("start", {"started_on": TODAY}, ""),
        ("end", {"ended_on": TODAY, "reason": "the programme is over"}, ""),
    ):
        response = await partner.post(what, body, *([role] if role else []))
        assert response.status_code == 200, response.text
        statuses.append(response.json()["status"])

    assert statuses == ["proposed", "pre_orientation", "orientation", "approved_with_notes", "active", "ended"]
    assert [(step["to_status"], step["actor_role"]) for step in partner.view["steps"]] == [
        ("pre_orientation", officer),
        ("orientation", officer),
        ("approved_with_notes", officer),
        ("active", "ngo_admin"),
        ("ended", "ngo_admin"),
    ]
    assert partner.view["steps"][0]["note"] == "invited for 9 March"
    assert partner.view["missing"] == []
    assert await types(world, 6) == [
        "LocalPartnerProposed",
        "LocalPartnerStepped",
        "LocalPartnerStepped",
        "LocalPartnerApproved",
        "LocalPartnerStarted",
        "LocalPartnerEnded",
    ]


async def test_where_the_rule_requires_it_nobody_is_approved_without_orientation(
    world: World, partner: Partner
) -> None:
    await (await world.pool("registry")).execute(
        "INSERT INTO dated_rule VALUES ('local_partner.orientation_required', 1, $1, NULL, 'a circular')", NOW.date()
    )

    refused = await partner.post("decision", {"decision": "approved"}, "fasker_officer")
    await partner.post("pre-orientation", {}, "fasker_officer")
    await partner.post("orientation", {}, "fasker_officer")
    approved = await partner.post("decision", {"decision": "approved"}, "fasker_officer")

    assert (refused.status_code, approved.status_code) == (409, 200)


async def test_its_ngo_changes_the_form_until_the_orientation_begins(
    world: World, registry: httpx.AsyncClient, partner: Partner, activate: Make
) -> None:
    await activate("stranger", name="Another one", acronym="AO")

    async def put(sub: str, **changes: Any) -> httpx.Response:
        headers = world.write(sub=sub, match=partner.view["version"])
        response = await registry.put(partner.address, json=IN_FULL | changes, headers=headers)
        if response.is_success:
            partner.view = response.json()
        return response

    changed = await put(APPLICANT, regions=["53.10"], consents=[], npwp=None)
    foreign = await put("stranger")
    await partner.post("pre-orientation", {}, "fasker_officer")
    again = await put(APPLICANT, consents=[CONSENT])
    await partner.post("orientation", {}, "fasker_officer")
    late = await put(APPLICANT)

    assert changed.json()["missing"] == ["npwp", "consents/53.10"]
    assert [r.status_code for r in (changed, foreign, again, late)] == [200, 404, 200, 409]
    event = next(e for e in await world.events("registry") if e["type"] == "LocalPartnerChanged")
    assert event["data"]["regions"] == ["53.06", "53.10"]
    assert again.json()["consents"] == [CONSENT]


async def test_whoever_changed_the_form_does_not_decide_on_it(
    world: World, registry: httpx.AsyncClient, partner: Partner, active: Json, join: Any
) -> None:
    await join(active, "both", "ngo_staff")
    changed = await registry.put(partner.address, json=IN_FULL, headers=world.write(sub="both", match=1))
    partner.view = changed.json()

    refused = await partner.post("decision", {"decision": "approved"}, "fasker_officer", sub="both")

    assert (refused.status_code, refused.json()["rule"]) == (403, "V23")


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"funding_currency": None}, ("#/funding_currency", "V18")),
        ({"funding_amount": None}, ("#/funding_amount", "V18")),
        ({"funding_amount": "-1"}, ("#/funding_amount", "V18")),
        ({"ends_on": "2020-03-31"}, ("#/ends_on", None)),
        ({"npwp": "01.234.567.8-901.000"}, ("#/npwp", None)),
        ({"consents": [CONSENT | {"region": "72.10"}]}, ("#/consents/0/region", None)),
        ({"consents": [CONSENT, CONSENT]}, ("#/consents/1/region", None)),
        ({"consents": [CONSENT | {"issued_on": "2199-12-31"}]}, ("#/consents/0/issued_on", None)),
        ({"consents": [CONSENT | {"document_sha256": "x"}]}, ("#/consents/0/document_sha256", None)),
        ({"address": "x" * 201}, ("#/address", None)),
    ],
)
async def test_a_form_that_is_wrong_is_refused_by_field(
    world: World, registry: httpx.AsyncClient, active: Json, change: Json, error: tuple[str, str | None]
) -> None:
    response = await registry.post("/v1/local-partners", json=IN_FULL | change, headers=world.write(sub=APPLICANT))

    assert broken(response) == {error}


async def test_v20_work_starts_on_a_day_on_which_the_registration_was_valid(world: World, partner: Partner) -> None:
    await partner.approve()
    await world.set_clock("registry", datetime(2027, 7, 5, 2, tzinfo=UTC))

    late = await partner.post("start", {"started_on": "2027-07-01"})
    before = await partner.post("start", {"started_on": "2020-03-01"})
    future = await partner.post("start", {"started_on": "2027-07-06"})
    last_day = await partner.post("start", {"started_on": "2027-06-30"})

    assert broken(late) == {("#/registration_valid_to", "V20")}
    assert broken(before) == broken(future) == {("#/started_on", None)}
    assert (last_day.status_code, last_day.json()["status"]) == (200, "active")


async def test_a_partnership_ends_between_its_start_and_today_by_its_ngo_or_an_officer(
    world: World, partner: Partner, activate: Make
) -> None:
    await activate("stranger", name="Another one", acronym="AO")
    await partner.approve()
    await partner.post("start", {"started_on": TODAY})
    end = {"ended_on": TODAY, "reason": "the SKT was revoked"}

    early = await partner.post("end", end | {"ended_on": "2020-03-01"})
    future = await partner.post("end", end | {"ended_on": "2020-03-03"})
    foreign = await partner.post("end", end, sub="stranger")
    observer = await partner.post("end", end, "observer_tpoa")
    ended = await partner.post("end", end, "fasker_officer")

    assert broken(early) == broken(future) == {("#/ended_on", None)}
    assert [r.status_code for r in (foreign, observer, ended)] == [404, 403, 200]
    assert ended.json()["end_reason"] == "the SKT was revoked"


async def test_an_opinion_stays_inside_the_centre_until_a_note_is_released(
    world: World, registry: httpx.AsyncClient, partner: Partner
) -> None:
    recorded = await partner.post("opinions", OPINION, "fasker_officer")
    assert recorded.status_code == 201, recorded.text
    opinions = f"{partner.address}/opinions"
    readers = [
        world.read(sub=APPLICANT),
        world.read("pemda_kesbangpol", regions=["53.06"]),
        world.read("satker_officer"),
        world.read("observer_tpoa"),
    ]
    hidden = [await registry.get(opinions, headers=reader) for reader in readers]
    listed = await registry.get(opinions, headers=world.read("fasker_head"))
    before = await registry.get(partner.address, headers=readers[0])

    release = f"opinions/{recorded.json()['id']}/release"
    released = await partner.post(release, {"note": "Please renew the SKT"}, "fasker_officer", match=1)
    again = await partner.post(release, {"note": "Something else"}, "fasker_officer", match=2)
    after = await registry.get(partner.address, headers=readers[0])

    assert {response.status_code for response in hidden} == {403}
    assert [item["stance"] for item in listed.json()["items"]] == ["against"]
    assert before.json()["released_notes"] == []
    assert [note["note"] for note in after.json()["released_notes"]] == ["Please renew the SKT"]
    assert OPINION["text"] not in after.text
    assert (released.status_code, again.status_code) == (200, 409)
    told = [e for e in await world.events("registry") if "Opinion" in e["type"] or "Note" in e["type"]]
    assert [event["type"] for event in told] == ["LocalPartnerOpinionRecorded", "LocalPartnerNoteReleased"]
    assert told[0]["data"]["regions"] == []
    assert all(not {"kemlu", "against"} & set(map(str, event["data"].values())) for event in told)


async def test_an_opinion_is_of_a_known_body_of_its_day_and_given_before_the_decision(
    world: World, registry: httpx.AsyncClient, partner: Partner
) -> None:
    await (await world.pool("registry")).execute(
        "UPDATE clearance_body SET valid_to = '2020-02-29' WHERE code = 'bais'"
    )

    for change, pointer in (
        ({"body": "nobody"}, "#/body"),
        ({"body": "bais"}, "#/body"),
        ({"given_on": "2020-03-03"}, "#/given_on"),
        ({"stance": "maybe"}, "#/stance"),
        ({"text": "x" * 5001}, "#/text"),
    ):
        refused = await partner.post("opinions", OPINION | change, "fasker_officer")
        assert broken(refused) == {(pointer, None)}, change
    in_time = await partner.post("opinions", OPINION | {"body": "bais", "given_on": "2020-02-29"}, "fasker_officer")
    twice = await partner.post("opinions", OPINION | {"body": "bais", "given_on": "2020-02-29"}, "fasker_officer")
    await partner.approve()
    late = await partner.post("opinions", OPINION, "fasker_officer")

    assert [r.status_code for r in (in_time, twice, late)] == [201, 409, 409]
    bodies = await registry.get("/v1/clearance-bodies")
    assert [body["code"] for body in bodies.json()["items"]] == [
        *("satker", "polpum_ormas", "setneg", "kemlu", "kemenkeu_tax", "bin", "bais", "baintelkam"),
    ]
