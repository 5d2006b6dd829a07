import re
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest

from services.registry.agreements.endings import find_ended_agreements
from tests.registry.conftest import APPLICANT, Json, broken
from tests.world import World

UNIT = "Ditjen Bina Bangda"
REASON = "the flood has changed where the villages are"


@pytest.fixture
async def plan(world: World, registry: httpx.AsyncClient, activity: Json, address: str) -> Json:
    """Two activities, approved."""
    second = activity | {"title": "Pertanian terpadu", "sector": "agriculture", "regions": ["12.10"], "targets": []}
    body = {"activities": [activity, second]}
    approved = await registry.post(address, json=body, headers=world.write("fasker_officer"))
    assert approved.status_code == 201, approved.text
    found: Json = approved.json()
    return found


@pytest.fixture
def amended(plan: Json, activity: Json) -> Json:
    """The first activity goes on elsewhere with less money, the second is dropped, a third one begins."""
    first = plan["activities"][0] | {"regions": ["53.06", "53.01"], "budget": "900000.00", "targets": []}
    third = activity | {"title": "Sekolah sehat", "regions": ["53.10"], "targets": []}
    return {"activities": [third, first], "reason": REASON}


async def amend(world: World, registry: httpx.AsyncClient, address: str, body: Json, **headers: Any) -> httpx.Response:
    caller: Json = {"match": 1, "unit": UNIT} | headers
    return await registry.post(f"{address}/amendments", json=body, headers=world.write("satker_officer", **caller))


async def test_an_amendment_is_a_new_version_in_which_what_goes_on_keeps_its_id(
    world: World, registry: httpx.AsyncClient, agreement: Json, address: str, plan: Json, amended: Json
) -> None:
    answer = await amend(world, registry, address, amended)

    assert answer.status_code == 201, answer.text
    now = (await registry.get(address)).json()
    assert now == answer.json()
    assert (now["version"], now["reason"], now["id"]) == (2, REASON, plan["id"])
    assert [a["title"] for a in now["activities"]] == ["Sekolah sehat", plan["activities"][0]["title"]]
    assert now["activities"][1] == amended["activities"][1]
    assert now["activities"][1]["id"] == plan["activities"][0]["id"]
    told = (await world.events("registry"))[-1]
    assert (told["type"], told["data"]["version"], told["data"]["reason"]) == ("MasterPlanAmended", 2, REASON)
    assert [a["activity_id"] for a in told["data"]["activities"]] == [a["id"] for a in now["activities"]]
    assert told["data"]["dropped_activity_ids"] == [plan["activities"][1]["id"]]
    # Also where it worked before and does no more.
    assert told["data"]["regions"] == ["12.10", "53.01", "53.06", "53.10"]


async def test_every_version_stays_readable_as_it_was_approved(
    world: World, registry: httpx.AsyncClient, address: str, plan: Json, amended: Json
) -> None:
    await amend(world, registry, address, amended)

    first = (await registry.get(f"{address}/versions/1")).json()
    second = (await registry.get(f"{address}/versions/2")).json()
    listed = (await registry.get(f"{address}/versions?sort=version")).json()["items"]

    assert first == plan
    assert second == (await registry.get(address)).json()
    assert [(v["version"], v["reason"], v["activities_count"]) for v in listed] == [(1, None, 2), (2, REASON, 2)]
    assert (await registry.get(f"{address}/versions/3")).status_code == 404
    with pytest.raises(asyncpg.RestrictViolationError):
        await (await world.pool("registry")).execute("UPDATE master_plan_version SET reason = 'another'")


async def test_the_order_of_all_activities_can_change_and_targets_with_it(
    world: World, registry: httpx.AsyncClient, address: str, plan: Json
) -> None:
    turned = list(reversed(plan["activities"]))
    turned[0] = turned[0] | {"targets": [{"year": 2022, "region": "12.10", "value": "7.00", "unit": "farm"}]}

    answer = await amend(world, registry, address, {"activities": turned, "reason": REASON})

    assert answer.json()["activities"] == turned


