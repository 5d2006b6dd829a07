"""What one caller can take of a service is bounded: heads, connections, time, requests in a minute; CORS is closed."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, suppress
from typing import Annotated, Any, Final

import asyncpg
import httpx
import pytest
from fastapi import Depends, Response

from shared.http import budgets, middleware, server
from shared.http.auth import Actor, allow
from shared.http.body import Body
from shared.http.routing import resource
from shared.http.writes import KeyedWrite
from shared.service import Service, _serve_health
from shared.settings import ServiceSettings
from tests.openapi.generate import document_of
from tests.servers import SERVICES
from tests.shared.raw_http import Connection, connection, head
from tests.world import World, serving

LIVE: Final = head("GET", "/health/live", {})
OUTBOX: Final = "/ops/v1/outbox"

router = resource("/things", tag="tests")


class NewThing(Body):
    seconds: float


@router.post("", status_code=204)
async def make(body: NewThing, _: Annotated[Actor, Depends(allow("operator"))], write: KeyedWrite) -> Response:
    async with write.begin() as tx:
        await tx.conn.execute("INSERT INTO thing DEFAULT VALUES")
        await tx.conn.execute("SELECT pg_sleep($1)", body.seconds)
    return tx.response


SERVICE: Final = Service("registry", "Things", ServiceSettings, [router])


@pytest.fixture
async def url(world: World) -> AsyncIterator[str]:
    async with serving(SERVICE, world.settings("registry")) as url:
        yield url


def assert_problem(answer: httpx.Response, status: int, type_: str) -> None:
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert answer.json()["type"] == f"/problems/{type_}"
    assert answer.json()["request_id"] == answer.headers["x-request-id"]
    assert answer.headers["x-content-type-options"] == "nosniff"


HEADS: Final[dict[str, tuple[bytes, int, str]]] = {
    "no HTTP": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400, "not-http"),
    "a verb that nobody knows": (b"BREW /pot HTTP/1.1\r\n\r\n", 400, "not-http"),
    "a header without name": (b"GET / HTTP/1.1\r\n: x\r\n\r\n", 400, "not-http"),
    "two lengths": (b"GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400, "not-http"),
    "length and chunks": (
        b"POST / HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        400,
        "not-http",
    ),
    "a long address": (head("GET", "/v1/things?q=" + "x" * 9_000, {}), 414, "address-too-long"),
    "an address without end": (b"GET /" + b"x" * 200_000, 414, "address-too-long"),
    "many headers": (head("GET", "/", {f"X-{n}": "" for n in range(120)}), 431, "headers-too-large"),
    "large headers": (head("GET", "/", {f"X-{n}": "x" * 4000 for n in range(9)}), 431, "headers-too-large"),
    "a header without end": (b"GET / HTTP/1.1\r\nX-Long: " + b"x" * 200_000, 431, "headers-too-large"),
}


@pytest.mark.parametrize("what", HEADS)
async def test_what_is_no_request_or_has_too_large_a_head_is_refused(url: str, what: str) -> None:
    sent, status, type_ = HEADS[what]

    async with connection(url) as raw:
        await raw.send(sent)
        answer = await raw.answer()

    assert_problem(answer, status, type_)
    assert answer.headers["connection"] == "close"


async def test_a_head_just_within_the_bounds_is_served(url: str) -> None:
    async with connection(url) as raw:
        for _ in range(2):
            await raw.send(head("GET", "/health/live?" + "x" * 8_000, {f"X-{n}": "x" * 230 for n in range(99)}))
            assert (await raw.answer()).status_code == 200


async def test_a_workers_health_is_served_within_the_same_bounds(world: World) -> None:
    stopping = asyncio.Event()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = world.settings("registry", ops_port=port)
    health = asyncio.create_task(_serve_health(SERVICE, settings, await world.db("registry"), stopping))

    async def live() -> bool:
        with suppress(httpx.ConnectError):
            return (await api.get("/health/live")).status_code == 200
        return False

    url = f"http://127.0.0.1:{port}"
    async with client(url) as api:
        await world.until(live, "the worker's health is served")
        assert (await api.get("/health/ready")).status_code == 200
    async with connection(url) as raw:
        await raw.send(HEADS["large headers"][0])
        refused = await raw.answer()
    stopping.set()
    await health

    assert_problem(refused, 431, "headers-too-large")


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "HEAD_SECONDS", 0.4)


async def drip(raw: Connection, data: bytes) -> None:
    """One byte after another, for as long as the other side listens."""
    try:
        while True:
            for byte in data:
                await raw.send(bytes([byte]))
                await asyncio.sleep(0.01)
    except ConnectionError:
        return


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("before", [0, 1])
async def test_headers_that_drip_in_are_cut_off_on_new_and_on_kept_connections(url: str, before: int) -> None:
    async with connection(url) as raw:
        for _ in range(before):
            await raw.send(LIVE)
            assert (await raw.answer()).status_code == 200
        await raw.send(b"GET /health/live HTTP/1.1\r\nX-Slow: ")
        dripping = asyncio.create_task(drip(raw, b"x"))

        assert_problem(await raw.answer(), 408, "headers-too-slow")
        assert await raw.closed()
        await dripping


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("sent", [b"", b"\r\n"])
async def test_a_connection_on_which_nothing_is_asked_is_closed(url: str, sent: bytes) -> None:
    async with connection(url) as raw:
        dripping = asyncio.create_task(drip(raw, sent)) if sent else None

        assert await raw.closed()
        if dripping:
            await dripping


@pytest.mark.usefixtures("impatient")
async def test_what_still_comes_of_a_refused_body_is_read_for_a_short_time_only(url: str) -> None:
    async with connection(url) as raw:
        await raw.send(head("POST", "/v1/things", {"Content-Length": "9999999999"}))
        assert_problem(await raw.answer(), 413, "body-too-large")

        dripping = asyncio.create_task(drip(raw, b"x"))
        assert await raw.closed()
        await dripping


async def test_a_request_that_waits_for_the_one_before_it_is_served(url: str, world: World) -> None:
    slow = b'{"seconds": 0.3}'
    headers = world.write("operator") | {"Content-Type": "application/json", "Content-Length": str(len(slow))}
    owner = await asyncpg.connect(world.servers.dsn_of("registry_owner", world.database))
    await owner.execute("CREATE TABLE thing (id int GENERATED ALWAYS AS IDENTITY); GRANT ALL ON thing TO registry")
    await owner.close()

    async with connection(url) as raw:
        await raw.send(head("POST", "/v1/things", headers) + slow + LIVE)

        assert [(await raw.answer()).status_code for _ in range(2)] == [204, 200]


async def test_connections_beyond_the_bound_are_refused_and_the_others_go_on(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "CONNECTIONS_MAX", 2)

    async with connection(url) as first, connection(url) as second:
        for raw in (first, second):
            await raw.send(LIVE)
            assert (await raw.answer()).status_code == 200
        async with connection(url) as third:
            refused = await third.answer()
        await first.send(LIVE)
        assert (await first.answer()).status_code == 200

    assert_problem(refused, 503, "unavailable")
    assert refused.headers["retry-after"] == "1"


@pytest.fixture
async def things(world: World) -> asyncpg.Pool:
    owner = await asyncpg.connect(world.servers.dsn_of("registry_owner", world.database))
    await owner.execute("CREATE TABLE thing (id int GENERATED ALWAYS AS IDENTITY); GRANT ALL ON thing TO registry")
    await owner.close()
    return await world.pool("registry")


def client(url: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=url, timeout=30, trust_env=False)


async def test_a_request_that_takes_too_long_is_stopped_with_nothing_half_done(
    world: World, things: asyncpg.Pool
) -> None:
    headers = world.write("operator")
    async with (
        serving(SERVICE, world.settings("registry", request_timeout_seconds=0.5, pool_size=2)) as url,
        client(url) as api,
    ):
        late = [await api.post("/v1/things", json={"seconds": 3}, headers=headers) for _ in range(3)]
        assert await things.fetchval("SELECT (SELECT count(*) FROM thing) + (SELECT count(*) FROM request)") == 0
        done = await api.post("/v1/things", json={"seconds": 0}, headers=world.write("operator"))

    for answer in late:
        assert_problem(answer, 503, "took-too-long")
        assert answer.headers["retry-after"] == "5"
    assert done.status_code == 204
    assert await things.fetchval("SELECT count(*) FROM thing") == 1


async def test_more_requests_at_once_than_a_process_can_do_are_told_to_come_again(
    world: World, url: str, things: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(middleware, "RUNNING_MAX", 1)
    sleeping = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'"

    async with client(url) as api:
        slow = asyncio.create_task(api.post("/v1/things", json={"seconds": 1}, headers=world.write("operator")))
        await world.until(lambda: things.fetchval(sleeping), "the first is being worked on")
        refused = await api.get(OUTBOX, headers=world.read("operator"))
        live = await api.get("/health/live")
        assert (await slow).status_code == 204

    assert_problem(refused, 503, "unavailable")
    assert live.status_code == 200


QUOTA: Final = 40


def fields_of(answer: httpx.Response) -> dict[str, int]:
    """`"caller";r=5;t=3` as {"r": 5, "t": 3}."""
    name, *fields = answer.headers["ratelimit"].split(";")
    assert name == '"caller"'
    return {key: int(value) for key, value in (field.split("=") for field in fields)}


@pytest.fixture
async def two_processes(world: World, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[list[httpx.AsyncClient]]:
    """Two servers of one service on one database; a caller's minute has six seconds."""
    monkeypatch.setattr(budgets, "WINDOW_SECONDS", 6)
    settings = world.settings("registry", calls_per_minute=QUOTA)
    async with AsyncExitStack() as running:
        urls = [await running.enter_async_context(serving(SERVICE, settings)) for _ in range(2)]
        yield [await running.enter_async_context(client(url)) for url in urls]


