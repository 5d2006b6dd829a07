from typing import Any

import httpx
import pytest

from shared.http.etags import version_of
from tests.registry.conftest import APPLICANT, Json, Make, broken
from tests.world import World

UNIT = "Pusat Fasilitasi Kerja Sama"
WHOLE: Json = {
    "headquarters_address": "DEMO-street 2, Den Haag",
    "home_registration_number": "DEMO-KVK-1",
    "iati_org_id": "NL-KVK-41152786",
    "lei": "5493001KJTIIGC8Y1R12",  # pragma: allowlist secret
    "phone": "+62 21 555 0100",
    "fax": "+62 21 555 0101",
    "npwp": "012345678901000",
    "has_indonesian_bank_account": True,
    "last_msp_signed_on": "2019-12-01",
    "working_areas": ["53", "53.06", "12.10"],
}


@pytest.fixture
def form(application: Json) -> Json:
    """The profile in `application`."""
    return {name: value for name, value in application.items() if name != "principle_permit"}


class Desk:
    """The profile of one organisation, as its people and officers use it."""

    def __init__(self, world: World, client: httpx.AsyncClient, ngo: Json) -> None:
        self.world, self.client, self.address = world, client, f"/v1/organisations/{ngo['id']}"

    async def change(self, form: Json, version: int, sub: str = APPLICANT) -> httpx.Response:
        return await self.client.put(
            f"{self.address}/profile", json=form, headers=self.world.write(sub=sub, match=version)
        )

    async def check(self, version: int, sub: str = "officer-1", **states: Any) -> httpx.Response:
        """`states`: by field; a text is a query."""
        checks = [
            {"field": field, "state": "confirmed"}
            if state is True
            else {"field": field, "state": "queried", "comment": state}
            for field, state in states.items()
        ]
        headers = self.world.write("fasker_officer", sub=sub, match=version, unit=UNIT)
        return await self.client.post(f"{self.address}/field-checks", json={"checks": checks}, headers=headers)

    async def accept(self, version: int) -> httpx.Response:
        headers = self.world.write("fasker_officer", sub="officer-1", match=version, unit=UNIT)
        return await self.client.post(f"{self.address}/verification", json={"decision": "accepted"}, headers=headers)


@pytest.fixture
def desk(world: World, registry: httpx.AsyncClient, applied: Json) -> Desk:
    return Desk(world, registry, applied)


def checks_of(response: httpx.Response) -> dict[str, Json]:
    assert response.status_code == 200, response.text
    return {check["field"]: check for check in response.json()["checks"]}


async def test_an_application_may_say_all_that_there_is_to_say(
    world: World, registry: httpx.AsyncClient, apply_for: Make
) -> None:
    applied = await apply_for(**WHOLE)

    profile = await registry.get(f"/v1/organisations/{applied['id']}/profile", headers=world.read(sub=APPLICANT))

    assert {name: applied[name] for name in WHOLE} == WHOLE
    assert {name: profile.json()[name] for name in WHOLE} == WHOLE


async def test_a_wrong_detail_is_named_and_nothing_changes(
    world: World, registry: httpx.AsyncClient, application: Json
) -> None:
    wrong: list[tuple[Json, str]] = [
        ({"iati_org_id": "41152786"}, "#/iati_org_id"),
        ({"iati_org_id": "NL-KVK-41 15"}, "#/iati_org_id"),
        ({"lei": "5493001KJTIIGC8Y1R13"}, "#/lei"),  # pragma: allowlist secret
        ({"lei": "5493001kjtiigc8y1r12"}, "#/lei"),  # pragma: allowlist secret
        ({"npwp": "01.234.567.8-901.000"}, "#/npwp"),
        ({"npwp": "01234567890100"}, "#/npwp"),
        ({"phone": "ask the driver"}, "#/phone"),
        ({"has_indonesian_bank_account": "yes"}, "#/has_indonesian_bank_account"),
        ({"last_msp_signed_on": "2999-01-01"}, "#/last_msp_signed_on"),
        ({"working_areas": ["53.06", "99"]}, "#/working_areas/1"),
        ({"working_areas": ["53.06", "53.06"]}, "#/working_areas/1"),
        ({"working_areas": ["53-06"]}, "#/working_areas/0"),
    ]
    for change, pointer in wrong:
        response = await registry.post("/v1/organisations", json=application | change, headers=world.write())

        assert (change, {field for field, _ in broken(response)}) == (change, {pointer})
    assert await world.events("registry") == []


