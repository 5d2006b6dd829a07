from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from uuid import uuid4

import httpx
import pytest

from tests.registry.conftest import APPLICANT, Json, Make, broken
from tests.world import World

Act = Callable[..., Awaitable[None]]


@pytest.fixture
async def successor(activate: Make) -> Json:
    return await activate("successor-1", name="Stichting Cordaid", name_en="Cordaid", acronym="Cordaid", aliases=[])


def merger(successor_id: str, **changes: str) -> Json:
    body = {"successor_id": successor_id, "effective_on": "2021-01-01", "reason": "merged into its successor"}
    return body | changes


async def test_a_merged_organisation_stays_findable_and_points_to_its_successor(
    world: World, registry: httpx.AsyncClient, active: Json, agreement: Json, successor: Json
) -> None:
    response = await registry.post(
        f"/v1/organisations/{active['id']}/merger",
        json=merger(successor["id"]),
        headers=world.write("fasker_head", match=2),
    )

    assert response.status_code == 200
    public = (await registry.get(f"/v1/organisations/{active['id']}")).json()
    assert (public["status"], public["successor_id"]) == ("merged", successor["id"])
    found = (await registry.get("/v1/organisations?q=snv")).json()["items"]
    assert [item["id"] for item in found] == [active["id"]]
    told = (await world.events("registry"))[-1]
    assert (told["type"], told["key"]) == ("NgoMerged", active["id"])
    assert set(told["data"]["regions"]) == set(agreement["regions"])


async def test_agreements_stay_with_who_signed_them_and_name_who_stands_in(
    world: World, registry: httpx.AsyncClient, active: Json, agreement: Json, successor: Json
) -> None:
    await registry.post(
        f"/v1/organisations/{active['id']}/merger",
        json=merger(successor["id"]),
        headers=world.write("fasker_head", match=2),
    )

    passed_on = (await registry.get(f"/v1/agreements/{agreement['id']}")).json()
    assert (passed_on["ngo_id"], passed_on["status"]) == (active["id"], "passed_on")
    assert passed_on["passed_to_ngo_id"] == successor["id"]
    of_successor = await registry.get(f"/v1/agreements?ngo_id={successor['id']}")
    assert [item["id"] for item in of_successor.json()["items"]] == [agreement["id"]]
    members = await registry.get(f"/v1/organisations/{active['id']}/members", headers=world.read(sub=APPLICANT))
    assert len(members.json()["items"]) == 1


async def test_the_last_admin_of_a_merged_organisation_leaves_it_and_acts_for_the_successor(
    world: World, registry: httpx.AsyncClient, active: Json, successor: Json, act: Act, join: Make
) -> None:
    await act(active, "merger", 2, **merger(successor["id"]))

    left = await registry.delete(
        f"/v1/organisations/{active['id']}/membership", headers=world.write(sub=APPLICANT, match=1)
    )
    invitation = await join(successor, APPLICANT, by="successor-1")

    assert left.status_code == 204
    assert invitation["status"] == "accepted"


async def test_the_successor_must_be_another_registered_organisation(
    world: World, registry: httpx.AsyncClient, active: Json
) -> None:
    for successor_id in (active["id"], str(uuid4())):
        response = await registry.post(
            f"/v1/organisations/{active['id']}/merger",
            json=merger(successor_id),
            headers=world.write("fasker_head", match=2),
        )

        assert broken(response) == {("#/successor_id", None)}


async def test_the_successor_must_be_active(
    world: World, registry: httpx.AsyncClient, active: Json, apply_for: Make
) -> None:
    applicant = await apply_for("applicant-2")

    response = await registry.post(
        f"/v1/organisations/{active['id']}/merger",
        json=merger(applicant["id"]),
        headers=world.write("fasker_head", match=2),
    )

    assert response.status_code == 409
    assert "active" in response.json()["detail"]


