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
        ({"kind": "DRIVING_LICENCE"}, ("#/kind", None)),
        ({"document_sha256": "no fingerprint"}, ("#/document_sha256", None)),
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


async def test_others_see_no_licences(world: World, registry: httpx.AsyncClient, active: Json, activate: Make) -> None:
    await activate("stranger")
    address = f"/v1/organisations/{active['id']}/licences"

    stranger = await registry.get(address, headers=world.read(sub="stranger"))
    nobody = await registry.get(address)
    writer = await registry.post(address, json=PERMIT, headers=world.write(sub="stranger"))

    assert [r.status_code for r in (stranger, nobody, writer)] == [404, 401, 404]
