import csv
import io
from typing import Any

import httpx
import pytest

from services.registry.public.dictionary import COLUMNS, PLACES
from tests.registry.conftest import Json, Make
from tests.registry.public.test_as_of import Act, on
from tests.world import World

FORMATS = {"csv": "text/csv", "json": "application/json", "geojson": "application/geo+json"}


def table(answer: httpx.Response) -> list[dict[str, Any]]:
    return list(csv.DictReader(io.StringIO(answer.text)))


async def test_the_csv_has_a_line_for_each_organisation_and_says_of_which_day(
    registry: httpx.AsyncClient, active: Json, agreement: Json, asb: Json, approve: Make
) -> None:
    await approve(agreement)

    answer = await registry.get("/v1/register/downloads/csv")

    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = table(answer)
    assert [*rows[0]] == [column.name for column in COLUMNS]
    assert [(row["acronym"], row["as_of"]) for row in rows] == [("ASB", "2020-08-12"), ("SNV", "2020-08-12")]
    snv = rows[1]
    assert snv["regions"] == "12.10; 53.01; 53.06; 53.10"
    assert (snv["until"], snv["agreements"], snv["priorities"]) == ("2023-02-01", agreement["number"], "PN5-2020")
    assert (snv["compliance"], snv["days_late"], snv["iati_identifier"]) == ("on_time", "0", "NL-KVK-41152786")


async def test_no_cell_is_a_formula(registry: httpx.AsyncClient, activate: Make) -> None:
    await activate(name='=HYPERLINK("x")', acronym="@SUM", aliases=["+1", "-1"])

    [row] = table(await registry.get("/v1/register/downloads/csv"))

    assert (row["name"], row["acronym"], row["aliases"]) == ('\'=HYPERLINK("x")', "'@SUM", "'+1; '-1")


async def test_the_json_has_each_organisation_as_its_own_address_shows_it(
    registry: httpx.AsyncClient, active: Json, agreement: Json
) -> None:
    file = (await registry.get("/v1/register/downloads/json")).json()

    assert file["items"] == [(await registry.get(f"/v1/register/{active['id']}")).json()]
    assert file["as_of"] == "2020-08-12"
    assert file["licence"]["name"] == "CC-BY-4.0"


async def test_the_geojson_has_a_point_for_each_region_of_each_agreement(
    registry: httpx.AsyncClient, active: Json, sign: Make
) -> None:
    await sign(active["id"], regions=["53.06", "62.08", "72.71"])

    file = (await registry.get("/v1/register/downloads/geojson")).json()

    points = {
        each["properties"]["region"]: (
            each["geometry"]["coordinates"],
            each["properties"]["precision"],
            each["properties"]["place"],
        )
        for each in file["features"]
    }
    assert points == {
        "53.06": ([122.977, -8.347], "seat", "Larantuka"),
        "62.08": ([113.914, -2.216], "province_capital", "Palangka Raya"),
        "72.71": ([119.871, -0.908], "seat", "Palu"),
    }
    assert all(each["properties"].keys() == {field.name for field in PLACES} for each in file["features"])


@pytest.mark.parametrize("file", FORMATS)
async def test_a_download_names_its_licence_and_its_dictionary(
    registry: httpx.AsyncClient, active: Json, file: str
) -> None:
    answer = await registry.get(f"/v1/register/downloads/{file}")

    assert answer.links["license"]["url"] == "https://creativecommons.org/licenses/by/4.0/"
    package = (await registry.get(answer.links["describedby"]["url"])).json()
    named = {each["format"]: each["mediatype"] for each in package["resources"]}
    assert named == FORMATS
    assert answer.headers["content-type"].startswith(named[file])
    assert [each["name"] for each in package["resources"][0]["schema"]["fields"]] == [each.name for each in COLUMNS]
    assert answer.headers["content-disposition"] == f'attachment; filename="singo-register.{file}"'


def paths(value: Any, path: str = "") -> set[str]:
    """The names of all that stands in a JSON document, below its lists and objects too."""
    if isinstance(value, list):
        return set[str]().union(*(paths(each, f"{path}[]") for each in value))
    if not isinstance(value, dict):
        return set()
    inner = {f"{path}.{name}".removeprefix("."): each for name, each in value.items()}
    return {*inner}.union(*(paths(each, name) for name, each in inner.items()))


