import httpx
import pytest

from shared.ids import uuid7
from tests.registry.conftest import Json, Make
from tests.registry.public.conftest import START
from tests.registry.public.test_as_of import Act, on
from tests.shared.statements import counted
from tests.world import World


@pytest.fixture(autouse=True)
async def _in_2020(world: World) -> None:
    await world.set_clock("registry", START)


@pytest.fixture
async def other(activate: Make, sign: Make, approve: Make) -> Json:
    """Works in one of the regencies, in the same sector, for two years."""
    ngo = await activate("other-1", name="Lain", acronym="Lain", aliases=[])
    agreement = await sign(ngo["id"], number="DEMO-MSP-2", regions=["53.06", "53.07"])
    await approve(agreement, regions=["53.06"], from_year=2021, to_year=2022)
    return ngo


async def cells(registry: httpx.AsyncClient, query: str) -> list[tuple[str, str, list[str]]]:
    answer = await registry.get(f"/v1/coverage?{query}")
    assert answer.status_code == 200, answer.text
    return [
        (cell["region"], cell["sector"], [each["acronym"] for each in cell["organisations"]])
        for cell in answer.json()["items"]
    ]


async def test_who_works_where_in_what(registry: httpx.AsyncClient, agreement: Json, approve: Make) -> None:
    await approve(agreement, regions=["53.06", "53.10"])

    wash = "water_and_sanitation"
    assert await cells(registry, "year=2020") == [("53.06", wash, ["SNV"]), ("53.10", wash, ["SNV"])]
    assert await cells(registry, "region=53.06") == [("53.06", wash, ["SNV"])]
    assert await cells(registry, "region=12") == []
    assert await cells(registry, "year=2023") == []


async def test_an_overlap_is_several_organisations_in_one_regency_sector_and_year(
    registry: httpx.AsyncClient, agreement: Json, approve: Make, other: Json
) -> None:
    await approve(agreement)

    assert await cells(registry, "year=2020&organisations_min=2") == []
    both = [("53.06", "water_and_sanitation", ["Lain", "SNV"])]
    assert await cells(registry, "year=2021&organisations_min=2") == both
    assert await cells(registry, "year=2021&organisations_min=2&sector=agriculture") == []


async def test_two_activities_of_one_organisation_are_no_overlap(
    world: World, registry: httpx.AsyncClient, agreement: Json, approve: Make
) -> None:
    await approve(agreement, regions=["53.06"])
    await (await world.pool("registry")).execute(
        """
        INSERT INTO master_plan_activity SELECT gen_random_uuid(), master_plan_id, 2, title, detail, sector, priority,
               sdgs, regions, from_year, to_year, budget, currency, outcome_indicator FROM master_plan_activity
        """
    )

    [cell] = (await registry.get("/v1/coverage?year=2021")).json()["items"]
    assert (cell["activities"], cell["organisation_count"]) == (2, 1)
    assert await cells(registry, "year=2021&organisations_min=2") == []


async def test_a_gap_is_where_nobody_works_in_a_sector(
    registry: httpx.AsyncClient, agreement: Json, approve: Make
) -> None:
    await approve(agreement, regions=["53.06"])

    query = "region=53.06&limit=100"
    gaps = (await registry.get(f"/v1/coverage/gaps?{query}")).json()["items"]
    sectors = (await registry.get("/v1/sectors")).json()["items"]
    wash = (await registry.get("/v1/coverage/gaps?region=53&sector=water_and_sanitation")).json()["items"]

    assert {gap["sector"] for gap in gaps} == {each["code"] for each in sectors} - {"water_and_sanitation"}
    assert len(wash) == 21
    assert "53.06" not in {gap["region"] for gap in wash}


async def test_gaps_in_a_new_province_go_under_the_codes_of_the_year(registry: httpx.AsyncClient) -> None:
    async def gaps(year: int) -> list[str]:
        query = f"region=95&sector=health&year={year}"
        return [gap["region"] for gap in (await registry.get(f"/v1/coverage/gaps?{query}")).json()["items"]]

    assert await gaps(2021) == ["91.02", "91.12", "91.13", "91.14", "91.21", "91.22", "91.23", "91.24"]
    assert await gaps(2022) == [f"95.{number:02}" for number in range(1, 9)]


async def test_covered_and_gaps_add_up_to_all_regencies(
    registry: httpx.AsyncClient, agreement: Json, approve: Make, other: Json
) -> None:
    await approve(agreement)

    sums = (await registry.get("/v1/coverage/sectors?year=2021&region=53")).json()["items"]

    assert all(each["regencies_covered"] + each["gaps"] == 22 for each in sums)
    [wash] = [each for each in sums if each["sector"] == "water_and_sanitation"]
    assert (wash["regencies_covered"], wash["overlaps"], wash["activities"]) == (3, 1, 2 + 2)


