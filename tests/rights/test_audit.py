"""Every change leaves who, in which role and why; every reading of personal data leaves whose, by whom and why."""

from typing import Any, get_args
from uuid import uuid4

import asyncpg
import pytest

from shared.migrate import APPEND_ONLY
from tests.rights.conftest import Scene
from tests.rights.recorder import Call
from tests.rights.routes import ALL_ROUTES, Route
from tests.servers import SERVICES

WRITES = [route for route in ALL_ROUTES if route.is_write]
ACTS_OF_OPERATORS = [route for route in WRITES if route.path.startswith("/ops/")]


def title(route: Route) -> str:
    return f"{route.service} {route.name}"


def calls_of(scene: Scene, route: Route) -> list[Call]:
    calls = [call for call in scene.recorder.made if call.route == route]
    assert calls, f"{title(route)}: add a call that succeeds to tests/rights/epilogue.py"
    return calls


@pytest.mark.parametrize("route", WRITES, ids=title)
async def test_every_write_leaves_who_did_it(scene: Scene, route: Route) -> None:
    pool = await scene.world.pool(route.service)
    acts = [dict(row) for row in await pool.fetch("SELECT actor, reason FROM operator_act")]
    for call in calls_of(scene, route):
        assert call.who
        if route in ACTS_OF_OPERATORS:
            assert {"actor": call.who.sub, "reason": call.body["reason"]} in acts
            continue
        if call.events:
            await _expect_events(pool, call)
            continue
        change = await pool.fetchrow(
            "SELECT actor, roles, act, target FROM unpublished_change WHERE correlation_id = $1", call.request_id
        )
        assert change, f"{call.path} left neither an event nor a record"
        assert (change["actor"], change["act"], change["target"]) == (call.who.sub, route.name, call.path)
        assert set(change["roles"]) == set(call.who.roles)


async def _expect_events(pool: Any, call: Call) -> None:
    rows = await pool.fetch(
        "SELECT convert_from(payload, 'UTF8')::jsonb AS data, headers->>'correlationid' AS correlation FROM event "
        "WHERE id = ANY($1::uuid[])",
        [event.id for event in call.events],
    )
    assert len(rows) == len(call.events)
    actors = {row["data"]["actor"]["subject"] for row in rows}
    assert call.who
    assert {call.who.sub} <= actors <= {call.who.sub, "system"}  # time may bring more, such as what falls due then
    assert all(row["data"]["actor"]["role"] for row in rows)
    if isinstance(call.body, dict) and call.body.get("reason"):
        assert call.body["reason"] in {row["data"].get("reason") for row in rows}


@pytest.mark.parametrize("route", ACTS_OF_OPERATORS, ids=title)
async def test_an_operators_act_needs_a_reason(scene: Scene, route: Route) -> None:
    [call, *_] = calls_of(scene, route)
    client = await scene.world.api(route.service)
    headers = scene.world.write("operator", sub="operator-1")
    for reason in ({}, {"reason": ""}, {"reason": "  "}):
        answer = await client.request(route.verb, call.path, json=call.body | {"reason": ""} | reason, headers=headers)

        assert answer.status_code == 422
        assert {error["pointer"] for error in answer.json()["errors"]} == {"#/reason"}
    without = {name: value for name, value in call.body.items() if name != "reason"}
    answer = await client.request(route.verb, call.path, json=without, headers=headers)
    assert (answer.status_code, [e["pointer"] for e in answer.json()["errors"]]) == (422, ["#/reason"])


@pytest.mark.parametrize("route", [route for route in WRITES if route.route.body_field], ids=title)
async def test_what_only_the_service_decides_cannot_be_posted(scene: Scene, route: Route) -> None:
    """OWASP API3:2023: status, version, owner and whatever else the answer shows but the form does not ask for."""
    call = calls_of(scene, route)[-1]
    assert call.who
    view = (get_args(route.route.response_model) or (route.route.response_model,))[0]
    shown = getattr(view, "model_fields", {})
    asked = route.route.body_field.field_info.annotation.model_fields
    read_only = sorted({"id", "status", "version", "ngo_id", "actor", "role", "decided_by", *shown} - set(asked))
    headers = scene.world.write(*call.who.roles, sub=call.who.sub, regions=call.who.regions, match=999_999)
    client = await scene.world.api(route.service)

    body = call.body | dict.fromkeys(read_only, "1")
    answer = await client.request(route.verb, call.path, json=body, headers=headers)

    assert answer.status_code == 422, answer.text
    assert {error["pointer"] for error in answer.json()["errors"]} == {f"#/{name}" for name in read_only}


async def test_the_organisation_lists_who_read_its_guests_and_why(scene: Scene) -> None:
    client, world = await scene.world.api("reporting"), scene.world
    visits = (await client.get("/v1/visits", headers=world.read(sub="irw-admin"))).json()["items"]
    address = f"/v1/visits/{visits[0]['id']}/guests"
    for reason in ("first look", "second look"):
        headers = world.read("fasker_officer", sub="officer-9") | {"Singo-Reason": reason}
        assert (await client.get(address, headers=headers)).status_code == 200

    seen: list[dict[str, Any]] = []
    page: dict[str, Any] = {"next_cursor": ""}
    while page["next_cursor"] is not None and len(seen) < 2:
        cursor = f"&cursor={page['next_cursor']}" if seen else ""
        listed = await client.get(f"/v1/personal-data-reads?limit=1{cursor}", headers=world.read(sub="irw-director"))
        page = listed.json()
        seen += page["items"]
    others = await client.get("/v1/personal-data-reads?limit=100", headers=world.read(sub="snv-admin"))
    staff = await client.get("/v1/personal-data-reads", headers=world.read(sub="irw-staff"))

    read = [(r["reader"], r["role"], r["resource"], r["reason"]) for r in seen]
    assert read == [("officer-9", "fasker_officer", address, why) for why in ("second look", "first look")]
    assert {"name", "passport_number"} <= set(seen[0]["fields"])
    assert {r["ngo_id"] for r in others.json()["items"]} <= {scene.stage.partners["snv"].ngo_id}
    assert staff.status_code == 403


@pytest.mark.parametrize("service", SERVICES)
async def test_the_service_itself_can_neither_change_nor_delete_what_is_kept(scene: Scene, service: str) -> None:
    pool = await scene.world.pool(service)
    for table in APPEND_ONLY:
        for statement in ("DELETE FROM %s", "TRUNCATE %s", "UPDATE %s SET id = id"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await pool.execute(statement % table)


async def test_no_personal_data_without_a_reason_or_need(scene: Scene) -> None:
    members = f"/v1/organisations/{scene.stage.partners['snv'].ngo_id}/members"
    client = await scene.world.api("registry")
    silent = await client.get(members, headers=scene.world.read("fasker_officer"))
    opened = await client.get(members, headers=scene.world.read("fasker_officer") | {"Singo-Reason": str(uuid4())})

    assert (silent.status_code, opened.status_code) == (422, 200)
