"""Every error of every service is a problem document (RFC 9457) in the caller's language, and a page explains it."""

from collections.abc import AsyncIterator
from html import unescape
from importlib import import_module
from typing import Any, Final

import asyncpg
import httpx
import pytest

from shared.errors import NotFound, Problem
from shared.http import indonesian, middleware
from shared.http.language import preferred
from shared.http.problem_pages import all_problems
from shared.http.problems import document, pointer_to, words_of
from tests.servers import SERVICES
from tests.shared.raw_http import connection, head
from tests.world import World

CLOCK: Final = "/ops/v1/clock"
NOW: Final = b'{"now": "2026-01-31T08:00:00Z", "reason": "a test"}'


async def undeclared() -> AsyncIterator[bytes]:
    for _ in range(20):
        yield b" " * 65_536


ERRORS: Final[list[tuple[str, str, str, dict[str, Any], int, str]]] = [
    ("unknown path", "GET", "/v1/nothing/here", {}, 404, "not-found"),
    ("unknown path of a write", "POST", "/nothing", {"content": b"{}"}, 404, "not-found"),
    ("wrong verb", "DELETE", CLOCK, {}, 405, "method-not-allowed"),
    ("bad JSON", "PUT", CLOCK, {"content": b"{"}, 400, "bad-request"),
    ("not even text", "PUT", CLOCK, {"content": b"\xff\xfe"}, 400, "bad-request"),
    ("JSON without end of nesting", "PUT", CLOCK, {"content": b"[" * 500_000}, 400, "bad-request"),
    (
        "JSON nested deeper than any schema",
        "PUT",
        CLOCK,
        {"content": b'{"now":' + b"[" * 99 + b"]" * 99 + b"}"},
        422,
        "",
    ),
    ("wrong media type", "PUT", CLOCK, {"content": b"a=b", "type": "text/plain"}, 415, "unsupported-media-type"),
    ("no media type", "PUT", CLOCK, {"content": NOW, "type": ""}, 415, "unsupported-media-type"),
    ("too large, as declared", "PUT", CLOCK, {"content": b" " * 1_048_577}, 413, "body-too-large"),
    ("too large, undeclared", "PUT", CLOCK, {"content": undeclared}, 413, "body-too-large"),
    ("too slow", "PUT", CLOCK, {"begun": b"{"}, 408, "body-too-slow"),
    ("missing field", "PUT", CLOCK, {"content": b"{}"}, 422, ""),
    ("unknown parameter", "GET", "/ops/v1/outbox?limt=5", {}, 422, ""),
    ("nobody", "GET", CLOCK, {"headers": {}}, 401, "not-signed-in"),
    ("a bad token", "GET", CLOCK, {"headers": {"Authorization": "Bearer a.b.c"}}, 401, "not-signed-in"),
    ("another's role", "GET", CLOCK, {"roles": ["integrator"]}, 403, "not-allowed"),
    ("something broken inside", "GET", "/ops/v1/outbox", {}, 500, "unexpected"),
    ("a page that is not there", "GET", "/problems/nothing", {}, 404, "not-found"),
]


@pytest.mark.parametrize("service", SERVICES)
async def test_every_error_is_a_problem_in_both_languages(
    world: World, service: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(middleware, "MAX_BODY_SECONDS", 0.3)
    api = await world.api(service)
    owner = await asyncpg.connect(world.servers.dsn_of(f"{service}_owner", world.database))
    await owner.execute("ALTER TABLE outbox RENAME TO secret_inside")
    await owner.close()

    for what, verb, path, options, status, type_ in ERRORS:
        for asked, language in (("", "en"), ("id-ID,id;q=0.9,en;q=0.5", "id")):
            headers = options.get("headers", world.read(*options.get("roles", ["operator"])))
            headers = headers | {"Accept-Language": asked}
            if type_of_body := options.get("type", "application/json"):
                headers |= {"Content-Type": type_of_body}
            answer = await send(api, verb, path, headers, options)

            assert answer.status_code == status, (what, answer.text)
            assert answer.headers["content-type"] == "application/problem+json", what
            problem = answer.json()
            kind = type_ or "invalid-input"
            assert problem["type"] == f"/problems/{kind}", what
            assert problem["status"] == status
            assert (problem["title"], problem["mend"]) == words_of(kinds()[kind], language), what  # type: ignore[arg-type]
            assert problem["detail"]
            assert problem["request_id"] == answer.headers["x-request-id"], what
            assert answer.headers["content-language"] == language, what
            assert answer.headers["vary"] == "Accept-Language"
            assert "secret" not in answer.text
            assert "Traceback" not in answer.text
            page = await api.get(problem["type"])
            assert (page.status_code, page.headers["content-language"]) == (200, "id, en")
            assert problem["title"] in unescape(page.text), what


async def send(
    api: httpx.AsyncClient, verb: str, path: str, headers: dict[str, str], options: dict[str, Any]
) -> httpx.Response:
    if "begun" in options:
        async with connection(api.base_url) as raw:
            await raw.send(head(verb, path, headers | {"Content-Length": "100"}) + options["begun"])
            return await raw.answer()
    content = options.get("content")
    return await api.request(verb, path, content=content() if callable(content) else content, headers=headers)


def kinds() -> dict[str, type[Problem]]:
    for service in SERVICES:
        import_module(f"services.{service}.__main__")
    return {kind.type: kind for kind in all_problems()}


def test_every_kind_of_problem_says_in_both_languages_what_it_is_and_how_to_mend_it() -> None:
    assert set(indonesian.PROBLEMS) == set(kinds())
    for kind in kinds().values():
        for said in (*words_of(kind, "en"), *words_of(kind, "id")):
            assert said.endswith("."), said
        assert words_of(kind, "en") != words_of(kind, "id")


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "en"),
        ("*", "en"),
        ("id", "id"),
        ("ID-id", "id"),
        ("in", "id"),
        ("de, fr;q=0.8", "en"),
        ("en, id", "en"),
        ("id, en", "id"),
        ("id;q=0.5, en;q=0.8", "en"),
        ("id;q=0.8, en-GB;q=0.5, en;q=0.7", "id"),
        ("id;q=0, *", "en"),
        ("en;q=0, *;q=0.1", "id"),
        ("id;q=0", "en"),
        ("id;q=2, en;q=0.1", "en"),
        ("id;q=1.000;x=1", "en"),
        (",;,id;q=,", "en"),
        ("id" * 5000, "en"),
        (" id ; q=0.9 , en ; q=0.3", "id"),
    ],
)
def test_the_language_is_the_one_that_is_wanted_most(accepted: str, language: str) -> None:
    assert preferred(accepted) == language


