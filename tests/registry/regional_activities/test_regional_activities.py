"""Activities notified to the Minister, recorded, and answered by the regions, each for itself."""

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from tests.registry.conftest import APPLICANT, Json, Make, broken
from tests.registry.regional_activities.notices import notice
from tests.world import World

FLORES_TIMUR, MANGGARAI = "53.06", "53.10"
REGIONS = [FLORES_TIMUR, MANGGARAI]


class Desk:
    """An organisation with an agreement and a permit, and everybody who deals with its activities."""

    def __init__(self, world: World, client: httpx.AsyncClient, ids: Json) -> None:
        self.world, self.client, self.ids = world, client, ids

    async def notify(self, sub: str = APPLICANT, **changes: Any) -> httpx.Response:
        body = notice(self.ids, **changes)
        return await self.client.post("/v1/regional-activities", json=body, headers=self.world.write(sub=sub))

    async def notified(self, **changes: Any) -> Json:
        response = await self.notify(**changes)
        assert response.status_code == 201, response.text
        activity: Json = response.json()
        return activity

    async def recorded(self, **changes: Any) -> Json:
        activity = await self.notified(**changes)
        response = await self.record(activity)
        assert response.status_code == 200, response.text
        recorded: Json = response.json()
        return recorded

    async def record(self, activity: Json) -> httpx.Response:
        headers = self.world.write("fasker_officer", match=activity["version"])
        return await self.client.post(f"/v1/regional-activities/{activity['id']}/record", headers=headers)

    async def answer(
        self, activity: Json, region: str, answer: str, *, area: str | None = None, version: int = 1
    ) -> httpx.Response:
        return await self.client.post(
            f"/v1/regional-activities/{activity['id']}/answers",
            json={"region": region, "answer": answer, "reason": "as it is here", "version": version},
            headers=self.world.write("pemda_kesbangpol", regions=[area or region]),
        )

    async def change(self, activity: Json, match: int, **changes: Any) -> httpx.Response:
        return await self.client.put(
            f"/v1/regional-activities/{activity['id']}",
            json=notice(self.ids, **changes),
            headers=self.world.write(sub=APPLICANT, match=match),
        )

    async def read(self, activity: Json, *roles: str, **who: Any) -> httpx.Response:
        headers = self.world.read(*roles, **who)
        return await self.client.get(f"/v1/regional-activities/{activity['id']}", headers=headers)


@pytest.fixture
async def desk(world: World, registry: httpx.AsyncClient, agreement: Json) -> Desk:
    await world.set_clock("registry", datetime(2020, 5, 1, 2, tzinfo=UTC))
    licences = await registry.get(
        f"/v1/organisations/{agreement['ngo_id']}/licences", headers=world.read(sub=APPLICANT)
    )
    return Desk(world, registry, {"agreement_id": agreement["id"], "licence_id": licences.json()["items"][0]["id"]})


async def test_a_notice_is_recorded_and_each_region_answers_for_itself(world: World, desk: Desk) -> None:
    activity = await desk.recorded(regions=REGIONS)

    first = await desk.answer(activity, FLORES_TIMUR, "approved")
    last = await desk.answer(activity, MANGGARAI, "refused", area="53")
    again = await desk.answer(activity, MANGGARAI, "approved")

    assert [r.status_code for r in (first, last, again)] == [201, 201, 409]
    seen = (await desk.read(activity, sub=APPLICANT)).json()
    assert (activity["status"], first.json()["status"], seen["status"]) == ("recorded", "recorded", "answered")
    assert [(a["region"], a["answer"]) for a in seen["answers"]] == [
        (FLORES_TIMUR, "approved"),
        (MANGGARAI, "refused"),
    ]
    told = (await world.events("registry"))[-4:]
    assert [(event["type"], event["data"]["regions"]) for event in told] == [
        ("RegionalActivityNotified", REGIONS),
        ("RegionalActivityRecorded", REGIONS),
        ("RegionalActivityAnsweredByRegion", [FLORES_TIMUR]),
        ("RegionalActivityAnsweredByRegion", [MANGGARAI]),
    ]
    assert told[0]["data"]["legal_basis"] == "PP 59/2016 art. 19(2)"


async def test_a_region_that_postpones_answers_again(desk: Desk) -> None:
    activity = await desk.recorded()

    postponed = await desk.answer(activity, FLORES_TIMUR, "postponed")
    still = await desk.answer(activity, FLORES_TIMUR, "postponed")
    approved = await desk.answer(activity, FLORES_TIMUR, "approved")

    assert [r.json()["status"] for r in (postponed, still, approved)] == ["recorded", "recorded", "answered"]
    assert (postponed.json()["unanswered"], approved.json()["unanswered"]) == ([FLORES_TIMUR], [])


async def test_a_region_sees_and_answers_only_its_own(desk: Desk) -> None:
    activity = await desk.recorded(regions=REGIONS)
    await desk.answer(activity, FLORES_TIMUR, "approved")

    own = await desk.read(activity, "pemda_kesbangpol", regions=[FLORES_TIMUR])
    neighbour = await desk.read(activity, "pemda_planner", regions=[MANGGARAI])
    province = await desk.read(activity, "pemda_kesbangpol", regions=["53"])
    elsewhere = await desk.read(activity, "pemda_kesbangpol", regions=["72"])
    for_another = await desk.answer(activity, MANGGARAI, "approved", area=FLORES_TIMUR)
    from_afar = await desk.answer(activity, "72.10", "approved", area="72")
    not_there = await desk.answer(activity, "53.01", "approved", area="53")

    assert [len(r.json()["answers"]) for r in (own, neighbour, province)] == [1, 0, 1]
    assert neighbour.json()["unanswered"] == [MANGGARAI]
    assert [r.status_code for r in (elsewhere, for_another, from_afar)] == [404, 403, 404]
    assert broken(not_there) == {("#/region", None)}


