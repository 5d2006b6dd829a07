"""Parked keys: retried with back-off, bounded; then dead until an operator decides.

The head of a parked key is its lowest sequence. When the head is applied, its followers are applied in order.
"""

import random
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import asyncpg
import structlog

from shared.db import Connection, Database, is_transient
from shared.events.envelope import Envelope, headers_of, parse_after
from shared.events.failures import describe, fingerprint
from shared.events.inbox import (
    WAITING_RETRY_SECONDS,
    Apply,
    Mark,
    applied_by_source,
    try_to_apply,
    wake_those_waiting_for,
)

DRAIN_ROWS: Final = 500
DUE_KEYS: Final = 100
POSTPONED_SECONDS: Final = 5.0
LONGEST_WAITING_RETRY_SECONDS: Final = 60.0

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often and how patiently a failing event is tried again."""

    attempts_max: int = 12
    first_seconds: float = 1.0
    longest_seconds: float = 3600.0

    def delay_seconds(self, attempts: int) -> float:
        """Exponential back-off with full jitter over its upper half."""
        delay = min(self.longest_seconds, self.first_seconds * 2.0 ** min(attempts, 40))
        return delay * random.uniform(0.5, 1.0)  # noqa: S311 (spreads load, guards nothing)


async def drain_due(db: Database, apply: Apply, sources: Collection[str], policy: RetryPolicy) -> int:
    """Try every key whose head is due. Returns how many keys were tried."""
    due = await db.pool.fetch(
        """
        SELECT source, key FROM parked
        WHERE next_attempt_at <= clock_timestamp() AND source NOT IN (SELECT source FROM pause)
        GROUP BY source, key ORDER BY min(next_attempt_at) LIMIT $1
        """,
        DUE_KEYS,
    )
    for row in due:
        try:
            async with db.transaction() as conn:
                await drain(conn, row["source"], row["key"], apply, sources, policy)
        except Exception as error:
            if not is_transient(error):
                raise
            log.warning("drain_postponed", source=row["source"], key=row["key"], error=repr(error))
            await _postpone_key(db, row["source"], row["key"])
    return len(due)


async def _postpone_key(db: Database, source: str, key: str) -> None:
    """Let the keys behind it come first."""
    await db.pool.execute(
        """
        UPDATE parked SET next_attempt_at = clock_timestamp() + make_interval(secs => $3)
        WHERE key = $1 AND source = $2 AND next_attempt_at IS NOT NULL
        """,
        key,
        source,
        POSTPONED_SECONDS,
    )


async def drain(
    conn: Connection, source: str, key: str, apply: Apply, sources: Collection[str], policy: RetryPolicy
) -> None:
    """Apply a key's parked events in order until one cannot be applied or none is left."""
    locked = await conn.fetchrow(
        "SELECT sequence, hash FROM watermark WHERE key = $1 AND source = $2 FOR UPDATE", key, source
    )
    mark = Mark(locked["sequence"], locked["hash"])
    applied_elsewhere = (await applied_by_source(conn, [key])).get(key, {})

    async def advance(row: asyncpg.Record, event: Envelope) -> bool:
        return await _advance(conn, mark, row, event, apply, applied_elsewhere, sources, policy)

    drained = await _drain_some(conn, source, key, mark, advance, limit=1)  # mostly the head fails again
    if drained:
        drained = await _drain_some(conn, source, key, mark, advance, limit=DRAIN_ROWS)
    await _settle(conn, source, key, mark, more=drained == DRAIN_ROWS)
    if mark.sequence > locked["sequence"]:
        await wake_those_waiting_for(conn, source, [key])


async def _drain_some(
    conn: Connection,
    source: str,
    key: str,
    mark: Mark,
    advance: Callable[[asyncpg.Record, Envelope], Awaitable[bool]],
    *,
    limit: int,
) -> int:
    """Have the first rows of a key advance it, up to one that does not. Returns how many are gone."""
    rows = await conn.fetch(
        "SELECT * FROM parked WHERE key = $1 AND source = $2 ORDER BY sequence LIMIT $3", key, source, limit
    )
    gone: list[int] = []
    for row in rows:
        event = envelope_of(row)
        applied_before = event.sequence <= mark.sequence and row["reason"] != "fork"
        if not applied_before and (row["dead"] or not await advance(row, event)):
            break
        gone.append(event.sequence)
    await conn.execute("DELETE FROM parked WHERE key = $1 AND source = $2 AND sequence = ANY($3)", key, source, gone)
    return len(gone)