async def test_an_amendment_is_based_on_the_version_that_was_read(
    world: World, registry: httpx.AsyncClient, address: str, amended: Json
) -> None:
    assert (await amend(world, registry, address, amended, match=None)).status_code == 428
    assert (await amend(world, registry, address, amended, match=2)).status_code == 412
    assert (await amend(world, registry, address, amended)).status_code == 201
    assert (await amend(world, registry, address, amended)).status_code == 412


async def test_an_amendment_stays_within_the_agreement_and_names_activities_in_force(
    world: World, registry: httpx.AsyncClient, address: str, plan: Json
) -> None:
    [first, _] = plan["activities"]
    wrong: list[tuple[list[Json], set[tuple[str, str | None]]]] = [
        ([first | {"regions": ["53.07"], "targets": []}], {("#/activities/0/regions/0", "V04")}),
        ([first | {"to_year": 2024}], {("#/activities/0/to_year", "V04")}),
        ([first | {"id": str(uuid4())}], {("#/activities/0/id", "V04")}),
        ([first, first], {("#/activities/1/id", "V04")}),
        ([], {("#/activities", None)}),
    ]
    for activities, errors in wrong:
        response = await amend(world, registry, address, {"activities": activities, "reason": REASON})

        assert broken(response) == errors
    without_reason = await amend(world, registry, address, {"activities": [first]})
    assert broken(without_reason) == {("#/reason", None)}
    assert (await registry.get(address)).json() == plan


async def test_a_dropped_activity_does_not_come_back_under_its_id(
    world: World, registry: httpx.AsyncClient, address: str, plan: Json, amended: Json
) -> None:
    await amend(world, registry, address, amended)

    again = await amend(world, registry, address, {"activities": [plan["activities"][1]], "reason": REASON}, match=2)

    assert broken(again) == {("#/activities/0/id", "V04")}


async def test_nobody_amends_for_another_unit_and_an_organisation_not_at_all(
    world: World, registry: httpx.AsyncClient, address: str, amended: Json
) -> None:
    other = await amend(world, registry, address, amended, unit="BPSDM")
    own = await registry.post(f"{address}/amendments", json=amended, headers=world.write(sub=APPLICANT, match=1))

    assert (other.status_code, own.status_code) == (403, 403)


async def test_a_plan_of_an_agreement_that_is_over_is_not_amended(
    world: World, registry: httpx.AsyncClient, address: str, amended: Json
) -> None:
    await world.set_clock("registry", datetime(2023, 2, 2, tzinfo=UTC))
    await world.run_job("registry", find_ended_agreements)

    response = await amend(world, registry, address, amended)

    assert (response.status_code, response.json()["type"]) == (409, "/problems/action-not-allowed")


async def test_there_is_no_amendment_without_a_plan(
    world: World, registry: httpx.AsyncClient, address: str, activity: Json
) -> None:
    response = await amend(world, registry, address, {"activities": [activity], "reason": REASON})

    assert response.status_code == 404


async def test_what_was_approved_before_versions_were_kept_got_its_first_one_by_the_migration(
    world: World, registry: httpx.AsyncClient, activity: Json, address: str
) -> None:
    body = {"activities": [activity | {"targets": []}, activity | {"title": "Sekolah sehat", "targets": []}]}
    await registry.post(address, json=body, headers=world.write("fasker_officer"))
    migration = files("services.registry") / "migrations" / "0013_master_plan_versions.sql"
    backfill = re.search(r"INSERT INTO master_plan_version[^)]*\)\n(SELECT.*?);", migration.read_text(), re.DOTALL)
    assert backfill
    pool = await world.pool("registry")

    [by_migration] = await pool.fetch(backfill[1])

    kept = await pool.fetchrow(
        """
        SELECT master_plan_id, version, activities, approved_at, approved_by, approved_by_role
        FROM master_plan_version
        """
    )
    assert list(by_migration)[1:] == list(kept)
