"""Many local partners at once: 10,000 rows, 37 of them bad."""

import json
from typing import Any, Final

import asyncpg
import httpx
import pytest

from shared.http import bulk
from tests.registry.conftest import APPLICANT, Json
from tests.registry.local_partners.test_local_partners import PARTNER
from tests.world import World

ROWS: Final = 10_000
COLUMNS: Final = ("name", "legal_form", "registration_number", "registration_valid_to", "regions", "programme")

BAD: Final[dict[str, tuple[Any, str | None]]] = {
    "registration_valid_to": ("2020-01-01", "V20"),
    "regions": (["53.99"], "V17"),
    "name": (" ", None),
    "registration_number": ("DEMO-SKT-1", None),  # the first row's
}
"""Column: a value that is bad there, and the rule that it breaks."""


def rows() -> tuple[list[Json], dict[int, tuple[str, str | None]]]:
    """The rows, and by their number in the file the column and rule of those that are bad."""
    made: list[Json] = [PARTNER | {"registration_number": f"DEMO-SKT-{n}"} for n in range(1, ROWS + 1)]
    bad: dict[int, tuple[str, str | None]] = {}
    for count in range(37):
        place = 100 + count * 263
        column = list(BAD)[count % len(BAD)]
        value, rule = BAD[column]
        made[place] = made[place] | {column: value}
        bad[place + 1] = (column, rule)
    return made, bad


def as_csv(made: list[Json]) -> str:
    lines = [",".join(COLUMNS)]
    lines += [
        ",".join(" ".join(row[name]) if name == "regions" else f'"{row[name]}"' for name in COLUMNS) for row in made
    ]
    return "\r\n".join(lines)


def as_json_lines(made: list[Json]) -> str:
    return "\n".join(json.dumps(row) for row in made)


async def send(
    world: World,
    registry: httpx.AsyncClient,
    content: str,
    type_: str = "text/csv",
    key: str | None = None,
    **query: str,
) -> httpx.Response:
    headers = world.write(sub=APPLICANT, key=key) | {"Content-Type": type_}
    return await registry.post("/v1/local-partners/imports", content=content, params=query, headers=headers)


async def written(world: World) -> tuple[int, list[int]]:
    """Partners in the table; and the numbers that the events tell."""
    events = [event["data"] for event in await world.events("registry") if event["type"] == "LocalPartnersImported"]
    assert all(len(event["partner_ids"]) == event["count"] for event in events)
    count: int = await (await world.pool("registry")).fetchval("SELECT count(*) FROM local_partner")
    return count, [event["count"] for event in events]


@pytest.mark.parametrize(
    ("type_", "write", "first_line"), [("text/csv", as_csv, 2), ("application/jsonl", as_json_lines, 1)]
)
async def test_of_10000_rows_the_37_bad_ones_are_named_by_line_and_column(
    world: World, registry: httpx.AsyncClient, active: Json, type_: str, write: Any, first_line: int
) -> None:
    made, bad = rows()
    content = write(made)
    named = {number + first_line - 1: wrong for number, wrong in bad.items()}

    rehearsed = await send(world, registry, content, type_, dry_run="true", mode="partial")
    assert await written(world) == (0, [])
    atomic = await send(world, registry, content, type_)
    assert await written(world) == (0, [])
    partial = await send(world, registry, content, type_, key="import-1", mode="partial")
    after = await written(world)
    again = await send(world, registry, content, type_, key="import-1", mode="partial")

    for response, is_dry_run in ((rehearsed, True), (partial, False)):
        assert response.status_code == 200, response.text
        report = response.json()
        assert (report["rows"], report["imported"], report["refused"]) == (ROWS, ROWS - 37, 37)
        assert report["dry_run"] is is_dry_run
        assert {p["line"]: (p["column"], p["rule"]) for p in report["problems"]} == named
    assert atomic.status_code == 422
    pointers = {error["pointer"] for error in atomic.json()["errors"]}
    assert pointers == {f"line:{line}:{column}" for line, (column, _) in named.items()}
    assert after == (ROWS - 37, [2500, 2500, 2500, 2463])
    assert partial.headers["singo-events"].count("LocalPartnersImported") == 4
    assert (again.content, again.headers["idempotent-replayed"]) == (partial.content, "true")
    assert await written(world) == after
    assert max(r.elapsed.total_seconds() for r in (rehearsed, atomic, partial)) < 15


async def test_a_cell_that_looks_like_a_formula_is_data(
    world: World, registry: httpx.AsyncClient, active: Json
) -> None:
    names = ['=HYPERLINK("x")', "+62", "-1", "@home"]
    made = [PARTNER | {"name": name, "registration_number": str(n)} for n, name in enumerate(names)]
    cells = [
        "53.06 53.10" if name == "regions" else '"' + str(row[name]).replace('"', '""') + '"'
        for row in made
        for name in COLUMNS
    ]
    lines = [";".join(COLUMNS)] + [";".join(cells[at : at + 6]) for at in range(0, len(cells), 6)]

    response = await send(world, registry, "\n".join(lines))

    assert response.json()["imported"] == len(names)
    listed = await registry.get(
        "/v1/local-partners?fields=name,regions&sort=name", headers=world.read("fasker_officer")
    )
    assert sorted(item["name"] for item in listed.json()["items"]) == sorted(names)
    assert {tuple(item["regions"]) for item in listed.json()["items"]} == {("53.06", "53.10")}


