"""The public register of 100 organisations over ten years, 10,000 activities, served by one process on one core.

Searches (names, also misspelt; Indonesian words; filters) come at 50 a second, by vegeta; the time in which 95 % of
them were answered counts. Then who does what where, a page at a time. Then the whole register is downloaded in each
format, and again with ten times as many organisations: what the process holds at most must not grow with the register.
"""

import asyncio
import os
import statistics
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import asyncpg
import httpx
import uvicorn

from shared.http.server import configuration
from shared.service import api, keep_what_is_loaded
from shared.settings import ServiceSettings
from tests.bench import register_data, vegeta
from tests.bench.children import Answer, Child, child, most_memory_mb
from tests.bench.ground import Ground
from tests.bench.runs import Figure, Measure, Target, percentile
from tests.bench.vegeta import Request
from tests.servers import Servers, prepare_database

SEED: Final = 7
NGOS: Final = 100
ACTIVITIES: Final = 10_000
TIMES_LARGER: Final = 10
RATE: Final = 50
SECONDS: Final = 60
SECONDS_QUICK: Final = 10
WORKERS: Final = 64
DATABASE: Final = "bench_register"
P95: Final = Target("≤", 50)
NO_FAILURE: Final = Target("≤", 0)
GROWTH_MB: Final = Target("≤", 16)
FORMATS: Final = ("csv", "json", "geojson")
PAGES: Final = 100
ISSUER: Final = "https://issuer.example"


async def measure(ground: Ground) -> Measure:
    seconds = SECONDS_QUICK if ground.quick else SECONDS
    servers = Servers(ground.servers.dsn, ground.servers.kafka)
    figures: list[Figure] = []
    raw: dict[str, Any] = {"seed": SEED, "seconds": seconds}
    names = await _fill(servers, ngos=NGOS, activities=ACTIVITIES)
    async with child("register", dsn=servers.dsn_of("registry", DATABASE), kafka=servers.kafka) as service:
        url = str((await service.ask())["url"])
        searches = [Request("GET", f"{url}/v1/register?{query}", {}) for query in _queries(names)]
        await vegeta.attack(*searches, count=len(searches), workers=4)  # connections, plans, caches
        found = await vegeta.attack(*searches, count=RATE * seconds, workers=WORKERS, rate=RATE)
        figures += [
            Figure("register_search_p95_at_50_per_second", found.p95, "ms", P95),
            Figure("register_search_p50_at_50_per_second", found.p50, "ms"),
            Figure("register_search_failed", found.failed, "requests", NO_FAILURE),
        ]
        figures += await _coverage(url)
        raw["downloads"] = {"once": await _downloads(service, url)}
    await _fill(servers, ngos=NGOS * TIMES_LARGER, activities=ACTIVITIES * TIMES_LARGER)
    async with child("register", dsn=servers.dsn_of("registry", DATABASE), kafka=servers.kafka) as service:
        raw["downloads"]["ten times larger"] = await _downloads(service, str((await service.ask())["url"]))
    for size, found_of in raw["downloads"].items():
        name = f"register_export_{size.replace(' ', '_')}"
        figures += [
            Figure(f"{name}_memory_growth", found_of["memory_growth_mb"], "MB", GROWTH_MB),
            Figure(f"{name}_size", found_of["megabytes"], "MB"),
            Figure(f"{name}_time", found_of["seconds"], "s"),
        ]
    return Measure(figures, raw)


