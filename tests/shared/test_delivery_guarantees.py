"""One suite over the handlers of all services: all events of the story, in any order, again and again."""

import random

from shared.events import inbox, parked
from shared.events.inbox import Received
from tests.flows.test_story import play_on
from tests.servers import SERVICES
from tests.world import World

PATIENT = parked.RetryPolicy(attempts_max=1000, first_seconds=0.0, longest_seconds=0.0)


async def drain(world: World, reader: str) -> None:
    service, db = world.service(reader), await world.db(reader)
    assert service.apply
    while await parked.drain_due(db, service.apply, service.sources, PATIENT):
        pass


async def receive(world: World, reader: str, batch: list[Received]) -> inbox.Outcome:
    service, db = world.service(reader), await world.db(reader)
    assert service.apply
    async with db.transaction() as conn:
        return await inbox.receive(conn, batch, service.apply, service.sources)


async def test_every_handler_takes_the_storys_events_in_any_order_and_each_only_once(
    world: World, another_world: World
) -> None:
    """The story is played in one world; its events, shuffled and doubled, are all that another world hears."""
    await play_on(world)
    shuffle = random.Random(20200811)

    for reader in SERVICES:
        sources = world.service(reader).sources
        log = {source: await world.received(source) for source in sources}
        heard = [event for events in log.values() for event in events]
        told = heard + shuffle.sample(heard, len(heard) // 3)
        shuffle.shuffle(told)
        for event in told:
            await receive(another_world, reader, [event])
            await drain(another_world, reader)

        assert await another_world.parked(reader) == [], reader
        for source, events in log.items():
            outcome = await receive(another_world, reader, events)
            assert outcome.duplicates == len(events), (reader, source)
    pool = await another_world.pool("notifications")
    messages = await pool.fetchval("SELECT count(*) FROM message")
    distinct = await pool.fetchval("SELECT count(DISTINCT (event_id, to_ngo, to_role, to_region)) FROM message")
    assert messages == distinct > 100
