"""The HTTP kit, on a small service of its own: problems, idempotent writes, entity tags, tokens, reads after writes."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from typing import Annotated, Any, Final
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest
from fastapi import Depends, Request, Response
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey
from pydantic import Field

from shared.errors import NotFound, expect_version
from shared.events.append import emit
from shared.http.auth import Actor, allow
from shared.http.body import Body, Line, Page, View
from shared.http.database import Db
from shared.http.etags import ExpectedVersion, read_response
from shared.http.paging import PageQuery, fetch_page, page_response
from shared.http.routing import resource
from shared.http.writes import KeyedWrite
from shared.ids import uuid7
from shared.service import Service
from shared.settings import ServiceSettings
from tests.shared.test_append import happened
from tests.world import ISSUER, World, serving

router = resource("/things", tag="tests")
Officer = Annotated[Actor, Depends(allow("fasker_officer"))]


class NewThing(Body):
    name: Line
    tags: list[Line] = Field(default=[], max_length=3)


class Thing(View):
    id: UUID
    name: str
    version: int


@router.post("", response_model=Thing, status_code=201)
async def make(body: NewThing, _: Officer, write: KeyedWrite) -> Response:
    async with write.begin() as tx:
        thing = Thing(id=uuid7(), name=body.name, version=1)
        await tx.conn.execute("INSERT INTO thing (id, name, version) VALUES ($1, $2, 1)", thing.id, thing.name)
        emit(tx.conn, happened(thing.name))
        if body.name == "crash":
            raise RuntimeError("secret detail")
        if body.name == "slow":
            await tx.conn.execute("SELECT pg_sleep(0.3)")
        tx.answer(thing, status=201, version=1, location=f"/v1/things/{thing.id}")
    return tx.response


@router.put("/{thing_id}", response_model=Thing)
async def rename(thing_id: UUID, body: NewThing, _: Officer, version: ExpectedVersion, write: KeyedWrite) -> Response:
    async with write.begin() as tx:
        row = await tx.conn.fetchrow("SELECT version FROM thing WHERE id = $1 FOR UPDATE", thing_id)
        if row is None:
            raise NotFound("there is no such thing")
        expect_version(row["version"], version)
        await tx.conn.execute("UPDATE thing SET name = $2, version = version + 1 WHERE id = $1", thing_id, body.name)
        tx.answer(Thing(id=thing_id, name=body.name, version=version + 1), version=version + 1)
    return tx.response


@router.get("", response_model=Page[Thing])
async def list_things(_: Officer, db: Db, request: Request, paging: PageQuery) -> Response:
    rows = await fetch_page(db.pool, paging, "SELECT * FROM thing WHERE true")
    return page_response(request, paging, rows, lambda row: Thing.model_validate(dict(row)))


@router.get("/{thing_id}", response_model=Thing)
async def read(thing_id: UUID, _: Officer, db: Db, request: Request) -> Response:
    row = await db.pool.fetchrow("SELECT * FROM thing WHERE id = $1", thing_id)
    if row is None:
        raise NotFound("there is no such thing")
    return read_response(request, Thing.model_validate(dict(row)), row["version"])


GATE: Final = """
    ALTER FUNCTION claim RENAME TO claim_behind_gate;
    CREATE FUNCTION claim(
        lock_name text, calling text, named text,
        OUT ours boolean, OUT halted text,
        OUT body_sha256 bytea, OUT status smallint, OUT headers jsonb, OUT body bytea
    ) LANGUAGE plpgsql STABLE AS $$  -- so that what it calls begins with the statement's snapshot
    BEGIN
        PERFORM pg_advisory_xact_lock(7);
        SELECT * INTO ours, halted, body_sha256, status, headers, body FROM claim_behind_gate($1, $2, $3);
    END $$;
