"""Writers: real requests to the real services, repeated with the same key until the answer is definite."""

import asyncio
import random
import re
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

import asyncpg
import httpx

from services.recommendations.events import RecommendationWithdrawn
from shared.db import TRANSIENT, Connection, prepare_connection
from shared.events.append import correlation_id, emit, flush
from shared.events.envelope import ActedBy
from shared.http.etags import etag
from tests.faults.scene import Scene

WRITERS: Final = 5
NGOS: Final = 4
PAUSE_SECONDS: Final = (0.0, 0.12)
CALM_PAUSE_SECONDS: Final = (0.3, 1.2)
ANSWER_SECONDS: Final = 5.0
REPEAT_SECONDS: Final = 0.2
DEFINITE_SECONDS: Final = 60.0
NOT_YET: Final = (408, 429)

OFFICER: Final = ("faults-officer", "fasker_officer")
HEAD: Final = ("faults-head", "fasker_head")
OPERATOR: Final = ("faults-operator", "operator")
BUS: Final = "faults-bus"
# Far ahead: nothing of it falls due while the faults happen, so that only requests and handlers cause events.
STARTS_ON: Final = date(datetime.now(UTC).year + 3, 1, 1)
ENDS_ON: Final = date(STARTS_ON.year, 12, 31)

_EVENT: Final = re.compile(r'id="([^"]+)";position="([a-z]+)/([^"/]+)/([0-9]+)"')


Request = tuple[str, str, str]
"""Service, caller and Idempotency-Key."""


@dataclass(frozen=True)
class Accepted:
    """A request that was answered with success, and the events that the answer named: (id, key, sequence)."""

    request: Request
    events: tuple[tuple[UUID, str, int], ...]


def named_events(header: str) -> tuple[tuple[UUID, str, int], ...]:
    return tuple((UUID(id_), key, int(sequence)) for id_, _, key, sequence in _EVENT.findall(header))


@dataclass
class Tally:
    """What the writers of all runs on one scene have been told."""

    accepted: list[Accepted] = field(default_factory=list)
    refused: list[Request] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)


class NoDefiniteAnswer(Exception):
    """A request was repeated for long, and nobody could say what has become of it."""


@dataclass
class Ngo:
    id: str
    admin: str
    members: list[str] = field(default_factory=list)