async def test_the_public_sees_identifiers_but_neither_tax_number_nor_telephone(
    registry: httpx.AsyncClient, activate: Make
) -> None:
    active = await activate(**WHOLE)

    public = (await registry.get(f"/v1/organisations/{active['id']}")).json()
    [listed] = (await registry.get("/v1/organisations")).json()["items"]

    for shown in (public, listed):
        assert (shown["iati_org_id"], shown["lei"]) == (WHOLE["iati_org_id"], WHOLE["lei"])
        assert not {"npwp", "phone", "fax", "headquarters_address"} & shown.keys()


async def test_an_officer_confirms_some_fields_and_asks_about_others(world: World, desk: Desk) -> None:
    checked = await desk.check(1, name=True, email="is this the office's?")

    found = checks_of(checked)
    assert (found["name"]["state"], found["email"]["state"], found["website"]["state"]) == (
        "confirmed",
        "queried",
        "unconfirmed",
    )
    assert (found["name"]["confirmed_by_role"], found["name"]["confirmed_by_unit"]) == ("fasker_officer", UNIT)
    assert found["name"]["confirmed_at"] is not None
    assert (found["email"]["comment"], found["email"]["confirmed_at"]) == ("is this the office's?", None)
    told = (await world.events("registry"))[-1]
    assert (told["type"], told["data"]["confirmed_fields"], told["data"]["queried_fields"]) == (
        "NgoProfileChecked",
        ["name"],
        ["email"],
    )
    assert "office's" not in str(told["data"])


async def test_the_organisation_answers_by_changing_the_field_which_is_unconfirmed_then(
    world: World, desk: Desk, form: Json
) -> None:
    await desk.check(1, name=True, acronym=True, email="is this the office's?")

    changed = await desk.change(form | {"email": "jakarta@snv.example.org", "name": "SNV Stichting"}, 2)

    found = checks_of(changed)
    assert {name: found[name]["state"] for name in ("name", "acronym", "email")} == {
        "name": "unconfirmed",
        "acronym": "confirmed",
        "email": "unconfirmed",
    }
    assert (found["name"]["confirmed_by_unit"], found["email"]["comment"]) == (UNIT, None)
    told = (await world.events("registry"))[-1]
    assert (told["type"], told["data"]["changed_fields"], told["data"]["name"]) == (
        "NgoProfileChanged",
        ["name", "email"],
        "SNV Stichting",
    )
    assert "jakarta@" not in str(told["data"])


async def test_a_profile_that_is_sent_as_it_was_changes_nothing(world: World, desk: Desk, form: Json) -> None:
    await desk.check(1, name=True)
    before = len(await world.events("registry"))

    same = await desk.change(form, 2)

    assert (same.json()["version"], checks_of(same)["name"]["state"]) == (2, "confirmed")
    assert len(await world.events("registry")) == before


async def test_what_was_asked_must_be_answered_before_the_application_is_accepted(desk: Desk, form: Json) -> None:
    await desk.check(1, email="is this the office's?", phone="is missing")

    refused = await desk.accept(2)
    answered = await desk.change(form | {"email": "jakarta@snv.example.org", "phone": "+62 21 555 0100"}, 2)
    accepted = await desk.accept(3)

    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/action-not-allowed")
    assert "email, phone" in refused.json()["detail"]
    assert answered.status_code == accepted.status_code == 200


async def test_whoever_accepts_an_application_confirms_the_fields_that_nobody_has_confirmed(
    world: World, registry: httpx.AsyncClient, desk: Desk
) -> None:
    await desk.check(1, sub="officer-2", name=True)
    await desk.accept(2)

    profile = await registry.get(f"{desk.address}/profile", headers=world.read(sub=APPLICANT))

    pool = await world.pool("registry")
    unconfirmed = [field for field, check in checks_of(profile).items() if check["state"] != "confirmed"]
    assert unconfirmed == ["representative"]  # which is read for a reason of its own
    rows = await pool.fetch("SELECT field, confirmed_by FROM profile_field")
    by = {row["field"]: row["confirmed_by"] for row in rows}
    assert (by["name"], by["acronym"]) == ("officer-2", "officer-1")


async def test_the_public_sees_when_and_by_which_office_its_fields_were_confirmed(
    world: World, registry: httpx.AsyncClient, desk: Desk, form: Json
) -> None:
    hidden = await registry.get(f"{desk.address}/confirmations")
    await desk.accept(1)
    await desk.change(form | {"acronym": "SNV-ID"}, 2)

    shown = (await registry.get(f"{desk.address}/confirmations")).json()["fields"]

    assert hidden.status_code == 404
    found = {row["field"]: row for row in shown}
    assert "email" not in found
    assert (found["name"]["confirmed"], found["acronym"]["confirmed"]) == (True, False)
    assert {row["confirmed_by_unit"] for row in shown} == {UNIT}


