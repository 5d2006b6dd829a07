import asyncio
import random
from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

import asyncpg

from services.notifications.handlers import apply
from shared.events import inbox
from shared.events.envelope import Event
from tests.notifications.conftest import Subscribe
from tests.notifications.happenings import (
    ngo_applied,
    report_submitted,
    story_published,
    visit_announced,
)
from tests.world import World

REGIONS = ("53", "53.06", "53.10", "31", "31.71", "12.04")


async def deliveries(pool: asyncpg.Pool) -> dict[str, list[tuple[int, UUID]]]:
    rows = await pool.fetch("SELECT * FROM delivery ORDER BY subscription_id, number")
    told: dict[str, list[tuple[int, UUID]]] = defaultdict(list)
    for row in rows:
        told[str(row["subscription_id"])].append((row["number"], row["event_id"]))
    return told


def should_match(subscription: dict[str, Any], event: Event) -> bool:
    """The rule once more, in the plainest way."""
    names = {"*", type(event).__name__, event.wire_type()}
    event_regions: Sequence[str] = getattr(event, "regions")  # noqa: B009 (all these events have it)
    near = any(
        own == region or region.startswith(f"{own}.") or own.startswith(f"{region}.")
        for own in subscription["regions"]
        for region in event_regions
    )
    return bool(names & set(subscription["types"])) and (near or not subscription["regions"])


async def test_each_subscription_gets_what_matches_in_order_and_without_gaps(
    world: World, subscribe: Subscribe
) -> None:
    chance = random.Random(7)
    types = ("*", "VisitAnnounced", "ReportSubmitted", "singo.reporting.StoryPublished.v1", "NgoMerged")
    subscriptions = [
        await subscribe(
            types=tuple(chance.sample(types, chance.randint(1, 2))),
            regions=tuple(chance.sample(REGIONS, chance.randint(0, 2))),
        )
        for _ in range(25)
    ]
    ngos = [uuid4() for _ in range(4)]
    makers = (visit_announced, report_submitted, story_published)
    events = [
        chance.choice(makers)(chance.choice(ngos), tuple(chance.sample(REGIONS, chance.randint(0, 3))))
        for _ in range(120)
    ]
    for start in range(0, 120, 30):
        await world.publish("reporting", *events[start : start + 30])
        await world.deliver("reporting", "notifications")

    stored = {row["id"]: row for row in await world.events("reporting")}
    told = await deliveries(await world.pool("notifications"))

    for subscription in subscriptions:
        mine = told[subscription["id"]]
        assert [number for number, _ in mine] == list(range(1, len(mine) + 1))
        expected = sorted(event.model_dump_json() for event in events if should_match(subscription, event))
        assert sorted(stored[id_]["payload"].decode() for _, id_ in mine) == expected
        for ngo in ngos:
            of_key = [stored[id_]["sequence"] for _, id_ in mine if stored[id_]["key"] == str(ngo)]
            assert of_key == sorted(of_key)


async def test_an_event_that_comes_again_is_delivered_once(world: World, subscribe: Subscribe) -> None:
    subscription = await subscribe()
    await world.publish("reporting", visit_announced(uuid4()))

    for _ in range(3):
        await world.deliver("reporting", "notifications")

    told = await deliveries(await world.pool("notifications"))
    assert [number for number, _ in told[subscription["id"]]] == [1]


async def test_a_subscription_is_told_from_its_beginning_on(world: World, subscribe: Subscribe) -> None:
    await world.publish("reporting", visit_announced(uuid4()))
    await world.deliver("reporting", "notifications")

    subscription = await subscribe()

    told = await deliveries(await world.pool("notifications"))
    assert told[subscription["id"]] == []


async def test_an_event_that_cannot_be_read_is_parked_and_stops_no_other_organisation(
    world: World, subscribe: Subscribe
) -> None:
    class NgoApplied(type(ngo_applied(uuid4()))):  # type: ignore[misc]
        name: int

    bad, good = uuid4(), uuid4()
    subscription = await subscribe()
    unreadable = NgoApplied.model_validate(ngo_applied(bad).model_dump() | {"name": 3})
    await world.publish("registry", unreadable, ngo_applied(good))

    await world.deliver("registry", "notifications")

    [parked] = await world.parked("notifications")
    assert (parked["key"], parked["reason"]) == (str(bad), "failed")
    assert "name" in parked["error"]
    told = await deliveries(await world.pool("notifications"))
    assert [number for number, _ in told[subscription["id"]]] == [1]


async def test_batches_at_the_same_time_leave_no_gap_and_lock_nobody_out(world: World, subscribe: Subscribe) -> None:
    subscriptions = [await subscribe(regions=(region,)) for region in REGIONS]
    chance = random.Random(3)
    for _ in range(80):
        await world.publish("reporting", visit_announced(uuid4(), tuple(chance.sample(REGIONS, 2))))
    received = await world.received("reporting")
    db = await world.db("notifications")

    async def receive_each_in_one_transaction(part: list[inbox.Received]) -> None:
        async with db.transaction() as conn:
            for one in part:  # as a drain of parked events does: each takes its own locks
                await inbox.receive(conn, [one], apply, {"reporting"})

    await asyncio.gather(*(receive_each_in_one_transaction(received[n::4]) for n in range(4)))

    told = await deliveries(await world.pool("notifications"))
    assert sum(map(len, told.values())) > 80
    for subscription in subscriptions:
        mine = told[subscription["id"]]
        assert [number for number, _ in mine] == list(range(1, len(mine) + 1))
        assert len({id_ for _, id_ in mine}) == len(mine)


async def test_an_event_without_regions_reaches_only_who_asked_for_everywhere(
    world: World, subscribe: Subscribe
) -> None:
    everywhere, regional = await subscribe(), await subscribe(regions=("53",))
    await world.publish("registry", ngo_applied(uuid4()))

    await world.deliver("registry", "notifications")

    told = await deliveries(await world.pool("notifications"))
    assert len(told[everywhere["id"]]) == 1
    assert told[regional["id"]] == []
