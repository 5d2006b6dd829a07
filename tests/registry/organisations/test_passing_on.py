"""With a merger, local partners and notified activities pass to the successor: its members act on them from now on."""

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from tests.registry.conftest import APPLICANT, Json, Make
from tests.registry.local_partners.test_local_partners import PARTNER
from tests.registry.regional_activities.notices import notice
from tests.world import World

BEFORE = datetime(2020, 5, 1, 2, tzinfo=UTC)
MERGED_ON = "2021-01-01"
AFTER = datetime(2021, 2, 1, 2, tzinfo=UTC)
HEIR = "successor-1"


class House:
    """An organisation with an approved partner and a notified activity, and the successor into which it merges."""

    def __init__(self, world: World, client: httpx.AsyncClient) -> None:
        self.world, self.client = world, client
        self.old: Json = {}
        self.new: Json = {}
        self.partner: Json = {}
        self.activity: Json = {}

    async def post(self, path: str, body: Json | None, *roles: str, status: int = 200, **who: Any) -> Json:
        response = await self.client.post(f"/v1/{path}", json=body, headers=self.world.write(*roles, **who))
        assert response.status_code == status, response.text
        answered: Json = response.json()
        return answered

    async def merge(self, old: Json, new: Json, on: str = MERGED_ON) -> None:
        body = {"successor_id": new["id"], "effective_on": on, "reason": "merged into its successor"}
        await self.post(f"organisations/{old['id']}/merger", body, "fasker_head", match=2)

    async def ids(self, path: str, *roles: str, **who: Any) -> list[str]:
        response = await self.client.get(f"/v1/{path}", headers=self.world.read(*roles, **who))
        assert response.status_code == 200, response.text
        return [row["id"] for row in response.json()["items"]]


@pytest.fixture
async def house(world: World, registry: httpx.AsyncClient, activate: Make, sign: Make) -> House:
    await world.set_clock("registry", BEFORE)
    house = House(world, registry)
    house.old = await activate()
    house.new = await activate(HEIR, name="Stichting Cordaid", name_en="Cordaid", acronym="Cordaid", aliases=[])
    agreement = await sign(house.old["id"])
    partner = await house.post("local-partners", PARTNER, status=201, sub=APPLICANT)
    house.partner = await house.post(
        f"local-partners/{partner['id']}/decision", {"decision": "approved"}, "fasker_officer", match=1
    )
    [licence_id] = await house.ids(f"organisations/{house.old['id']}/licences", sub=APPLICANT)
    body = notice({"agreement_id": agreement["id"], "licence_id": licence_id}, starts_on="2020-06-01")
    body |= {"ends_on": "2021-12-31", "local_partner_ids": [partner["id"]]}
    house.activity = await house.post("regional-activities", body, status=201, sub=APPLICANT)
    return house


@pytest.fixture
async def merged(house: House) -> House:
    await house.world.set_clock("registry", AFTER)
    await house.merge(house.old, house.new)
    return house


async def test_the_successors_lists_show_what_passed_to_it_and_whose_it_was(merged: House) -> None:
    for path, thing in (("local-partners", merged.partner), ("regional-activities", merged.activity)):
        assert await merged.ids(path, sub=HEIR) == [thing["id"]]
        assert await merged.ids(path, sub=APPLICANT) == [thing["id"]]  # history, to read
        assert await merged.ids(f"{path}?ngo_id={merged.new['id']}", "fasker_officer") == [thing["id"]]
        assert await merged.ids(f"{path}?ngo_id={merged.old['id']}", "fasker_officer") == []
        one = await merged.client.get(f"/v1/{path}/{thing['id']}", headers=merged.world.read(sub=HEIR))
        assert (one.json()["ngo_id"], one.json()["passed_to_ngo_id"]) == (merged.old["id"], merged.new["id"])


async def test_as_of_a_day_before_the_merger_they_are_the_merged_organisations(merged: House) -> None:
    for path, thing in (("local-partners", merged.partner), ("regional-activities", merged.activity)):
        for day, holder in (("2020-12-31", merged.old), (MERGED_ON, merged.new)):
            for ngo in (merged.old, merged.new):
                seen = await merged.ids(f"{path}?on={day}&ngo_id={ngo['id']}", "fasker_officer")
                assert (path, day, seen) == (path, day, [thing["id"]] if ngo is holder else [])


