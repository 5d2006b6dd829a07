"""V17 where regions are taken. Papua Selatan began on 25 July 2022; days begin in Jakarta, seven hours ahead."""

import json
from datetime import UTC, datetime

import httpx
import pytest

from tests.registry.conftest import APPLICANT, Json, Make, broken
from tests.world import World

LAST_MINUTE = datetime(2022, 7, 24, 16, 59, tzinfo=UTC)
FIRST_MINUTE = datetime(2022, 7, 24, 17, 0, tzinfo=UTC)
PARTNER: Json = {
    "name": "Yayasan Contoh Merauke",
    "legal_form": "yayasan",
    "registration_number": "DEMO-SKT-1",
    "registration_valid_to": "2027-06-30",
    "programme": "Sanitasi total berbasis masyarakat",
}


@pytest.mark.parametrize(("minute", "good", "bad"), [(LAST_MINUTE, "91.01", "93.01"), (FIRST_MINUTE, "93.01", "91.01")])
async def test_an_agreement_names_the_codes_that_hold_on_the_day_of_signing(
    world: World,
    registry: httpx.AsyncClient,
    active: Json,
    sign: Make,
    agreement_terms: Json,
    minute: datetime,
    good: str,
    bad: str,
) -> None:
    await world.set_clock("registry", minute)
    terms = agreement_terms | {"ngo_id": active["id"], "regions": ["53.06", bad]}

    refused = await registry.post("/v1/agreements", json=terms, headers=world.write("fasker_head"))

    assert broken(refused) == {("#/regions/1", "V17")}
    assert f"`{good}`" in refused.json()["errors"][0]["detail"]
    assert (await sign(active["id"], regions=["53.06", good]))["regions"] == ["53.06", good]


@pytest.mark.parametrize(("minute", "good", "bad"), [(LAST_MINUTE, "92.01", "96.02"), (FIRST_MINUTE, "93.01", "91.01")])
async def test_a_local_partner_works_where_the_code_holds_on_the_day_of_the_proposal(
    world: World, registry: httpx.AsyncClient, active: Json, minute: datetime, good: str, bad: str
) -> None:
    await world.set_clock("registry", minute)
    rows = [PARTNER | {"regions": [good], "registration_number": "DEMO-SKT-2"}, PARTNER | {"regions": [bad]}]

    refused = await registry.post("/v1/local-partners", json=rows[1], headers=world.write(sub=APPLICANT))
    taken = await registry.post(
        "/v1/local-partners", json=PARTNER | {"regions": [good]}, headers=world.write(sub=APPLICANT)
    )
    imported = await registry.post(
        "/v1/local-partners/imports?mode=partial",
        content="\n".join(map(json.dumps, rows)),
        headers=world.write(sub=APPLICANT) | {"Content-Type": "application/jsonl"},
    )

    assert broken(refused) == {("#/regions/0", "V17")}
    assert taken.status_code == 201
    report = imported.json()
    assert (report["imported"], report["refused"]) == (1, 1), report
    assert "V17" in imported.text


async def test_a_plan_keeps_the_codes_under_which_its_agreement_was_signed(
    world: World, registry: httpx.AsyncClient, active: Json, sign: Make
) -> None:
    await world.set_clock("registry", LAST_MINUTE)
    agreement = await sign(active["id"], regions=["91.01"])
    await world.set_clock("registry", FIRST_MINUTE)
    activity = {
        "title": "Sanitasi",
        "detail": "Sanitasi",
        "sector": "water_and_sanitation",
        "priority": "PN5-2020",
        "sdgs": [6],
        "regions": ["91.01"],
        "from_year": 2022,
        "to_year": 2023,
        "budget": "1000.00",
        "currency": "EUR",
        "outcome_indicator": "villages",
    }
    address = f"/v1/agreements/{agreement['id']}/master-plan"

    approved = await registry.post(address, json={"activities": [activity]}, headers=world.write("fasker_officer"))

    assert approved.status_code == 201, approved.text
    public = (await registry.get(address)).json()
    assert public["activities"][0]["regions"] == ["91.01"]


async def test_a_refusal_is_said_in_indonesian_too(
    world: World, registry: httpx.AsyncClient, active: Json, agreement_terms: Json
) -> None:
    await world.set_clock("registry", FIRST_MINUTE)
    terms = agreement_terms | {"ngo_id": active["id"], "regions": ["91.01"]}

    refused = await registry.post(
        "/v1/agreements", json=terms, headers=world.write("fasker_head") | {"Accept-Language": "id"}
    )

    assert "berlaku sampai 2022-07-24; sejak itu `93.01`" in refused.json()["errors"][0]["detail"]