@pytest.mark.parametrize("day", ["2999-01-01", "2199-12-31", "2011-12-31"])
async def test_a_merger_is_recorded_once_it_is_effective_and_not_from_before_the_work_in_indonesia(
    world: World, registry: httpx.AsyncClient, active: Json, successor: Json, day: str
) -> None:
    response = await registry.post(
        f"/v1/organisations/{active['id']}/merger",
        json=merger(successor["id"], effective_on=day),
        headers=world.write("fasker_head", match=2),
    )

    assert broken(response) == {("#/effective_on", None)}


async def test_a_successor_knows_its_predecessors_also_when_it_merges_in_its_turn(
    world: World, registry: httpx.AsyncClient, active: Json, successor: Json, activate: Make
) -> None:
    last = await activate("successor-2", name="Caritas Contoh", name_en=None, acronym="CC", aliases=[])
    for old, new in ((active, successor), (successor, last)):
        merged = await registry.post(
            f"/v1/organisations/{old['id']}/merger",
            json=merger(new["id"]),
            headers=world.write("fasker_head", match=2),
        )
        assert merged.status_code == 200

    known = {}
    for ngo in (active, successor, last):
        shown = (await registry.get(f"/v1/organisations/{ngo['id']}?expand=predecessors")).json()
        known[ngo["id"]] = [each["id"] for each in shown["predecessors"]], shown["successor_id"]

    assert known == {
        active["id"]: ([], successor["id"]),
        successor["id"]: ([active["id"]], last["id"]),
        last["id"]: ([successor["id"]], None),
    }


@pytest.fixture
async def last(activate: Make) -> Json:
    return await activate("successor-2", name="Caritas Contoh", name_en=None, acronym="CC", aliases=[])


async def test_what_a_successor_had_taken_over_passes_on_when_it_merges_in_its_turn(
    registry: httpx.AsyncClient, active: Json, agreement: Json, successor: Json, last: Json, act: Act
) -> None:
    await act(active, "merger", 2, **merger(successor["id"]))
    await act(successor, "merger", 2, **merger(last["id"], effective_on="2022-01-01"))

    passed_on = (await registry.get(f"/v1/agreements/{agreement['id']}")).json()
    assert (passed_on["status"], passed_on["passed_to_ngo_id"]) == ("passed_on", last["id"])
    held = {}
    for ngo in (active, successor, last):
        entry = (await registry.get(f"/v1/register/{ngo['id']}")).json()
        held[ngo["acronym"]] = [(each["starts_on"], each["until"]) for each in entry["agreements"]]
    assert held == {
        "SNV": [("2020-02-01", "2020-12-31")],
        "Cordaid": [("2021-01-01", "2021-12-31")],
        "CC": [("2022-01-01", "2023-02-01")],
    }


async def test_what_a_successor_had_taken_over_ends_with_it(
    world: World, registry: httpx.AsyncClient, active: Json, agreement: Json, successor: Json, act: Act
) -> None:
    await world.set_clock("registry", datetime(2022, 5, 4, 3, tzinfo=UTC))
    await act(active, "merger", 2, **merger(successor["id"]))
    await act(successor, "closure", 2)

    ended = (await registry.get(f"/v1/agreements/{agreement['id']}")).json()
    assert (ended["status"], ended["ended_on"]) == ("terminated", "2022-05-04")
    entry = (await registry.get(f"/v1/register/{successor['id']}")).json()
    assert [each["until"] for each in entry["agreements"]] == ["2022-05-04"]


async def test_regions_of_what_a_successor_has_taken_over_learn_of_its_fate(
    world: World, active: Json, agreement: Json, successor: Json, act: Act
) -> None:
    await act(active, "merger", 2, **merger(successor["id"]))
    await act(successor, "suspension", 2)

    told = (await world.events("registry"))[-1]
    assert (told["type"], told["key"]) == ("NgoSuspended", successor["id"])
    assert set(told["data"]["regions"]) == set(agreement["regions"])


async def test_the_plan_of_an_agreement_that_was_passed_on_can_still_be_approved(
    active: Json, agreement: Json, successor: Json, act: Act, approve: Make
) -> None:
    await act(active, "merger", 2, **merger(successor["id"]))

    plan = await approve(agreement)

    assert plan["version"] == 1
