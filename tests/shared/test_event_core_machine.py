"""The event core as a whole, against everything that can happen to it: hypothesis plays the operating system.

It writes, relays, reads, retries and acts as an operator, in any order; kills or freezes each of these between any two
statements; loses acknowledgements, repeats and shuffles records, breaks handlers. After every step, and once all has
come to rest, the invariants of docs/event-core.md are checked by SQL.

A longer run: `SINGO_EXAMPLES=2000 .venv/bin/pytest tests/shared/test_event_core_machine.py`.
"""

import asyncio
import os
import sys
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any, Final, cast

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from shared import db
from tests.servers import Servers
from tests.shared.core_invariants import check_always, check_at_rest, check_forks_are_seen
from tests.shared.core_model import HEARS, SERVICES, WRITERS, Core
from tests.shared.core_restore import Backup, back_up, outgrow_what_was_lost, reconcile, restore
from tests.shared.modelled_log import Broker, Producer
from tests.shared.processes import Fate, MortalConnection

EXAMPLES: Final = int(os.environ.get("SINGO_EXAMPLES", "50"))
STEPS: Final = 30
FROZEN_MAX: Final = 3
PARTITIONS_MAX: Final = 4

writers = st.sampled_from(WRITERS)
hearings = st.sampled_from(
    [
        ("reporting", "registry"),
        ("reporting", "recommendations"),
        ("recommendations", "registry"),
        ("registry", "recommendations"),
    ]
)
keys = st.sampled_from(["asb", "care"])
sequences = st.integers(1, 5)
fates: st.SearchStrategy[Fate | None] = st.none() | st.tuples(st.sampled_from(["killed", "frozen"]), st.integers(1, 20))
brokers: st.SearchStrategy[Broker] = st.sampled_from(
    ["acknowledges", "refuses", "loses the acknowledgement", "refuses every other partition"]
)


class EventCore(RuleBasedStateMachine):
    def __init__(self, runner: asyncio.Runner, core: Core) -> None:
        super().__init__()
        self.run = runner.run
        self.core = self.run(core.begin_anew())

    @initialize(said=st.tuples(st.lists(keys, max_size=4), st.lists(keys, max_size=4)), relayed=st.booleans())
    def something_was_said(self, said: tuple[Sequence[str], Sequence[str]], relayed: bool) -> None:
        for service, keys_ in zip(WRITERS, said, strict=True):
            if keys_:
                self.run(self.core.write(service, keys_))
            if keys_ and relayed:
                self.run(self.core.relay(service, "acknowledges", turns=1))

    def process(self, work: Any, fate: Fate | None) -> None:
        self.run(self.core.scheduler.run(work, fate))

    @rule(service=writers, keys=st.lists(keys, min_size=1, max_size=4), rolls_back=st.booleans(), fate=fates)
    def write(self, service: str, keys: Sequence[str], rolls_back: bool, fate: Fate | None) -> None:
        self.process(self.core.write(service, keys, rolls_back=rolls_back), fate)

    @rule(service=writers, broker=brokers, turns=st.integers(1, 4), fate=fates)
    def relay(self, service: str, broker: Broker, turns: int, fate: Fate | None) -> None:
        self.process(self.core.relay(service, broker, turns=turns), fate)

    @rule(
        hearing=hearings,
        partitions=st.sets(st.integers(0, PARTITIONS_MAX - 1), min_size=1),
        records=st.integers(1, 8),
        rewound_by=st.integers(0, 3),
        fate=fates,
    )
    def read_on(
        self, hearing: tuple[str, str], partitions: Collection[int], records: int, rewound_by: int, fate: Fate | None
    ) -> None:
        reader, source = hearing
        there = range(len(self.core.topics[source].partitions))
        if source in self.core.hears[reader]:
            chosen = sorted({partition % len(there) for partition in partitions})
            self.process(self.core.read_on(reader, source, chosen, records, rewound_by=rewound_by), fate)

    @rule(hearing=hearings, offsets=st.lists(st.integers(0, 40), min_size=1, max_size=6), fate=fates)
    def overhear(self, hearing: tuple[str, str], offsets: Sequence[int], fate: Fate | None) -> None:
        if hearing[1] in self.core.hears[hearing[0]]:
            self.process(self.core.overhear(*hearing, offsets), fate)

    @rule(reader=st.sampled_from(SERVICES), fate=fates)
    def retry(self, reader: str, fate: Fate | None) -> None:
        self.process(self.core.retry(reader), fate)

    @rule(hearing=hearings, key=keys, sequence=sequences)
    def break_a_handler(self, hearing: tuple[str, str], key: str, sequence: int) -> None:
        self.core.broken.add((*hearing, key, sequence))

    @precondition(lambda self: self.core.broken)
    @rule()
    def mend_all_handlers(self) -> None:
        self.core.broken.clear()

    @rule(
        act=st.sampled_from(["redrive", "skip", "discard"]),
        reader=st.sampled_from(SERVICES),
        which=st.integers(0, 9),
        fate=fates,
    )
    def operate(self, act: str, reader: str, which: int, fate: Fate | None) -> None:
        self.process(self.core.operate(act, reader, which), fate)

    @rule(service=writers, key=keys, sequence=sequences, fate=fates)
    def republish(self, service: str, key: str, sequence: int, fate: Fate | None) -> None:
        self.process(self.core.republish(service, key, sequence), fate)

    @precondition(lambda self: len(self.core.topics["registry"].partitions) < PARTITIONS_MAX)
    @rule()
    def add_partitions(self) -> None:
        for topic in self.core.topics.values():
            topic.partitions.append([])

    @precondition(lambda self: self.core.scheduler.frozen)
    @rule(which=st.integers(0, FROZEN_MAX))
    def thaw(self, which: int) -> None:
        self.run(self.core.scheduler.thaw(which % len(self.core.scheduler.frozen)))

    @invariant()
    def whatever_happens(self) -> None:
        while len(self.core.scheduler.frozen) > FROZEN_MAX:
            self.run(self.core.scheduler.thaw())
        self.run(check_always(self.core))

    def teardown(self) -> None:
        if sys.exception():
            self.run(self.core.scheduler.kill_all())
            return
        self.run(self.come_to_rest())

    async def come_to_rest(self) -> None:
        await self.core.settle()
        await check_at_rest(self.core)


