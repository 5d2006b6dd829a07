"""The command line as it is called: a process of its own, against real services."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import uvicorn

from shared import migrate
from shared.cli.client import SERVICES
from shared.local import issuer
from tests.notifications.happenings import ngo_applied, visit_announced
from tests.world import ISSUER, World


@dataclass
class Outcome:
    code: int
    out: str
    err: str


class Singo:
    def __init__(self, world: World, addresses: Path) -> None:
        self.world = world
        self.addresses = addresses

    async def run(self, *arguments: str, token: str | None = None) -> Outcome:
        environment = {
            **{name: value for name, value in os.environ.items() if name != "SINGO_TOKEN"},
            "SINGO_ADDRESSES": str(self.addresses),
            "NO_COLOR": "1",
            "COLUMNS": "200",
            **({"SINGO_TOKEN": token} if token is not None else {}),
        }
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "shared.cli.main", *arguments),
            env=environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await asyncio.wait_for(process.communicate(), 60)
        return Outcome(process.returncode or 0, out.decode(), err.decode())


@pytest.fixture
async def singo(world: World, tmp_path: Path) -> Singo:
    addresses = {service: str((await world.api(service)).base_url) for service in SERVICES}
    file = tmp_path / "addresses.json"
    file.write_text(json.dumps(addresses))
    return Singo(world, file)


@pytest.fixture
async def development_issuer(singo: Singo) -> AsyncIterator[None]:
    app = issuer.create_app(singo.world.key, ISSUER)
    server = uvicorn.Server(uvicorn.Config(app, "127.0.0.1", 0, log_level="warning"))
    serving = asyncio.create_task(server._serve())

    async def started() -> bool:
        return server.started

    await singo.world.until(started, "the issuer's start")
    port = server.servers[0].sockets[0].getsockname()[1]
    known = json.loads(singo.addresses.read_text())
    singo.addresses.write_text(json.dumps(known | {"issuer": f"http://127.0.0.1:{port}"}))
    yield
    server.should_exit = True
    await serving


async def test_lists_are_tables_for_people_and_json_for_programs(singo: Singo) -> None:
    operator = singo.world.token("operator")

    table = await singo.run("ops", "outbox", token=operator)
    data = await singo.run("ops", "outbox", "--json", token=operator)

    assert (table.code, data.code) == (0, 0)
    header, *rows = table.out.splitlines()
    assert header.split() == ["service", "depth", "oldest", "seconds", "halted"]
    assert [row.split()[0] for row in rows] == list(SERVICES)
    assert [row["service"] for row in json.loads(data.out)] == list(SERVICES)


@pytest.mark.usefixtures("development_issuer")
async def test_in_development_the_issuer_signs_in(singo: Singo) -> None:
    organisations = await singo.run("organisations", "list", "--json")
    obligations = await singo.run("obligations", "list")
    token = await singo.run("token", "--sub", "me", "--role", "operator", "--region", "53")
    parked = await singo.run("ops", "parked", token=token.out.strip())

    assert (organisations.code, organisations.out) == (0, "[]\n"), organisations.err
    assert (obligations.code, obligations.out) == (0, "nothing\n"), obligations.err
    assert parked.code == 0


async def test_without_token_and_issuer_it_says_what_is_missing(singo: Singo) -> None:
    outcome = await singo.run("organisations", "list")

    assert outcome.code == 3
    assert "no address of issuer" in outcome.err
    assert outcome.out == ""


async def test_a_refusal_shows_title_detail_and_fields(singo: Singo) -> None:
    token = singo.world.token("operator")

    not_allowed = await singo.run("ops", "outbox", token=singo.world.token("integrator"))
    wrong = await singo.run(*("ops", "skip", "registry", "reporting", "k", "1", "--reason", "x"), token=token)

    assert not_allowed.code == 1
    assert not_allowed.err.splitlines()[:2] == [
        "registry answered 403: The caller's role or scope does not allow this.",
        "this needs one of the roles operator",
    ]
    assert wrong.code == 1
    assert "#/reason: " in wrong.err


async def test_wrong_usage_is_told_apart(singo: Singo) -> None:
    outcome = await singo.run("ops", "redrive", "registry")

    assert outcome.code == 2


async def test_a_service_that_is_silent_hides_no_other(singo: Singo) -> None:
    known = json.loads(singo.addresses.read_text())
    singo.addresses.write_text(json.dumps(known | {"reporting": "http://127.0.0.1:1"}))

    outcome = await singo.run("ops", "quarantine", "--json", token=singo.world.token("operator"))
    table = await singo.run("ops", "outbox", token=singo.world.token("operator"))

    assert (outcome.code, outcome.out) == (3, "[]\n")
    assert len(table.out.splitlines()) == 1 + len(SERVICES) - 1
    assert "reporting does not answer at http://127.0.0.1:1" in table.err


async def test_the_feed_is_read_as_its_owner(singo: Singo) -> None:
    world = singo.world
    created = await (await world.api("notifications")).post(
        "/v1/subscriptions", json={"name": "x", "types": ["*"]}, headers=world.write("integrator")
    )
    await world.publish("reporting", visit_announced(uuid4()), visit_announced(uuid4()))
    await world.deliver("reporting", "notifications")

    read = ("feed", "read", created.json()["id"], "--after", "1")
    table = await singo.run(*read, token=world.token("integrator"))
    data = await singo.run(*read, "--json", token=world.token("integrator"))

    assert table.code == 0, table.err
    assert table.out.splitlines()[1].split()[0] == "2"
    assert "singo.reporting.VisitAnnounced.v1" in table.out
    assert json.loads(data.out)["next_after"] == 2


async def test_an_operator_sees_a_parked_event_and_passes_over_it(singo: Singo) -> None:
    world, ngo = singo.world, uuid4()
    token = world.token("operator")
    await world.publish("registry", ngo_applied(ngo))
    pool = await world.pool("registry")
    [event] = await world.events("registry")
    [received] = await world.received("registry")
    await world.deliver("registry", "notifications")
    notifications = await world.pool("notifications")
    await notifications.execute(
        """
        INSERT INTO parked (source, key, sequence, id, type, headers, payload, topic, partition, "offset",
                            reason, error, dead)
        SELECT 'registry', key, 2, id, type, headers, payload, 't', 0, 1, 'failed', E'\\x1b[31mno\\x1b[0m', true
        FROM unnest($1::text[], $2::uuid[], $3::text[], $4::jsonb[], $5::bytea[])
             AS e (key, id, type, headers, payload)
        """,
        *(
            [part]
            for part in (event["key"], event["id"], event["type"], received.envelope.attributes, event["payload"])
        ),
    )

    dead = await singo.run("ops", "parked", "--dead", token=token)
    where = ("notifications", "registry", str(ngo), "2", "--reason", "tidak dapat dibaca")
    redriven = await singo.run("ops", "redrive", *where, token=token)
    skipped = await singo.run("ops", "skip", *where, token=token)
    again = await singo.run("ops", "skip", *where, token=token)
    marks = await singo.run("ops", "watermarks", str(ngo), "--json", token=token)
    stored = await singo.run("ops", "event", "registry", str(event["id"]), "--json", token=token)

    assert dead.out.splitlines()[1].split()[4] == "NgoApplied"
    assert "\x1b" not in dead.out
    assert (redriven.code, redriven.out) == (0, "done\n")
    assert (skipped.code, again.code) == (0, 1)
    assert "no event 2 of registry" in again.err
    assert [(mark["service"], mark["sequence"]) for mark in json.loads(marks.out)] == [("notifications", 2)]
    assert json.loads(stored.out)["data"]["name"] == "SNV"
    assert await pool.fetchval("SELECT count(*) FROM operator_act") == 0
    assert await notifications.fetchval("SELECT count(*) FROM operator_act") == 3


async def test_an_operator_sees_the_lag_and_pauses_rewinds_and_resumes_a_source(singo: Singo) -> None:
    world, token = singo.world, singo.world.token("operator")
    for service in SERVICES:
        await migrate.create_topic(world.settings(service), service)
    await world.publish("registry", *(ngo_applied(uuid4()) for _ in range(3)))
    where = ("notifications", "registry", "--reason", "menunggu perbaikan")
    notifications = await world.pool("notifications")

    async def lag() -> dict[str, Any]:
        rows: list[dict[str, Any]] = json.loads((await singo.run("ops", "lag", "--json", token=token)).out)
        [found] = [row for row in rows if (row["service"], row["source"]) == ("notifications", "registry")]
        return found

    async def all_are_unread() -> bool:
        return bool((await lag())["events"] == 3)

    too_early = await singo.run("ops", "rewind", *where, token=token)
    paused = await singo.run("ops", "pause", *where, token=token)
    twice = await singo.run("ops", "pause", *where, token=token)
    await world.start_worker("registry")
    await world.start_worker("notifications")
    await world.until(all_are_unread, "the lag of three events")
    while_paused = await lag()
    applied = await notifications.fetchval("SELECT count(*) FROM watermark")
    rewound = await singo.run("ops", "rewind", *where, token=token)
    resumed = await singo.run("ops", "resume", *where, token=token)
    await world.until(lambda: notifications.fetchval("SELECT count(*) = 3 FROM watermark"), "three events applied")
    acts = await notifications.fetch("SELECT act, reason, result->>'done' AS done FROM operator_act ORDER BY at")

    assert (too_early.code, paused.code, twice.code, rewound.code, resumed.code) == (1, 0, 1, 0, 0), resumed.err
    assert "registry is not paused in notifications" in too_early.err
    assert (while_paused["pause_reason"], applied) == ("menunggu perbaikan", 0)
    assert while_paused["seconds"] >= 0
    assert [act["act"] for act in acts if act["done"] == "true"] == ["pause", "rewind", "resume"]
    assert (await lag())["paused_since"] is None