def test_pointers_are_escaped_twice_as_json_pointer_and_as_fragment() -> None:
    assert pointer_to([]) == "#"
    assert pointer_to(["a/b", 0, "m~n", "a b", "ü%"]) == "#/a~1b/0/m~0n/a%20b/%C3%BC%25"


@pytest.mark.parametrize("service", SERVICES)
async def test_a_wrong_verb_is_told_all_verbs_of_the_address(world: World, service: str) -> None:
    api = await world.api(service)

    refused = await api.delete(CLOCK, headers=world.read("operator"))
    asked = await api.options(CLOCK)

    assert refused.headers["allow"] == asked.headers["allow"] == "GET, HEAD, OPTIONS, PUT"
    assert (asked.status_code, asked.content) == (204, b"")
    assert (await api.delete("/openapi.json")).headers["allow"] == "GET, HEAD, OPTIONS"
    assert (await api.options("/nothing")).status_code == 404


@pytest.mark.parametrize("service", SERVICES)
async def test_head_is_get_without_its_body(world: World, service: str) -> None:
    api, operator = await world.api(service), world.read("operator")

    for path, status in (("/ops/v1/parked", 200), ("/v1/nothing", 404), ("/problems/not-found", 200)):
        got, bare = await api.get(path, headers=operator), await api.head(path, headers=operator)

        assert (got.status_code, bare.status_code) == (status, status)
        assert bare.content == b""
        changing = {"date", "x-request-id", "ratelimit"}
        kept = {name for name in got.headers if name not in changing}
        assert {name: bare.headers[name] for name in kept} == {name: got.headers[name] for name in kept}, path


async def test_an_error_of_a_field_is_told_in_indonesian(world: World) -> None:
    api = await world.api("notifications")
    headers = world.write("integrator") | {"Accept-Language": "id"}

    answer = await api.post("/v1/subscriptions", json={"types": [], "regions": [5], "x_y": 1}, headers=headers)

    assert answer.headers["content-language"] == "id"
    assert {(error["pointer"], error["detail"]) for error in answer.json()["errors"]} == {
        ("#/name", "wajib diisi"),
        ("#/types", "paling sedikit 1 butir"),
        ("#/regions/0", "harus berupa teks"),
        ("#/x_y", "tidak dikenal: hapus isian ini"),
    }
    assert answer.json()["detail"] == "4 isian dalam permintaan tidak sebagaimana mestinya"


@pytest.mark.parametrize("unknown", ["Zebulon Quackenbush", "QX7315926", "+62 812-9191-7373", "x" * 41, "", "a/b"])
async def test_an_unknown_name_that_may_be_data_is_not_repeated(world: World, unknown: str) -> None:
    api, headers = await world.api("notifications"), world.write("integrator")
    body = {"name": "x", "types": ["*"], "regions": [], unknown: 1}

    answers = (
        await api.post("/v1/subscriptions", json=body, headers=headers),
        await api.get("/v1/subscriptions", params={unknown: "1"}, headers=headers),
    )

    for answer, pointer in zip(answers, ("#", "query"), strict=True):
        assert answer.status_code == 422
        assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
        assert not unknown or unknown not in answer.text


def test_an_answer_says_when_a_part_of_it_has_no_translation() -> None:
    _, headers = document(NotFound("the moon is made of cheese"), "id", "a-request")

    assert headers["Content-Language"] == "id, en"


@pytest.mark.parametrize("service", SERVICES)
async def test_a_parameter_is_known_and_given_once(world: World, service: str) -> None:
    api, operator = await world.api(service), world.read("operator")

    unknown = await api.get("/ops/v1/parked?dead=true&limit=5&sort=x", headers=operator)
    twice = await api.get("/ops/v1/parked?dead=true&dead=false", headers=operator)

    assert [error["pointer"] for error in unknown.json()["errors"]] == ["query:limit", "query:sort"]
    assert "it knows dead" in unknown.json()["errors"][0]["detail"]
    assert [error["pointer"] for error in twice.json()["errors"]] == ["query:dead"]
    assert (await api.get("/ops/v1/parked?dead=true", headers=operator)).status_code == 200