class RestoredCore(EventCore):
    """The registry, which hears nobody here, is restored to an earlier point, and its writing is not halted."""

    def __init__(self, runner: asyncio.Runner, core: Core) -> None:
        super().__init__(runner, core)
        self.core.hears = {**HEARS, "registry": ()}
        self.backup: Backup | None = None

    @initialize()
    def back_up_first(self) -> None:
        self.back_up()

    @rule()
    def back_up(self) -> None:
        self.backup = self.run(back_up(self.core, "registry"))

    @rule(lost=st.lists(keys, min_size=1, max_size=4), partitions=st.sets(st.integers(0, 1)))
    def restore(self, lost: Sequence[str], partitions: Collection[int]) -> None:
        """Others have read of what is lost."""
        assert self.backup
        self.run(self.core.write("registry", lost))
        self.run(self.core.relay("registry", "acknowledges", turns=3))
        self.process(self.core.read_on("reporting", "registry", sorted(partitions), 9), None)
        self.run(restore(self.core, "registry", self.backup))

    async def come_to_rest(self) -> None:
        await self.core.scheduler.thaw_all()
        self.core.broken.clear()
        await outgrow_what_was_lost(self.core)
        for _ in range(3):
            await self.core.go_on()
        await check_forks_are_seen(self.core)
        await reconcile(self.core)


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    """A loop of its own: hypothesis is not asynchronous."""
    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        yield runner


@pytest.fixture
def core(
    runner: asyncio.Runner, servers: Servers, template: str, issuer_keys: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Core]:
    monkeypatch.setattr(db, "Connection", MortalConnection)
    monkeypatch.setattr("shared.events.relay.AIOKafkaProducer", Producer)
    monkeypatch.setattr("shared.events.relay.PASS_ROWS", 2)
    database = Core.on_fresh_database(servers, template, issuer_keys)
    core = runner.run(database.__aenter__())
    yield core
    runner.run(database.__aexit__(None, None, None))


def play(machine: type[EventCore], runner: asyncio.Runner, core: Core, *, examples: int) -> None:
    run_state_machine_as_test(
        cast("Any", lambda: machine(runner, core)),  # whatever makes a machine will do
        settings=settings(
            max_examples=examples,
            stateful_step_count=STEPS,
            deadline=None,
            print_blob=True,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        ),
    )


def test_whatever_happens_each_event_has_its_effect_once_in_order_and_after_its_causes(
    runner: asyncio.Runner, core: Core
) -> None:
    play(EventCore, runner, core, examples=EXAMPLES)


def test_a_history_that_was_rewritten_shows_as_a_fork_and_nothing_is_dropped_in_silence(
    runner: asyncio.Runner, core: Core
) -> None:
    play(RestoredCore, runner, core, examples=EXAMPLES // 2)