async def test_a_successor_works_there_from_the_year_of_the_merger(
    world: World, registry: httpx.AsyncClient, active: Json, agreement: Json, approve: Make, activate: Make, act: Act
) -> None:
    await approve(agreement, regions=["53.06"])
    cordaid = await activate("cordaid-1", name="Cordaid", name_en=None, acronym="Cordaid", aliases=[])
    await on(world, "2021-01-04")
    await act(active, "merger", 2, successor_id=cordaid["id"], effective_on="2021-01-01")

    who = {year: [names for _, _, names in await cells(registry, f"year={year}")] for year in (2020, 2021, 2022)}
    assert who == {2020: [["SNV"]], 2021: [["Cordaid"]], 2022: [["Cordaid"]]}


async def test_a_merger_in_mid_year_is_no_overlap_and_doubles_no_activity(
    world: World, registry: httpx.AsyncClient, active: Json, agreement: Json, approve: Make, activate: Make, act: Act
) -> None:
    """The activity counts for whoever held it last in the year."""
    await approve(agreement, regions=["53.06"])
    cordaid = await activate("cordaid-1", name="Cordaid", name_en=None, acronym="Cordaid", aliases=[])
    await on(world, "2021-06-15")
    await act(active, "merger", 2, successor_id=cordaid["id"], effective_on="2021-06-15")

    [cell] = (await registry.get("/v1/coverage?year=2021")).json()["items"]
    assert (cell["activities"], [each["acronym"] for each in cell["organisations"]]) == (1, ["Cordaid"])
    assert await cells(registry, "year=2021&organisations_min=2") == []
    assert [names for _, _, names in await cells(registry, "year=2020")] == [["SNV"]]
    assert [names for _, _, names in await cells(registry, "year=2022")] == [["Cordaid"]]


async def test_a_closed_organisation_works_nowhere_any_more(
    world: World, registry: httpx.AsyncClient, active: Json, agreement: Json, approve: Make, act: Act
) -> None:
    await approve(agreement, regions=["53.06"])
    await on(world, "2021-01-04")
    await act(active, "closure", 2)

    who = {year: [names for _, _, names in await cells(registry, f"year={year}")] for year in (2020, 2021, 2022)}
    assert who == {2020: [["SNV"]], 2021: [["SNV"]], 2022: []}


async def test_of_ten_thousand_activities_a_page_costs_one_statement_and_is_complete(
    world: World, registry: httpx.AsyncClient, active: Json, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fill(world, active, activities=10_000)
    expected = await (await world.pool("registry")).fetchval(
        """
        SELECT count(*) FROM (SELECT DISTINCT covered.code, sector
        FROM master_plan_activity CROSS JOIN unnest(regions) AS covered (code) WHERE 2021 BETWEEN from_year AND to_year)
        """
    )

    found: list[tuple[str, str]] = []
    cursor: str | None = ""
    statements: list[int] = []
    while cursor is not None:
        with counted(monkeypatch) as sent:
            answer = await registry.get(f"/v1/coverage?year=2021&limit=100{cursor}")
        statements.append(len(sent[answer.headers["x-request-id"]]))
        page = answer.json()
        found += [(cell["region"], cell["sector"]) for cell in page["items"]]
        cursor = f"&cursor={page['next_cursor']}" if page["next_cursor"] else None

    assert set(statements) == {1}
    assert len(found) == len(set(found)) == expected
    assert found == sorted(found)


async def fill(world: World, ngo: Json, *, activities: int) -> None:
    """Many agreements of one organisation, 40 activities each, over all regencies, sectors and years."""
    pool = await world.pool("registry")
    agreement_id, plan_id = uuid7(), uuid7()
    await pool.execute(
        """
        INSERT INTO agreement (id, ngo_id, number, title, starts_on, ends_on, counterpart_unit, scope, regions, amount,
                               currency, signatory_functions, signed_at, signed_by)
        VALUES ($1, $2, 'MANY', 'x', '2018-01-01', '2024-01-01', 'x', '{}', '{53.06}', 1, 'EUR', '{}', now(), 'x')
        """,
        agreement_id,
        ngo["id"],
    )
    await pool.execute(
        "INSERT INTO master_plan VALUES ($1, $2, 1, now(), 'x', 'fasker_officer')", plan_id, agreement_id
    )
    await pool.execute(
        """
        WITH places AS (SELECT array_agg(code ORDER BY code) AS codes FROM region WHERE kind IN ('regency', 'city')),
             fields AS (SELECT array_agg(code ORDER BY position) AS codes FROM sector)
        INSERT INTO master_plan_activity (id, master_plan_id, position, title, detail, sector, priority, sdgs, regions,
                                          from_year, to_year, budget, currency, outcome_indicator)
        SELECT gen_random_uuid(), $1, n, 'x', 'x', fields.codes[1 + n % cardinality(fields.codes)], 'PN5-2020', '{}',
               ARRAY[places.codes[1 + n * 7 % 514], places.codes[1 + n * 11 % 514]],
               2018 + n % 5, 2019 + n % 5, 1, 'EUR', 'x'
        FROM generate_series(1, $2::int) AS n, places, fields
        """,
        plan_id,
        activities,
    )