async def test_the_dictionary_tells_of_each_field_of_the_files(
    registry: httpx.AsyncClient, active: Json, agreement: Json, activate: Make, act: Act
) -> None:
    cordaid = await activate("cordaid-1", name="Cordaid", name_en=None, acronym="Cordaid", aliases=[])
    await act(active, "merger", 2, successor_id=cordaid["id"], effective_on="2020-08-01")
    package = (await registry.get("/v1/register/dictionary")).json()
    told = {each["format"]: {field["name"] for field in each["schema"]["fields"]} for each in package["resources"]}

    found = {name: paths((await registry.get(f"/v1/register/downloads/{name}")).json()) for name in ("json", "geojson")}

    inside = {f"licence.{part}" for part in ("name", "path", "title")}
    linked = {f"items[].successor.{part}" for part in ("id", "name", "acronym", "status")}
    assert found["json"] - inside - linked == told["json"]
    of_geojson = {"type", *(f"features[].{part}" for part in ("type", "id", "geometry", "properties"))}
    points = {f"features[].geometry.{part}" for part in ("type", "coordinates")}
    assert found["geojson"] - inside - of_geojson - points == told["geojson"]


@pytest.mark.parametrize("file", FORMATS)
async def test_who_has_the_file_is_told_so_until_something_changes(
    registry: httpx.AsyncClient, active: Json, agreement: Json, act: Act, file: str
) -> None:
    address = f"/v1/register/downloads/{file}"
    first = await registry.get(address)
    known = {"If-None-Match": first.headers["etag"]}

    same = await registry.get(address, headers=known)
    head = await registry.head(address)
    await act(active, "suspension", 2)
    changed = await registry.get(address, headers=known)

    assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", first.headers["etag"])
    assert (head.headers["etag"], head.headers["content-length"]) == (first.headers["etag"], str(len(first.content)))
    assert changed.status_code == 200
    assert changed.headers["etag"] != first.headers["etag"]


@pytest.mark.parametrize("file", FORMATS)
async def test_who_has_only_the_date_of_the_file_is_told_so_until_something_changes(
    world: World, registry: httpx.AsyncClient, active: Json, agreement: Json, act: Act, file: str
) -> None:
    address = f"/v1/register/downloads/{file}"
    dates: list[str] = []

    async def dated() -> bool:
        dates.extend((await registry.get(address)).headers.get_list("last-modified"))
        return bool(dates)

    await world.until(dated, "the second of the first reading was over")
    known = {"If-Modified-Since": dates[0]}
    same = await registry.get(address, headers=known)
    by_tag = await registry.get(address, headers=known | {"If-None-Match": '"0-0123456789abcdef"'})
    await act(active, "suspension", 2)
    changed = await registry.get(address, headers=known)

    assert (same.status_code, same.content, same.headers["last-modified"]) == (304, b"", dates[0])
    assert by_tag.status_code == 200
    assert changed.status_code == 200


async def test_a_file_of_an_earlier_day_has_no_date(registry: httpx.AsyncClient, active: Json) -> None:
    answer = await registry.get(
        "/v1/register/downloads/csv?as_of=2020-08-11", headers={"If-Modified-Since": "Wed, 12 Aug 2026 03:00:00 GMT"}
    )

    assert answer.status_code == 200
    assert "last-modified" not in answer.headers


async def test_a_file_as_of_a_day_stays_the_same_file(
    world: World, registry: httpx.AsyncClient, active: Json, agreement: Json, act: Act
) -> None:
    await on(world, "2020-09-10")
    address = "/v1/register/downloads/csv?as_of=2020-08-31"
    then = await registry.get(address)
    await act(active, "closure", 2)
    await on(world, "2020-09-12")

    now = await registry.get(address)

    assert now.headers["etag"] == then.headers["etag"]
    [row] = table(now)
    assert (row["as_of"], row["status"], row["compliance"]) == ("2020-08-31", "active", "on_time")


@pytest.mark.parametrize("file", FORMATS)
async def test_there_is_no_file_of_tomorrow(registry: httpx.AsyncClient, file: str) -> None:
    refused = await registry.get(f"/v1/register/downloads/{file}?as_of=2020-08-13")

    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == "query:as_of"
