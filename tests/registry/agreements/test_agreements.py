from datetime import UTC, datetime
from uuid import uuid4

import httpx
import pytest

from shared.http.etags import version_of
from tests.registry.conftest import APPLICANT, Json, Make, broken
from tests.world import World

# Papua Selatan (93) is a province since 25 July 2022; days begin in Jakarta, seven hours ahead.
NOT_YET = datetime(2022, 7, 24, 16, 59, tzinfo=UTC)
FROM_THEN_ON = datetime(2022, 7, 24, 17, 0, tzinfo=UTC)


async def test_an_agreement_is_public_and_tells_its_regions(
    world: World, registry: httpx.AsyncClient, active: Json, agreement: Json
) -> None:
    public = await registry.get(f"/v1/agreements/{agreement['id']}")

    assert (public.json(), version_of(public.headers["ETag"])) == (agreement, 1)
    assert agreement["provinces"] == ["12", "53"]
    told = (await world.events("registry"))[-1]
    assert (told["type"], told["key"]) == ("MspSigned", active["id"])
    assert told["data"]["regions"] == agreement["regions"]
    assert told["data"]["amount"] == "4869204.00"
    assert [told["data"][name] for name in ("amount_idr", "rate", "rate_date")] == [
        "77907270810.00", "16000.0014", "2020-01-31",
    ]  # fmt: skip
    assert told["headers"]["regions"] == "53.01,53.06,53.10,12.10"


async def test_agreements_are_found_by_organisation_region_and_day(
    registry: httpx.AsyncClient, active: Json, agreement: Json
) -> None:
    finds = {
        "": True,
        "region=53": True,
        "region=53.07": False,
        "on=2020-02-01": True,
        "on=2023-02-01": True,
        "on=2023-02-02": False,
        f"ngo_id={active['id']}": True,
        "ngo_id=00000000-0000-7000-8000-000000000000": False,
    }

    found = {query: (await registry.get(f"/v1/agreements?{query}")).json()["items"] for query in finds}

    assert {query: bool(items) for query, items in found.items()} == finds
    assert found[""] == [agreement]


WRONG_TERMS: list[tuple[Json, set[tuple[str, str | None]]]] = [
    ({"ends_on": "2023-02-02"}, {("#/ends_on", "V02")}),
    ({"starts_on": "2020-01-31"}, {("#/ends_on", "V02")}),
    ({"ends_on": "2020-02-01"}, {("#/ends_on", None)}),
    ({"regions": ["53.01", "53.99", "99.01"]}, {("#/regions/1", "V17"), ("#/regions/2", "V17")}),
    ({"regions": ["53"]}, {("#/regions/0", "V17")}),
    ({"regions": ["5306"]}, {("#/regions/0", "V17")}),
    ({"regions": ["53.01", "53.01"]}, {("#/regions", "V17")}),
    ({"regions": []}, {("#/regions", None)}),
    ({"amount": "-0.01"}, {("#/amount", "V18")}),
    ({"amount": "1.005"}, {("#/amount", "V18")}),
    ({"amount": "1" * 19}, {("#/amount", "V18")}),
    ({"amount": 4869204.1}, {("#/amount", "V18")}),
    ({"amount": "1.234,56"}, {("#/amount", "V18")}),
    ({"amount": None}, {("#/amount", "V18")}),
    ({"amount": "NaN"}, {("#/amount", "V18")}),
    ({"currency": "euro"}, {("#/currency", None)}),
    ({"currency": "eur"}, {("#/currency", "V18")}),
    ({"rate": None}, {("#/rate", "V19")}),
    ({"rate_date": None}, {("#/rate_date", "V19")}),
    ({"amount_idr": None}, {("#/amount_idr", "V19")}),
    ({"rate": "0"}, {("#/rate", None)}),
    ({"currency": "IDR"}, {("#/rate", "V19")}),
    ({"rate": 16000.0014}, {("#/rate", "V18")}),
    ({"rate_date": "2999-01-01"}, {("#/rate_date", None)}),
    ({"rate_date": "2199-12-31"}, {("#/rate_date", "V19")}),
    ({"amount_idr": "77907270.81"}, {("#/amount_idr", "V19")}),
    ({"rate": "0.0000625"}, {("#/amount_idr", "V19")}),
    ({"amount": f"{'9' * 18}.99", "rate": f"{'9' * 12}.{'9' * 8}"}, {("#/amount_idr", "V19")}),
    ({"ngo_id": str(uuid4())}, {("#/ngo_id", None)}),
    ({"predecessor_id": str(uuid4())}, {("#/predecessor_id", None)}),
    ({"signatory_functions": []}, {("#/signatory_functions", None)}),
    ({"currency": "XYZ"}, {("#/currency", "V18")}),
    ({"document_sha256": "no fingerprint"}, {("#/document_sha256", None)}),
]


