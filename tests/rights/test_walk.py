"""Every route of every service, as everybody, for every id in its path: the table of rights is what happens.

Writes name a version that no thing has, so that whoever is let in is answered 412, not obeyed.
"""

import re
from dataclasses import replace
from typing import Any
from uuid import uuid4

import httpx
import pytest

from shared.http.queries import parameters_of
from shared.http.rights import ANYBODY, Reach
from tests.rights.conftest import Scene
from tests.rights.epilogue import UNSUBMITTED
from tests.rights.people import Caller, callers
from tests.rights.routes import ALL_ROUTES, Route
from tests.rights.samples import Thing, things

NO_VERSION = '"999999999"'
REFUSED = (401, 403, 404)
FOR_THE_UNIT = (
    "POST /v1/agreements/{agreement_id}/master-plan",
    "POST /v1/plan-activities/{activity_id}/alignments/{alignment_id}/decision",
    "POST /v1/agreements/{agreement_id}/master-plan/amendments",
    "POST /v1/work-plans/{plan_id}/review",
    "POST /v1/work-plans/{plan_id}/decision",
)
"""To a technical unit only under agreements with itself; what it may not act on it sees all the same."""
UNKNOWN = "01900000-0000-7000-8000-000000000000"
NOBODYS = Thing("", "", (), draft=True)
_PARAMETER = re.compile(r"\{[^}]*\}")


def title(route: Route) -> str:
    return f"{route.service} {route.name}"


class Walk:
    """One route's calls."""

    def __init__(self, scene: Scene, route: Route, client: httpx.AsyncClient) -> None:
        self.scene, self.route, self.client = scene, route, client
        made = [call.body for call in scene.recorder.made if call.route == route and "{" in route.path]
        sent = [body for body in made if not isinstance(body, bytes)]
        self.body = {} if route.path.startswith("/ops/") or not sent else sent[-1]
        self.octets = next((body for body in made if isinstance(body, bytes)), None)
        self._of_unknown: dict[tuple[str, str], httpx.Response] = {}

    async def ask(self, caller: Caller, path: str) -> httpx.Response:
        """The same request id each time, so that equal answers are equal to the last byte."""
        headers = caller.headers(self.scene.world) | {"X-Request-Id": "walk", "Singo-Reason": "the walk"}
        if not self.route.is_write:
            return await self.client.get(path, headers=headers)
        headers |= {"Idempotency-Key": str(uuid4()), "If-Match": NO_VERSION}
        if self.octets:
            headers |= {"Content-Type": "application/octet-stream"}
            return await self.client.request(self.route.verb, path, content=self.octets, headers=headers)
        body = None if self.route.verb == "DELETE" else self.body
        if body and "region" in body and caller.person and caller.person.regions:
            body = body | {"region": caller.person.regions[0]}  # nobody answers for another region
        return await self.client.request(self.route.verb, path, json=body, headers=headers)

    def lets_in(self, caller: Caller, thing: Thing | None) -> bool:
        """Whether the table says so. No `thing`: the route has no id, and whoever has any reach may ask."""
        reaches = set() if self.is_of_another_unit(caller, thing) else caller.reaches(self.route.right)
        return bool(reaches) if thing is None else thing.is_within(reaches, caller)

    def is_of_another_unit(self, caller: Caller, thing: Thing | None) -> bool:
        """Whether all that lets the caller act here is the technical unit's, and his unit is another."""
        if self.route.name not in FOR_THE_UNIT:
            return False
        by_other_roles = caller.roles & self.route.right.grants.keys() - {"satker_officer"}
        return not by_other_roles and not caller.is_of_unit(self.scene.unit_of(thing))

    async def expect(self, caller: Caller, path: str, unknown: str, thing: Thing | None) -> str | None:
        """What is wrong, if anything is."""
        right = self.route.right
        answer = await self.ask(caller, path)
        reaches = caller.reaches(right)
        said = f"{caller.name} {path}: {answer.status_code} {answer.text[:200]}"
        if answer.status_code >= 500:
            return said
        if caller.person is None and ANYBODY not in right.grants:
            return None if answer.status_code == 401 else said
        if ANYBODY in right.grants:
            return said if answer.status_code in (401, 403) else None
        if self.lets_in(caller, thing):
            leaks = UNSUBMITTED in answer.text and thing is not None and thing.ngo_id != caller.ngo_id
            return said if answer.status_code in REFUSED or leaks else None
        if answer.status_code == 403 and (not (reaches and self.hides) or self.is_of_another_unit(caller, thing)):
            return None
        if answer.status_code != 404:
            return said
        of_unknown = await self.ask_for_unknown(caller, unknown)
        same = (of_unknown.status_code, of_unknown.content) == (answer.status_code, answer.content)
        return None if same else f"{said} | unknown: {of_unknown.status_code} {of_unknown.text[:200]}"

    @property
    def is_paged(self) -> bool:
        return "cursor" in parameters_of(self.route.route.dependant)

    @property
    def hides(self) -> bool:
        """Whether things beyond one's reach are as if they did not exist; agreements are known to everybody."""
        return not self.route.path.startswith("/v1/agreements")

    async def ask_for_unknown(self, caller: Caller, path: str) -> httpx.Response:
        asked = caller.name, path
        if asked not in self._of_unknown:
            self._of_unknown[asked] = await self.ask(caller, path)
        return self._of_unknown[asked]


