"""Duty stations and goods in a regency that was moved: Merauke, 91.01 until July 2022, is 93.01 since."""

from datetime import UTC, datetime

import httpx
import pytest

from tests.recommendations.bodies import share, staff_body, tax_body
from tests.recommendations.conftest import STAFF, TAX, Ngo, Recommendations


@pytest.fixture
async def papua(service: Recommendations) -> Ngo:
    """With an agreement that was signed under the old code."""
    return await service.register_ngo("PAPUA", member="papua-1", regions=("91.01",))


def wrong(response: httpx.Response) -> list[tuple[str, str]]:
    return [(error["pointer"], error["rule"]) for error in response.json()["errors"]]


@pytest.mark.parametrize(
    ("region", "starts_on", "ends_on", "status"),
    [
        ("91.01", "2022-07-25", "2023-06-30", 201),  # the agreement's own
        ("93.01", "2022-07-25", "2023-06-30", 201),
        ("91.16", "2022-07-24", "2023-06-30", 201),
        ("91.16", "2022-07-25", "2023-06-30", 422),
        ("93.02", "2022-01-01", "2022-07-25", 201),
        ("93.02", "2022-01-01", "2022-07-24", 422),
        ("99.99", "2022-01-01", "2022-07-24", 422),
    ],
)
async def test_a_duty_station_is_named_by_a_code_that_holds_during_the_stay_or_is_the_agreements(
    service: Recommendations, papua: Ngo, region: str, starts_on: str, ends_on: str, status: int
) -> None:
    body = staff_body(papua, duty_region=region, starts_on=starts_on, ends_on=ends_on)

    drafted = await service.post(STAFF, body, sub=papua.member)

    assert drafted.status_code == status, drafted.text
    if status == 422:
        assert wrong(drafted) == [("#/duty_region", "V17")]


async def test_goods_go_to_places_by_the_code_of_their_arrival_or_the_agreements(
    service: Recommendations, papua: Ngo
) -> None:
    late = {"estimated_arrival_on": "2022-08-01"}
    outcomes = {
        region: await service.post(TAX, tax_body(papua, **late, distribution=[share(region=region)]), sub=papua.member)
        for region in ("91.01", "93.01", "91.16")
    }
    twice = tax_body(papua, **late, distribution=[share(region="91.01"), share(region="93.01")])

    named_twice = await service.post(TAX, twice, sub=papua.member)

    assert [outcomes[region].status_code for region in ("91.01", "93.01", "91.16")] == [201, 201, 422]
    assert wrong(outcomes["91.16"]) == [("#/distribution/0/region", "V17")]
    assert "since then it is `93.02`" in outcomes["91.16"].json()["errors"][0]["detail"]
    assert wrong(named_twice) == [("#/distribution/1/region", "V24")]


async def test_the_present_code_lies_in_the_agreements_work_area(service: Recommendations, papua: Ngo) -> None:
    body = tax_body(papua, estimated_arrival_on="2022-08-01", distribution=[share(region="93.01", quantity="500")])
    await service.approve_work_plan(papua, year=2022)
    await service.deliver()

    issued = await service.issued(TAX, papua, body)

    assert issued["regions"] == ["93.01"]


async def test_a_post_under_the_old_code_is_seen_from_where_it_lies_now(service: Recommendations, papua: Ngo) -> None:
    await service.issued(STAFF, papua, staff_body(papua, duty_region="91.01"))
    await service.world.set_clock("recommendations", datetime(2020, 4, 10, tzinfo=UTC))

    seen = {
        region: len((await service.get("/foreign-staff", role="pemda_kesbangpol", regions=[region])).json()["items"])
        for region in ("93", "93.01", "91", "94")
    }

    assert seen == {"93": 1, "93.01": 1, "91": 0, "94": 0}