async def test_a_caller_gets_its_requests_and_no_more_over_all_processes(
    world: World, two_processes: list[httpx.AsyncClient]
) -> None:
    waiting, headers = world.read("operator", sub="waiting"), world.read("operator", sub="busy")

    async def ask(api: httpx.AsyncClient) -> list[httpx.Response]:
        return [await api.get(OUTBOX, headers=headers) for _ in range(QUOTA)]

    async def a_minute_begins() -> bool:
        return fields_of(await two_processes[0].get("/problems/not-found", headers=waiting))["t"] == 6

    await world.until(a_minute_begins, "a minute begins")
    answers = [answer for asked in await asyncio.gather(*map(ask, two_processes)) for answer in asked]

    assert sum(answer.status_code == 200 for answer in answers) == QUOTA
    refused = [answer for answer in answers if answer.status_code != 200]
    for answer in refused:
        assert_problem(answer, 429, "too-many-requests")
        assert fields_of(answer)["r"] == 0
        assert answer.headers["retry-after"] == str(fields_of(answer)["t"])
    assert {answer.headers["ratelimit-policy"] for answer in answers} == {f'"caller";q={QUOTA};w=6'}

    await asyncio.sleep(int(refused[-1].headers["retry-after"]))  # what was told is enough
    again = [await api.get(OUTBOX, headers=headers) for api in two_processes]
    assert [answer.status_code for answer in again] == [200, 200]