async def addresses(scene: Scene, route: Route) -> list[tuple[str, str, Thing | None]]:
    """(address, the same with an unknown id, the thing whose rights count) for each sample in each parameter."""
    found: list[tuple[str, str, Thing | None]] = [("", "", None)]
    pool = await scene.world.pool(route.service)
    ngos = [scene.stage.partners[key].ngo_id for key in ("snv", "irw")]
    done = 0
    for parameter in _PARAMETER.finditer(route.path):
        static = route.path[done : parameter.start()]
        done = parameter.end()
        samples = await things(pool, route.service, route.path[:done], ngos)
        found = [
            (f"{path}{static}{sample.value}", f"{path}{static}{_unknown(sample.value)}", _both(thing, sample))
            for path, _, thing in found
            for sample in samples
        ]
    rest = route.path[done:]
    return [(path + rest, unknown + rest, thing) for path, unknown, thing in found]


def _unknown(value: str) -> str:
    return UNKNOWN if re.fullmatch(r"[0-9a-f-]{36}", value) else "99" if "." in value else f"9{value}"


def _both(outer: Thing | None, inner: Thing) -> Thing:
    """What an address of two ids is; one's member in the address of another is nobody's."""
    if outer is NOBODYS:
        return outer
    if outer is None or not outer.ngo_id:
        return inner
    if not inner.ngo_id:  # a number within the thing
        return outer
    return inner if inner.ngo_id == outer.ngo_id else NOBODYS


@pytest.mark.parametrize("route", ALL_ROUTES, ids=title)
async def test_each_route_answers_everybody_as_the_table_says(scene: Scene, route: Route) -> None:
    walk = Walk(scene, route, await scene.world.api(route.service))
    everybody = callers(scene.stage.partners)
    wrong: list[str | None] = []
    for path, unknown, thing in await addresses(scene, route):
        # Who is let in goes last: what it changes then changes nobody's answer.
        for caller in sorted(everybody, key=lambda c: walk.lets_in(c, thing)):
            wrong += [await walk.expect(caller, path, unknown, thing)]

    assert [text for text in wrong if text] == []


LISTS = [route for route in ALL_ROUTES if not route.is_write and "Page[" in str(route.route.response_model)]


def _is_of_rows(route: Route) -> bool:
    """Lists of rows that are somebody's; of inboxes see below."""
    return route.path.startswith("/v1/") and ANYBODY not in route.right.grants and route.path != "/v1/inbox"


def as_thing(row: dict[str, Any], thing: Thing | None) -> Thing:
    """Whose a row of a list is: as it says itself, or as the thing in its list's address is."""
    regions = row.get("regions") or [row[name] for name in ("duty_region",) if name in row]
    owner = row.get("owner") or row.get("subject")
    value = row.get("id") or row.get("subject") or row["name"]
    if "ngo_id" not in row and thing is not None:
        return replace(thing, value=value)
    return Thing(value, row.get("ngo_id", ""), tuple(regions), (owner,) if owner else ())


async def rows(walk: Walk, caller: Caller, path: str, thing: Thing | None) -> dict[str, Thing] | None:
    """All rows of a list, page after page; None if the caller may not ask."""
    found: dict[str, Thing] = {}
    address = f"{path}?limit=100" if walk.is_paged else path
    while True:
        answer = await walk.ask(caller, address)
        if answer.status_code in REFUSED:
            return None
        page = answer.json()
        for row in page["items"]:
            assert UNSUBMITTED not in str(row) or row["ngo_id"] == caller.ngo_id, (caller.name, row)
        found |= {thing.value: thing for thing in (as_thing(row, thing) for row in page["items"])}
        if not page["next_cursor"]:
            return found
        address = f"{path}?limit=100&cursor={page['next_cursor']}"


@pytest.mark.parametrize("route", [route for route in LISTS if _is_of_rows(route)], ids=title)
async def test_no_list_shows_a_foreign_row_or_hides_an_own_one(scene: Scene, route: Route) -> None:
    walk = Walk(scene, route, await scene.world.api(route.service))
    everybody = callers(scene.stage.partners)
    shown = 0
    for path, _, thing in await addresses(scene, route):
        seen = {caller: await rows(walk, caller, path, thing) for caller in everybody}
        national = next((found for caller, found in seen.items() if Reach.ALL in caller.reaches(route.right)), None)
        for caller, found in seen.items():
            if found is None:
                continue
            reaches = caller.reaches(route.right)
            shown += len(found)
            assert [row for row in found.values() if not row.is_within(reaches, caller)] == [], caller.name
            of_others = (national or {}).items()
            assert [row for key, row in of_others if row.is_within(reaches, caller) and key not in found] == []
    assert shown, "nobody sees any row"


async def test_an_inbox_holds_only_what_is_addressed_to_its_reader(scene: Scene) -> None:
    client = await scene.world.api("notifications")
    read = 0
    for caller in callers(scene.stage.partners):
        headers = caller.headers(scene.world)
        if not headers:
            continue
        messages = (await client.get("/v1/inbox?limit=100", headers=headers)).json()["items"]
        read += len(messages)
        for message in messages:
            to_region = message["to_region"]
            assert (
                (message["to_ngo"] and message["to_ngo"] == caller.ngo_id)
                or message["to_role"] in caller.roles
                or (to_region and "pemda_kesbangpol" in caller.roles and caller.covers(to_region))
            ), (caller.name, message)
    assert read > 100
