import httpx

from tests.world import World


async def test_frameworks_hold_for_the_years_of_their_plan(registry: httpx.AsyncClient) -> None:
    on = {}
    for day in ("2015-12-31", "2019-12-31", "2024-12-31", "2025-01-01", "2030-01-01", "2031-01-01"):
        items = (await registry.get(f"/v1/frameworks?on={day}")).json()["items"]
        on[day] = {item["code"] for item in items}

    assert on == {
        "2015-12-31": set(),
        "2019-12-31": {"SDG"},
        "2024-12-31": {"SDG", "RPJMN-2020"},
        "2025-01-01": {"SDG", "RPJMN-2025"},
        "2030-01-01": {"SDG"},
        "2031-01-01": set(),
    }


async def test_a_framework_shows_its_entries_and_how_the_next_one_continues_them(registry: httpx.AsyncClient) -> None:
    plan = (await registry.get("/v1/frameworks/RPJMN-2020")).json()
    goals = (await registry.get("/v1/frameworks/SDG")).json()

    assert [entry["code"] for entry in plan["entries"]] == [f"PN{number}-2020" for number in range(1, 8)]
    assert [entry["code"] for entry in goals["entries"]] == [f"SDG-{number}" for number in range(1, 18)]
    assert (goals["crosswalk"], goals["legal_basis"]) == ([], "Perpres 111/2022")
    mainly = {link["earlier"]: link["later"] for link in plan["crosswalk"] if link["kind"] == "mainly"}
    assert mainly.keys() == {entry["code"] for entry in plan["entries"]}
    assert (await registry.get("/v1/frameworks/RPJMN-2025")).json()["crosswalk"] == plan["crosswalk"]


async def test_what_is_no_framework_is_not_found_or_refused(registry: httpx.AsyncClient) -> None:
    assert (await registry.get("/v1/frameworks/RPJMN-2015")).status_code == 404
    assert (await registry.get("/v1/frameworks/rpjmn")).status_code == 422


async def test_every_priority_and_goal_is_in_a_framework_with_the_same_years(world: World) -> None:
    pool = await world.pool("registry")

    lone = await pool.fetch(
        """
        SELECT p.code FROM priority p LEFT JOIN priority_item i USING (code)
        LEFT JOIN priority_framework f ON f.code = i.framework
        WHERE (p.valid_from, p.valid_to, p.title_id) IS DISTINCT FROM (f.valid_from, f.valid_to, i.title_id)
        """
    )

    assert lone == []
    assert await pool.fetchval("SELECT count(*) FROM priority_item WHERE framework = 'SDG'") == 17


async def test_of_one_kind_only_one_framework_holds_at_a_time_and_a_crosswalk_stays_within_a_kind(world: World) -> None:
    pool = await world.pool("registry")

    overlaps = await pool.fetchval(
        """
        SELECT count(*) FROM priority_framework a JOIN priority_framework b
        ON a.kind = b.kind AND a.code < b.code AND a.valid_from <= b.valid_to AND b.valid_from <= a.valid_to
        """
    )
    astray = await pool.fetchval(
        """
        SELECT count(*) FROM priority_crosswalk x
        JOIN priority_item e ON e.code = x.earlier JOIN priority_framework ef ON ef.code = e.framework
        JOIN priority_item l ON l.code = x.later JOIN priority_framework lf ON lf.code = l.framework
        WHERE ef.kind <> lf.kind OR ef.valid_to >= lf.valid_from
        """
    )

    assert (overlaps, astray) == (0, 0)