async def test_a_notice_is_answered_only_once_it_is_recorded(desk: Desk) -> None:
    activity = await desk.notified()

    early = await desk.answer(activity, FLORES_TIMUR, "approved")
    recorded = await desk.record(activity)
    twice = await desk.record(recorded.json())

    assert [r.status_code for r in (early, recorded, twice)] == [409, 200, 409]


async def test_another_notice_is_recorded_and_answered_anew(world: World, desk: Desk) -> None:
    activity = await desk.recorded()
    answered = await desk.answer(activity, FLORES_TIMUR, "refused")

    changed = await desk.change(activity, answered.json()["version"], regions=[MANGGARAI], ends_on="2021-01-31")
    stale = await desk.answer(changed.json(), MANGGARAI, "approved")
    await desk.record(changed.json())
    anew = await desk.answer(changed.json(), MANGGARAI, "approved", version=2)

    view = changed.json()
    assert (view["status"], view["notice_version"], view["recorded_at"]) == ("notified", 2, None)
    assert view["unanswered"] == [MANGGARAI]
    assert [r.status_code for r in (stale, anew)] == [412, 201]
    event = next(e for e in await world.events("registry") if e["type"] == "RegionalActivityChanged")
    assert event["data"]["regions"] == REGIONS


async def test_a_withdrawn_notice_stays_as_it_is(world: World, desk: Desk) -> None:
    activity = await desk.recorded()
    address, why = f"/v1/regional-activities/{activity['id']}/withdrawal", {"reason": "no funds"}

    withdrawn = await desk.client.post(address, json=why, headers=world.write(sub=APPLICANT, match=2))
    changed = await desk.change(activity, 3)
    answered = await desk.answer(activity, FLORES_TIMUR, "approved")

    assert (withdrawn.json()["status"], withdrawn.json()["withdrawal_reason"]) == ("withdrawn", "no funds")
    assert (changed.status_code, answered.status_code) == (409, 409)


async def test_a_wrong_notice_is_refused_by_field_and_changes_nothing(world: World, desk: Desk) -> None:
    unknown = "01900000-0000-7000-8000-000000000000"
    for change, error in (
        ({"regions": ["53.99"]}, ("#/regions/0", "V17")),
        ({"regions": ["52.01"]}, ("#/regions/0", "V04")),
        ({"regions": []}, ("#/regions", None)),
        ({"agreement_id": unknown}, ("#/agreement_id", None)),
        ({"licence_id": unknown}, ("#/licence_id", None)),
        ({"local_partner_ids": [unknown]}, ("#/local_partner_ids/0", "V20")),
        ({"local_partner_ids": [unknown, unknown]}, ("#/local_partner_ids", None)),
        ({"kind": "continued_after_extension"}, ("#/agreement_id", None)),
        ({"ends_on": "2020-05-31"}, ("#/ends_on", None)),
        ({"activities": ["x" * 5001]}, ("#/activities/0", None)),
        ({"activities": ["x"] * 41}, ("#/activities", None)),
    ):
        assert broken(await desk.notify(**change)) == {error}, change
    assert (await world.events("registry"))[-1]["type"] == "MspSigned"


async def test_an_activity_continues_after_the_agreement_was_extended(desk: Desk, sign: Make, agreement: Json) -> None:
    extended = await sign(
        agreement["ngo_id"],
        number="DEMO-MSP-11/2020",
        predecessor_id=agreement["id"],
        starts_on="2020-03-01",
        ends_on="2023-03-01",
        override_reason="Kemlu extends the permit in 2023",
    )
    desk.ids["agreement_id"] = extended["id"]

    activity = await desk.notified(kind="continued_after_extension")

    assert activity["kind"] == "continued_after_extension"


async def test_v20_a_notice_names_partners_that_are_approved_or_active(world: World, desk: Desk) -> None:
    partner = {
        "name": "Yayasan Contoh Flores",
        "legal_form": "yayasan",
        "registration_number": "DEMO-SKT-1",
        "registration_valid_to": "2020-05-01",
        "regions": [FLORES_TIMUR],
        "programme": "Sanitasi",
    }
    made = await desk.client.post("/v1/local-partners", json=partner, headers=world.write(sub=APPLICANT))
    partner_id = made.json()["id"]
    proposed = await desk.notify(local_partner_ids=[partner_id])
    await desk.client.post(
        f"/v1/local-partners/{partner_id}/decision",
        json={"decision": "approved"},
        headers=world.write("fasker_officer", match=1),
    )
    approved = await desk.notify(local_partner_ids=[partner_id])
    await world.set_clock("registry", datetime(2020, 5, 1, 17, tzinfo=UTC))  # 2 May in Jakarta
    expired = await desk.notify(local_partner_ids=[partner_id])

    assert broken(proposed) == broken(expired) == {("#/local_partner_ids/0", "V20")}
    assert approved.status_code == 201


async def test_an_organisation_notifies_and_sees_its_own_only(desk: Desk, activate: Make) -> None:
    activity = await desk.notified()
    await activate("stranger", name="Another one", acronym="AO")

    foreign = await desk.read(activity, sub="stranger")
    of_foreign_agreement = await desk.notify("stranger")
    nobody = await desk.notify("nobody")

    assert (foreign.status_code, nobody.status_code) == (404, 403)
    assert {pointer for pointer, _ in broken(of_foreign_agreement)} == {"#/agreement_id", "#/licence_id"}