async def test_nobody_checks_the_profile_of_his_own_organisation_or_one_that_he_wrote(
    world: World, desk: Desk, form: Json, registry: httpx.AsyncClient, join: Make
) -> None:
    own = await desk.check(1, sub=APPLICANT, name=True)
    await desk.accept(1)
    await join({"id": desk.address.rsplit("/", 1)[-1]}, "staff-1")
    await desk.change(form | {"acronym": "SNV-ID"}, 2, sub="staff-1")
    await registry.delete(f"{desk.address}/members/staff-1", headers=world.write(sub=APPLICANT))
    wrote_it = await desk.check(3, sub="staff-1", acronym=True)

    for refused in (own, wrote_it):
        assert (refused.status_code, refused.json()["rule"]) == (403, "V23")


async def test_a_check_must_name_each_field_once_and_say_what_is_asked(
    world: World, registry: httpx.AsyncClient, desk: Desk
) -> None:
    name = {"field": "name", "state": "confirmed"}
    wrong: list[tuple[list[Json], str]] = [
        ([], "#/checks"),
        ([{"field": "applicant", "state": "confirmed"}], "#/checks/0/field"),
        ([{"field": "name", "state": "unconfirmed"}], "#/checks/0/state"),
        ([{"field": "name", "state": "queried"}], "#/checks/0/comment"),
        ([name, name], "#/checks/1/field"),
    ]
    for checks, pointer in wrong:
        response = await registry.post(
            f"{desk.address}/field-checks", json={"checks": checks}, headers=world.write("fasker_officer", match=1)
        )

        assert (checks, {field for field, _ in broken(response)}) == (checks, {pointer})


async def test_a_check_of_what_has_changed_since_is_stale(desk: Desk, form: Json) -> None:
    await desk.change(form | {"acronym": "SNV-ID"}, 1)

    stale = await desk.check(1, acronym=True)

    assert stale.status_code == 412


async def test_every_change_and_check_of_a_field_is_kept_with_what_it_replaced(
    world: World, registry: httpx.AsyncClient, desk: Desk, form: Json
) -> None:
    await desk.check(1, acronym="is it not SNV-ID?")
    await desk.change(form | {"acronym": "SNV-ID", "phone": "+62 21 555 0100"}, 2)

    steps = await registry.get(f"{desk.address}/profile/steps", headers=world.read("fasker_head"))

    rows = [(s["version"], s["field"], s["act"], s["comment"], s["previous"]) for s in steps.json()["items"]]
    assert sorted(rows) == [
        (2, "acronym", "query", "is it not SNV-ID?", None),
        (3, "acronym", "change", None, "SNV"),
        (3, "phone", "change", None, None),
    ]


async def test_of_a_closed_organisation_nothing_changes_any_more(
    world: World, registry: httpx.AsyncClient, desk: Desk, form: Json
) -> None:
    await desk.accept(1)
    await registry.post(
        f"{desk.address}/closure", json={"reason": "left Indonesia"}, headers=world.write("fasker_head", match=2)
    )

    changed = await desk.change(form | {"acronym": "SNV-ID"}, 3)
    checked = await desk.check(3, name=True)

    assert {r.json()["type"] for r in (changed, checked)} == {"/problems/action-not-allowed"}


async def test_a_profile_is_seen_and_changed_by_its_own_people_only(
    world: World, registry: httpx.AsyncClient, desk: Desk, form: Json, apply_for: Make
) -> None:
    await apply_for("stranger")
    address = f"{desk.address}/profile"

    reads = [
        await registry.get(address, headers=headers)
        for headers in (
            world.read(sub=APPLICANT),
            world.read("fasker_head"),
            world.read(sub="stranger"),
            world.read("pemda_kesbangpol", regions=["53"]),
        )
    ]
    foreign = await desk.change(form, 1, sub="stranger")
    official = await registry.put(address, json=form, headers=world.write("fasker_officer", match=1))

    assert [r.status_code for r in reads] == [200, 200, 404, 404]
    assert version_of(reads[0].headers["ETag"]) == 1
    assert (foreign.status_code, official.status_code) == (404, 404)


@pytest.mark.parametrize("reader", ["reporting", "recommendations", "notifications"])
async def test_the_other_services_follow_a_new_name(world: World, desk: Desk, form: Json, reader: str) -> None:
    await desk.change(form | {"name": "Before"}, 1)
    await desk.accept(2)
    await desk.change(form | {"name": "After"}, 3)

    await world.deliver("registry", reader)

    pool = await world.pool(reader)
    assert [row["name"] for row in await pool.fetch("SELECT name FROM ngo")] == ["After"]
