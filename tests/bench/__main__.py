"""python -m tests.bench [measure ...] [--quick] [--debezium] | profile relay|inbox|append | page."""

import argparse
import sys
import traceback
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Final

import uvloop

from shared import logging
from shared.local import stack
from shared.local.folders import REPOSITORY, RUN, locked
from tests.bench import append, debezium, flat, http, inbox, paced, poison, profile, register, relay, report, soak
from tests.bench.ground import Ground, prepared
from tests.bench.runs import Measure

DIRECTORY: Final = RUN / "bench"
DIRECTORY_OF_DEBEZIUM: Final = RUN / "bench-debezium"  # another PostgreSQL: one that keeps WAL for logical decoding
RESULT: Final = REPOSITORY / "build" / "bench.json"
EVENTS: Final = 60_000
EVENTS_QUICK: Final = 12_000

Measuring = Callable[[Ground], Awaitable[Measure]]
MEASURES: Final[Mapping[str, Measuring]] = {
    "relay": relay.measure,
    "inbox": inbox.measure,
    "append": append.measure,
    "paced": paced.measure,
    "poison": poison.measure,
    "flat": flat.measure,
    "http": http.measure,
}
LONG: Final[Mapping[str, Measuring]] = {"soak": soak.measure, "register": register.measure}
"""Only when they are asked for by name."""


def main() -> int:
    arguments = _parser().parse_args()
    logging.configure("bench", "bench", "console")
    if arguments.what == ["page"]:
        report.write_page()
        return 0
    with locked(DIRECTORY / "bench.lock"):  # two benches at once would measure each other
        if arguments.what[:1] == ["profile"]:
            servers = stack.start(DIRECTORY, tied=True, fast=False)
            uvloop.run(_profile(servers, arguments.what[1:], quick=arguments.quick))
            return 0
        return _measure(arguments)


def _measure(arguments: argparse.Namespace) -> int:
    """Everything that was asked for; a measure that could not be taken spoils no other. Returns the exit code."""
    there = {**MEASURES, **LONG}
    if unknown := set(arguments.what) - there.keys():
        raise SystemExit(f"no such measure: {', '.join(sorted(unknown))}; there are {', '.join(there)}")
    wanted = {name: there[name] for name in arguments.what or MEASURES}
    servers = stack.start(DIRECTORY, tied=True, fast=False)
    measured = uvloop.run(_take(servers, wanted, quick=arguments.quick))
    if arguments.debezium:
        stack.stop(DIRECTORY)
        servers = debezium.start_servers(DIRECTORY_OF_DEBEZIUM)
        with_debezium = {"debezium": partial(debezium.measure, directory=DIRECTORY_OF_DEBEZIUM)}
        measured |= uvloop.run(_take(servers, with_debezium, quick=arguments.quick))
    found = {name: measure for name, measure in measured.items() if measure}
    report.write(RESULT, found, events=EVENTS_QUICK if arguments.quick else EVENTS, quick=arguments.quick)
    report.show(found)
    print(f"all figures: {RESULT.relative_to(REPOSITORY)}")
    return 0 if len(found) == len(measured) else 1


async def _take(servers: stack.Stack, measures: Mapping[str, Measuring], *, quick: bool) -> dict[str, Measure | None]:
    measured: dict[str, Measure | None] = {}
    async with prepared(servers, events=EVENTS_QUICK if quick else EVENTS, quick=quick) as ground:
        for name, measure in measures.items():
            print(f"measuring: {name}", flush=True)
            try:
                measured[name] = await measure(ground)
            except Exception:  # noqa: BLE001 (it is shown, and the exit code tells of it)
                traceback.print_exc()
                measured[name] = None
    return measured


async def _profile(servers: stack.Stack, names: list[str], *, quick: bool) -> None:
    async with prepared(servers, events=EVENTS_QUICK if quick else EVENTS, quick=quick) as ground:
        for name in names:
            await profile.PROFILES[name](ground)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="What the event core costs.")
    parser.add_argument("what", nargs="*", help=f"{', '.join([*MEASURES, *LONG])}: only these; or profile ..., or page")
    parser.add_argument("--quick", action="store_true", help="fewer events and rounds: while something is changed")
    parser.add_argument("--debezium", action="store_true", help="also in turns with Debezium (needs java 17 or newer)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
