"""python -m tests.faults --runs 20 --seed 1: seeded runs, each ending with nothing lost, doubled or out of order."""

import argparse
import asyncio
import json
import logging
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any, Final

from aiokafka.errors import KafkaError

from shared.local.folders import REPOSITORY, locked
from tests.faults.run import Outcome, play
from tests.faults.scene import Scene, opened, write_json
from tests.faults.schedule import BY_NAME, plan
from tests.faults.workload import Tally

BUILD: Final = REPOSITORY / "build"
SHOWN: Final = 600
SHOWN_LINES: Final = 40
RUNS_PER_SCENE: Final = 25
"""Then everything starts afresh: each run checks all since the start."""


class Record:
    """The sum of all runs, as it is written to build/faults.json."""

    def __init__(self, seed: int) -> None:
        self.sums: Counter[str] = Counter()
        self.made: Counter[str] = Counter(dict.fromkeys(BY_NAME, 0))
        self.bus: Counter[str] = Counter()
        self.answers: Counter[str] = Counter()
        self.not_made: Counter[str] = Counter()
        self.seconds: list[float] = []
        self.failed: list[int] = []
        self.restarts = 0
        self.refused_after_acceptance = 0
        self.seed = seed
        self.started = time.monotonic()

    def add(self, outcome: Outcome) -> None:
        found = outcome.found
        for name in ("lost", "doubled", "out_of_order", "chains_broken", "other"):
            self.sums[name] += getattr(found, name)
        self.sums["accepted"] += outcome.accepted
        self.made.update(outcome.made)
        self.bus.update(outcome.bus)
        self.not_made.update(outcome.not_made)
        self.seconds.append(outcome.seconds)
        if outcome.wrong:
            self.failed.append(outcome.schedule.seed)

    def close(self, scene: Scene, tally: Tally, last: Outcome) -> None:
        """At the end of a scene; its last run has checked all of it."""
        self.refused_after_acceptance += last.found.refused_after_acceptance
        self.answers.update(tally.counts)
        self.restarts += sum(scene.fleet.restarts.values())

    def as_json(self) -> dict[str, Any]:
        return {
            "commands": [f"make faults RUNS={len(self.seconds)} SEED={self.seed}"],
            "runs": len(self.seconds),
            **{
                name: self.sums[name]
                for name in ("accepted", "lost", "doubled", "out_of_order", "chains_broken", "other")
            },
            "failed_seeds": self.failed,
            "by_fault": dict(self.made),
            "not_made": dict(self.not_made),
            "bus": dict(self.bus),
            "repeated_because": dict(self.answers),
            "refused_after_acceptance": self.refused_after_acceptance,
            "restarts": self.restarts,
            "seconds": round(time.monotonic() - self.started, 1),
        }


async def run_all(runs: int, seed: int, directory: Path) -> Record:
    asyncio.get_running_loop().set_exception_handler(_tell_of)
    record = Record(seed)
    seeds = list(range(seed, seed + runs))
    while seeds:
        tally = Tally()
        async with opened(directory) as scene:
            for one in seeds[:RUNS_PER_SCENE]:
                outcome = await play(scene, tally, one)
                record.add(outcome)
                tell(outcome)
                if outcome.wrong:
                    break
            record.close(scene, tally, outcome)
        write_json(BUILD / "faults.json", record.as_json())
        if record.failed:
            break
        seeds = seeds[RUNS_PER_SCENE:]
    return record


def _tell_of(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Not of what Kafka's client leaves behind when its broker is killed."""
    if not isinstance(context.get("exception"), KafkaError):
        loop.default_exception_handler(context)


def tell(outcome: Outcome) -> None:
    verdict = "WRONG" if outcome.wrong else "ok"
    print(
        f"seed {outcome.schedule.seed:4}  {verdict:5}  {outcome.accepted:4} accepted  {outcome.seconds:5.1f} s"
        f"  (rest {outcome.rest_seconds:.1f})  {outcome.schedule}",
        flush=True,
    )
    for reason in outcome.not_made:
        print(f"           not made: {reason}", flush=True)
    for what in outcome.wrong[:SHOWN_LINES]:
        print(f"           {what[:SHOWN]}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.faults")
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--plan", action="store_true", help="only print what the seeds would do")
    arguments = parser.parse_args()
    if arguments.plan:
        for seed in range(arguments.seed, arguments.seed + arguments.runs):
            print(f"seed {seed}: {plan(seed)}")
        return
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # that servers are away is what we are here for
    directory = BUILD / "faults"
    with locked(directory / "one-at-a-time.lock"):
        record = asyncio.run(run_all(arguments.runs, arguments.seed, directory))
    print(json.dumps(record.as_json(), indent=1))
    if record.failed:
        again = f"make faults RUNS=1 SEED={record.failed[0]}"
        sys.exit(f"failed with seed {record.failed[0]}; logs are in {directory / 'log'}; again: {again}")


if __name__ == "__main__":
    main()
