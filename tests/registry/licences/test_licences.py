from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import httpx
import pytest

from tests.registry.conftest import APPLICANT, Json, Make, broken
from tests.world import World

PERMIT: Json = {
    "kind": "IZIN_PRINSIP",
    "number": "DEMO-IP-11/2023",
    "issuer": "Kementerian Luar Negeri",
    "issued_on": "2023-01-15",
    "valid_from": "2023-02-01",
    "valid_to": "2026-02-01",
    "document_sha256": "ab" * 32,
}


@pytest.mark.parametrize("caller", [(), ("fasker_officer",)])
async def test_a_member_or_an_officer_records_evidence_of_a_licence(
    world: World, registry: httpx.AsyncClient, active: Json, caller: tuple[str, ...]
) -> None:
    address = f"/v1/organisations/{active['id']}/licences"
    sub = None if caller else APPLICANT

    response = await registry.post(address, json=PERMIT, headers=world.write(*caller, sub=sub))

    assert response.status_code == 201
    listed = await registry.get(address, headers=world.read("observer_tpoa"))
    assert listed.json()["items"][0] == response.json()
    assert (await world.events("registry"))[-1]["data"]["number"] == "DEMO-IP-11/2023"


async def test_the_same_licence_is_recorded_once(world: World, registry: httpx.AsyncClient, active: Json) -> None:
    address = f"/v1/organisations/{active['id']}/licences"
    await registry.post(address, json=PERMIT, headers=world.write(sub=APPLICANT))

    again = await registry.post(
        address, json=PERMIT | {"number": "demo-ip-11/2023"}, headers=world.write(sub=APPLICANT)
    )

    assert (again.status_code, again.json()["type"]) == (409, "/problems/already-exists")


async def test_a_wrong_field_is_named(world: World, registry: httpx.AsyncClient, active: Json) -> None:
    wrong: list[tuple[Json, tuple[str, str | None]]] = [
        ({"valid_to": "2026-02-02"}, ("#/valid_to", "V01")),
        ({"valid_to": "2023-02-01"}, ("#/valid_to", "V01")),
        ({"issued_on": "2999-01-01"}, ("#/issued_on", None)),
        ({"issued_on": "2026-02-02"}, ("#/issued_on", None)),
        ({"kind": "DRIVING_LICENCE"}, ("#/kind", None)),
        ({"document_sha256": "no fingerprint"}, ("#/document_sha256", None)),
        ({"number": " "}, ("#/number", None)),
        ({"kind": "IZIN_OPERASIONAL", "valid_from": "2022-06-01", "valid_to": "2023-02-02"}, ("#/valid_to", None)),
    ]
    for change, error in wrong:
        response = await registry.post(
            f"/v1/organisations/{active['id']}/licences",
            json=PERMIT | change,
            headers=world.write(sub=APPLICANT),
        )

        assert (change, broken(response)) == (change, {error})


async def test_only_an_izin_prinsip_is_limited_to_three_years(
    world: World, registry: httpx.AsyncClient, active: Json
) -> None:
    response = await registry.post(
        f"/v1/organisations/{active['id']}/licences",
        json=PERMIT | {"kind": "SKT_MITRA", "valid_to": "2033-02-01"},
        headers=world.write(sub=APPLICANT),
    )

    assert response.status_code == 201


@pytest.mark.parametrize("kind", ["MSP", "AP", "RIK"])
async def test_what_the_ministry_signs_itself_is_no_licence(
    world: World, registry: httpx.AsyncClient, active: Json, kind: str
) -> None:
    response = await registry.post(
        f"/v1/organisations/{active['id']}/licences", json=PERMIT | {"kind": kind}, headers=world.write(sub=APPLICANT)
    )

    assert broken(response) == {("#/kind", None)}


async def test_an_izin_operasional_may_end_with_the_izin_prinsip(
    world: World, registry: httpx.AsyncClient, active: Json
) -> None:
    licence = PERMIT | {"kind": "IZIN_OPERASIONAL", "valid_from": "2022-06-01", "valid_to": "2023-02-01"}

    response = await registry.post(
        f"/v1/organisations/{active['id']}/licences", json=licence, headers=world.write(sub=APPLICANT)
    )

    assert response.status_code == 201, response.text


REVOKED: Json = {"revoked_on": "2022-03-01", "reason": "revoked by Foreign Affairs"}


@pytest.fixture
async def permit(world: World, registry: httpx.AsyncClient, active: Json) -> Json:
    """The izin prinsip that came with the application."""
    address = f"/v1/organisations/{active['id']}/licences"
    [found] = (await registry.get(address, headers=world.read(sub=APPLICANT))).json()["items"]
    licence: Json = found | {"address": f"{address}/{found['id']}"}
    return licence