async def _advance(
    conn: Connection,
    mark: Mark,
    row: asyncpg.Record,
    event: Envelope,
    apply: Apply,
    applied_elsewhere: dict[str, int],
    sources: Collection[str],
    policy: RetryPolicy,
) -> bool:
    """Apply a key's head, or note why it could not be applied and when to try again."""
    verdict = "fork" if row["reason"] == "fork" else mark.judge_next(event, applied_elsewhere, sources)
    if verdict != "ready":
        await _postpone(conn, row, verdict)
        return False
    error = await try_to_apply(conn, [event], apply)
    if error is None:
        mark.advance(event)
        return True
    attempts = row["attempts"] + 1
    dead = attempts >= policy.attempts_max
    log.warning("event_failed_again", source=event.source, key=event.key, sequence=event.sequence, dead=dead)
    await conn.execute(
        """
        UPDATE parked
        SET reason = 'failed', attempts = $4, error = $5, fingerprint = $6, dead = $7, last_at = clock_timestamp(),
            next_attempt_at = CASE WHEN $7 THEN NULL ELSE clock_timestamp() + make_interval(secs => $8) END
        WHERE key = $1 AND source = $2 AND sequence = $3
        """,
        event.key,
        event.source,
        event.sequence,
        attempts,
        describe(error),
        fingerprint(error),
        dead,
        policy.delay_seconds(attempts),
    )
    return False


async def _postpone(conn: Connection, row: asyncpg.Record, reason: str) -> None:
    """Leave it until its gap is filled or an operator acts. It does not count as an attempt.

    Who waits for a cause is woken by it. Should both have missed each other (each commits without seeing the other),
    a look at growing distances, half of what it has waited, finds it.
    """
    await conn.execute(
        """
        UPDATE parked SET reason = $4, last_at = clock_timestamp(), next_attempt_at = CASE WHEN $4 = 'waiting' THEN
            clock_timestamp() + greatest($5, least($6, (clock_timestamp() - first_at) / 2)) END
        WHERE key = $1 AND source = $2 AND sequence = $3
        """,
        row["key"],
        row["source"],
        row["sequence"],
        reason,
        timedelta(seconds=WAITING_RETRY_SECONDS),
        timedelta(seconds=LONGEST_WAITING_RETRY_SECONDS),
    )


async def _settle(conn: Connection, source: str, key: str, mark: Mark, *, more: bool) -> None:
    """Write the watermark back, and whether anything of the key is still parked."""
    await conn.execute(
        """
        UPDATE watermark
        SET sequence = $3, hash = $4, applied_at = CASE WHEN sequence < $3 THEN clock_timestamp() ELSE applied_at END,
            parked = EXISTS (SELECT FROM parked p WHERE p.key = $1 AND p.source = $2)
        WHERE key = $1 AND source = $2
        """,
        key,
        source,
        mark.sequence,
        mark.hash,
    )
    # Followers are not due by themselves: only the head is, as it was left above, or at once when rows remain unread.
    await conn.execute(
        """
        UPDATE parked p
        SET next_attempt_at = CASE WHEN $3 AND sequence = h.head AND NOT dead THEN clock_timestamp()
                                   WHEN sequence = h.head THEN next_attempt_at END
        FROM (SELECT min(sequence) AS head FROM parked WHERE key = $1 AND source = $2) h
        WHERE p.key = $1 AND p.source = $2 AND (next_attempt_at IS NOT NULL OR $3)
        """,
        key,
        source,
        more,
    )


def envelope_of(row: asyncpg.Record) -> Envelope:
    attributes: dict[str, str] = row["headers"]
    return Envelope(
        source=row["source"],
        key=row["key"],
        sequence=row["sequence"],
        id=row["id"],
        type=row["type"],
        time=datetime.fromisoformat(attributes["time"]),
        chain=bytes.fromhex(attributes["chain"]),
        prevchain=bytes.fromhex(attributes["prevchain"]),
        after=parse_after(attributes.get("after", "")),
        headers=headers_of(attributes),
        payload=row["payload"],
    )