@dataclass
class Workload:
    scene: Scene
    tally: Tally
    rng: random.Random
    ngos: list[Ngo] = field(default_factory=list)
    pause_seconds: tuple[float, float] = PAUSE_SECONDS

    async def found_ngos(self) -> None:
        """Fresh organisations, accepted by the ministry; most writers will meet on the first."""
        self.ngos = list(await asyncio.gather(*(self._found() for _ in range(NGOS))))

    async def write_until(self, stopping: asyncio.Event) -> None:
        await asyncio.gather(*(self._write(random.Random(self.rng.random()), stopping) for _ in range(WRITERS)))

    async def _write(self, rng: random.Random, stopping: asyncio.Event) -> None:
        while not stopping.is_set():
            await self.scene.writing.wait()
            act = rng.choices(ACTS, weights=WEIGHTS)[0]
            await act(self, rng.choice([self.ngos[0], *self.ngos]), rng)
            await asyncio.sleep(rng.uniform(*self.pause_seconds))

    async def request(
        self, service: str, verb: str, path: str, caller: tuple[str, ...], body: Any = None, *, match: int | None = None
    ) -> httpx.Response:
        """One intent: sent with one key until it is answered for good."""
        key, (sub, *_) = str(uuid4()), caller
        headers = {"Authorization": f"Bearer {self.scene.token(*caller)}", "Idempotency-Key": key}
        if match is not None:
            headers["If-Match"] = etag(match)
        response = await self._repeat(service, verb, path, headers, body)
        if response.is_success:
            events = named_events(response.headers.get("singo-events", ""))
            self.tally.accepted.append(Accepted((service, sub, key), events))
        else:
            self.tally.refused.append((service, sub, key))
        return response

    async def call(
        self, service: str, verb: str, path: str, caller: tuple[str, ...] | None = None, body: Any = None
    ) -> httpx.Response:
        """What needs no key: a read, or an operator's act."""
        headers = {"Authorization": f"Bearer {self.scene.token(*caller)}"} if caller else {}
        return await self._repeat(service, verb, path, headers, body)

    async def _repeat(self, service: str, verb: str, path: str, headers: dict[str, str], body: Any) -> httpx.Response:
        deadline = time.monotonic() + DEFINITE_SECONDS
        url = self.scene.url(service) + path
        while time.monotonic() < deadline:
            await self.scene.writing.wait()
            try:
                answer = await self.scene.http.request(verb, url, json=body, headers=headers, timeout=ANSWER_SECONDS)
            except httpx.HTTPError:
                self.tally.counts["unanswered"] += 1
            else:
                if is_definite(answer):
                    return answer
                self.tally.counts[f"answered {answer.status_code}"] += 1
            await asyncio.sleep(REPEAT_SECONDS)
        raise NoDefiniteAnswer(f"{verb} {service} {path}, key {headers.get('Idempotency-Key')}")

    async def version(self, ngo: Ngo) -> int:
        return int((await self.call("registry", "GET", f"/v1/organisations/{ngo.id}")).json()["version"])

    async def _found(self) -> Ngo:
        admin = f"faults-{uuid4()}"
        permit = {
            "number": f"IP-{uuid4()}",
            "issuer": "Kementerian Luar Negeri",
            "issued_on": "2024-01-01",
            "valid_from": "2028-12-31",  # far ahead too: no warning of its end comes in between
            "valid_to": "2031-12-30",
        }
        application = {
            "name": f"Yayasan Contoh {admin[-12:]}",
            "acronym": "YC",
            "legal_form": "foundation",
            "origin_country": "NL",
            "home_city": "Utrecht",
            "office_address": "Jakarta (Data contoh)",
            "email": "office@example.org",
            "sectors": ["health"],
            "started_in_indonesia_on": "2024-01-01",
            "counterpart_unit": "Ditjen Bina Pembangunan Daerah",
            "principle_permit": permit,
        }
        applied = (await self.request("registry", "POST", "/v1/organisations", (admin,), application)).json()
        path = f"/v1/organisations/{applied['id']}/verification"
        decision = {"decision": "accepted"}
        await self.request("registry", "POST", path, OFFICER, decision, match=applied["version"])
        return Ngo(applied["id"], admin)

    async def add_member(self, ngo: Ngo, _rng: random.Random) -> None:
        """Refused while the organisation is suspended: then nobody is invited, or who is cannot join."""
        subject = f"member-{uuid4()}"
        path, body = f"/v1/organisations/{ngo.id}/invitations", {"subject": subject, "role": "ngo_staff"}
        invited = await self.request("registry", "POST", path, (ngo.admin,), body)
        if not invited.is_success:
            return
        path = f"/v1/invitations/{invited.json()['id']}/acceptance"
        if (await self.request("registry", "POST", path, (subject,), match=1)).is_success:
            ngo.members.append(subject)

    async def remove_member(self, ngo: Ngo, rng: random.Random) -> None:
        if not ngo.members:
            return
        subject = ngo.members.pop(rng.randrange(len(ngo.members)))
        await self.request("registry", "DELETE", f"/v1/organisations/{ngo.id}/members/{subject}", (ngo.admin,))

    async def suspend_and_reinstate(self, ngo: Ngo, _rng: random.Random) -> None:
        """Another writer may come in between: then it is refused, which is an answer too."""
        for act in ("suspension", "reinstatement"):
            path, reason = f"/v1/organisations/{ngo.id}/{act}", {"reason": "Uji coba"}
            await self.request("registry", "POST", path, OFFICER, reason, match=await self.version(ngo))

    async def sign_agreement(self, ngo: Ngo, _rng: random.Random) -> None:
        """Reporting's handler answers it with events of its own: one for each duty."""
        terms = {
            "ngo_id": ngo.id,
            "number": f"MSP-{uuid4()}",
            "title": "Perjanjian contoh",
            "starts_on": STARTS_ON.isoformat(),
            "ends_on": ENDS_ON.isoformat(),
            "counterpart_unit": "Ditjen Bina Pembangunan Daerah",
            "scope": ["Data contoh"],
            "regions": ["53.06"],
            "amount": "1000.00",
            "currency": "EUR",
            "signatory_functions": ["Country Director"],
            "override_reason": "Uji coba",
        }
        await self.request("registry", "POST", "/v1/agreements", HEAD, terms)

    async def announce_visit(self, ngo: Ngo, _rng: random.Random) -> None:
        """Refused while reporting does not know the organisation yet, or knows it as suspended."""
        first = date.today() + timedelta(days=30)  # noqa: DTZ011 (any day ahead)
        visit = {
            "purpose": "Data contoh",
            "starts_on": first.isoformat(),
            "ends_on": first.isoformat(),
            "guests": [{"name": "Tamu contoh", "nationality": "NL", "passport_number": "DEMO0001"}],
            "stops": [{"region": "53.06", "on": first.isoformat(), "place": "Larantuka"}],
        }
        await self.request("reporting", "POST", "/v1/visits", (ngo.admin,), visit)

    async def subscribe(self, _ngo: Ngo, _rng: random.Random) -> None:
        body = {"name": "contoh", "types": ["StoryUnpublished"], "regions": []}
        await self.request("notifications", "POST", "/v1/subscriptions", (f"reader-{uuid4()}", "integrator"), body)

    async def publish(self, ngo: Ngo, _rng: random.Random) -> None:
        """An event through recommendations' own schema, past its API: the request row makes it safe to repeat."""
        key, deadline = str(uuid4()), time.monotonic() + DEFINITE_SECONDS
        while time.monotonic() < deadline:
            await self.scene.writing.wait()
            try:
                events = await append_once(self.scene, ngo.id, key)
            except TRANSIENT:
                self.tally.counts["append failed"] += 1
                await asyncio.sleep(REPEAT_SECONDS)
            except asyncpg.PostgresError as error:
                if error.sqlstate != "SG001":
                    raise
                await asyncio.sleep(REPEAT_SECONDS)
            else:
                self.tally.accepted.append(Accepted(("recommendations", BUS, key), events))
                return
        raise NoDefiniteAnswer(f"append to recommendations, key {key}")


