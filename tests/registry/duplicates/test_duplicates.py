import httpx
import pytest

from tests.registry.conftest import APPLICANT, Json, Make
from tests.world import World

LEI = "5493001KJTIIGC8Y1R12"  # pragma: allowlist secret
ASB: Json = {
    "name": "Arbeiter-Samariter-Bund Deutschland e.V.",
    "name_en": "Workers' Samaritan Federation",
    "acronym": "ASB",
    "aliases": ["Arbeiter-Samariter-Bund"],
    "origin_country": "DE",
    "home_registration_number": "VR-1",
}


@pytest.fixture
def other(application: Json) -> Json:
    """What makes an application another one than `ASB` and the usual one."""
    permit = application["principle_permit"] | {"number": "DEMO-IP-99/2020"}
    return {
        "name": "Winrock",
        "name_en": None,
        "acronym": "WI",
        "aliases": [],
        "origin_country": "US",
        "principle_permit": permit,
    }


async def likely(world: World, registry: httpx.AsyncClient, ngo: Json) -> list[Json]:
    response = await registry.get(
        f"/v1/organisations/{ngo['id']}/likely-duplicates", headers=world.read("fasker_officer")
    )
    assert response.status_code == 200, response.text
    candidates: list[Json] = response.json()["candidates"]
    return candidates


async def test_a_misspelt_name_is_found_by_what_it_is_like(
    world: World, registry: httpx.AsyncClient, activate: Make, apply_for: Make, other: Json
) -> None:
    known = await activate(**ASB)
    again = await apply_for("applicant-2", **other | {"name": "Arbeiter-Smartier-Bund", "origin_country": "DE"})

    [found] = await likely(world, registry, again)

    assert found["id"] == known["id"]
    assert 0.45 < found["score"] < 1
    assert [(r["field"], r["other_field"]) for r in found["reasons"]] == [("name", "aliases")]


async def test_who_has_nothing_in_common_is_not_found(
    world: World, registry: httpx.AsyncClient, activate: Make, apply_for: Make, other: Json
) -> None:
    await activate(**ASB)
    again = await apply_for("applicant-2", **other)

    assert await likely(world, registry, again) == []


@pytest.mark.parametrize(
    ("field", "given", "is_found"),
    [
        ("lei", LEI, True),
        ("iati_org_id", "DE-CR-vr1", True),
        ("npwp", "0123456789012345", True),
        ("home_registration_number", "vr-1", True),
        ("home_registration_number", "VR-2", False),
    ],
)
async def test_an_equal_number_is_certain(
    world: World,
    registry: httpx.AsyncClient,
    activate: Make,
    apply_for: Make,
    other: Json,
    field: str,
    given: str,
    is_found: bool,
) -> None:
    numbers = {"lei": LEI, "iati_org_id": "DE-CR-VR1", "npwp": "0123456789012345"}
    await activate(**ASB | numbers)
    again = await apply_for("applicant-2", **other | {"origin_country": "DE", field: given})

    found = await likely(world, registry, again)

    assert [(c["score"], [r["field"] for r in c["reasons"]]) for c in found] == ([(1.0, [field])] if is_found else [])


async def test_the_number_of_another_country_is_another_number(
    world: World, registry: httpx.AsyncClient, activate: Make, apply_for: Make, other: Json
) -> None:
    await activate(**ASB)
    again = await apply_for("applicant-2", **other | {"home_registration_number": "VR-1"})

    assert await likely(world, registry, again) == []


async def test_the_permit_of_another_organisation_is_found(
    world: World, registry: httpx.AsyncClient, active: Json, apply_for: Make, other: Json, application: Json
) -> None:
    permit = application["principle_permit"]
    again = await apply_for("applicant-2", **other | {"principle_permit": permit | {"number": "demo-ip-10/2020"}})

    [found] = await likely(world, registry, again)

    assert (found["id"], found["score"]) == (active["id"], 1.0)
    assert [reason["field"] for reason in found["reasons"]] == ["principle_permit"]


async def test_the_likeliest_comes_first(
    world: World, registry: httpx.AsyncClient, activate: Make, apply_for: Make, other: Json
) -> None:
    by_acronym = await activate(**other | {"acronym": "ASB"})
    by_name = await activate("applicant-2", **ASB | {"acronym": "ASB e.V.", "name": "Arbeiter-Samariter-Bund Köln"})
    by_number = await activate("applicant-3", **other | {"name": "Samariter", "lei": LEI, "acronym": "S"})
    new = await apply_for("applicant-4", **ASB | {"lei": LEI, "home_registration_number": None})

    found = await likely(world, registry, new)

    assert found[0]["id"] in {by_name["id"], by_number["id"]}
    assert {c["id"] for c in found} == {ngo["id"] for ngo in (by_acronym, by_name, by_number)}
    assert [c["score"] for c in found] == sorted((c["score"] for c in found), reverse=True)


async def test_an_applicant_learns_at_once_who_is_registered_already_but_not_who_else_applies(
    registry: httpx.AsyncClient, activate: Make, apply_for: Make, world: World
) -> None:
    known = await activate(**ASB)
    await apply_for("applicant-2", **ASB)

    again = await apply_for("applicant-3", **ASB)

    assert [candidate["id"] for candidate in again["likely_duplicates"]] == [known["id"]]
    assert len(await likely(world, registry, again)) == 2


async def test_once_it_is_decided_an_organisation_is_no_longer_asked_about_its_likes(
    registry: httpx.AsyncClient, activate: Make
) -> None:
    await activate(**ASB)

    assert (await activate("applicant-2", **ASB))["likely_duplicates"] == []


async def test_only_the_ministry_looks_for_duplicates(world: World, registry: httpx.AsyncClient, applied: Json) -> None:
    address = f"/v1/organisations/{applied['id']}/likely-duplicates"

    own = await registry.get(address, headers=world.read(sub=APPLICANT))
    unknown = await registry.get(
        "/v1/organisations/01900000-0000-7000-8000-000000000000/likely-duplicates", headers=world.read("fasker_head")
    )

    assert (own.status_code, unknown.status_code) == (403, 404)
