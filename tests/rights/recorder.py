"""The story's calls, kept; and before each review or decision, the same tried by whoever handed the thing in."""

import re
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from demo.client import Answer, Caused, Person, Services
from tests.rights.routes import ALL_ROUTES, Route


@dataclass(frozen=True)
class Call:
    """A call that was answered with success."""

    who: Person | None
    route: Route
    path: str
    body: Any
    request_id: str
    events: tuple[Caused, ...]


@dataclass(frozen=True)
class Tried:
    """What somebody with an official's role was answered who may not act for the lack of other eyes."""

    route: Route
    status: int
    rule: str | None


def route_of(service: str, verb: str, path: str) -> Route:
    """The route that takes the call; one with fewer parameters before one with more."""
    found = [r for r in ALL_ROUTES if (r.service, r.verb) == (service, verb) and _pattern(r.path).fullmatch(path)]
    return min(found, key=lambda route: route.path.count("{"))


def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\{[^}]*\}", "[^/]+", template))


@dataclass
class Recorder(Services):
    made: list[Call] = field(default_factory=list)
    tried: list[Tried] = field(default_factory=list)
    handed_in: dict[str, str] = field(default_factory=dict)
    taken_up: dict[str, str] = field(default_factory=dict)

    async def call(
        self,
        who: Person | None,
        verb: str,
        service: str,
        path: str,
        body: Any = None,
        *,
        match: int | None = None,
        expect: int | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        route = route_of(service, verb, path.split("?", maxsplit=1)[0])
        thing = path.rsplit("/", 1)[0]
        if who is not None and route.right.four_eyes:
            await self._try_with_two_eyes(who, route, service, path, body, match)
        request_id = str(uuid4())
        sent = (headers or {}) | {"X-Request-Id": request_id}
        answer = await super().call(who, verb, service, path, body, match=match, expect=expect, headers=sent)
        if who is not None and answer.status < 400:
            self.made.append(Call(who, route, path, body, request_id, tuple(answer.events)))
            if path.endswith("/submission"):
                self.handed_in[thing] = who.sub
            elif path.endswith("/review"):
                self.taken_up[thing] = who.sub
            elif path.endswith("/renewal"):
                self.handed_in[path] = who.sub
            elif verb == "POST" and (
                path in ("/v1/organisations", "/v1/local-partners") or path.endswith("/alignments")
            ):
                self.handed_in[f"{path}/{answer.body['id']}"] = who.sub
        return answer

    async def _try_with_two_eyes(
        self, who: Person, route: Route, service: str, path: str, body: Any, match: int | None
    ) -> None:
        thing = path.rsplit("/", 1)[0]
        signing = isinstance(body, dict) and body.get("decision") == "issued"
        for sub in {self.handed_in[thing]} | ({self.taken_up[thing]} if signing else set()):
            token = await self._token_of(Person(who.title, sub, who.roles, who.regions, who.unit))
            headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": str(uuid4()), "If-Match": f'"{match}"'}
            response = await self.http.post(self.addresses[service] + path, json=body, headers=headers)
            self.tried.append(Tried(route, response.status_code, response.json().get("rule")))

    async def _token_of(self, who: Person) -> str:
        """A token of this moment: the same `sub` has other roles elsewhere in the story."""
        claims = {"sub": who.sub, "roles": [*who.roles], "regions": [*who.regions], "unit": who.unit}
        response = await self.http.post(f"{self.addresses['issuer']}/token", json=claims)
        return str(response.raise_for_status().json()["access_token"])
