"""Measures: the ministry's own, which the organisation's status follows, and other bodies', which are evidence."""

from datetime import UTC, date, datetime
from typing import Any

import httpx
import pytest

from services.registry.measures.rules import Effect, is_in_force
from tests.registry.conftest import APPLICANT, Json, Make, broken
from tests.world import World

NOW = datetime(2020, 5, 1, 2, tzinfo=UTC)
TODAY = "2020-05-01"
DIGEST = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"  # pragma: allowlist secret
SUSPENSION: Json = {
    "kind": "activity_suspension",
    "decided_on": TODAY,
    "starts_on": TODAY,
    "reason": "no report for two years",
    "document_sha256": DIGEST,
}
WARNING: Json = SUSPENSION | {"kind": "written_warning"}
EXTERNAL: Json = {
    "kind": "permit_revocation",
    "decided_on": "2020-04-01",
    "starts_on": "2020-04-15",
    "reason": "as the letter says",
    "issuer": "Kementerian Luar Negeri",
    "document_number": "DEMO-77",
}


class Case:
    """An organisation with an agreement, and what the ministry does about it."""

    def __init__(self, world: World, client: httpx.AsyncClient, ngo_id: str) -> None:
        self.world, self.client, self.ngo_id = world, client, ngo_id

    @property
    def address(self) -> str:
        return f"/v1/organisations/{self.ngo_id}"

    async def post(self, what: str, body: Json, role: str = "fasker_head", match: int | None = None) -> httpx.Response:
        headers = self.world.write(role, match=match)
        return await self.client.post(f"{self.address}/{what}", json=body, headers=headers)

    async def take(self, body: Json) -> Json:
        response = await self.post("measures", body)
        assert response.status_code == 201, response.text
        measure: Json = response.json()
        return measure

    async def lift(self, measure: Json, on: str = TODAY) -> httpx.Response:
        body = {"lifted_on": on, "reason": "the reports came"}
        return await self.post(f"measures/{measure['id']}/lifting", body, match=measure["version"])

    async def organisation(self) -> Json:
        public: Json = (await self.client.get(self.address)).json()
        return public

    async def public(self) -> list[str]:
        found = (await self.client.get(f"/v1/measures?ngo_id={self.ngo_id}")).json()
        return [item["kind"] for item in found["items"]]


@pytest.fixture
async def case(world: World, registry: httpx.AsyncClient, agreement: Json) -> Case:
    await world.set_clock("registry", NOW)
    return Case(world, registry, agreement["ngo_id"])


async def types(world: World, count: int) -> list[str]:
    return [event["type"] for event in (await world.events("registry"))[-count:]]


async def test_a_stop_of_activities_suspends_and_its_lifting_reinstates(world: World, case: Case) -> None:
    measure = await case.take(SUSPENSION)
    suspended = await case.organisation()
    told = await types(world, 2)
    lifted = await case.lift(measure)
    reinstated = await case.organisation()

    assert measure["legal_basis"] == "UU 17/2013 art. 61(1)(b) as changed by UU 16/2017"
    assert (measure["effect"], measure["in_force"], suspended["status"]) == ("suspends", True, "suspended")
    assert told == ["MeasureTaken", "NgoSuspended"]
    assert (lifted.json()["in_force"], lifted.json()["lift_reason"]) == (False, "the reports came")
    assert reinstated["status"] == "active"
    assert await types(world, 2) == ["MeasureLifted", "NgoReinstated"]
    event = (await world.events("registry"))[-2]
    assert event["data"]["regions"] == ["12.10", "53.01", "53.06", "53.10"]


async def test_while_a_measure_suspends_only_its_lifting_reinstates(case: Case) -> None:
    measure = await case.take(SUSPENSION)
    version = (await case.organisation())["version"]

    around = await case.post("reinstatement", {"reason": "around it"}, "fasker_officer", match=version)
    twice = await case.post("measures", SUSPENSION)
    again = await case.lift(measure)
    after = await case.lift(again.json())

    assert [r.status_code for r in (around, twice, again, after)] == [409, 409, 200, 409]
    assert (await case.organisation())["status"] == "active"


async def test_a_measure_may_follow_a_suspension_at_once(case: Case) -> None:
    version = (await case.organisation())["version"]
    await case.post("suspension", {"reason": "at once"}, "fasker_officer", match=version)

    measure = await case.take(SUSPENSION)
    lifted = await case.lift(measure)

    assert lifted.status_code == 200
    assert (await case.organisation())["status"] == "active"


async def test_closing_is_for_ever_and_ends_what_suspends(case: Case) -> None:
    suspension = await case.take(SUSPENSION)
    closing = await case.take(SUSPENSION | {"kind": "closing"})

    lifted = await case.lift(closing)
    of_suspension = await case.lift(suspension)
    late = await case.post("measures", WARNING)

    assert (lifted.status_code, of_suspension.status_code, late.status_code) == (409, 200, 409)
    assert (await case.organisation())["status"] == "closed"
    assert await case.public() == ["closing"]


async def test_why_a_measure_was_taken_is_not_told_with_the_end_of_the_agreements(case: Case) -> None:
    closing = await case.take(SUSPENSION | {"kind": "closing"})

    agreements = (await case.client.get(f"/v1/agreements?ngo_id={case.ngo_id}")).text

    assert '"terminated"' in agreements
    assert closing["reason"] not in agreements


