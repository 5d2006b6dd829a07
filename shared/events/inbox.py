"""Applying: each event's effect exactly once, per key in order, after its causes.

The watermark of (source, key) decides. Effects, watermarks and the bookmark are one commit, so a repeated record finds
its sequence below the watermark, whatever Kafka redelivers, reorders or forgets. What cannot be applied yet is parked,
and with it all later events of its key; other keys flow on.
"""

from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import structlog
from pydantic import BaseModel

from shared import metrics
from shared.db import Connection, is_fault_of_connection, savepoint
from shared.events.append import causation_id, correlation_id
from shared.events.envelope import GENESIS, Envelope
from shared.events.failures import describe, fingerprint

log = structlog.get_logger()

Reason = Literal["failed", "behind", "gap", "waiting", "fork"]
Verdict = Reason | Literal["ready", "duplicate"]
Apply = Callable[[Connection, Sequence[Envelope]], Awaitable[None]]
"""Applies events in the order given, inside the caller's transaction. May be called again after a rollback."""

Handler = Callable[[Connection, Any], Awaitable[None]]
Handlers = Mapping[str, tuple[type[BaseModel], Handler]]
"""Type on the wire -> (the reader's own model of only the fields it reads, what to do). Other types are passed over."""

WAITING_RETRY_SECONDS: Final = 0.25
FIRST_RETRY_SECONDS: Final = 1.0
CAREFUL_EVENTS: Final = 32


@dataclass(slots=True)
class Received:
    """An event, and where in the log it was read."""

    envelope: Envelope
    topic: str
    partition: int
    offset: int


@dataclass(slots=True)
class Mark:
    """How far one key of one source is applied."""

    sequence: int = 0
    hash: bytes = GENESIS
    parked: bool = False

    def judge(self, event: Envelope, applied: Mapping[str, int], sources: Collection[str]) -> Verdict:
        """What to do with an event of this key. `applied`: how far the other sources' events of the key are."""
        if event.sequence > self.sequence:
            return "behind" if self.parked else self.judge_next(event, applied, sources)
        if event.sequence < self.sequence or event.chain == self.hash:
            return "duplicate"
        return "fork"

    def judge_next(self, event: Envelope, applied: Mapping[str, int], sources: Collection[str]) -> Verdict:
        if event.sequence > self.sequence + 1:
            return "gap"
        if event.prevchain != self.hash:
            return "fork"
        if any(source in sources and applied.get(source, 0) < least for source, least in event.after.items()):
            return "waiting"
        return "ready"

    def advance(self, event: Envelope) -> None:
        self.sequence, self.hash = event.sequence, event.chain


@dataclass(slots=True)
class Outcome:
    applied: list[Received] = field(default_factory=list)
    parked: list[tuple[Received, Reason, Exception | None]] = field(default_factory=list)
    duplicates: int = 0


def one_by_one(handlers: Handlers) -> Apply:
    """Apply events with one handler per type."""

    async def apply(conn: Connection, events: Sequence[Envelope]) -> None:
        for event in events:
            if (entry := handlers.get(event.type)) is None:
                continue
            model, handle = entry
            with caused_by(event):
                await handle(conn, model.model_validate_json(event.payload))

    return apply


@contextmanager
def caused_by(event: Envelope) -> Iterator[None]:
    """What is emitted in the block carries the event's correlation id, and the event as its cause."""
    correlation = correlation_id.set(event.attribute("correlationid"))
    causation = causation_id.set(str(event.id))
    try:
        yield
    finally:
        causation_id.reset(causation)
        correlation_id.reset(correlation)


class Overtaken(Exception):
    """Another reader changed a watermark while this one worked from it: roll back, and repeat carefully."""


