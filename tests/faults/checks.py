"""What must be true at rest: by SQL on what is stored, past the services' code, over everything since the start."""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

import asyncpg

from shared.events.envelope import GENESIS
from tests.faults import projections
from tests.faults.workload import Accepted, Request, named_events

SHOWN: Final = 3


@dataclass
class Found:
    """How often each promise was broken; `wrong` says where, in words."""

    lost: int = 0
    doubled: int = 0
    out_of_order: int = 0
    chains_broken: int = 0
    other: int = 0
    refused_after_acceptance: int = 0  # no broken promise; see `_requests`
    wrong: list[str] = field(default_factory=list)

    def add(self, promise: str, rows: Collection[Any], what: str) -> None:
        if rows:
            setattr(self, promise, getattr(self, promise) + len(rows))
            shown = [str(dict(row) if isinstance(row, asyncpg.Record) else row) for row in list(rows)[:SHOWN]]
            self.wrong.append(f"{what}: {len(rows)}, such as {'; '.join(shown)}")


async def unrest(conn: asyncpg.Connection) -> list[str]:
    """What is still under way: rows waiting somewhere, readers behind. Empty at rest."""
    waiting = await conn.fetch("SELECT place, rows FROM ledger.waiting")
    behind = await conn.fetch(
        "SELECT reader, source, count(*) AS keys FROM ledger.behind GROUP BY reader, source ORDER BY 1, 2"
    )
    return [
        *(f"{row['rows']} rows in {row['place']}" for row in waiting),
        *(f"{row['reader']} is behind {row['source']} in {row['keys']} keys" for row in behind),
    ]


async def check(conn: asyncpg.Connection, accepted: Sequence[Accepted], refused: Collection[Request] = ()) -> Found:
    """Everything, over everything. Superuser's connection."""
    found = Found()
    await _causes(conn, found, await _requests(conn, found, accepted, refused))
    await _effects(conn, found)
    await _order(conn, found)
    await _marks(conn, found)
    await _chains(conn, found)
    for what, rows in (await projections.differences(conn)).items():
        found.add("other", rows, what)
    return found


async def _requests(
    conn: asyncpg.Connection, found: Found, accepted: Sequence[Accepted], refused: Collection[Request]
) -> list[UUID]:
    """Each accepted request is stored once, with the events that its answer named; nothing else is.

    A repeat may be refused although the first attempt was carried out: its answer was lost, and the caller lost the
    right meanwhile. Returns the events that stored requests caused.
    """
    told = {one.request: one.events for one in accepted}
    rows = await conn.fetch(
        "SELECT service, caller, idempotency_key, headers->>'singo-events' AS named FROM ledger.every_request"
    )
    stored = {(row["service"], row["caller"], row["idempotency_key"]): named_events(row["named"] or "") for row in rows}
    found.add("lost", sorted(told.keys() - stored.keys()), "accepted requests that are not stored")
    found.add("other", sorted(stored.keys() - told.keys() - set(refused)), "stored requests that nobody sent")
    differ = sorted(request for request in told.keys() & stored.keys() if told[request] != stored[request])
    found.add("other", differ, "requests that stored other events than their answer named")
    rows = await conn.fetch("SELECT source, id, key, sequence FROM ledger.every_event")
    happened = {(row["source"], row["id"], row["key"], row["sequence"]) for row in rows}
    missing = [event for one in accepted for event in one.events if (one.request[0], *event) not in happened]
    found.add("lost", missing, "events of accepted requests that their service does not have")
    found.refused_after_acceptance = len(stored.keys() & set(refused))
    return [event[0] for events in stored.values() for event in events]


async def _causes(conn: asyncpg.Connection, found: Found, asked_for: Sequence[UUID]) -> None:
    """No event without a request that was carried out, or an event that a handler answered."""
    rows = await conn.fetch(
        """
        SELECT e.source, e.key, e.sequence, e.type FROM ledger.every_event e
        LEFT JOIN ledger.every_event cause ON cause.id::text = e.headers->>'causationid'
        WHERE cause.id IS NULL AND e.id <> ALL ($1)
        """,
        asked_for,
    )
    found.add("other", rows, "events that nothing caused")