def _queries(names: list[str]) -> list[str]:
    """Twenty names as they are, twenty with a letter too few, words, filters, and no question at all."""
    chosen = names[:: max(1, len(names) // 20)][:20]
    words = ("pertanian", "melatih perempuan", "sanitasi desa", "melindungi anak", "bencana", "energi")
    return [
        *(urlencode({"q": name}) for name in chosen),
        *(urlencode({"q": name[:4] + name[5:]}) for name in chosen),
        *(urlencode({"q": text}) for text in words),
        *("region=53", "region=53.06&on=2026-06-30", "sector=agriculture", "country=NL", "priority=PN5-2020"),
        *("q=desa&region=33&sector=education", "as_of=2025-12-31", "", "sort=name", "status=active&limit=20"),
    ]


async def _coverage(url: str) -> list[Figure]:
    """Pages of cells, of overlaps and of gaps, and the sums, one after the other."""
    took: dict[str, list[float]] = {}
    async with httpx.AsyncClient(base_url=url, timeout=30, trust_env=False) as client:
        for path in (
            "/v1/coverage?year=2025",
            "/v1/coverage?year=2025&organisations_min=2",
            "/v1/coverage/gaps?year=2025",
        ):
            address: str | None = path
            while address and len(took.setdefault(path, [])) < PAGES:
                begun = time.perf_counter()
                answer = await client.get(address)
                took[path].append((time.perf_counter() - begun) * 1000)
                cursor = answer.raise_for_status().json()["next_cursor"]
                address = f"{path}&cursor={cursor}" if cursor else None
    every = [milliseconds for one in took.values() for milliseconds in one]
    return [
        Figure("coverage_page_of_10000_activities_p95", percentile(every, 0.95), "ms"),
        Figure("coverage_page_of_10000_activities_p50", statistics.median(every), "ms"),
    ]


async def _downloads(service: Child, url: str) -> Mapping[str, float]:
    """All formats once, after an empty file of each: what was loaded for the first time is no growth."""
    async with httpx.AsyncClient(base_url=url, timeout=120, trust_env=False) as client:
        for file in FORMATS:
            (await client.get(f"/v1/register/downloads/{file}?as_of=2000-01-01")).raise_for_status()
        before = float((await service.ask(forget=True))["most_memory_mb"])
        size, begun = 0, time.perf_counter()
        for file in FORMATS:
            async with client.stream("GET", f"/v1/register/downloads/{file}") as answer:
                answer.raise_for_status()
                async for part in answer.aiter_raw():
                    size += len(part)
        seconds = time.perf_counter() - begun
        after = float((await service.ask())["most_memory_mb"])
    return {
        "memory_before_mb": before,
        "memory_after_mb": after,
        "memory_growth_mb": after - before,
        "megabytes": size / 1e6,
        "seconds": seconds,
    }


async def _fill(servers: Servers, *, ngos: int, activities: int) -> list[str]:
    """A fresh database with the services' schemas and a register of this size; the organisations' names."""
    admin = await asyncpg.connect(servers.dsn)
    try:
        await admin.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
        await admin.execute(f"CREATE DATABASE {DATABASE}")
    finally:
        await admin.close()
    await prepare_database(servers, DATABASE)
    owner = await asyncpg.connect(servers.dsn_of("registry_owner", DATABASE))
    try:
        lists = await register_data.Lists.of(owner)
        made = register_data.make(lists, seed=SEED, ngos=ngos, activities=activities)
        await register_data.store(owner, made)
    finally:
        await owner.close()
    return made.names


def _forget_most_memory() -> None:
    """The most that was held counts anew from here."""
    Path("/proc/self/clear_refs").write_text("5")


@asynccontextmanager
async def serving(*, dsn: str, kafka: str) -> AsyncIterator[Answer]:
    """The registry's API as it runs in production, on one core."""
    from services.registry.__main__ import SERVICE  # noqa: PLC0415 (only in the child)

    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    settings = ServiceSettings(
        dsn=dsn, kafka=kafka, oidc_issuer=ISSUER, oidc_jwks_url="file:///nowhere", calls_per_minute=10_000_000
    )
    server = uvicorn.Server(configuration(api(SERVICE, settings), host="127.0.0.1", port=0, stop_seconds=5))
    keep_what_is_loaded()
    task = asyncio.create_task(server.serve())
    while not server.started:
        if task.done():
            task.result()
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]

    async def answer(question: dict[str, Any]) -> dict[str, Any]:
        if question.get("forget"):
            _forget_most_memory()
        return {"url": f"http://127.0.0.1:{port}", "most_memory_mb": most_memory_mb()}

    yield answer
    server.should_exit = True
    await task
