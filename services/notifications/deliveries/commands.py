"""Writing deliveries and reading positions. Each function runs in the caller's transaction."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from services.notifications.deliveries.rules import Reading, read_up_to
from services.notifications.events import SubscriptionCaughtUp
from services.notifications.subscriptions.commands import acted_by
from services.notifications.subscriptions.event_types import is_personal
from shared.db import Connection
from shared.errors import InvalidInput
from shared.events.append import emit
from shared.events.envelope import Envelope
from shared.http.auth import Actor
from shared.regions import codes_about


async def deliver(conn: Connection, events: Sequence[Envelope]) -> None:
    """One delivery for each event and each subscription that matches, numbered without gaps, in order.

    An event matches a subscription to its own region, to one around it or to one inside it, as they lie today; one
    without regions matches subscriptions to everywhere only. Personal ones (`is_personal`) are neither delivered nor
    kept. Raises ValueError for what no subscriber could read, and so would never get past.
    """
    events = [event for event in events if not is_personal(event.type)]
    if not all(isinstance(event.data(), dict) for event in events):
        raise ValueError("the payload is no JSON object")
    # Batches take turns, whichever subscriptions they touch in which order: no two of them can deadlock.
    await conn.execute("SELECT pg_advisory_xact_lock(hashtext('notifications.deliver'))")
    await conn.execute(
        """
        INSERT INTO feed_event (id, occurred_at, attributes, payload)
        SELECT * FROM unnest($1::uuid[], $2::timestamptz[], $3::jsonb[], $4::bytea[])
        """,
        [event.id for event in events],
        [event.time for event in events],
        [_attributes(event) for event in events],
        [event.payload for event in events],
    )
    await conn.execute(
        """
        WITH received AS (
            SELECT id, ARRAY['*', type, split_part(type, '.', 3)] AS types, place,
                   string_to_array(concerned, ',') AS concerned
            FROM unnest($1::uuid[], $2::text[], $3::text[]) WITH ORDINALITY AS e (id, type, concerned, place)
        ), matched AS (
            SELECT s.id AS subscription_id, e.id AS event_id,
                   row_number() OVER (PARTITION BY s.id ORDER BY e.place) AS nth
            FROM received e JOIN subscription s ON s.types && e.types
            WHERE s.regions = '{}' OR s.regions && e.concerned
        ), numbered AS (
            UPDATE subscription s SET last_number = s.last_number + m.events
            FROM (SELECT subscription_id, count(*) AS events FROM matched GROUP BY subscription_id) m
            WHERE s.id = m.subscription_id
            RETURNING s.id, s.last_number - m.events AS number_before
        )
        INSERT INTO delivery (subscription_id, number, event_id)
        SELECT m.subscription_id, n.number_before + m.nth, m.event_id
        FROM matched m JOIN numbered n ON n.id = m.subscription_id
        """,
        [event.id for event in events],
        [event.type for event in events],
        [",".join(codes_about(_regions(event))) for event in events],
    )


def _regions(event: Envelope) -> tuple[str, ...]:
    named = event.attributes.get("regions", "")
    return tuple(named.split(",")) if named else ()


def _attributes(event: Envelope) -> dict[str, str]:
    """The event's CloudEvents attributes, as they stand on the wire."""
    return {
        "subject": event.key,
        **event.attributes,
        "specversion": "1.0",
        "id": str(event.id),
        "source": f"urn:singo:{event.source}",
        "type": event.type,
        "time": event.time.isoformat(),
        "sequence": str(event.sequence),
        "datacontenttype": "application/json",
    }


async def acknowledge(conn: Connection, subscription_id: UUID, number: int, *, actor: Actor, now: datetime) -> None:
    """Note that the subscriber has all up to `number`; tell when it has caught up after falling behind."""
    row = await conn.fetchrow(
        """
        SELECT s.last_number, s.regions, r.read_number, r.most_behind
        FROM reading r JOIN subscription s ON s.id = r.subscription_id
        WHERE r.subscription_id = $1 FOR NO KEY UPDATE OF r
        """,
        subscription_id,
    )
    if number > row["last_number"]:
        raise InvalidInput.field("query:after", f"must be at most {row['last_number']}, the newest number")
    before = Reading(row["read_number"], row["most_behind"])
    reading, caught_up = read_up_to(before, number, row["last_number"])
    await conn.execute(
        "UPDATE reading SET read_number = $2, most_behind = $3, read_at = $4 WHERE subscription_id = $1",
        subscription_id,
        reading.read_number,
        reading.most_behind,
        now,
    )
    if caught_up:
        emit(
            conn,
            SubscriptionCaughtUp(
                occurred_at=now,
                actor=acted_by(actor),
                subscription_id=subscription_id,
                regions=tuple(row["regions"]),
                position=reading.read_number,
                events_behind=caught_up,
            ),
        )