async def _effects(conn: asyncpg.Connection, found: Found) -> None:
    """In the ledger each event has exactly one effect."""
    lost = await conn.fetch(
        """
        SELECT e.source, e.key, e.sequence FROM ledger.every_event e
        LEFT JOIN ledger.effect f ON f.event_id = e.id WHERE f.n IS NULL
        """
    )
    found.add("lost", lost, "events without an effect in the ledger")
    doubled = await conn.fetch(
        """
        SELECT source, key, sequence, count(*) FROM ledger.effect
        GROUP BY source, key, sequence HAVING count(*) > 1
        """
    )
    found.add("doubled", doubled, "events with more than one effect in the ledger")
    invented = await conn.fetch(
        """
        SELECT f.source, f.key, f.sequence FROM ledger.effect f
        LEFT JOIN ledger.every_event e
            ON e.id = f.event_id AND (e.source, e.key, e.sequence) = (f.source, f.key, f.sequence)
        WHERE e.id IS NULL
        """
    )
    found.add("other", invented, "effects in the ledger without an event")


async def _order(conn: asyncpg.Connection, found: Found) -> None:
    """In the ledger effects are in the order of their key, and after the effects of their causes."""
    late = await conn.fetch(
        """
        SELECT source, key, sequence FROM (
            SELECT source, key, sequence, lag(sequence) OVER (PARTITION BY source, key ORDER BY n) AS before
            FROM ledger.effect
        ) f WHERE sequence < before
        """
    )
    found.add("out_of_order", late, "effects in the ledger after a later one of their key")
    early = await conn.fetch(
        """
        SELECT f.source, f.key, f.sequence, cause FROM ledger.every_event e
        JOIN ledger.effect f ON f.event_id = e.id
        CROSS JOIN LATERAL unnest(string_to_array(e.after, ',')) AS cause
        JOIN ledger.effect c ON c.key = e.key AND c.source = split_part(cause, '=', 1)
                            AND c.sequence = split_part(cause, '=', 2)::bigint
        WHERE c.n > f.n
        """
    )
    found.add("out_of_order", early, "effects in the ledger before those of their causes")


async def _marks(conn: asyncpg.Connection, found: Found) -> None:
    """Sequences are 1 to n, and every reader is where the owner is, by the same history."""
    gaps = await conn.fetch(
        """
        SELECT source, key, s.last_sequence, count(e.sequence), max(e.sequence)
        FROM ledger.every_stream s FULL JOIN ledger.every_event e USING (source, key)
        GROUP BY source, key, s.last_sequence
        HAVING s.last_sequence IS DISTINCT FROM max(e.sequence) OR count(e.sequence) <> max(e.sequence)
        """
    )
    found.add("lost", gaps, "keys whose events are not 1 to n")
    found.add("lost", await conn.fetch("SELECT * FROM ledger.behind"), "readers that are not where the owner is")


async def _chains(conn: asyncpg.Connection, found: Found) -> None:
    """Recompute every key's chain from the stored bytes."""
    broken: dict[tuple[str, str], int] = {}
    hashes: dict[tuple[str, str], bytes] = {}
    async with conn.transaction():
        async for row in conn.cursor(
            """
            SELECT source, key, sequence, id, type, payload, previous_hash, hash
            FROM ledger.every_event ORDER BY source, key, sequence
            """,
            prefetch=1000,
        ):
            key = (row["source"], row["key"])
            previous = hashes.get(key, GENESIS)
            hashes[key] = chained = chain_hash(previous, row["id"], row["sequence"], row["type"], row["payload"])
            if (row["hash"], row["previous_hash"]) != (chained, previous):
                broken.setdefault(key, row["sequence"])
    for row in await conn.fetch("SELECT source, key, last_sequence, last_hash FROM ledger.every_stream"):
        if hashes.get((row["source"], row["key"])) != row["last_hash"]:
            broken.setdefault((row["source"], row["key"]), row["last_sequence"])
    found.add("chains_broken", [*broken.items()], "broken chains: source, key and first sequence")


def chain_hash(previous: bytes, id_: UUID, sequence: int, type_: str, payload: bytes) -> bytes:
    """Written anew from the document, so that an error in the database's own function is seen."""
    return hashlib.sha256(previous + id_.bytes + sequence.to_bytes(8) + type_.encode() + payload).digest()
