import httpx


async def test_the_other_lists_are_complete(registry: httpx.AsyncClient) -> None:
    lists = {name: (await registry.get(f"/v1/{name}")).json()["items"] for name in ("priorities", "sdgs", "sectors")}

    assert {name: len(items) for name, items in lists.items()} == {"priorities": 15, "sdgs": 17, "sectors": 15}
    in_2025 = (await registry.get("/v1/priorities?on=2025-01-01")).json()["items"]
    assert [item["code"] for item in in_2025] == [f"PN{n}-2025" for n in range(1, 9)]