def is_definite(answer: httpx.Response) -> bool:
    if answer.status_code == 409 and answer.json().get("type", "").endswith("key-in-flight"):
        return False
    return answer.status_code < 500 and answer.status_code not in NOT_YET


async def append_once(scene: Scene, ngo_id: str, key: str) -> tuple[tuple[UUID, str, int], ...]:
    """Append one event unless it has been done under this key; what was appended."""
    conn: Connection = await asyncpg.connect(
        scene.dsn("recommendations"), timeout=5, command_timeout=5, connection_class=Connection
    )
    try:
        await prepare_connection(conn)
        done = await conn.fetchval("SELECT headers FROM request WHERE caller = $1 AND idempotency_key = $2", BUS, key)
        if done:
            return named_events(done["singo-events"])
        correlation_id.set(key)
        async with conn.transaction():
            event = RecommendationWithdrawn(
                occurred_at=datetime.now(UTC),
                actor=ActedBy(subject=BUS, role="system"),
                ngo_id=UUID(ngo_id),
                request_id=uuid4(),
                agreement_id=uuid4(),
                kind="tax_relief",
            )
            emit(conn, event)
            await flush(conn)
            [appended] = conn.appended
            named = f'{type(event).__name__};id="{appended.id}";position="{appended.position}"'
            await conn.execute(
                """
                INSERT INTO request (caller, idempotency_key, body_sha256, status, headers, body)
                VALUES ($1, $2, '', 200, $3, '')
                """,
                BUS,
                key,
                {"singo-events": named},
            )
        return named_events(named)
    finally:
        conn.terminate()


Act = Callable[[Workload, Ngo, random.Random], Awaitable[None]]

ACTS: Final[list[Act]] = [
    Workload.add_member,
    Workload.remove_member,
    Workload.suspend_and_reinstate,
    Workload.sign_agreement,
    Workload.announce_visit,
    Workload.subscribe,
    Workload.publish,
]
WEIGHTS: Final = [40, 10, 6, 8, 18, 4, 14]
