"""What one import can take of a service is bounded: rows, their length, what is said of them, and the time."""

import itertools
import json
import time
from collections.abc import AsyncIterator, Sequence
from typing import Final

import httpx
import pytest
from fastapi import Request, Response
from pydantic import Field

from shared.errors import TookTooLong
from shared.http import bulk
from shared.http.body import Body, Line
from shared.http.bulk import ACCEPTS_ROWS, REQUEST_BODY, ImportReport, Parsed, RowError, carry_out, parse
from shared.http.routing import resource
from shared.http.writes import KeyedWrite
from shared.service import Service
from shared.settings import ServiceSettings
from tests.world import World, serving

MIB: Final = 1_048_576
GOOD: Final = '{"name": "a"}'
ENGLISH: Final = Request({"type": "http", "headers": []})

router = resource("/things", tag="tests")


class NewThing(Body):
    name: Line
    sizes: list[int] = Field(default=[], max_length=5)


async def accept_all(_: Sequence[tuple[int, NewThing]]) -> list[RowError]:
    return []


@router.post("/imports", response_model=ImportReport, dependencies=[ACCEPTS_ROWS], openapi_extra=REQUEST_BODY)
async def import_things(request: Request, write: KeyedWrite) -> Response:
    rows = parse(request, await request.body(), NewThing)
    async with write.begin() as tx:
        tx.answer(await carry_out(request, tx.conn, rows, accept_all, lambda: None, mode="partial", dry_run=True))
    return tx.response


@pytest.fixture
async def api(world: World) -> AsyncIterator[httpx.AsyncClient]:
    service = Service("registry", "Things", ServiceSettings, [router])
    async with (
        serving(service, world.settings("registry")) as url,
        httpx.AsyncClient(base_url=url, timeout=60, trust_env=False) as client,
    ):
        yield client


async def send(world: World, api: httpx.AsyncClient, content: str, type_: str) -> httpx.Response:
    headers = world.write(sub="somebody") | {"Content-Type": type_}
    return await api.post("/v1/things/imports", content=content, headers=headers)


def with_keys(count: int) -> str:
    return json.dumps({f"key_{n}": 1 for n in range(count)})


TOO_LONG: Final[dict[str, tuple[str, str]]] = {
    "a JSON line": ("application/jsonl", f"{GOOD}\n{with_keys(400_000)}\n{GOOD}"),
    "a CSV line": ("text/csv", f"name\na\n{',' * 7 * MIB}\nb"),
    "a CSV record of many lines": ("text/csv", "name\na\n" + '"\n",' * 20_000),
}


@pytest.mark.parametrize("what", TOO_LONG)
async def test_a_row_that_is_too_long_is_one_problem_of_that_row(
    world: World, api: httpx.AsyncClient, what: str
) -> None:
    type_, content = TOO_LONG[what]

    report = (await send(world, api, content, type_)).json()

    line = 2 if type_ == "application/jsonl" else 3
    [problem] = [problem for problem in report["problems"] if problem["line"] == line]
    assert "longer than 65536" in problem["detail"]
    assert report["imported"] >= 1


async def test_the_rows_after_one_that_is_too_long_keep_their_lines(world: World, api: httpx.AsyncClient) -> None:
    content = f"name\n{'x' * 70_000}\na\n\nb,c\n"

    report = (await send(world, api, content, "text/csv")).json()

    assert [problem["line"] for problem in report["problems"]] == [2, 5]
    assert (report["rows"], report["imported"]) == (3, 1)


async def test_a_heading_that_is_too_long_is_refused(world: World, api: httpx.AsyncClient) -> None:
    answer = await send(world, api, "," * 7 * MIB, "text/csv")

    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == ["line:1"]


async def test_of_many_problems_some_are_told_and_the_others_counted(world: World, api: httpx.AsyncClient) -> None:
    faults = 3_001  # 3,000 unknown keys, and no name
    content = "\n".join([with_keys(faults - 1)] * 60)

    report = (await send(world, api, content, "application/jsonl")).json()

    assert (report["rows"], report["refused"]) == (60, 60)
    assert len(report["problems"]) == bulk.PROBLEMS_MAX
    assert len(report["problems"]) + report["problems_left_out"] == 60 * faults
    assert {problem["line"] for problem in report["problems"]} == set(range(1, 51))


async def test_blank_lines_are_bounded_as_rows_are(world: World, api: httpx.AsyncClient) -> None:
    for type_, first in (("application/jsonl", GOOD), ("text/csv", "name")):
        answer = await send(world, api, first + "\n" * 7 * MIB, type_)

        assert answer.status_code == 422, type_
        assert "blank lines" in answer.json()["detail"]


async def test_the_time_of_an_import_ends_also_while_all_its_rows_are_bad(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "SECONDS_MAX", 0.1)
    ends = time.monotonic() + 20
    bad: Parsed[NewThing] = Parsed(1, problems=(RowError(1, None, "is bad"),))
    rows = itertools.takewhile(lambda _: time.monotonic() < ends, itertools.repeat(bad))

    async with (await world.db("registry")).transaction() as conn:
        with pytest.raises(TookTooLong):
            await carry_out(ENGLISH, conn, rows, accept_all, lambda: None, mode="partial", dry_run=False)

    assert time.monotonic() < ends


async def test_what_fails_while_an_import_is_tried_out_is_not_taken_for_its_end(world: World) -> None:
    async def breaks(_: Sequence[tuple[int, NewThing]]) -> list[RowError]:
        raise LookupError("broken")

    rows = iter([Parsed(1, row=NewThing(name="a"))])

    async with (await world.db("registry")).transaction() as conn:
        with pytest.raises(LookupError, match="broken"):
            await carry_out(ENGLISH, conn, rows, breaks, lambda: None, mode="partial", dry_run=True)