async def test_a_revocation_is_noted_with_its_day_and_reason(
    world: World, registry: httpx.AsyncClient, active: Json, permit: Json
) -> None:
    address = permit["address"]

    revoked = await registry.post(
        f"{address}/revocation", json=REVOKED, headers=world.write("fasker_officer", match=permit["version"])
    )

    assert revoked.status_code == 200, revoked.text
    assert (await registry.get(address, headers=world.read(sub=APPLICANT))).json() == revoked.json()
    assert (revoked.json()["status"], revoked.json()["revocation_reason"]) == ("REVOKED", REVOKED["reason"])
    told = (await world.events("registry"))[-1]
    assert (told["type"], told["data"]["reason"], told["data"]["revoked_on"]) == (
        "LicenceRevoked", REVOKED["reason"], "2022-03-01",
    )  # fmt: skip
    again = await registry.post(f"{address}/revocation", json=REVOKED, headers=world.write("fasker_head", match=2))
    assert (again.status_code, again.json()["type"]) == (409, "/problems/action-not-allowed")
    listed = await registry.get(
        f"/v1/organisations/{active['id']}/licences?status=REVOKED", headers=world.read(sub=APPLICANT)
    )
    assert listed.json()["items"] == [revoked.json()]


async def test_a_renewal_can_be_taken_back_before_it_begins(
    world: World, registry: httpx.AsyncClient, active: Json
) -> None:
    address = f"/v1/organisations/{active['id']}/licences"
    await world.set_clock("registry", datetime(2023, 1, 20, 3, tzinfo=UTC))
    renewal = (await registry.post(address, json=PERMIT, headers=world.write(sub=APPLICANT))).json()

    revoked = await registry.post(
        f"{address}/{renewal['id']}/revocation",
        json=REVOKED | {"revoked_on": "2023-01-20"},
        headers=world.write("fasker_officer", match=1),
    )

    assert (revoked.status_code, revoked.json().get("status")) == (200, "REVOKED")


async def test_nothing_is_recorded_of_an_organisation_that_has_ended(
    world: World, registry: httpx.AsyncClient, active: Json, act: Callable[..., Awaitable[None]]
) -> None:
    await act(active, "closure", 2)

    response = await registry.post(
        f"/v1/organisations/{active['id']}/licences", json=PERMIT, headers=world.write("fasker_officer")
    )

    assert (response.status_code, response.json()["type"]) == (409, "/problems/action-not-allowed")


async def test_a_revocation_has_a_day_between_the_licences_issue_and_its_end(
    world: World, registry: httpx.AsyncClient, permit: Json
) -> None:
    wrong: list[tuple[Json, str]] = [
        ({"revoked_on": "2020-01-09"}, "#/revoked_on"),
        ({"revoked_on": "2023-02-02"}, "#/revoked_on"),
        ({"reason": "x"}, "#/reason"),
    ]
    for change, pointer in wrong:
        response = await registry.post(
            f"{permit['address']}/revocation",
            json=REVOKED | change,
            headers=world.write("fasker_officer", match=permit["version"]),
        )

        assert (change, broken(response)) == (change, {(pointer, None)})


async def test_an_organisation_revokes_nothing_and_nobody_without_having_read(
    world: World, registry: httpx.AsyncClient, permit: Json
) -> None:
    address = f"{permit['address']}/revocation"

    own = await registry.post(address, json=REVOKED, headers=world.write(sub=APPLICANT, match=1))
    unread = await registry.post(address, json=REVOKED, headers=world.write("fasker_officer"))
    stale = await registry.post(address, json=REVOKED, headers=world.write("fasker_officer", match=7))

    assert [r.status_code for r in (own, unread, stale)] == [403, 428, 412]


async def test_lead_times_are_public_with_their_law(registry: httpx.AsyncClient) -> None:
    listed = (await registry.get("/v1/licence-lead-times")).json()["items"]

    assert [item["months"] for item in listed if item["kind"] == "IZIN_PRINSIP"] == [9, 6, 4, 3]
    assert all(item["legal_basis"] and item["valid_from"] for item in listed)


async def test_others_see_no_licences(world: World, registry: httpx.AsyncClient, active: Json, activate: Make) -> None:
    await activate("stranger")
    address = f"/v1/organisations/{active['id']}/licences"

    stranger = await registry.get(address, headers=world.read(sub="stranger"))
    nobody = await registry.get(address)
    writer = await registry.post(address, json=PERMIT, headers=world.write(sub="stranger"))

    assert [r.status_code for r in (stranger, nobody, writer)] == [404, 401, 404]
