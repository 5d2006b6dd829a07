"""The numbered list of public changes: a job numbers what is committed, whoever wants to follow reads on from a number.

The events of a key have a sequence without gaps, in the order of their commits (the event core sees to that). So what
is new of a key stands after what was looked at last, and what a snapshot does not show yet can't come before it. Across
keys the order is that of being numbered: one transaction at a time, under a lock, gives the next numbers. A number that
somebody has read is thus followed by higher ones only, whatever was under way when it was given.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from services.registry.public.rules import KINDS, change_of
from shared.clock import Clock
from shared.db import Connection, Database

NUMBERED_AT_ONCE: Final = 5_000
_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


async def number_public_changes(db: Database, _: Clock) -> None:
    """A job: give the next numbers to the public changes that were committed since."""
    looked_at = NUMBERED_AT_ONCE
    while looked_at == NUMBERED_AT_ONCE:
        async with db.transaction() as conn:
            # First and alone: the next statement's snapshot must be younger than the lock.
            await conn.execute("SELECT pg_advisory_xact_lock(hashtext('registry.public_change'))")
            events = await _next_events(conn)
            await _number(conn, events)
            await _note_looked_at(conn, events)
            looked_at = len(events)


async def _next_events(conn: Connection) -> Sequence[Mapping[str, Any]]:
    """Of each key a gapless run from where it was left; oldest first, as far as their keys' order lets them."""
    rows: Sequence[Mapping[str, Any]] = await conn.fetch(
        """
        WITH next AS (
            SELECT e.key, e.sequence, e.id, e.type, e.occurred_at, e.payload, e.appended_at
            FROM stream s
            LEFT JOIN public_change_read r ON r.key = s.key
            JOIN event e ON e.key = s.key AND e.sequence > coalesce(r.sequence, 0)
            WHERE s.last_sequence > coalesce(r.sequence, 0)
            ORDER BY e.key, e.sequence LIMIT $1
        )
        SELECT key, sequence, id, type, occurred_at, payload FROM (
            SELECT *, max(appended_at) OVER (PARTITION BY key ORDER BY sequence) AS turn FROM next
        ) AS turned
        ORDER BY turn, key, sequence
        """,
        NUMBERED_AT_ONCE,
    )
    return rows


async def _number(conn: Connection, events: Sequence[Mapping[str, Any]]) -> None:
    last: int = await conn.fetchval("SELECT coalesce(max(number), 0) FROM public_change")
    rows: list[tuple[Any, ...]] = []
    for event in events:
        if event["type"] not in KINDS or not _UUID.fullmatch(event["key"]):
            continue
        payload = json.loads(event["payload"])
        if kind := change_of(event["type"], payload):
            rows.append(
                (
                    last + len(rows) + 1,
                    event["id"],
                    UUID(event["key"]),
                    kind,
                    _id(payload, "agreement_id"),
                    _id(payload, "successor_id"),
                    event["occurred_at"],
                )
            )
    await conn.executemany(
        """
        INSERT INTO public_change (number, event_id, ngo_id, kind, agreement_id, successor_id, occurred_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        """,
        rows,
    )


def _id(payload: Mapping[str, Any], name: str) -> UUID | None:
    return UUID(payload[name]) if payload.get(name) else None


async def _note_looked_at(conn: Connection, events: Sequence[Mapping[str, Any]]) -> None:
    reached: dict[str, int] = {}
    for event in events:
        reached[event["key"]] = max(event["sequence"], reached.get(event["key"], 0))
    await conn.execute(
        """
        INSERT INTO public_change_read (key, sequence) SELECT * FROM unnest($1::text[], $2::bigint[])
        ON CONFLICT (key) DO UPDATE SET sequence = EXCLUDED.sequence
        """,
        list(reached),
        list(reached.values()),
    )


async def changes_after(conn: Connection, number: int, limit: int) -> list[Any]:
    rows: list[Any] = await conn.fetch(
        """
        SELECT number, kind, ngo_id AS organisation_id, agreement_id, successor_id, occurred_at FROM public_change
        WHERE number > $1 ORDER BY number LIMIT $2
        """,
        number,
        limit,
    )
    return rows


async def last_number(conn: Connection) -> int:
    number: int = await conn.fetchval("SELECT coalesce(max(number), 0) FROM public_change")
    return number