async def test_what_is_left_is_told_before_it_is_used_up(world: World, two_processes: list[httpx.AsyncClient]) -> None:
    api, headers = two_processes[0], world.read("operator")

    async def counted_down() -> bool:
        answers = [await api.get(OUTBOX, headers=headers) for _ in range(QUOTA + 1)]
        told = [(fields_of(answer)["r"], answer.status_code) for answer in answers]
        return told == [(left, 200) for left in range(QUOTA - 1, -1, -1)] + [(0, 429)]

    await world.until(counted_down, "a burst lies within one minute")


async def test_callers_have_a_budget_each_and_health_has_no_bound(
    world: World, two_processes: list[httpx.AsyncClient]
) -> None:
    api = two_processes[0]

    async def used_up(headers: dict[str, str]) -> bool:
        return (await api.get(OUTBOX, headers=headers)).status_code == 429

    await world.until(lambda: used_up(world.read("operator", sub="busy")), "one caller has used its budget up")
    other = await api.get(OUTBOX, headers=world.read("operator", sub="other"))
    await world.until(lambda: used_up({"Authorization": "Bearer a.b.c"}), "so has the address, with bad tokens")
    official = await api.get(OUTBOX, headers=world.read("operator", sub="third"))

    assert (other.status_code, official.status_code) == (200, 200)
    assert {(await api.get("/health/live")).status_code for _ in range(QUOTA + 5)} == {200}