async def test_terms_that_break_a_rule_are_refused_and_nothing_changes(
    world: World, registry: httpx.AsyncClient, active: Json, agreement_terms: Json
) -> None:
    for change, errors in WRONG_TERMS:
        response = await registry.post(
            "/v1/agreements",
            json=agreement_terms | {"ngo_id": active["id"]} | change,
            headers=world.write("fasker_head"),
        )

        assert (change, broken(response)) == (change, errors)
    assert (await world.events("registry"))[-1]["type"] == "NgoVerified"


async def test_an_amount_of_nothing_has_no_sign(world: World, active: Json, sign: Make) -> None:
    signed = await sign(active["id"], amount="-0.00", rate=None, rate_date=None, amount_idr=None)

    assert signed["amount"] == "0.00"
    told = (await world.events("registry"))[-1]["data"]
    assert (told["amount"], told["amount_idr"], told["rate"]) == ("0.00", None, None)


async def test_a_region_code_must_be_valid_on_the_day_of_use(
    world: World, registry: httpx.AsyncClient, active: Json, agreement_terms: Json, sign: Make
) -> None:
    terms = agreement_terms | {"ngo_id": active["id"], "regions": ["93.01"]}
    await world.set_clock("registry", NOT_YET)

    too_early = await registry.post("/v1/agreements", json=terms, headers=world.write("fasker_head"))

    assert broken(too_early) == {("#/regions/0", "V17")}
    await world.set_clock("registry", FROM_THEN_ON)
    assert (await sign(active["id"], regions=["93.01"]))["provinces"] == ["93"]


async def test_a_reason_overrides_the_period_of_the_permit(active: Json, sign: Make) -> None:
    signed = await sign(active["id"], ends_on="2023-12-31", override_reason="Kemlu extends the permit in 2023")

    assert signed["override_reason"] == "Kemlu extends the permit in 2023"


async def test_only_an_active_organisation_signs(
    world: World, registry: httpx.AsyncClient, applied: Json, agreement_terms: Json
) -> None:
    response = await registry.post(
        "/v1/agreements",
        json=agreement_terms | {"ngo_id": applied["id"]},
        headers=world.write("fasker_head"),
    )

    assert (response.status_code, response.json()["type"]) == (409, "/problems/action-not-allowed")


async def test_a_number_is_used_once(
    world: World, registry: httpx.AsyncClient, active: Json, agreement: Json, agreement_terms: Json
) -> None:
    response = await registry.post(
        "/v1/agreements",
        json=agreement_terms | {"ngo_id": active["id"], "number": agreement["number"].lower()},
        headers=world.write("fasker_head"),
    )

    assert (response.status_code, response.json()["type"]) == (409, "/problems/already-exists")


@pytest.mark.parametrize("roles", [("fasker_officer",), ("satker_officer",), ()])
async def test_only_the_head_signs(
    world: World, registry: httpx.AsyncClient, active: Json, agreement_terms: Json, roles: tuple[str, ...]
) -> None:
    response = await registry.post(
        "/v1/agreements",
        json=agreement_terms | {"ngo_id": active["id"]},
        headers=world.write(*roles, sub=APPLICANT),
    )

    assert response.status_code == 403
