"""A licence whose record was a mistake."""

import httpx
import pytest

from tests.registry.conftest import APPLICANT, Json, Make
from tests.registry.licences.test_licences import PERMIT, REVOKED
from tests.shared.samples import add
from tests.world import World

WHY: Json = {"reason": "the number of another organisation"}


@pytest.fixture
async def permit(world: World, registry: httpx.AsyncClient, active: Json) -> Json:
    """The izin prinsip that came with the application."""
    address = f"/v1/organisations/{active['id']}/licences"
    [found] = (await registry.get(address, headers=world.read(sub=APPLICANT))).json()["items"]
    licence: Json = found | {"address": f"{address}/{found['id']}"}
    return licence


@pytest.fixture
def retract(world: World, registry: httpx.AsyncClient, permit: Json) -> Make:
    async def take_back(match: int = 1) -> Json:
        response = await registry.post(
            f"{permit['address']}/retraction", json=WHY, headers=world.write("fasker_officer", match=match)
        )
        return {"status_code": response.status_code, **response.json()}

    return take_back


async def test_a_record_is_taken_back_with_a_reason_and_stays_readable(
    world: World, registry: httpx.AsyncClient, permit: Json, retract: Make
) -> None:
    retracted = await retract()

    read = await registry.get(permit["address"], headers=world.read(sub=APPLICANT))
    assert read.json() | {"status_code": 200} == retracted
    assert (retracted["status"], retracted["retraction_reason"]) == ("RETRACTED", WHY["reason"])
    told = (await world.events("registry"))[-1]
    assert (told["type"], told["data"]["number"], told["data"]["reason"]) == (
        "LicenceRetracted", permit["number"], WHY["reason"],
    )  # fmt: skip


async def test_its_number_is_free_for_the_right_record(
    world: World, registry: httpx.AsyncClient, active: Json, permit: Json, retract: Make
) -> None:
    await retract()
    right = PERMIT | {"number": permit["number"]}

    recorded = await registry.post(
        f"/v1/organisations/{active['id']}/licences", json=right, headers=world.write(sub=APPLICANT)
    )

    assert recorded.status_code == 201, recorded.text


async def test_no_agreement_is_signed_within_it(
    world: World, registry: httpx.AsyncClient, active: Json, agreement_terms: Json, retract: Make
) -> None:
    await retract()

    signed = await registry.post(
        "/v1/agreements", json=agreement_terms | {"ngo_id": active["id"]}, headers=world.write("fasker_head")
    )

    assert (signed.status_code, signed.json()["rule"]) == (422, "V02")


async def test_v02_a_permit_that_an_agreement_rests_on_is_not_taken_back_before_the_right_one_is_there(
    world: World, registry: httpx.AsyncClient, active: Json, agreement: Json, retract: Make
) -> None:
    refused = await retract()
    right = PERMIT | {"issued_on": "2020-01-10", "valid_from": "2020-02-01", "valid_to": "2023-02-01"}
    await registry.post(f"/v1/organisations/{active['id']}/licences", json=right, headers=world.write(sub=APPLICANT))

    retracted = await retract()

    assert (refused["status_code"], refused["type"], refused["rule"]) == (409, "/problems/action-not-allowed", "V02")
    assert agreement["number"] in refused["detail"]
    assert (retracted["status_code"], retracted.get("status")) == (200, "RETRACTED")


async def test_a_permit_that_an_izin_operasional_rests_on_is_not_taken_back_before_that_one_is(
    world: World, registry: httpx.AsyncClient, active: Json, retract: Make
) -> None:
    address = f"/v1/organisations/{active['id']}/licences"
    operational = PERMIT | {"kind": "IZIN_OPERASIONAL", "valid_from": "2022-06-01", "valid_to": "2023-02-01"}
    recorded = await registry.post(address, json=operational, headers=world.write(sub=APPLICANT))

    refused = await retract()
    await registry.post(
        f"{address}/{recorded.json()['id']}/retraction", json=WHY, headers=world.write("fasker_officer", match=1)
    )
    retracted = await retract()

    assert (refused["status_code"], refused["type"]) == (409, "/problems/action-not-allowed")
    assert PERMIT["number"] in refused["detail"]
    assert retracted["status_code"] == 200


async def test_an_agreement_with_a_reason_to_reach_beyond_the_permit_does_not_rest_on_it(
    active: Json, sign: Make, retract: Make
) -> None:
    await sign(active["id"], override_reason="a renewal is under way")

    assert (await retract())["status_code"] == 200


async def test_a_licence_that_a_notified_activity_names_is_not_taken_back(
    world: World, active: Json, permit: Json, sign: Make, retract: Make
) -> None:
    agreement = await sign(active["id"], override_reason="a renewal is under way")
    pool = await world.pool("registry")
    named = {"ngo_id": active["id"], "agreement_id": agreement["id"], "licence_id": permit["id"]}
    await add(pool, "regional_activity", **named, status="withdrawn", withdrawal_reason="x")
    activity_id = await add(pool, "regional_activity", **named)

    refused = await retract()
    await pool.execute(
        "UPDATE regional_activity SET status = 'withdrawn', withdrawal_reason = 'x' WHERE id = $1", activity_id
    )
    retracted = await retract()

    assert (refused["status_code"], refused["detail"]) == (
        409, "notified activities name this licence (1); they must name another first",
    )  # fmt: skip
    assert retracted["status_code"] == 200


async def test_v01_an_application_whose_permit_was_taken_back_is_accepted_with_the_right_one_only(
    world: World, registry: httpx.AsyncClient, applied: Json
) -> None:
    address = f"/v1/organisations/{applied['id']}"
    [wrong] = (await registry.get(f"{address}/licences", headers=world.read(sub=APPLICANT))).json()["items"]
    await registry.post(
        f"{address}/licences/{wrong['id']}/retraction", json=WHY, headers=world.write("fasker_officer", match=1)
    )

    async def accept() -> httpx.Response:
        return await registry.post(
            f"{address}/verification", json={"decision": "accepted"}, headers=world.write("fasker_officer", match=1)
        )

    refused = await accept()
    await registry.post(f"{address}/licences", json=PERMIT, headers=world.write(sub=APPLICANT))
    accepted = await accept()

    assert (refused.status_code, refused.json()["rule"]) == (409, "V01")
    assert accepted.status_code == 200, accepted.text
    assert accepted.json()["principle_permit"]["number"] == PERMIT["number"]


async def test_what_was_taken_for_revoked_can_be_taken_back_too_and_once_only(
    world: World, registry: httpx.AsyncClient, permit: Json, retract: Make
) -> None:
    await registry.post(f"{permit['address']}/revocation", json=REVOKED, headers=world.write("fasker_officer", match=1))

    retracted, again = await retract(match=2), await retract(match=3)

    assert (retracted["status"], retracted["revocation_reason"]) == ("RETRACTED", REVOKED["reason"])
    assert (again["status_code"], again["type"]) == (409, "/problems/action-not-allowed")


async def test_an_organisation_takes_no_record_back(world: World, registry: httpx.AsyncClient, permit: Json) -> None:
    own = await registry.post(f"{permit['address']}/retraction", json=WHY, headers=world.write(sub=APPLICANT, match=1))

    assert own.status_code == 403
