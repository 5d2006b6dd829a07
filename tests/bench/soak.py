"""Ten minutes of writes and reads at 80 % of what the service can: no request may fail, and memory must not grow.

A third each of writes, reads of one and reads of a page, sent by vegeta at a steady rate. Memory is the most that the
process ever held: after a tenth of the time, and at the end.
"""

from typing import Final

from tests.bench import vegeta
from tests.bench.ground import Ground
from tests.bench.http import BODY, both
from tests.bench.runs import Figure, Measure, Target
from tests.bench.vegeta import Request

SHARE: Final = 0.8
SECONDS: Final = 600
SECONDS_QUICK: Final = 30
SECONDS_TO_FIND_THE_LIMIT: Final = 10
FEW: Final = 600
WORKERS: Final = 16
FAILED: Final = Target("≤", 0)
GROWTH: Final = Target("≤", 1.15)


async def measure(ground: Ground) -> Measure:
    seconds = SECONDS_QUICK if ground.quick else SECONDS
    async with ground.database("writer") as db, both(ground, db) as (services, headers, one):
        kit = services["kit"]
        url = str((await kit.ask())["url"])
        requests = [
            Request("POST", f"{url}/v1/notes", headers, BODY),
            Request("GET", f"{url}/v1/notes/{one}", headers),
            Request("GET", f"{url}/v1/notes?limit=50", headers),
        ]
        few = await vegeta.attack(*requests, count=FEW, workers=WORKERS)
        limit = await vegeta.attack(*requests, count=round(few.rate * SECONDS_TO_FIND_THE_LIMIT), workers=WORKERS)
        rate = round(limit.rate * SHARE)
        first = await vegeta.attack(*requests, count=rate * seconds // 10, workers=WORKERS * 4, rate=rate)
        early = float((await kit.ask())["most_memory_mb"])
        rest = await vegeta.attack(*requests, count=rate * seconds * 9 // 10, workers=WORKERS * 4, rate=rate)
        late = float((await kit.ask())["most_memory_mb"])
    return Measure(
        [
            Figure("soak_failed_requests", first.failed + rest.failed, "requests", FAILED),
            Figure("soak_memory_growth", late / early, target=GROWTH),
            Figure("soak_requests", first.requests + rest.requests, "requests"),
            Figure("soak_rate", rate, "requests/s"),
            Figure("soak_p50", rest.p50, "ms"),
            Figure("soak_p99", rest.p99, "ms"),
        ],
        {"seconds": seconds, "limit": round(limit.rate), "memory_mb": {"early": early, "late": late}},
    )