"""


@pytest.fixture
async def api(world: World) -> AsyncIterator[httpx.AsyncClient]:
    owner = await asyncpg.connect(world.servers.dsn_of("registry_owner", world.database))
    await owner.execute(
        "CREATE TABLE thing (id uuid PRIMARY KEY, name text, version int); GRANT ALL ON thing TO registry"
    )
    await owner.close()
    service = Service("registry", "Things", ServiceSettings, [router], sources=["reporting"])
    async with (
        serving(service, world.settings("registry")) as url,
        httpx.AsyncClient(base_url=url, timeout=30, trust_env=False) as client,
    ):
        yield client


def assert_problem(response: httpx.Response, status: int, type_: str) -> dict[str, Any]:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = response.json()
    assert problem["type"] == f"/problems/{type_}"
    assert problem["status"] == status
    assert problem["request_id"] == response.headers["x-request-id"]
    return problem


async def test_fifty_equal_requests_at_once_have_one_effect_and_one_answer(
    world: World, api: httpx.AsyncClient
) -> None:
    headers = world.write("fasker_officer")

    async def until_answered() -> httpx.Response:
        while True:  # 503: of so many at once some wait too long for a connection where the machine is busy
            response = await api.post("/v1/things", json={"name": "slow"}, headers=headers)
            if response.status_code not in (409, 503):
                return response
            if response.status_code == 409:
                assert_problem(response, 409, "idempotency-key-in-flight")
            await asyncio.sleep(float(response.headers["retry-after"]) / 10)

    responses = await asyncio.gather(*(until_answered() for _ in range(50)))

    assert {r.status_code for r in responses} == {201}
    assert len({r.content for r in responses}) == 1
    assert sum(r.headers.get("idempotent-replayed") != "true" for r in responses) == 1
    assert len({(r.headers["etag"], r.headers["location"], r.headers["singo-events"]) for r in responses}) == 1
    pool = await world.pool("registry")
    assert await pool.fetchval("SELECT count(*) FROM thing") == 1
    assert await pool.fetchval("SELECT count(*) FROM event") == 1


async def test_fifty_equal_changes_at_once_have_one_effect_and_none_is_told_that_it_is_stale(
    world: World, api: httpx.AsyncClient
) -> None:
    made = await api.post("/v1/things", json={"name": "a"}, headers=world.write("fasker_officer"))
    pool = await world.pool("registry")

    for version in range(1, 11):
        headers, body = world.write("fasker_officer", match=version), {"name": f"b{version}"}
        answers = await asyncio.gather(
            *(api.put(made.headers["location"], json=body, headers=headers) for _ in range(50))
        )

        done = [answer for answer in answers if answer.status_code == 200]
        for answer in answers:
            if answer not in done:
                assert_problem(answer, 409, "idempotency-key-in-flight")
        assert len({answer.content for answer in done}) == 1
        assert [answer.headers.get("idempotent-replayed") for answer in done].count(None) == 1
        assert await pool.fetchval("SELECT version FROM thing") == version + 1


async def test_a_repeat_that_began_before_the_first_request_was_committed_gets_its_answer(
    world: World, api: httpx.AsyncClient
) -> None:
    """Its statement has an older snapshot than the answer, and waits at a gate until the first request has ended."""
    made = await api.post("/v1/things", json={"name": "a"}, headers=world.write("fasker_officer"))
    headers = world.write("fasker_officer", match=1)
    owner = await asyncpg.connect(world.servers.dsn_of("registry_owner", world.database))
    waiting = """
        SELECT count(*) = $1 FROM pg_locks JOIN pg_stat_activity a USING (pid)
        WHERE a.datname = current_database() AND NOT granted
    """

    def rename() -> asyncio.Task[httpx.Response]:
        return asyncio.create_task(api.put(made.headers["location"], json={"name": "b"}, headers=headers))

    await owner.execute("SELECT pg_advisory_lock(7)")
    held = await asyncpg.connect(world.servers.dsn_of("registry_owner", world.database))
    async with held.transaction():
        await held.execute("SELECT FROM thing FOR UPDATE")
        first = rename()
        await world.until(lambda: owner.fetchval(waiting, 1), "the first has claimed its key and waits for the row")
        await owner.execute(GATE)
        repeat = rename()
        await world.until(lambda: owner.fetchval(waiting, 2), "the repeat waits at the gate")
    done = await first
    await owner.execute("SELECT pg_advisory_unlock(7)")
    again = await repeat
    await held.close()
    await owner.close()

    assert (done.status_code, again.status_code) == (200, 200), again.text
    assert (again.content, again.headers["idempotent-replayed"]) == (done.content, "true")


async def test_a_key_belongs_to_its_caller_and_to_one_request(world: World, api: httpx.AsyncClient) -> None:
    headers = world.write("fasker_officer", key="k1")
    other_caller = world.write("fasker_officer", sub="another", key="k1")

    assert (await api.post("/v1/things", json={"name": "a"}, headers=headers)).status_code == 201
    assert_problem(await api.post("/v1/things", json={"name": "b"}, headers=headers), 422, "idempotency-key-reused")
    assert (await api.post("/v1/things", json={"name": "b"}, headers=other_caller)).status_code == 201


async def test_a_write_without_a_key_is_refused(world: World, api: httpx.AsyncClient) -> None:
    assert_problem(
        await api.post("/v1/things", json={"name": "a"}, headers=world.read("fasker_officer")),
        400,
        "idempotency-key-required",
    )


async def test_a_failed_request_leaves_nothing_and_tells_nothing_of_the_inside(
    world: World, api: httpx.AsyncClient
) -> None:
    response = await api.post("/v1/things", json={"name": "crash"}, headers=world.write("fasker_officer"))

    assert_problem(response, 500, "unexpected")
    assert "secret" not in response.text
    pool = await world.pool("registry")
    assert await pool.fetchval("SELECT (SELECT count(*) FROM thing) + (SELECT count(*) FROM request)") == 0


async def test_changes_name_the_version_they_are_based_on(world: World, api: httpx.AsyncClient) -> None:
    made = await api.post("/v1/things", json={"name": "a"}, headers=world.write("fasker_officer"))
    path = made.headers["location"]

    def rename(**match: Any) -> Any:
        return api.put(path, json={"name": "b"}, headers=world.write("fasker_officer", **match))

    assert_problem(await rename(), 428, "version-required")
    tag = (await rename(match=1)).headers["etag"]
    assert_problem(await rename(match=1), 412, "stale-version")
    reading = world.read("fasker_officer")
    assert (await api.get(path, headers=reading | {"If-None-Match": tag})).status_code == 304
    assert (await api.get(path, headers=reading | {"If-None-Match": '"1"'})).json()["name"] == "b"


async def test_pages_neither_repeat_nor_miss_while_rows_are_inserted(world: World, api: httpx.AsyncClient) -> None:
    pool = await world.pool("registry")
    before = [uuid7() for _ in range(25)]
    await pool.executemany("INSERT INTO thing (id, name, version) VALUES ($1, 'x', 1)", [(id_,) for id_ in before])

    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        query = {"limit": 10} | ({"cursor": cursor} if cursor else {})
        shown = (await api.get("/v1/things", params=query, headers=world.read("fasker_officer"))).json()
        seen += [item["id"] for item in shown["items"]]
        cursor = shown["next_cursor"]
        await pool.execute("INSERT INTO thing (id, name, version) VALUES ($1, 'y', 1)", uuid7())

    assert sorted(seen) == sorted(map(str, before))


@pytest.mark.parametrize(
    ("request_", "status", "type_"),
    [
        (("GET", "/v1/nothing", {}), 404, "not-found"),
        (("DELETE", "/v1/things", {}), 405, "method-not-allowed"),
        (("POST", "/v1/things", {"content": b"{"}), 400, "bad-request"),
        (("POST", "/v1/things", {"content": b"[" * 100_000}), 400, "bad-request"),
        (("POST", "/v1/things", {"content": b"a=b", "type": "text/plain"}), 415, "unsupported-media-type"),
        (("POST", "/v1/things", {"content": b"x" * 1_100_000}), 413, "body-too-large"),
        (("POST", "/v1/things", {"json": {"name": "a", "owner": "me"}}), 422, "invalid-input"),
        (("POST", "/v1/things", {"json": {"name": "a\u0000b"}}), 422, "invalid-input"),
        (("POST", "/v1/things", {"json": {"name": "a", "tags": ["x", 3]}}), 422, "invalid-input"),
        (("GET", "/v1/things?limit=1000", {}), 422, "invalid-input"),
        (("GET", "/v1/things?cursor=%00", {}), 422, "invalid-input"),
        (("GET", "/v1/things/not-a-uuid", {}), 422, "invalid-input"),
        (("GET", f"/v1/things/{uuid4()}", {}), 404, "not-found"),
    ],
)
async def test_every_error_is_a_problem_that_says_what_to_do(
    world: World, api: httpx.AsyncClient, request_: tuple[str, str, dict[str, Any]], status: int, type_: str
) -> None:
    verb, path, options = request_
    content = options.get("content", json.dumps(options["json"]) if "json" in options else None)
    headers = world.write("fasker_officer") | {"Content-Type": options.get("type", "application/json")}

    response = await api.request(verb, path, content=content, headers=headers)

    problem = assert_problem(response, status, type_)
    assert problem["detail"]
    assert (await api.get(problem["type"])).status_code == 200


async def test_a_problem_points_at_each_wrong_field(world: World, api: httpx.AsyncClient) -> None:
    response = await api.post("/v1/things", json={"tags": ["x", 3]}, headers=world.write("fasker_officer"))

    problem = assert_problem(response, 422, "invalid-input")
    assert {error["pointer"] for error in problem["errors"]} == {"#/name", "#/tags/1"}


async def test_the_request_id_of_the_caller_is_kept_and_is_the_events_correlation_id(
    world: World, api: httpx.AsyncClient
) -> None:
    headers = world.write("fasker_officer") | {"X-Request-Id": "trace-7"}

    response = await api.post("/v1/things", json={"name": "a"}, headers=headers)

    assert response.headers["x-request-id"] == "trace-7"
    assert (await world.events("registry"))[0]["headers"]["correlationid"] == "trace-7"


async def test_a_read_waits_for_what_it_must_see_or_says_that_it_has_not_arrived(
    world: World, api: httpx.AsyncClient
) -> None:
    pool = await world.pool("registry")
    headers = world.read("fasker_officer") | {"Singo-After": "reporting/asb/2", "Prefer": "wait=5"}

    async def arrive() -> None:
        await asyncio.sleep(0.2)
        await pool.execute("INSERT INTO watermark (key, source, sequence) VALUES ('asb', 'reporting', 2)")

    response, _ = await asyncio.gather(api.get("/v1/things", headers=headers), arrive())
    later = await api.get("/v1/things", headers=headers | {"Singo-After": "reporting/asb/3", "Prefer": "wait=0"})

    assert response.status_code == 200
    assert_problem(later, 503, "not-yet-arrived")
    assert later.headers["retry-after"] == "1"


async def test_nobody_waits_without_a_token(world: World, api: httpx.AsyncClient) -> None:
    waiting = {"Singo-After": "reporting/asb/9", "Prefer": "wait=10"}

    assert_problem(await api.get("/v1/things", headers=waiting), 401, "not-signed-in")


async def test_no_position_is_dropped_in_silence(world: World, api: httpx.AsyncClient) -> None:
    many = ",".join(f"reporting/asb/{n}" for n in range(1, 30))

    response = await api.get("/v1/things", headers=world.read("fasker_officer") | {"Singo-After": many})

    empty = await api.get("/v1/things", headers=world.read("fasker_officer") | {"Singo-After": ""})

    assert_problem(response, 422, "invalid-input")
    assert_problem(empty, 422, "invalid-input")


def forged(world: World, **changes: Any) -> str:
    now = int(time.time())
    claims = {
        "iss": ISSUER,
        "aud": "singo",
        "sub": "x",
        "iat": now,
        "exp": now + 60,
        "roles": ["fasker_officer"],
    }
    return jwt.encode({"alg": "ES256", "kid": world.key.kid}, claims | changes, world.key)


async def test_only_valid_tokens_of_the_issuer_are_accepted(world: World, api: httpx.AsyncClient) -> None:
    now = int(time.time())
    stranger = ECKey.generate_key("P-256", auto_kid=True)
    public_half = OctKey.import_key(json.dumps(world.key.as_dict(private=False)))
    claims = {"iss": ISSUER, "aud": "singo", "sub": "x", "exp": now + 60, "roles": ["fasker_officer"]}
    wrong = {
        "garbage": "a.b.c",
        "expired": forged(world, exp=now - 120),
        "not yet valid": forged(world, nbf=now + 600),
        "another audience": forged(world, aud="other"),
        "another issuer": forged(world, iss="https://evil.test"),
        "without end": jwt.encode({"alg": "ES256", "kid": world.key.kid}, {**claims, "exp": None}, world.key),
        "a stranger's key": jwt.encode({"alg": "ES256", "kid": stranger.kid}, claims, stranger),
        "public key as secret": jwt.encode({"alg": "HS256", "kid": world.key.kid}, claims, public_half),
        "roles as text": forged(world, roles="fasker_officer"),
    }

    assert (await api.get("/v1/things", headers={"Authorization": f"Bearer {forged(world)}"})).status_code == 200
    for name, token in wrong.items():
        response = await api.get("/v1/things", headers={"Authorization": f"Bearer {token}"})
        assert response.status_code == 401, name
        assert_problem(response, 401, "not-signed-in")
    assert_problem(await api.get("/v1/things", headers=world.read("satker_officer")), 403, "not-allowed")


async def test_a_body_that_never_ends_is_cut_off(world: World, api: httpx.AsyncClient) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b"x" * 65_536

    response = await api.post("/v1/things", content=endless(), headers=world.write("fasker_officer"))

    assert_problem(response, 413, "body-too-large")
