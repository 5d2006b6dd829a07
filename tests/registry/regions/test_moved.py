"""What stands under a code that was moved is found where the place lies now: Merauke, once 91.01, is 93.01."""

from datetime import UTC, datetime

import httpx
import pytest

from shared.regions import Validity, known_codes
from tests.registry.conftest import APPLICANT, Json, Make, broken
from tests.registry.regional_activities.notices import notice
from tests.world import World

BEFORE = datetime(2022, 7, 24, 3, tzinfo=UTC)
AFTER = datetime(2022, 7, 25, 3, tzinfo=UTC)


@pytest.fixture
async def old(world: World, registry: httpx.AsyncClient, active: Json, sign: Make, approve: Make) -> Json:
    """An agreement and a master plan of 2020 to 2022, in Merauke under its old code; the regency has moved since."""
    await world.set_clock("registry", BEFORE)
    agreement = await sign(active["id"], regions=["91.01"])
    await approve(agreement)
    await world.set_clock("registry", AFTER)
    return agreement


async def test_services_and_registry_know_the_same_codes(world: World) -> None:
    rows = await (await world.pool("registry")).fetch(
        """
        SELECT code, valid_from, valid_to,
               (SELECT new_code FROM region_change WHERE old_code = code AND kind = 'moved') AS moved_to,
               (SELECT old_code FROM region_change WHERE new_code = code AND kind = 'moved') AS moved_from
        FROM region
        """
    )

    assert known_codes() == {
        row["code"]: Validity(row["valid_from"], row["valid_to"], row["moved_to"], row["moved_from"]) for row in rows
    }


@pytest.mark.parametrize("address", ["/v1/register", "/v1/organisations", "/v1/agreements"])
async def test_a_filter_finds_what_was_signed_under_the_old_code(
    registry: httpx.AsyncClient, old: Json, address: str
) -> None:
    found = {
        region: len((await registry.get(f"{address}?region={region}")).json()["items"])
        for region in ("93", "93.01", "91.01", "91", "93.02", "94")
    }

    assert found == {"93": 1, "93.01": 1, "91.01": 1, "91": 0, "93.02": 0, "94": 0}
    assert (await registry.get(f"/v1/agreements/{old['id']}")).json()["regions"] == ["91.01"]


async def test_coverage_shows_a_place_under_its_code_of_the_years_end(registry: httpx.AsyncClient, old: Json) -> None:
    async def cells(query: str) -> list[str]:
        return [cell["region"] for cell in (await registry.get(f"/v1/coverage?{query}")).json()["items"]]

    async def is_gap(year: int, region: str) -> bool:
        gaps = await registry.get(f"/v1/coverage/gaps?year={year}&region={region}&sector=water_and_sanitation")
        return region in {gap["region"] for gap in gaps.json()["items"]}

    async def covered(query: str) -> int:
        sums = (await registry.get(f"/v1/coverage/sectors?{query}")).json()["items"]
        return sum(each["regencies_covered"] for each in sums)

    assert await cells("year=2021") == await cells("year=2021&region=93") == ["91.01"]
    assert await cells("year=2022") == await cells("year=2022&region=93") == ["93.01"]
    assert await cells("year=2022&region=91") == []
    assert (await is_gap(2021, "91.01"), await is_gap(2022, "93.01"), await is_gap(2022, "93.02")) == (
        False,
        False,
        True,
    )
    assert (await covered("year=2022&region=93"), await covered("year=2022&region=91")) == (1, 0)


async def test_the_map_draws_a_place_under_its_code_of_the_day(registry: httpx.AsyncClient, old: Json) -> None:
    features = (await registry.get("/v1/register/downloads/geojson")).json()["features"]

    assert [feature["properties"]["region"] for feature in features] == ["93.01"]
    assert [feature["properties"]["region_name"] for feature in features] == ["Kabupaten Merauke"]