async def receive(
    conn: Connection, batch: Sequence[Received], apply: Apply, sources: Collection[str], *, careful: bool = True
) -> Outcome:
    """Apply or park a batch of one source's records, in the caller's transaction.

    Transient errors pass through: roll back and call again. Any other error of a handler parks its record. Not
    `careful`, it passes through too, and so does Overtaken: that saves the savepoints, and a lock on each key, against
    what is rare. Repeat it carefully then.
    """
    source = batch[0].envelope.source
    keys = sorted({received.envelope.key for received in batch})
    before, anything_waits = await _read_marks(conn, source, keys, locked=careful)
    applied_elsewhere = await applied_by_source(conn, keys) if any(r.envelope.after for r in batch) else {}

    outcome, ready = Outcome(), []
    marks = _copied(before)
    for received in batch:
        event = received.envelope
        mark = marks[event.key]
        verdict = mark.judge(event, applied_elsewhere.get(event.key, {}) if event.after else {}, sources)
        if verdict == "ready":
            mark.advance(event)
            ready.append(received)
        elif verdict == "duplicate":
            outcome.duplicates += 1
        else:
            mark.parked = True
            outcome.parked.append((received, verdict, None))

    if not careful:
        if ready:
            await apply(conn, [received.envelope for received in ready])
        outcome.applied = ready
    else:
        await _apply_carefully(conn, ready, apply, outcome, blocked=set())
        marks = _moved(before, outcome)
    await _write_marks(conn, source, before, marks, {received.envelope.key for received, _, _ in outcome.parked})
    await _write_parked(conn, outcome.parked, marks)
    if anything_waits:
        await wake_those_waiting_for(conn, source, [r.envelope.key for r in outcome.applied])
    return outcome


