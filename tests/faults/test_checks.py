"""The checks can fail: each broken promise is made by hand, and is seen under its name."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid4

import asyncpg
import pytest

from services.notifications.events import SubscriptionCreated
from shared.events.append import Appended
from shared.events.envelope import SYSTEM
from shared.ids import uuid7
from tests.faults import checks, ledger
from tests.faults.checks import Found
from tests.faults.fleet import READERS
from tests.faults.workload import Accepted
from tests.servers import SERVICES
from tests.world import World


@dataclass
class Books:
    """Six events of two keys with their effects, all in order; and what callers were told."""

    conn: asyncpg.Connection
    accepted: list[Accepted]
    events: list[Appended]

    async def check(self) -> Found:
        return await checks.check(self.conn, self.accepted)


@pytest.fixture
async def books(world: World) -> AsyncIterator[Books]:
    conn = await asyncpg.connect(world.servers.dsn_of("postgres", world.database))
    try:
        await ledger.prepare(conn)
        events = [await appended(world, key) for key in (UUID(int=1), UUID(int=2)) for _ in range(3)]
        accepted = [await told(conn, event) for event in events]
        for event in events:
            await note_effect(conn, event)
        await conn.execute(
            """
            INSERT INTO ledger.watermark (key, source, sequence, hash)
            SELECT key, source, last_sequence, last_hash FROM ledger.every_stream
            """
        )
        yield Books(conn, accepted, events)
    finally:
        await conn.close()


async def appended(world: World, key: UUID) -> Appended:
    event = SubscriptionCreated(
        occurred_at=datetime.now(UTC), actor=SYSTEM, subscription_id=key, name="contoh", types=("*",)
    )
    [one] = await world.publish("notifications", event)
    return one


async def told(conn: asyncpg.Connection, event: Appended) -> Accepted:
    """A request that was accepted with this event."""
    key, named = str(uuid4()), f'SubscriptionCreated;id="{event.id}";position="{event.position}"'
    await conn.execute(
        """
        INSERT INTO notifications.request (caller, idempotency_key, body_sha256, status, headers, body)
        VALUES ('somebody', $1, '', 201, jsonb_build_object('singo-events', $2::text), '')
        """,
        key,
        named,
    )
    return Accepted(("notifications", "somebody", key), ((event.id, event.key, event.sequence),))


async def note_effect(conn: asyncpg.Connection, event: Appended) -> None:
    await conn.execute(
        "INSERT INTO ledger.effect (source, key, sequence, event_id) VALUES ($1, $2, $3, $4)",
        event.source,
        event.key,
        event.sequence,
        event.id,
    )


async def test_books_in_order_are_found_in_order(books: Books) -> None:
    await books.conn.execute("DELETE FROM notifications.outbox")

    assert await checks.unrest(books.conn) == []
    assert await books.check() == Found()


async def test_a_lost_effect_is_seen(books: Books) -> None:
    await books.conn.execute("DELETE FROM ledger.effect WHERE event_id = $1", books.events[1].id)

    found = await books.check()

    assert (found.lost, found.doubled, found.out_of_order) == (1, 0, 0)
    assert "without an effect" in found.wrong[0]


async def test_a_doubled_effect_is_seen(books: Books) -> None:
    await note_effect(books.conn, books.events[2])

    found = await books.check()

    assert (found.lost, found.doubled, found.out_of_order) == (0, 1, 0)


async def test_effects_out_of_order_are_seen(books: Books) -> None:
    first = books.events[0]
    await books.conn.execute("DELETE FROM ledger.effect WHERE event_id = $1", first.id)
    await note_effect(books.conn, first)

    found = await books.check()

    assert (found.lost, found.doubled, found.out_of_order) == (0, 0, 1)


async def test_an_effect_before_its_cause_is_seen(books: Books) -> None:
    """Another service's event that had this key's newest event as its cause, but stands first in the ledger."""
    cause, caused = books.events[2], uuid7()
    await books.conn.execute(
        """
        INSERT INTO reporting.event (key, sequence, id, type, occurred_at, after, headers, payload, previous_hash, hash)
        VALUES ($1, 1, $2, 't', now(), 'notifications=3', json_build_object('causationid', $3::text), '', '', '')
        """,
        cause.key,
        caused,
        str(cause.id),
    )
    await books.conn.execute(
        """
        INSERT INTO ledger.effect (n, source, key, sequence, event_id) OVERRIDING SYSTEM VALUE
        VALUES (0, 'reporting', $1, 1, $2)
        """,
        cause.key,
        caused,
    )

    assert (await books.check()).out_of_order == 1


async def test_an_effect_without_an_event_is_seen(books: Books) -> None:
    await books.conn.execute(
        "INSERT INTO ledger.effect (source, key, sequence, event_id) VALUES ('registry', 'k', 1, $1)", uuid4()
    )

    found = await books.check()

    assert found.other == 1
    assert "without an event" in found.wrong[0]


@pytest.mark.parametrize("column", ["payload", "hash", "id", "type"])
async def test_a_changed_event_breaks_its_chain(books: Books, column: str) -> None:
    changed = {"payload": "payload || 'x'", "hash": "sha256('')", "id": "gen_random_uuid()", "type": "type || 'x'"}
    await books.conn.execute(
        f"UPDATE notifications.event SET {column} = {changed[column]} WHERE id = $1",  # noqa: S608 (from above)
        books.events[1].id,
    )

    found = await books.check()

    assert found.chains_broken == 1
    assert f"'{books.events[1].key}'), 2" in "".join(found.wrong)


async def test_a_lost_event_is_seen_as_a_gap_a_broken_chain_and_a_broken_promise(books: Books) -> None:
    await books.conn.execute("DELETE FROM notifications.event WHERE id = $1", books.events[1].id)

    found = await books.check()

    assert found.lost >= 2
    assert found.chains_broken == 1


async def test_an_accepted_request_that_is_not_stored_is_lost(books: Books) -> None:
    await books.conn.execute(
        "DELETE FROM notifications.request WHERE idempotency_key = $1", books.accepted[0].request[2]
    )

    assert (await books.check()).lost == 1


async def test_a_stored_request_that_nobody_sent_is_seen_unless_its_repeat_was_refused(books: Books) -> None:
    unsent = books.accepted.pop()

    assert (await books.check()).other == 1
    found = await checks.check(books.conn, books.accepted, [unsent.request])
    assert (found.other, found.refused_after_acceptance) == (0, 1)


async def test_an_event_that_nobody_asked_for_is_seen(world: World, books: Books) -> None:
    unasked = await appended(world, UUID(int=3))
    await note_effect(books.conn, unasked)

    found = await books.check()

    assert any("nothing caused" in what for what in found.wrong)
    assert any("not where the owner is" in what for what in found.wrong)


async def test_a_projection_that_differs_from_its_owner_is_seen(books: Books) -> None:
    await books.conn.execute(
        "INSERT INTO notifications.membership (subject, ngo_id, role) VALUES ('ghost', $1, 'ngo_staff')", uuid4()
    )

    found = await books.check()

    assert "members in registry and in notifications" in found.wrong[0]


async def test_what_waits_or_is_behind_is_no_rest(books: Books) -> None:
    await books.conn.execute("UPDATE ledger.watermark SET sequence = 2 WHERE key = $1", books.events[0].key)

    under_way = await checks.unrest(books.conn)

    assert "6 rows in notifications.outbox" in under_way
    assert "ledger is behind notifications in 1 keys" in under_way


async def test_the_checks_know_who_listens_to_whom(world: World, books: Books) -> None:
    listens = {tuple(row) for row in await books.conn.fetch("SELECT reader, source FROM ledger.listens")}

    assert listens == {
        *((reader, source) for reader in SERVICES for source in world.service(reader).sources),
        *((ledger.NAME, source) for source in ledger.SERVICE.sources),
    }
    assert {reader for reader, _ in listens} == set(READERS)