@pytest.mark.parametrize(
    ("content", "pointer"),
    [
        ("", "line:1"),
        ("name,colour\n", "line:1:colour"),
        (as_csv([PARTNER]) + "\r\na,b\r\n", "line:3"),
        (as_csv([PARTNER]) + '\r\n"a\r\n', "line:3"),
        (as_csv([PARTNER | {"name": "a\r\nb"}]), "line:2:name"),
        (as_csv([PARTNER]) + "\r\n" * 3 + as_csv([PARTNER]).splitlines()[1], "line:5:registration_number"),
    ],
)
async def test_what_is_wrong_with_a_file_is_said_line_by_line(
    world: World, registry: httpx.AsyncClient, active: Json, content: str, pointer: str
) -> None:
    response = await send(world, registry, content)

    assert response.status_code == 422
    assert pointer in {error["pointer"] for error in response.json()["errors"]}
    assert await written(world) == (0, [])


async def test_what_is_wrong_with_rows_is_said_in_the_language_that_is_asked_for(
    world: World, registry: httpx.AsyncClient, active: Json
) -> None:
    rows = [PARTNER | change for change in ({"regions": ["53.99"]}, {"name": " "}, {"registration_valid_to": "x"})]
    content = "\n".join([as_json_lines(rows), as_json_lines([PARTNER, PARTNER]), "{"])
    headers = world.write(sub=APPLICANT) | {"Content-Type": "application/jsonl", "Accept-Language": "id"}
    path = "/v1/local-partners/imports"

    report = await registry.post(f"{path}?dry_run=true", content=content, headers=headers)
    headers |= world.write(sub=APPLICANT)
    refused = await registry.post(path, content=content, headers=headers)

    told = [problem["detail"].partition(" (")[0] for problem in report.json()["problems"]]
    assert told == [
        "`53.99` bukan kode wilayah",
        "paling sedikit 1 karakter",
        "harus tanggal yang ada, seperti 2026-01-31",
        "mitra lokal dengan nomor pendaftaran ini sudah diusulkan atau disetujui",
        "bukan JSON yang sah",
    ]
    assert refused.headers["content-language"] == "id"
    assert [error["detail"].partition(" (")[0] for error in refused.json()["errors"]] == told


async def test_a_file_is_bounded_in_size_rows_and_type(world: World, registry: httpx.AsyncClient, active: Json) -> None:
    many = await send(world, registry, as_json_lines([PARTNER] * (ROWS + 1)), "application/jsonl", mode="partial")
    large = await send(world, registry, "x" * (8 * 1_048_576 + 1))
    single = await send(world, registry, json.dumps(PARTNER), "application/json")
    headers = world.write(sub=APPLICANT) | {"Content-Type": "text/csv"}
    elsewhere = await registry.post("/v1/local-partners", content=as_csv([PARTNER]), headers=headers)

    assert [r.status_code for r in (many, large, single)] == [422, 413, 415]
    assert elsewhere.status_code in (415, 422)
    assert await written(world) == (0, [])


async def test_an_import_that_takes_too_long_is_told_so_and_leaves_nothing(
    world: World, registry: httpx.AsyncClient, active: Json, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "SECONDS_MAX", 0.3)
    owner = await asyncpg.connect(world.servers.dsn_of("registry_owner", world.database))
    async with owner.transaction():
        await owner.execute("LOCK TABLE local_partner IN SHARE MODE")
        late = await send(world, registry, as_csv([PARTNER]), key="import-1")
    await owner.close()
    before = await written(world)
    again = await send(world, registry, as_csv([PARTNER]), key="import-1")

    assert (late.status_code, late.json()["type"]) == (503, "/problems/took-too-long")
    assert late.headers["retry-after"] == "5"
    assert before == (0, [])
    assert (again.status_code, again.json()["imported"]) == (200, 1)


async def test_a_heading_that_may_be_data_is_not_repeated(
    world: World, registry: httpx.AsyncClient, active: Json
) -> None:
    without_heading = await send(world, registry, "Zebulon Quackenbush,QX7315926\n")
    as_key = await send(world, registry, '{"Zebulon Quackenbush": 1}', "application/jsonl")

    assert {"line:1:1", "line:1:2"} <= {error["pointer"] for error in without_heading.json()["errors"]}
    for answer in (without_heading, as_key):
        assert answer.status_code == 422
        assert "Quackenbush" not in answer.text
        assert "QX7315926" not in answer.text


async def test_only_people_of_an_active_organisation_import(
    world: World, registry: httpx.AsyncClient, applied: Json
) -> None:
    not_yet_active = await send(world, registry, as_csv([PARTNER]))
    headers = world.write("fasker_officer") | {"Content-Type": "text/csv"}
    no_member = await registry.post("/v1/local-partners/imports", content=as_csv([PARTNER]), headers=headers)

    assert (not_yet_active.status_code, no_member.status_code) == (409, 403)


async def test_whoever_is_over_is_proposed_again_in_an_import_too(
    world: World, registry: httpx.AsyncClient, active: Json
) -> None:
    first = await registry.post("/v1/local-partners", json=PARTNER, headers=world.write(sub=APPLICANT))
    await registry.post(
        f"/v1/local-partners/{first.json()['id']}/decision",
        json={"decision": "rejected", "notes": "the address is wrong"},
        headers=world.write("fasker_officer", match=1),
    )

    again = await send(world, registry, as_json_lines([PARTNER]), "application/jsonl")

    assert again.status_code == 200, again.text
    listed = await registry.get("/v1/local-partners?status=proposed", headers=world.read(sub=APPLICANT))
    assert [row["predecessor_id"] for row in listed.json()["items"]] == [first.json()["id"]]
