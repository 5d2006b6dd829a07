"""A worker of a reader reads a topic, beside a bare consumer that does the same inserts without protection.

One by one: a handler that inserts a row per event; set-based: one statement for all events of a batch. The bare
consumer is Kafka's client and a transaction per batch, as large as the worker's. Ours also checks each record, judges,
locks and writes watermarks, and writes the bookmark.
"""

from collections.abc import Awaitable, Callable
from typing import Final

from tests.bench import reading
from tests.bench.effects import forget
from tests.bench.ground import Ground
from tests.bench.runs import Measure, Target, in_turns, ratio, summary

TARGET: Final = Target("≥", 0.7)
ONE_BY_ONE_SHARE: Final = 5
"""One in so many of the records is read one by one, which takes long."""


async def measure(ground: Ground) -> Measure:
    async with ground.database("reader") as db:

        def reading_(role: str, how: str, records: int) -> Callable[[], Awaitable[float]]:
            async def run() -> float:
                await forget(db)
                rate, _ = await reading.read(ground, "reader", how, records=records, role=role)
                return rate

            return run

        rates = {}
        for how, records in (("one_by_one", ground.events // ONE_BY_ONE_SHARE), ("set", ground.events)):
            contestants = {role: reading_(role, how, records) for role in ("consumer", "bare")}
            rates[how] = await in_turns(contestants, ground.rounds)
    one, all_ = rates["one_by_one"], rates["set"]
    return Measure(
        [
            ratio("inbox_vs_bare_one_by_one", one["consumer"], one["bare"], TARGET),
            ratio("inbox_vs_bare_set_based", all_["consumer"], all_["bare"], TARGET),
        ],
        {"one_by_one": summary(one), "set_based": summary(all_)},
    )