async def test_an_official_of_the_new_province_sees_and_answers_what_was_notified_under_the_old_code(
    world: World, registry: httpx.AsyncClient, old: Json
) -> None:
    await world.set_clock("registry", BEFORE)
    address = await notified(world, registry, old, regions=["91.01"], starts_on="2022-07-01")
    await registry.post(f"{address}/record", headers=world.write("fasker_officer", match=1))
    await world.set_clock("registry", AFTER)

    async def answer(area: str, region: str) -> httpx.Response:
        body = {"region": region, "answer": "approved", "reason": "as it is here", "version": 1}
        headers = world.write("pemda_kesbangpol", regions=[area])
        return await registry.post(f"{address}/answers", json=body, headers=headers)

    async def seen(area: str) -> tuple[int, int]:
        headers = world.read("pemda_kesbangpol", regions=[area])
        listed = await registry.get("/v1/regional-activities?region=93", headers=headers)
        return (await registry.get(address, headers=headers)).status_code, len(listed.json()["items"])

    refused = [(await answer(area, "91.01")).status_code for area in ("91", "94", "93.02")]
    read = [await seen(area) for area in ("91", "94", "93", "93.01")]
    answered = await answer("93", "93.01")

    assert refused == [404, 404, 404]
    assert read == [(404, 0), (404, 0), (200, 1), (200, 1)]
    assert (answered.status_code, answered.json()["status"]) == (201, "answered")
    assert [each["region"] for each in answered.json()["answers"]] == ["91.01"]


async def test_a_notice_under_the_agreement_may_name_its_own_code_or_the_present_one(
    world: World, registry: httpx.AsyncClient, old: Json
) -> None:
    body = notice(await ids(world, registry, old), starts_on="2022-08-01", ends_on="2022-12-31")
    outcomes = {
        code: await registry.post(
            "/v1/regional-activities", json=body | {"regions": [code]}, headers=world.write(sub=APPLICANT)
        )
        for code in ("91.01", "93.01", "91.16", "93.02")
    }

    assert (outcomes["91.01"].status_code, outcomes["93.01"].status_code) == (201, 201)
    assert broken(outcomes["91.16"]) == {("#/regions/0", "V17")}
    assert broken(outcomes["93.02"]) == {("#/regions/0", "V04")}


async def test_a_local_partner_in_a_moved_regency_is_seen_from_its_new_province(
    world: World, registry: httpx.AsyncClient, old: Json
) -> None:
    await world.set_clock("registry", BEFORE)
    partner = {
        "name": "Yayasan Contoh Merauke",
        "legal_form": "yayasan",
        "registration_number": "DEMO-SKT-1",
        "registration_valid_to": "2027-06-30",
        "programme": "Sanitasi total berbasis masyarakat",
        "regions": ["91.01"],
    }
    proposed = await registry.post("/v1/local-partners", json=partner, headers=world.write(sub=APPLICANT))
    assert proposed.status_code == 201, proposed.text

    seen = {
        area: len(
            (
                await registry.get(
                    f"/v1/local-partners?region={area}", headers=world.read("pemda_kesbangpol", regions=[area])
                )
            ).json()["items"]
        )
        for area in ("93", "93.01", "91", "94")
    }

    assert seen == {"93": 1, "93.01": 1, "91": 0, "94": 0}


async def ids(world: World, registry: httpx.AsyncClient, agreement: Json) -> Json:
    address = f"/v1/organisations/{agreement['ngo_id']}/licences"
    licences = await registry.get(address, headers=world.read(sub=APPLICANT))
    return {"agreement_id": agreement["id"], "licence_id": licences.json()["items"][0]["id"]}


async def notified(world: World, registry: httpx.AsyncClient, agreement: Json, **changes: object) -> str:
    body = notice(await ids(world, registry, agreement), ends_on="2022-12-31", **changes)
    response = await registry.post("/v1/regional-activities", json=body, headers=world.write(sub=APPLICANT))
    assert response.status_code == 201, response.text
    return f"/v1/regional-activities/{response.json()['id']}"