async def test_the_successors_members_end_a_partnership_and_the_others_no_more(merged: House) -> None:
    path = f"local-partners/{merged.partner['id']}/end"
    end = {"ended_on": "2021-01-31", "reason": "the programme is over"}

    await merged.post(path, end, sub=APPLICANT, match=2, status=404)
    ended = await merged.post(path, end, sub=HEIR, match=2)

    assert ended["status"] == "ended"
    told = (await merged.world.events("registry"))[-1]
    assert (told["type"], told["key"]) == ("LocalPartnerEnded", merged.old["id"])  # in order with its approval
    assert told["data"]["passed_to_ngo_id"] == merged.new["id"]


async def test_the_successors_members_renew_a_registration(merged: House) -> None:
    path = f"local-partners/{merged.partner['id']}/renewal"
    renewal = {"registration_number": "DEMO-9", "registration_valid_to": "2032-06-30", "document_sha256": "0" * 64}

    await merged.post(path, renewal, sub=APPLICANT, match=2, status=404)
    given = await merged.post(path, renewal, sub=HEIR, match=2)

    assert [each["state"] for each in given["renewals"]] == ["given"]


async def test_who_passed_to_the_successor_is_not_proposed_by_it_again_until_it_is_over(merged: House) -> None:
    await merged.post("local-partners", PARTNER, sub=HEIR, status=409)
    line = {"Content-Type": "application/jsonl"}
    response = await merged.client.post(
        "/v1/local-partners/imports?mode=partial", json=PARTNER, headers=merged.world.write(sub=HEIR) | line
    )
    end = {"ended_on": "2021-01-31", "reason": "the programme is over"}
    await merged.post(f"local-partners/{merged.partner['id']}/end", end, sub=HEIR, match=2)

    again = await merged.post("local-partners", PARTNER, sub=HEIR, status=201)

    assert (response.status_code, [each["line"] for each in response.json()["problems"]]) == (200, [1])
    assert (again["ngo_id"], again["predecessor_id"]) == (merged.new["id"], merged.partner["id"])


async def test_the_successors_members_withdraw_an_activity(merged: House) -> None:
    path = f"regional-activities/{merged.activity['id']}/withdrawal"
    why = {"reason": "the programme is over"}

    await merged.post(path, why, sub=APPLICANT, match=1, status=404)
    withdrawn = await merged.post(path, why, sub=HEIR, match=1)

    assert withdrawn["status"] == "withdrawn"
    told = (await merged.world.events("registry"))[-1]
    assert (told["type"], told["key"]) == ("RegionalActivityWithdrawn", merged.old["id"])
    assert told["data"]["passed_to_ngo_id"] == merged.new["id"]


async def test_an_activity_continues_under_the_successors_extension_with_the_partner_that_passed_to_it(
    merged: House, sign: Make
) -> None:
    carried_on = await sign(
        merged.new["id"],
        number="DEMO-MSP-11/2021",
        predecessor_id=merged.activity["agreement_id"],
        starts_on="2021-02-01",
        ends_on="2023-06-01",
        override_reason="the permit is being renewed",
    )
    [licence_id] = await merged.ids(f"organisations/{merged.new['id']}/licences", sub=HEIR)
    body = notice(
        {"agreement_id": carried_on["id"], "licence_id": licence_id},
        kind="continued_after_extension",
        local_partner_ids=[merged.partner["id"]],
        starts_on="2021-03-01",
        ends_on="2022-12-31",
    )

    continued = await merged.post("regional-activities", body, sub=HEIR, status=201)

    assert (continued["ngo_id"], continued["passed_to_ngo_id"]) == (merged.new["id"], None)


async def test_what_passed_on_passes_on_again_when_the_successor_merges_in_its_turn(
    merged: House, activate: Make
) -> None:
    last = await activate("last-1", name="Caritas Contoh", name_en=None, acronym="CC", aliases=[])
    await merged.merge(merged.new, last, "2021-02-01")

    held = [await merged.ids("local-partners", sub=sub) for sub in (HEIR, "last-1")]
    between = await merged.ids(f"local-partners?on=2021-01-15&ngo_id={merged.new['id']}", "fasker_officer")

    assert held == [[], [merged.partner["id"]]]
    assert between == [merged.partner["id"]]