async def test_a_warning_changes_no_status_and_concerns_no_region(world: World, case: Case) -> None:
    warning = await case.take(WARNING | {"legal_basis": "UU 17/2013 art. 62"})
    lifted = await case.lift(warning)

    assert (warning["effect"], warning["legal_basis"]) == ("none", "UU 17/2013 art. 62")
    assert (await case.organisation())["status"] == "active"
    assert lifted.json()["in_force"] is False
    told = (await world.events("registry"))[-2:]
    assert [(event["type"], event["data"]["regions"]) for event in told] == [
        ("MeasureTaken", []),
        ("MeasureLifted", []),
    ]


async def test_another_bodys_decision_is_evidence_and_changes_nothing(world: World, case: Case) -> None:
    recorded = await case.post("external-measures", EXTERNAL, "fasker_officer")
    stop = EXTERNAL | {"kind": "activity_suspension", "document_number": "DEMO-78"}
    suspending = await case.post("external-measures", stop, "fasker_officer")
    twice = await case.post("external-measures", EXTERNAL | {"document_number": "demo-77"}, "fasker_officer")
    lifted = await case.lift(recorded.json())

    assert (recorded.json()["origin"], recorded.json()["issuer"]) == ("external", "Kementerian Luar Negeri")
    assert (suspending.json()["effect"], (await case.organisation())["status"]) == ("none", "active")
    assert (twice.status_code, lifted.status_code) == (409, 200)
    assert await case.public() == []
    assert (await types(world, 3))[:2] == ["ExternalMeasureRecorded", "ExternalMeasureRecorded"]


async def test_the_public_sees_what_is_in_force_and_public_by_todays_setting(world: World, case: Case) -> None:
    await case.take(WARNING)
    measure = await case.take(SUSPENSION)
    await case.post("external-measures", EXTERNAL, "fasker_officer")
    shown = await case.public()
    pool = await world.pool("registry")
    await pool.execute("UPDATE measure_kind SET is_public = NOT is_public, is_public_if_external = true")
    otherwise = await case.public()
    await case.lift(measure)
    listed = await case.client.get(f"/v1/measures?ngo_id={case.ngo_id}")

    assert shown == ["activity_suspension"]
    assert sorted(otherwise) == ["permit_revocation", "written_warning"]
    assert not {"reason", "document_sha256"} & listed.json()["items"][0].keys()


async def test_its_ngo_and_the_ministry_see_all_measures_and_nobody_else(
    world: World, case: Case, activate: Make
) -> None:
    measure = await case.take(WARNING)
    await activate("stranger", name="Another one", acronym="AO")
    for caller, status in (
        (world.read(sub=APPLICANT), 200),
        (world.read("observer_tpoa"), 200),
        (world.read("satker_officer"), 200),
        (world.read(sub="stranger"), 404),
        (world.read("pemda_kesbangpol", regions=["53"]), 404),
    ):
        one = await case.client.get(f"{case.address}/measures/{measure['id']}", headers=caller)
        all_ = await case.client.get(f"{case.address}/measures", headers=caller)
        assert (one.status_code, all_.status_code) == (status, status)


@pytest.mark.parametrize("role", ["fasker_officer", "satker_officer"])
async def test_only_the_head_takes_and_lifts_a_measure(case: Case, role: str) -> None:
    measure = await case.take(WARNING)

    taken = await case.post("measures", WARNING, role)
    lifted = await case.post(f"measures/{measure['id']}/lifting", {"lifted_on": TODAY, "reason": "why not"}, role, 1)

    assert (taken.status_code, lifted.status_code) == (403, 403)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"kind": "immigration_sanction"}, "#/kind"),
        ({"kind": "grant_stop"}, "#/kind"),
        ({"kind": "nothing"}, "#/kind"),
        ({"decided_on": "2020-05-02", "starts_on": "2020-05-02"}, "#/decided_on"),
        ({"starts_on": "2020-05-02"}, "#/starts_on"),
        ({"starts_on": "2020-04-30"}, "#/starts_on"),
        ({"ends_on": "2020-04-30"}, "#/ends_on"),
        ({"document_sha256": "x"}, "#/document_sha256"),
        ({"document_sha256": None}, "#/document_sha256"),
        ({"reason": "x" * 1001}, "#/reason"),
    ],
)
async def test_a_wrong_measure_is_refused_by_field_and_suspends_nobody(case: Case, change: Json, error: str) -> None:
    response = await case.post("measures", SUSPENSION | change)

    assert broken(response) == {(error, None)}
    assert (await case.organisation())["status"] == "active"


async def test_a_kind_is_that_of_the_law_of_the_day(case: Case) -> None:
    old = await case.take(WARNING | {"kind": "grant_stop", "decided_on": "2017-07-09", "starts_on": "2017-07-09"})
    kinds = await case.client.get("/v1/measure-kinds")

    assert old["legal_basis"] == "UU 17/2013 art. 61(b)"
    assert {k["code"] for k in kinds.json()["items"] if k["is_public"]} == {"activity_suspension", "closing"}


@pytest.mark.parametrize("kind", ["written_warning", "activity_suspension"])
@pytest.mark.parametrize("day", range(1, 5))
async def test_the_database_and_the_rule_agree_on_what_is_in_force(
    world: World, case: Case, kind: str, day: int
) -> None:
    measure = await case.take(WARNING | {"kind": kind, "ends_on": "2020-05-03"})
    today = date(2020, 5, day)
    await world.set_clock("registry", datetime(2020, 5, day, 2, tzinfo=UTC))

    seen: Any = await case.client.get(f"{case.address}/measures/{measure['id']}", headers=world.read("fasker_head"))

    assert seen.json()["in_force"] == is_in_force(
        starts_on=date(2020, 5, 1),
        ends_on=date(2020, 5, 3),
        effect=Effect(measure["effect"]),
        is_lifted=False,
        on=today,
    )
