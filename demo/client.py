"""Calls to the services as the story's people, and when the events of a call arrive elsewhere."""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import uuid4

import httpx

SERVICES: Final = ("registry", "reporting", "recommendations", "notifications")
READERS: Final = {
    "registry": ("reporting", "recommendations", "notifications"),
    "reporting": ("registry", "recommendations", "notifications"),
    "recommendations": ("registry", "notifications"),
    "notifications": (),
}
"""Who listens to whose events."""

_EVENT: Final = re.compile(r'(\w+);id="([^"]+)";position="([^"]+)"')
ARRIVAL_SECONDS_MAX: Final = 60
UNANSWERED_SECONDS_MAX: Final = 30
REPEAT_SECONDS: Final = 0.2


class Unexpected(Exception):
    """The story did not go as it must; the text says what happened instead."""


@dataclass(frozen=True)
class Person:
    """Somebody by function, never by name."""

    title: str
    sub: str
    roles: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    unit: str = ""


@dataclass(frozen=True)
class Caused:
    """An event that a call caused."""

    name: str
    id: str
    position: str

    @property
    def source(self) -> str:
        return self.position.split("/")[0]

    @property
    def key(self) -> str:
        return self.position.split("/")[1]


@dataclass(frozen=True)
class Answer:
    status: int
    body: Any
    version: int
    events: Sequence[Caused]
    at: float
    took_ms: float
    headers: httpx.Headers


@dataclass
class Arrival:
    event: Caused
    service: str
    after_ms: float


@dataclass
class Services:
    """The four services' APIs, the token issuer, and what was seen while calling them."""

    addresses: dict[str, Any]
    http: httpx.AsyncClient
    operator: Person = field(default_factory=lambda: Person("Operator", "operator-1", ("operator",)))
    calls_ms: list[float] = field(default_factory=list)
    arrivals: list[Arrival] = field(default_factory=list)
    _tokens: dict[str, str] = field(default_factory=dict)

    async def token(self, who: Person) -> str:
        if who.sub not in self._tokens:
            claims = {"sub": who.sub, "roles": [*who.roles], "regions": [*who.regions], "unit": who.unit}
            response = await self.http.post(f"{self.addresses['issuer']}/token", json=claims)
            self._tokens[who.sub] = response.raise_for_status().json()["access_token"]
        return self._tokens[who.sub]

    async def _answered(self, verb: str, url: str, **sent: Any) -> httpx.Response:
        """The answer, also if the service is killed and started again meanwhile: the key lets nothing happen twice."""
        deadline = time.monotonic() + UNANSWERED_SECONDS_MAX
        while True:
            try:
                return await self.http.request(verb, url, **sent)
            except httpx.TransportError:
                if time.monotonic() > deadline:
                    raise
            await asyncio.sleep(REPEAT_SECONDS)

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
        """One request. `expect` is the status that the story needs; without it any 2xx."""
        sent = dict(headers or {})
        if who is not None:
            sent["Authorization"] = f"Bearer {await self.token(who)}"
        if verb != "GET":
            sent["Idempotency-Key"] = str(uuid4())
        if match is not None:
            sent["If-Match"] = f'"{match}"'
        started = time.perf_counter()
        content: dict[str, Any] = {"content": body} if isinstance(body, bytes) else {"json": body}
        response = await self._answered(verb, self.addresses[service] + path, headers=sent, **content)
        at, took_ms = time.time(), (time.perf_counter() - started) * 1000
        if not (response.status_code == expect if expect else response.is_success):
            wanted = expect or "success"
            raise Unexpected(f"{verb} {service} {path}: {response.status_code}, not {wanted}: {response.text[:1500]}")
        if verb != "GET":
            self.calls_ms.append(took_ms)
        events = [Caused(*found) for found in _EVENT.findall(response.headers.get("singo-events", ""))]
        version = int(response.headers.get("etag", '"0"').strip('"').split("-")[0])
        parsed = response.json() if response.content and "json" in response.headers["content-type"] else response.text
        return Answer(response.status_code, parsed, version, events, at, took_ms, response.headers)

    async def arrivals_of(self, answer: Answer) -> list[Arrival]:
        """Wait until every listener has applied the events of a call; how long after the answer each was done."""
        found = []
        for event in answer.events:
            for reader in READERS[event.source]:
                marks = await self._watermarks_after(event, reader)
                [applied_at] = [m["applied_at"] for m in marks if m["source"] == event.source]
                after_ms = (datetime.fromisoformat(applied_at).timestamp() - answer.at) * 1000
                found.append(Arrival(event, reader, max(0.0, after_ms)))
        self.arrivals += found
        return found

    async def _watermarks_after(self, event: Caused, reader: str) -> Any:
        """The reader's watermarks of the event's key, once it has applied the event; patient while it heals."""
        waiting = {"Singo-After": event.position, "Prefer": "wait=10"}
        path = f"/ops/v1/watermarks?key={event.key}"
        deadline = time.monotonic() + ARRIVAL_SECONDS_MAX
        while True:
            try:
                return (await self.call(self.operator, "GET", reader, path, headers=waiting)).body["items"]
            except Unexpected:
                if time.monotonic() > deadline:
                    raise

    async def wait_until(self, condition: Callable[..., Awaitable[Any]], *arguments: Any) -> Any:
        """What the condition gives as soon as it gives something."""
        deadline = time.monotonic() + ARRIVAL_SECONDS_MAX
        while (found := await condition(*arguments)) is None:
            if time.monotonic() > deadline:
                raise Unexpected(f"{condition.__name__} did not come true within {ARRIVAL_SECONDS_MAX} seconds")
            await asyncio.sleep(0.05)
        return found

    async def set_clock(self, now: datetime) -> None:
        for service in SERVICES:
            body = {"now": now.isoformat(), "reason": "the story moves on"}
            await self.call(self.operator, "PUT", service, "/ops/v1/clock", body)
