"""Every change leaves who, in which role and why; every reading of personal data leaves whose, by whom and why."""

from dataclasses import dataclass
from typing import Any, get_args
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest

from shared import audit
from shared.http.rights import Reach
from shared.migrate import APPEND_ONLY
from tests.architecture import test_routes as architecture
from tests.rights.conftest import Scene
from tests.rights.recorder import Call
from tests.rights.routes import ALL_ROUTES, Route
from tests.rights.samples import things
from tests.servers import SERVICES

WRITES = [route for route in ALL_ROUTES if route.is_write]
PERSONAL = [route for route in ALL_ROUTES if route.right.personal]
MINISTRY = ("fasker_officer", "fasker_head")
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


SECRETS = {
    "registry": """
        SELECT subject FROM membership WHERE ngo_id = $1 UNION SELECT subject FROM invitation WHERE ngo_id = $1
        UNION SELECT name FROM representative WHERE ngo_id = $1
    """,
    "reporting": "SELECT g.passport_number FROM guest g JOIN visit v ON v.id = g.visit_id WHERE v.ngo_id = $1",
    "recommendations": """
        SELECT p.passport_number FROM recommendation_request r JOIN person p ON p.request_id = r.id WHERE r.ngo_id = $1
        UNION
        SELECT p.passport_number FROM recommendation_request r JOIN submitted_person p ON p.request_id = r.id
        WHERE r.ngo_id = $1
    """,
}
"""By service: what tells who an organisation's people and guests are."""


@dataclass(frozen=True)
class Personal:
    """An address that may show who people are of the organisation `key`; a tax letter names nobody."""

    route: Route
    path: str
    key: str
    ngo_id: str
    secrets: frozenset[str]

    def shows_people(self, answer: httpx.Response) -> bool:
        return any(secret in answer.text for secret in self.secrets)


async def personal(scene: Scene, route: Route) -> list[Personal]:
    pool = await scene.world.pool(route.service)
    up_to_id, _, rest = route.path.partition("}")
    ngos = {scene.stage.partners[key].ngo_id: key for key in ("snv", "irw")}
    found = []
    for thing in await things(pool, route.service, f"{up_to_id}}}", [*ngos]):
        if thing.ngo_id in ngos and not thing.draft:
            secrets = frozenset(row[0] for row in await pool.fetch(SECRETS[route.service], UUID(thing.ngo_id)))
            path = f"{up_to_id.partition('{')[0]}{thing.value}{rest}"
            found.append(Personal(route, path, ngos[thing.ngo_id], thing.ngo_id, secrets))
    return found


async def logged(scene: Scene, service: str, reader: str) -> list[dict[str, Any]]:
    pool = await scene.world.pool(service)
    rows = await pool.fetch(
        "SELECT reader, role, own, owner_id::text, resource, fields, reason FROM personal_read WHERE reader = $1 "
        "ORDER BY id",
        reader,
    )
    return [dict(row) for row in rows]


def test_a_route_that_shows_people_to_others_than_their_own_organisation_asks_why() -> None:
    asking = {title(route) for route in ALL_ROUTES if audit._reason in architecture.calls_of(route.route.dependant)}

    assert asking == {title(route) for route in PERSONAL if set(route.right.grants.values()) != {Reach.OWN}}


@pytest.mark.parametrize(
    ("route", "role"),
    [
        pytest.param(route, role, id=f"{title(route)} {role}")
        for route in PERSONAL
        for role in MINISTRY
        if role in route.right.grants
    ],
)
async def test_whoever_of_the_ministry_is_shown_people_is_logged_and_the_organisation_lists_it(
    scene: Scene, route: Route, role: str
) -> None:
    client, world = await scene.world.api(route.service), scene.world
    shown = 0
    for address in await personal(scene, route):
        reader, reason = f"reader-{uuid4()}", f"because {uuid4()}"
        answer = await client.get(address.path, headers=world.read(role, sub=reader) | {"Singo-Reason": reason})
        kept = await logged(scene, route.service, reader)
        reads = {
            key: await client.get("/v1/personal-data-reads?limit=100", headers=world.read(sub=f"{key}-admin"))
            for key in ("snv", "irw")
        }
        listed = {key: [r for r in page.json()["items"] if r["reader"] == reader] for key, page in reads.items()}

        assert answer.status_code == 200, answer.text
        if not address.shows_people(answer):
            assert (kept, listed) == ([], {"snv": [], "irw": []})
            continue
        [row] = kept
        [seen] = listed.pop(address.key)
        assert listed.popitem()[1] == [], "is listed for another organisation, too"
        said = {"reader": reader, "role": role, "resource": address.path, "reason": reason}
        assert row == said | {"own": False, "owner_id": address.ngo_id, "fields": row["fields"]}
        assert {name: seen[name] for name in (*said, "ngo_id")} == said | {"ngo_id": address.ngo_id}
        assert set(row["fields"]) == set(seen["fields"]) >= set(fields_of(answer.json()))
        assert row["fields"]
        shown += 1
    assert shown, "nobody is shown at any address"


def fields_of(body: dict[str, Any]) -> dict[str, Any]:
    """Of one of the people that an answer shows; a letter shows them in lines."""
    people = body.get("items") or [body.get("person") or {}]
    found: dict[str, Any] = people[0]
    return found


@pytest.mark.parametrize("route", PERSONAL, ids=title)
async def test_without_a_reason_nobody_of_the_ministry_is_shown_people(scene: Scene, route: Route) -> None:
    client = await scene.world.api(route.service)
    for address in await personal(scene, route):
        for role in MINISTRY:
            reader = f"reader-{uuid4()}"
            silent = await client.get(address.path, headers=scene.world.read(role, sub=reader))

            assert not address.shows_people(silent)
            assert await logged(scene, route.service, reader) == []
            if silent.status_code == 422:
                assert [error["pointer"] for error in silent.json()["errors"]] == ["header:Singo-Reason"]
            elif role in route.right.grants:
                assert silent.json().get("person") is None
            else:
                assert silent.status_code in (403, 404)


@pytest.mark.parametrize("route", PERSONAL, ids=title)
async def test_an_organisations_own_people_need_no_reason_and_are_logged_too(scene: Scene, route: Route) -> None:
    client, shown = await scene.world.api(route.service), 0
    for address in await personal(scene, route):
        reader = f"{address.key}-admin"
        before = await logged(scene, route.service, reader)
        answer = await client.get(address.path, headers=scene.world.read(sub=reader))
        added = (await logged(scene, route.service, reader))[len(before) :]

        assert answer.status_code == 200
        assert len(added) == address.shows_people(answer)
        assert {(r["own"], r["owner_id"], r["role"], r["reason"]) for r in added} <= {
            (True, address.ngo_id, "ngo_admin", None)
        }
        shown += len(added)
    assert shown, "nobody is shown at any address"
