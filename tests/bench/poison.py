"""A worker whose handler, one row per event, fails each time at 1 % of the events, beside one whose handler does not.

The poisoned events are all those of 1 % of the keys (the target), or any 1 %. Their keys are parked; the retries run.
"""

from collections.abc import Callable, Coroutine
from typing import Any, Final

from tests.bench.effects import forget
from tests.bench.ground import Ground
from tests.bench.reading import read
from tests.bench.runs import Figure, Measure, Target, in_turns, ratio, summary

TARGET: Final = Target("≥", 0.9)
"""At least this part of the throughput without poison."""

ROUNDS: Final = 3
RECORDS: Final = 60_000


async def measure(ground: Ground) -> Measure:
    async with ground.database("reader") as db:

        def run(how: str) -> Callable[[], Coroutine[Any, Any, float]]:
            async def once() -> float:
                await forget(db)
                rate, _ = await read(ground, "reader", how, records=min(ground.events, RECORDS))
                parked = await db.pool.fetchval("SELECT count(*) FROM parked")
                if bool(parked) == (how == "one_by_one"):
                    raise AssertionError(f"{how}: {parked} events are parked")
                parked_by[how] = parked
                return rate

            return once

        parked_by: dict[str, int] = {}
        rates = await in_turns({how: run(how) for how in ("one_by_one", "poisoned_keys", "poisoned_events")}, ROUNDS)
        await forget(db)
    return Measure(
        [
            ratio("poison_vs_none", rates["poisoned_keys"], rates["one_by_one"], TARGET),
            ratio("poison_on_any_key_vs_none", rates["poisoned_events"], rates["one_by_one"]),
            *(Figure(f"parked_{how}", parked, "events") for how, parked in parked_by.items() if parked),
        ],
        summary(rates),
    )
