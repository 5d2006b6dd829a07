"""Writes and reads over HTTP: a service made with the kit, beside a bare FastAPI handler with the same two inserts.

Ours checks the token and the role, keeps the answer by its Idempotency-Key, appends the event to its chain and outbox
and answers with ETag and events. Both write a line per request. Sent by vegeta over 16 connections, each request as
soon as the one before is answered; then at half the rate that ours reached, for the latencies.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from shared.db import Database
from shared.local import issuer
from tests.bench import served, vegeta
from tests.bench.children import Child, child
from tests.bench.ground import Ground
from tests.bench.runs import Figure, Measure, Target, in_turns, ratio, summary
from tests.bench.vegeta import Load, Request

WORKERS: Final = 16
ROWS: Final = 1_000
SECONDS: Final = 8
SECONDS_QUICK: Final = 3
FEW: Final = 300
WRITE: Final = Target("≥", 0.7)
READ: Final = Target("≥", 0.85)
P99: Final = Target("≤", 3)
HALF: Final = 0.5
BODY: Final = b'{"title": "A note", "text": "of about the length that a title has in the forms of an organisation"}'

Services = Mapping[str, Child]
"""kit, bare."""


async def measure(ground: Ground) -> Measure:
    figures: list[Figure] = []
    raw = {}
    async with ground.database("writer") as db, both(ground, db) as (services, headers, one):
        sides = {side: await _url(service) for side, service in services.items()}
        for what, target, method, path, body in (
            ("write", WRITE, "POST", "/v1/notes", BODY),
            ("read_one", READ, "GET", f"/v1/notes/{one}", b""),
            ("read_page", READ, "GET", "/v1/notes?limit=50", b""),
        ):
            requests = {side: Request(method, url + path, headers, body) for side, url in sides.items()}
            rates = await in_turns({side: _run(ground, request) for side, request in requests.items()}, ground.rounds)
            figures.append(ratio(f"api_{what}_vs_bare", rates["kit"], rates["bare"], target))
            raw[what] = summary(rates, "requests/s")
            half = round(min(rates["kit"]) * HALF)
            for side, target_of_side in (("kit", P99), ("bare", None)):
                calm = await vegeta.attack(
                    requests[side], count=half * _seconds(ground), workers=WORKERS * 4, rate=half
                )
                _no_failures(calm)
                name = f"api_{what}" if side == "kit" else f"api_{what}_bare"
                figures += [
                    Figure(f"{name}_p99_vs_p50_at_half_load", calm.p99 / calm.p50, target=target_of_side),
                    Figure(f"{name}_p50_at_half_load", calm.p50, "ms"),
                ]
    return Measure(figures, raw)


def _run(ground: Ground, request: Request) -> Callable[[], Awaitable[float]]:
    async def once() -> float:
        few = await vegeta.attack(request, count=FEW, workers=WORKERS)  # how many fill the time
        _no_failures(few)  # else none would be sent below, and none fail
        found = await vegeta.attack(request, count=round(few.rate * _seconds(ground)), workers=WORKERS)
        _no_failures(found)
        return found.rate

    return once


def _seconds(ground: Ground) -> int:
    return SECONDS_QUICK if ground.quick else SECONDS


def _no_failures(load: Load) -> None:
    if load.failed:
        raise AssertionError(f"{load.failed} of {load.requests} requests failed: {load.errors}")


@asynccontextmanager
async def both(ground: Ground, db: Database) -> AsyncIterator[tuple[Services, Mapping[str, str], str]]:
    """Both services; a caller's headers; the id of a note."""
    await db.pool.execute(served.TABLES)
    rows = await db.pool.fetch(
        "INSERT INTO note SELECT uuidv7(), 'A note', repeat('x', 60), 1 FROM generate_series(1, $1) RETURNING id", ROWS
    )
    with TemporaryDirectory() as folder:
        key = issuer.load_key(Path(folder))
        token = issuer.sign(key, served.ISSUER, issuer.Claims(sub="officer-1", roles=["fasker_officer"]))
        settings = {
            "dsn": ground.dsn("writer"),
            "kafka": ground.servers.kafka,
            "jwks": str(Path(folder) / "jwks.json"),
        }
        async with child("kit", **settings) as kit, child("bare_http", **settings) as bare:
            headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
            yield {"kit": kit, "bare": bare}, headers, str(rows[0]["id"])


async def _url(service: Child) -> str:
    return str((await service.ask())["url"])
