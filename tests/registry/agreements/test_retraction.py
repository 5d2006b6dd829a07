"""An agreement whose record was a mistake."""

import asyncio

import httpx
import pytest

from services.registry.agreements.endings import find_ended_agreements
from tests.registry.agreements.test_endings import EXTENSION, OVER, RUNNING
from tests.registry.conftest import APPLICANT, Json, Make, broken
from tests.registry.programme_directions.test_programme_directions import DIRECTION
from tests.shared.samples import add
from tests.world import World

WHY: Json = {"reason": "it was signed with another organisation"}


@pytest.fixture
def retract(world: World, registry: httpx.AsyncClient) -> Make:
    async def take_back(agreement: Json, match: int = 1) -> Json:
        response = await registry.post(
            f"/v1/agreements/{agreement['id']}/retraction", json=WHY, headers=world.write("fasker_head", match=match)
        )
        return {"status_code": response.status_code, **response.json()}

    return take_back


async def test_a_record_is_taken_back_with_a_reason_and_stays_readable(
    world: World, registry: httpx.AsyncClient, agreement: Json, retract: Make
) -> None:
    retracted = await retract(agreement)

    read = await registry.get(f"/v1/agreements/{agreement['id']}")
    assert read.json() | {"status_code": 200, "organisation": None} == retracted | {"organisation": None}
    assert (retracted["status"], retracted["retraction_reason"]) == ("retracted", WHY["reason"])
    told = (await world.events("registry"))[-1]
    assert (told["type"], told["data"]["number"], told["data"]["reason"], told["data"]["regions"]) == (
        "MspRetracted", agreement["number"], WHY["reason"], agreement["regions"],
    )  # fmt: skip


async def test_its_number_is_free_for_the_right_record_and_so_is_that_of_its_programme_direction(
    world: World, registry: httpx.AsyncClient, active: Json, agreement: Json, sign: Make, retract: Make
) -> None:
    async def record_direction(of: Json) -> httpx.Response:
        address = f"/v1/agreements/{of['id']}/programme-directions"
        return await registry.post(address, json=DIRECTION, headers=world.write("fasker_officer"))

    await record_direction(agreement)
    await retract(agreement)

    right = await sign(active["id"])
    recorded = await record_direction(right)

    assert recorded.status_code == 201, recorded.text
    [old] = (await registry.get(f"/v1/agreements/{agreement['id']}/programme-directions")).json()["items"]
    assert (old["retracted_at"] is None, recorded.json()["retracted_at"]) == (False, None)


async def test_it_is_in_force_nowhere_and_carries_nothing(
    world: World, registry: httpx.AsyncClient, active: Json, agreement: Json, retract: Make
) -> None:
    await retract(agreement)

    for query in ("agreements?on=2020-08-12", f"organisations?region={agreement['regions'][0]}"):
        assert (query, (await registry.get(f"/v1/{query}")).json()["items"]) == (query, [])
    [permit] = (
        await registry.get(f"/v1/organisations/{active['id']}/licences", headers=world.read(sub=APPLICANT))
    ).json()["items"]
    taken_back = await registry.post(
        f"/v1/organisations/{active['id']}/licences/{permit['id']}/retraction",
        json=WHY,
        headers=world.write("fasker_officer", match=permit["version"]),
    )
    assert taken_back.status_code == 200, taken_back.text


async def test_an_agreement_with_a_master_plan_is_not_taken_back(agreement: Json, approve: Make, retract: Make) -> None:
    await approve(agreement)

    refused = await retract(agreement)

    assert (refused["status_code"], refused["type"]) == (409, "/problems/action-not-allowed")
    assert refused["detail"] == "this agreement has its master plan: it can be terminated, not taken back"


async def test_an_agreement_that_a_notified_activity_names_is_not_taken_back(
    world: World, active: Json, agreement: Json, retract: Make
) -> None:
    pool = await world.pool("registry")
    licence_id = await pool.fetchval("SELECT id FROM licence")
    named = {"ngo_id": active["id"], "agreement_id": agreement["id"], "licence_id": licence_id}
    await add(pool, "regional_activity", **named, status="withdrawn", withdrawal_reason="x")
    activity_id = await add(pool, "regional_activity", **named)

    refused = await retract(agreement)
    await pool.execute(
        "UPDATE regional_activity SET status = 'withdrawn', withdrawal_reason = 'x' WHERE id = $1", activity_id
    )

    assert (refused["status_code"], refused["detail"].partition(";")[0]) == (
        409, "notified activities name this agreement (1)",
    )  # fmt: skip
    assert (await retract(agreement))["status_code"] == 200


async def test_an_extension_is_taken_back_before_what_it_extends_which_another_one_may_then(
    world: World, registry: httpx.AsyncClient, agreement: Json, sign: Make, retract: Make
) -> None:
    await world.set_clock("registry", RUNNING)
    wrong = await sign(agreement["ngo_id"], predecessor_id=agreement["id"], **EXTENSION)

    refused = await retract(agreement)
    await retract(wrong)

    assert (refused["status_code"], refused["detail"].partition(":")[0]) == (
        409,
        "another agreement carries this one on",
    )
    assert (await registry.get(f"/v1/agreements/{agreement['id']}")).json()["successor_id"] is None
    right = await sign(agreement["ngo_id"], predecessor_id=agreement["id"], **EXTENSION)
    assert (await registry.get(f"/v1/agreements/{agreement['id']}")).json()["successor_id"] == right["id"]


async def test_what_had_ended_as_extended_has_expired_once_its_extension_is_taken_back(
    world: World, registry: httpx.AsyncClient, agreement: Json, sign: Make, retract: Make
) -> None:
    await world.set_clock("registry", RUNNING)
    wrong = await sign(agreement["ngo_id"], predecessor_id=agreement["id"], **EXTENSION)
    await world.set_clock("registry", OVER)
    await world.run_job("registry", find_ended_agreements)

    await retract(wrong)

    read = (await registry.get(f"/v1/agreements/{agreement['id']}")).json()
    assert (read["status"], read["ended_on"], read["successor_id"]) == ("expired", agreement["ends_on"], None)


async def test_what_had_ended_can_be_taken_back_too_and_once_only(
    world: World, registry: httpx.AsyncClient, agreement: Json, retract: Make
) -> None:
    await registry.post(
        f"/v1/agreements/{agreement['id']}/termination",
        json={"ended_on": "2020-06-01", "reason": "thought to have ended"},
        headers=world.write("fasker_head", match=1),
    )

    retracted, again = await retract(agreement, match=2), await retract(agreement, match=3)

    assert (retracted["status"], retracted["end_reason"]) == ("retracted", "thought to have ended")
    assert (again["status_code"], again["type"]) == (409, "/problems/action-not-allowed")


async def test_of_two_heads_at_once_one_takes_it_back(world: World, agreement: Json, retract: Make) -> None:
    answers = await asyncio.gather(retract(agreement), retract(agreement))

    assert sorted(answer["status_code"] for answer in answers) == [200, 412]
    assert [event["type"] for event in await world.events("registry")].count("MspRetracted") == 1


async def test_only_the_head_takes_back_and_says_why(
    world: World, registry: httpx.AsyncClient, agreement: Json
) -> None:
    address = f"/v1/agreements/{agreement['id']}/retraction"

    for caller in (world.write("fasker_officer", match=1), world.write(sub=APPLICANT, match=1)):
        assert (await registry.post(address, json=WHY, headers=caller)).status_code == 403
    silent = await registry.post(address, json={"reason": ""}, headers=world.write("fasker_head", match=1))
    assert broken(silent) == {("#/reason", None)}
