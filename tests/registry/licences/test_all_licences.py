"""The list over all organisations: what ends next, and whose it is."""

from datetime import UTC, date, datetime

import httpx
import pytest

from tests.registry.conftest import APPLICANT, Json, Make
from tests.registry.licences.test_licences import PERMIT
from tests.shared.samples import NOW, add
from tests.world import World


@pytest.fixture(autouse=True)
async def _before_any_of_them_ends(world: World) -> None:
    await world.set_clock("registry", datetime(2021, 1, 1, tzinfo=UTC))


@pytest.fixture
async def other(activate: Make) -> Json:
    permit = PERMIT | {"issued_on": "2020-05-01", "valid_from": "2020-06-01", "valid_to": "2022-06-01"}
    del permit["kind"]
    return await activate("stranger", name="Stichting Contoh", acronym="SC", principle_permit=permit)


async def test_an_official_of_the_ministry_sees_which_licences_end_next_and_whose_they_are(
    world: World, registry: httpx.AsyncClient, active: Json, other: Json
) -> None:
    query = "?expires_before=2023-02-02&sort=valid_to&expand=organisation"

    listed = await registry.get(f"/v1/licences{query}", headers=world.read("observer_tpoa"))

    ends = [(item["valid_to"], item["organisation"]["acronym"]) for item in listed.json()["items"]]
    assert ends == [("2022-06-01", "SC"), ("2023-02-01", "SNV")]


async def test_what_is_over_or_revoked_does_not_end_any_more(
    world: World, registry: httpx.AsyncClient, active: Json
) -> None:
    pool = await world.pool("registry")
    revoked = {"revoked_on": date(2020, 3, 1), "revocation_reason": "x", "revoked_at": NOW, "revoked_by": "x"}
    await add(pool, "licence", ngo_id=active["id"], number="over", status="EXPIRED")
    await add(pool, "licence", ngo_id=active["id"], number="revoked", status="REVOKED", **revoked)
    await add(pool, "licence", ngo_id=active["id"], number="warned of", status="EXPIRING")

    listed = await registry.get("/v1/licences?expires_before=2030-01-01", headers=world.read("fasker_officer"))

    assert [item["number"] for item in listed.json()["items"]] == ["warned of", "DEMO-IP-10/2020"]


async def test_others_see_their_own_organisations_licences_and_regions_none(
    world: World, registry: httpx.AsyncClient, active: Json, other: Json
) -> None:
    own = await registry.get("/v1/licences", headers=world.read(sub=APPLICANT))
    foreign = await registry.get(f"/v1/licences?ngo_id={other['id']}", headers=world.read(sub=APPLICANT))
    region = await registry.get("/v1/licences", headers=world.read("pemda_planner", sub="planner"))
    nobody = await registry.get("/v1/licences")

    assert {item["ngo_id"] for item in own.json()["items"]} == {active["id"]}
    assert foreign.json()["items"] == []
    assert (region.status_code, nobody.status_code) == (403, 401)