async def test_nobody_is_refused_for_a_budget_that_the_database_does_not_tell(world: World) -> None:
    owner = await asyncpg.connect(world.servers.dsn_of("registry_owner", world.database))
    settings = world.settings("registry", statement_timeout_seconds=0.3)
    async with serving(SERVICE, settings) as url, client(url) as api, owner.transaction():
        await owner.execute("LOCK TABLE call_budget IN ACCESS EXCLUSIVE MODE")
        answers = [await api.get(OUTBOX, headers=world.read("operator")) for _ in range(3)]
    await owner.close()

    assert [answer.status_code for answer in answers] == [200, 200, 200]


EVERYWHERE: Final = {
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "cross-origin-resource-policy": "same-site",
    "referrer-policy": "no-referrer",
    "strict-transport-security": "max-age=63072000",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}


async def test_every_answer_has_the_security_headers(world: World, url: str) -> None:
    async with client(url) as api:
        for answer, cache in (
            (await api.get("/health/live"), "no-cache"),
            (await api.get("/problems"), "no-cache"),
            (await api.get(OUTBOX, headers=world.read("operator")), "no-cache"),
            (await api.get("/nothing"), "no-cache"),
            (await api.options(OUTBOX), "no-store"),
            (await api.put("/ops/v1/clock", json={}, headers=world.read("operator")), "no-store"),
        ):
            assert {name: answer.headers.get(name) for name in EVERYWHERE} == EVERYWHERE
            assert answer.headers["cache-control"] == cache
            assert "server" not in answer.headers
            assert "access-control-allow-origin" not in answer.headers


PAGE: Final = {"Origin": "https://app.example"}
PREFLIGHT: Final = PAGE | {
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "authorization, idempotency-key",
}


async def test_no_page_of_others_may_call_from_a_browser(world: World, url: str) -> None:
    async with client(url) as api:
        asked = await api.options(OUTBOX, headers=PREFLIGHT)
        answer = await api.get(OUTBOX, headers=world.read("operator") | PAGE)

    for each in (asked, answer):
        assert not [name for name in each.headers if name.startswith("access-control-")]


async def test_pages_of_listed_origins_may(world: World) -> None:
    settings: Any = world.settings("registry", cors_origins=("https://app.example",))
    async with serving(SERVICE, settings) as url, client(url) as api:
        asked = await api.options(OUTBOX, headers=PREFLIGHT)
        answer = await api.get(OUTBOX, headers=world.read("operator") | PAGE)
        stranger = {"Origin": "https://evil.example"}
        refused = await api.options(OUTBOX, headers=PREFLIGHT | stranger)
        unheard = await api.get(OUTBOX, headers=world.read("operator") | stranger)

    assert (asked.status_code, asked.headers["access-control-allow-origin"]) == (200, "https://app.example")
    assert answer.headers["access-control-allow-origin"] == "https://app.example"
    assert "ratelimit" in answer.headers["access-control-expose-headers"].lower()
    assert (refused.status_code, refused.json()["type"]) == (403, "/problems/not-allowed")
    for each in (refused, unheard):
        assert "access-control-allow-origin" not in each.headers
        assert "Origin" in each.headers["vary"]
    for each in (asked, refused):
        assert {name: each.headers.get(name) for name in EVERYWHERE} == EVERYWHERE
        assert each.headers["cache-control"] == "no-store"
        assert each.headers["x-request-id"]
    assert refused.json()["request_id"] == refused.headers["x-request-id"]


@pytest.mark.parametrize("service", SERVICES)
async def test_pages_of_listed_origins_may_send_every_header_that_a_route_reads(world: World, service: str) -> None:
    document = document_of(service)
    shared = document["components"]["parameters"]
    stated = [p for path in document["paths"].values() for verb in path.values() for p in verb.get("parameters", [])]
    named = [shared[p["$ref"].rpartition("/")[2]] if "$ref" in p else p for p in stated]
    wanted = {p["name"].lower() for p in named if p["in"] == "header"} | {"authorization", "content-type"}
    settings: Any = world.settings(service, cors_origins=("https://app.example",))

    async with serving(world.service(service), settings) as url, client(url) as api:
        asked = await api.options(OUTBOX, headers=PREFLIGHT | {"Access-Control-Request-Headers": ", ".join(wanted)})

    assert {"if-match", "singo-after"} <= wanted
    assert asked.status_code == 200, asked.text
    assert wanted <= set(asked.headers["access-control-allow-headers"].lower().split(", "))
