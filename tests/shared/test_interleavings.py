"""Every place at which a process can be killed or two can meet. Those that broke other outboxes: tests/hazards."""

import asyncio
from collections.abc import AsyncIterator
from itertools import count
from pathlib import Path

import pytest

from shared import db
from shared.events import relay
from tests.servers import Servers
from tests.shared.core_invariants import check_always, check_at_rest
from tests.shared.core_model import WRITERS, Core
from tests.shared.modelled_log import Producer
from tests.shared.processes import MortalConnection


@pytest.fixture
async def core(
    servers: Servers, template: str, issuer_keys: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Core]:
    monkeypatch.setattr(db, "Connection", MortalConnection)
    monkeypatch.setattr(relay, "AIOKafkaProducer", Producer)
    async with Core.on_fresh_database(servers, template, issuer_keys) as core:
        yield core
        await core.scheduler.kill_all()


def arrived(core: Core) -> list[tuple[str, int]]:
    """What came to the registry's topic, in that order."""
    return [(event.key, event.sequence) for event in (record.event() for record in core.topics["registry"].arrived)]


async def outbox(core: Core) -> list[tuple[str, int]]:
    rows = await core.eyes["registry"].fetch("SELECT key, sequence FROM outbox ORDER BY position")
    return [(row["key"], row["sequence"]) for row in rows]


# Writing and relaying


async def test_an_event_that_commits_while_later_positions_are_sent_is_not_deleted_unsent(core: Core) -> None:
    await core.scheduler.run(core.write("registry", ["asb"]), ("frozen", "COMMIT"))
    await core.write("registry", ["care"])
    await core.scheduler.run(core.relay("registry", "acknowledges", turns=1), ("frozen", "acknowledged"))

    await core.scheduler.thaw()
    await core.scheduler.thaw()
    assert await outbox(core) == [("asb", 1)]


@pytest.mark.parametrize("broker", ["refuses", "loses the acknowledgement", "refuses every other partition"])
async def test_nothing_leaves_the_outbox_before_its_acknowledgement(core: Core, broker: str) -> None:
    written = [(f"ngo-{n}", 1) for n in range(6)]
    await core.write("registry", [key for key, _ in written])

    await core.relay("registry", broker, turns=1)  # type: ignore[arg-type]

    assert await outbox(core) == written


async def test_what_is_published_again_is_the_sequence_asked_for_and_all_after_it(core: Core) -> None:
    await core.write("registry", ["asb", "asb", "asb"])
    await core.relay("registry", "acknowledges", turns=1)

    await core.republish("registry", "asb", 2)

    assert await outbox(core) == [("asb", 2), ("asb", 3)]


async def test_writers_and_readers_that_answer_never_deadlock(core: Core) -> None:
    keys = ["asb", "care", "snv"]
    for writer in WRITERS:
        await core.write(writer, keys * 3)
        await core.relay(writer, "acknowledges", turns=9)
    batch = range(9)

    await asyncio.gather(
        *(core.write(writer, keys[n % 3 :] + keys[: n % 3]) for writer in WRITERS for n in range(30)),
        *(core.write(writer, [*reversed(keys)]) for writer in WRITERS for n in range(10)),
        *(core.overhear("recommendations", "registry", [*reversed(batch)]) for _ in range(5)),
        *(core.overhear("registry", "recommendations", batch) for _ in range(5)),
    )

    await core.settle()
    await check_at_rest(core)
    statistics = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
    await core.scheduler.admin.execute("SELECT pg_stat_force_next_flush()")
    assert await core.scheduler.admin.fetchval(statistics) == 0


# Applying


async def test_a_reader_killed_before_any_statement_loses_nothing_and_repeats_nothing(core: Core) -> None:
    """One of the events fails, so that the reader goes through savepoints and parks, too."""
    for step in count(1):
        core = await core.begin_anew()
        await core.write("registry", ["asb", "asb", "asb"])
        await core.relay("registry", "acknowledges", turns=1)
        core.broken.add(("recommendations", "registry", "asb", 3))
        partition = core.topics["registry"].arrived[0].partition

        died = await core.scheduler.run(core.read_on("recommendations", "registry", [partition], 3), ("killed", step))

        await check_always(core)
        await check_bookmark_is_not_ahead(core, partition)
        await core.settle()
        await check_at_rest(core)
        if not died:
            break
    assert step > 12


async def check_bookmark_is_not_ahead(core: Core, partition: int) -> None:
    """What is before the bookmark has been applied or parked."""
    eyes = core.eyes["recommendations"]
    read = await eyes.fetchval("SELECT coalesce(max(next_offset), 0) FROM bookmark WHERE partition = $1", partition)
    done = await eyes.fetchval("SELECT (SELECT count(*) FROM effect) + (SELECT count(*) FROM parked)")
    assert done == read


async def test_two_members_that_read_one_partition_at_once_apply_each_event_once(core: Core) -> None:
    for step in count(1):
        core = await core.begin_anew()
        await core.write("registry", ["asb", "asb", "asb"])
        await core.relay("registry", "acknowledges", turns=1)
        partition = core.topics["registry"].arrived[0].partition
        await core.read_on("reporting", "registry", [partition], 1)

        await core.scheduler.run(core.read_on("reporting", "registry", [partition], 2), ("frozen", step))
        if not core.scheduler.frozen:
            break
        await core.scheduler.run(core.read_on("reporting", "registry", [partition], 2))
        await core.scheduler.thaw_all()

        await check_always(core)
    assert step > 8


async def test_two_retries_of_one_key_at_once_apply_each_event_once(core: Core) -> None:
    for step in count(1):
        core = await core.begin_anew()
        await core.write("registry", ["asb", "asb"])
        await core.relay("registry", "acknowledges", turns=1)
        partition = core.topics["registry"].arrived[0].partition
        core.broken.add(("reporting", "registry", "asb", 1))
        await core.read_on("reporting", "registry", [partition], 2)
        core.broken.clear()

        await core.scheduler.run(core.retry("reporting"), ("frozen", step))
        if not core.scheduler.frozen:
            break
        await core.scheduler.run(core.retry("reporting"))
        await core.scheduler.thaw_all()

        await check_always(core)
    assert step > 8


async def test_a_cause_and_its_effect_applied_at_the_same_moment_do_not_miss_each_other(core: Core) -> None:
    """The answer is parked for its question while the question is being applied and sees nobody wait for it."""
    await core.write("registry", ["asb"])
    await core.relay("registry", "acknowledges", turns=1)
    partition = core.topics["registry"].arrived[0].partition
    await core.read_on("recommendations", "registry", [partition], 1)
    await core.relay("recommendations", "acknowledges", turns=1)

    await core.scheduler.run(core.read_on("reporting", "registry", [partition], 1), ("frozen", "COMMIT"))
    await core.scheduler.run(core.read_on("reporting", "recommendations", [partition], 1))
    await core.scheduler.thaw_all()

    await core.retry("reporting")
    assert not await core.eyes["reporting"].fetchval("SELECT count(*) FROM parked")
    await core.settle()
    await check_at_rest(core)
