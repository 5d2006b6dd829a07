"""One run: writers write, the seed's faults happen, everything is healed, comes to rest and is checked."""

import asyncio
import random
import time
import traceback
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import asyncpg
from aiokafka.errors import KafkaError

from shared.local.processes import CannotStart
from tests.faults import checks, schedule
from tests.faults.checks import Found
from tests.faults.faults import NotMade, Planned
from tests.faults.fleet import INTRUDER
from tests.faults.hostile import disturb_until
from tests.faults.operators import Wrong, redrive_failed
from tests.faults.scene import Scene
from tests.faults.schedule import BY_NAME, WINDOW_SECONDS, Schedule
from tests.faults.workload import CALM_PAUSE_SECONDS, NoDefiniteAnswer, Tally, Workload

REST_SECONDS: Final = 60.0
"""A reader whose connection went silent asks anew after 40 s: the client's own `request_timeout_ms`."""
# While other faults happen, one may come too late or in the way; it is counted as not made.
IN_THE_WAY: Final = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, KafkaError, CannotStart)


@dataclass
class Outcome:
    """What a run has done and found. `wrong` is empty when all was well."""

    schedule: Schedule
    made: Counter[str] = field(default_factory=Counter)
    not_made: list[str] = field(default_factory=list)
    bus: Counter[str] = field(default_factory=Counter)
    found: Found = field(default_factory=Found)
    wrong: list[str] = field(default_factory=list)
    accepted: int = 0
    seconds: float = 0.0
    rest_seconds: float = 0.0


async def play(scene: Scene, tally: Tally, seed: int) -> Outcome:
    outcome = Outcome(schedule.plan(seed))
    started, before = time.monotonic(), len(tally.accepted)
    work = Workload(scene, tally, random.Random(seed))
    try:
        await work.found_ngos()
        await _disturb(work, outcome)
    except (Wrong, NoDefiniteAnswer, TimeoutError) as error:
        outcome.wrong.append(f"{type(error).__name__}: {error}")
    except Exception:  # noqa: BLE001 (the run is wrong, and the next one must know the scene as it is)
        outcome.wrong.append(traceback.format_exc())
    try:
        await _heal(scene)
        await scene.fleet.ready(scene.http)
    except (TimeoutError, CannotStart) as error:
        outcome.wrong.append(f"not healed: {error}")
    healed = time.monotonic()
    outcome.wrong += [f"no rest: {what}" for what in await _come_to_rest(scene)]
    outcome.rest_seconds = time.monotonic() - healed
    async with scene.postgres.connect() as conn:
        outcome.found = await checks.check(conn, tally.accepted, tally.refused)
    outcome.wrong += outcome.found.wrong
    outcome.wrong += scene.fleet.complaints()
    scene.fleet.forgive()
    outcome.accepted = len(tally.accepted) - before
    outcome.seconds = time.monotonic() - started
    return outcome


async def _disturb(work: Workload, outcome: Outcome) -> None:
    """Faults while writers write; then the disaster, if there is one, while they go on."""
    stopping, quiet = asyncio.Event(), asyncio.Event()
    writing = asyncio.create_task(work.write_until(stopping))
    bus = asyncio.create_task(disturb_until(work.scene, random.Random(outcome.schedule.seed), quiet, outcome.bus))
    try:
        making = [asyncio.create_task(_make(work, fault, outcome)) for fault in outcome.schedule.faults]
        await asyncio.sleep(WINDOW_SECONDS)
        work.pause_seconds = CALM_PAUSE_SECONDS
        made = await asyncio.gather(*making, return_exceptions=True)
        outcome.wrong += [repr(error) for error in made if isinstance(error, Exception)]
        quiet.set()
        await bus
        if disaster := outcome.schedule.disaster:
            await _heal(work.scene)
            await work.scene.fleet.ready(work.scene.http)
            await _make(work, disaster, outcome)
    finally:
        quiet.set()
        stopping.set()
        work.scene.writing.set()
        await _heal(work.scene)
        await asyncio.gather(writing, bus)


async def _make(work: Workload, fault: Planned, outcome: Outcome) -> None:
    kind = BY_NAME[fault.kind]
    if not kind.alone:
        await asyncio.sleep(fault.at)
    try:
        await kind.make(work, fault)
    except NotMade as reason:
        outcome.not_made.append(f"{fault.kind} ({fault.target}): {reason}")
    except IN_THE_WAY as error:
        if kind.alone:
            raise
        outcome.not_made.append(f"{fault.kind} ({fault.target}): {error!r}")
    else:
        outcome.made[fault.kind] += 1


async def _heal(scene: Scene) -> None:
    """Everything runs again and can reach everything; what operators must do, they do."""
    for proxy in scene.network.values():
        proxy.heal()
    scene.fleet.thaw()
    async with scene.servers:
        await scene.postgres.bring_up()
        await scene.kafka.bring_up()
    await scene.fleet.release(*(scene.fleet.held - {INTRUDER}))
    await scene.ask("ledger", "DELETE FROM poison")
    await redrive_failed(scene, "ledger")


async def _come_to_rest(scene: Scene) -> Sequence[str]:
    """Wait until nothing is under way; what is, when the time is over."""
    deadline = time.monotonic() + REST_SECONDS
    while True:
        async with scene.postgres.connect() as conn:
            under_way = await checks.unrest(conn)
        if not under_way or time.monotonic() > deadline:
            return under_way
        await asyncio.sleep(0.2)