async def _apply_carefully(
    conn: Connection, ready: Sequence[Received], apply: Apply, outcome: Outcome, blocked: set[str]
) -> None:
    """In small parts under a savepoint each, where one fails in its halves: only the culprits' keys are parked."""
    size = CAREFUL_EVENTS if len(ready) > CAREFUL_EVENTS else max(1, len(ready) // 2)
    for start in range(0, len(ready), size):
        part = [received for received in ready[start : start + size] if received.envelope.key not in blocked]
        behind = [received for received in ready[start : start + size] if received.envelope.key in blocked]
        error = await try_to_apply(conn, [received.envelope for received in part], apply) if part else None
        if error is None:
            outcome.applied += part
        elif len(part) == 1:
            blocked.add(part[0].envelope.key)
            outcome.parked.append((part[0], "failed", error))
        else:
            await _apply_carefully(conn, part, apply, outcome, blocked)
        outcome.parked += [(received, "behind", None) for received in behind]


async def try_to_apply(conn: Connection, events: Sequence[Envelope], apply: Apply) -> Exception | None:
    """Apply events inside a savepoint; returns what that raised, unless it is transient."""
    try:
        async with savepoint(conn):
            await apply(conn, events)
    except Exception as error:
        if is_fault_of_connection(error, conn):
            raise
        return error
    return None


async def _read_marks(
    conn: Connection, source: str, keys: Sequence[str], *, locked: bool
) -> tuple[dict[str, Mark], bool]:
    """The keys' watermarks; locked, in order, two readers of one partition take turns. And does anything wait?"""
    select = """
        SELECT key, sequence, hash, parked, EXISTS (SELECT FROM parked WHERE reason = 'waiting') AS anything_waits
        FROM watermark WHERE source = $1 AND key = ANY($2) ORDER BY key
    """
    if locked:
        select += "FOR UPDATE"
    rows = await conn.fetch(select, source, keys)
    if len(rows) < len(keys):
        await conn.execute(
            "INSERT INTO watermark (key, source) SELECT unnest($2::text[]), $1 ON CONFLICT DO NOTHING",
            source,
            keys,
        )
        rows = await conn.fetch(select, source, keys)
    marks = {row["key"]: Mark(row["sequence"], row["hash"], row["parked"]) for row in rows}
    return marks, any(row["anything_waits"] for row in rows)


async def applied_by_source(conn: Connection, keys: Sequence[str]) -> dict[str, dict[str, int]]:
    """For each key: how far each source is applied here."""
    rows = await conn.fetch("SELECT key, source, sequence FROM watermark WHERE key = ANY($1)", keys)
    applied: dict[str, dict[str, int]] = {}
    for row in rows:
        applied.setdefault(row["key"], {})[row["source"]] = row["sequence"]
    return applied


def _copied(marks: Mapping[str, Mark]) -> dict[str, Mark]:
    return {key: Mark(mark.sequence, mark.hash, mark.parked) for key, mark in marks.items()}


def _moved(before: Mapping[str, Mark], outcome: Outcome) -> dict[str, Mark]:
    """The watermarks after what was applied and parked."""
    marks = _copied(before)
    for received in outcome.applied:
        marks[received.envelope.key].advance(received.envelope)
    for received, _, _ in outcome.parked:
        marks[received.envelope.key].parked = True
    return marks


async def _write_marks(
    conn: Connection, source: str, before: Mapping[str, Mark], marks: Mapping[str, Mark], parked: Collection[str]
) -> None:
    """Raises Overtaken if one that moves, or that something was parked for, is no longer what it was."""
    written = [key for key, mark in marks.items() if mark != before[key] or key in parked]
    if not written:
        return
    updated = await conn.execute(
        """
        UPDATE watermark w
        SET sequence = n.sequence, hash = n.hash, parked = n.parked, applied_at = clock_timestamp()
        FROM unnest($2::text[], $3::bigint[], $4::bytea[], $5::boolean[], $6::bigint[], $7::boolean[])
            AS n (key, sequence, hash, parked, sequence_before, parked_before)
        WHERE w.key = n.key AND w.source = $1 AND w.sequence = n.sequence_before AND w.parked = n.parked_before
        """,
        source,
        written,
        [marks[key].sequence for key in written],
        [marks[key].hash for key in written],
        [marks[key].parked for key in written],
        [before[key].sequence for key in written],
        [before[key].parked for key in written],
    )
    if updated != f"UPDATE {len(written)}":
        raise Overtaken


async def _write_parked(
    conn: Connection, parked: Sequence[tuple[Received, Reason, Exception | None]], marks: Mapping[str, Mark]
) -> None:
    """`marks` as they are now: a key's next event (it fills a gap) is due at once, a follower waits for its head."""
    if not parked:
        return
    await conn.executemany(
        """
        INSERT INTO parked (source, key, sequence, id, type, headers, payload, topic, partition, "offset",
                            reason, fingerprint, error, attempts, next_attempt_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14,
                clock_timestamp() + make_interval(secs => $15))
        ON CONFLICT (key, source, sequence) DO NOTHING
        """,
        [_parked_row(received, reason, error, marks) for received, reason, error in parked],
    )


def _parked_row(
    received: Received, reason: Reason, error: Exception | None, marks: Mapping[str, Mark]
) -> tuple[Any, ...]:
    event = received.envelope
    fills_gap = reason == "behind" and event.sequence == marks[event.key].sequence + 1
    due_in_seconds = {"failed": FIRST_RETRY_SECONDS, "waiting": WAITING_RETRY_SECONDS}.get(
        reason, 0.0 if fills_gap else None
    )
    metrics.parked.labels(event.source, reason).inc()
    log.warning(
        "event_parked",
        source=event.source,
        key=event.key,
        sequence=event.sequence,
        type=event.type,
        reason=reason,
    )
    return (
        event.source,
        event.key,
        event.sequence,
        event.id,
        event.type,
        event.attributes,
        event.payload,
        received.topic,
        received.partition,
        received.offset,
        reason,
        fingerprint(error) if error else None,
        describe(error) if error else None,
        1 if error else 0,
        due_in_seconds,
    )


async def wake_those_waiting_for(conn: Connection, source: str, keys: Sequence[str]) -> None:
    """Events of other sources that wait for their cause are due as soon as this source has moved on."""
    if keys:
        await conn.execute(
            """
            UPDATE parked SET next_attempt_at = clock_timestamp()
            WHERE key = ANY($1) AND source <> $2 AND reason = 'waiting' AND NOT dead
            """,
            keys,
            source,
        )
