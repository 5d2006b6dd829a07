"""What operators do: redrive, skip or discard parked events; pause, resume or rewind the reading of a source.

Each act needs a reason and is recorded for ever.
"""

from typing import Any
from uuid import UUID

import asyncpg

from shared.db import Connection
from shared.events.parked import envelope_of
from shared.ids import uuid7


async def redrive(conn: Connection, source: str, key: str, sequence: int, *, actor: str, reason: str) -> bool:
    """Give a dead or postponed head new attempts, at once. False if it is not the head, or a fork."""
    _, head = await _locked_head(conn, source, key)
    done = head is not None and head["sequence"] == sequence and head["reason"] != "fork"
    if done:
        await conn.execute(
            """
            UPDATE parked SET dead = false, attempts = 0, next_attempt_at = clock_timestamp()
            WHERE key = $1 AND source = $2 AND sequence = $3
            """,
            key,
            source,
            sequence,
        )
    target = {"source": source, "key": key, "sequence": sequence}
    await record_act(conn, actor=actor, act="redrive", target=target, reason=reason, result={"done": done})
    return done


async def skip(conn: Connection, source: str, key: str, sequence: int, *, actor: str, reason: str) -> bool:
    """Pass over a key's head without its effect; its followers become due. False if it is not the head.

    Nor is the head of a gap skipped: that would throw away the events that are missing. The head of a fork is taken
    as the key's history from now on; `discard` keeps the history that was read.
    """
    applied, head = await _locked_head(conn, source, key)
    done = head is not None and head["sequence"] == sequence <= applied + 1
    if head is not None and done:
        await conn.execute(
            "UPDATE watermark SET sequence = $3, hash = $4 WHERE key = $1 AND source = $2",
            key,
            source,
            sequence,
            envelope_of(head).chain,
        )
        await _remove_head(conn, source, key, sequence)
    target = {"source": source, "key": key, "sequence": sequence, "id": str(head["id"]) if head and done else None}
    await record_act(conn, actor=actor, act="skip", target=target, reason=reason, result={"done": done})
    return done


async def discard(conn: Connection, source: str, key: str, sequence: int, *, actor: str, reason: str) -> bool:
    """Throw the forked head of a key away, or one behind a gap: the history read so far stands. False for any other.

    What was dropped because the forged record stood in its place comes again when the owner republishes the key.
    """
    _, head = await _locked_head(conn, source, key)
    done = head is not None and head["sequence"] == sequence and head["reason"] in ("fork", "gap")
    if done:
        await _remove_head(conn, source, key, sequence)
    target = {"source": source, "key": key, "sequence": sequence, "id": str(head["id"]) if head and done else None}
    await record_act(conn, actor=actor, act="discard", target=target, reason=reason, result={"done": done})
    return done


async def pause(conn: Connection, source: str, *, actor: str, reason: str) -> bool:
    """Apply nothing of a source, neither new events nor parked ones, until it is resumed. False if it is paused.

    A batch that is just being committed still is.
    """
    done = bool(
        await conn.fetchval(
            "INSERT INTO pause (source, reason) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING true", source, reason
        )
    )
    await record_act(conn, actor=actor, act="pause", target={"source": source}, reason=reason, result={"done": done})
    return done


async def resume(conn: Connection, source: str, *, actor: str, reason: str) -> bool:
    """Go on reading a paused source from its bookmarks. False if it is not paused."""
    done = bool(await conn.fetchval("DELETE FROM pause WHERE source = $1 RETURNING true", source))
    await record_act(conn, actor=actor, act="resume", target={"source": source}, reason=reason, result={"done": done})
    return done


async def rewind(conn: Connection, source: str, topic: str, *, actor: str, reason: str) -> bool:
    """Read a paused source's topic from its start once it is resumed. False if it is not paused.

    Always safe: what was applied before is dropped by the watermarks. A running reader would write its bookmark anew.
    """
    done = bool(await conn.fetchval("SELECT true FROM pause WHERE source = $1 FOR UPDATE", source))
    if done:
        await conn.execute("DELETE FROM bookmark WHERE topic = $1", topic)
    await record_act(conn, actor=actor, act="rewind", target={"source": source}, reason=reason, result={"done": done})
    return done


async def _locked_head(conn: Connection, source: str, key: str) -> tuple[int, asyncpg.Record | None]:
    """How far the key is applied, under its lock, and its first parked event."""
    applied = await conn.fetchval(
        "SELECT sequence FROM watermark WHERE key = $1 AND source = $2 FOR UPDATE", key, source
    )
    head = await conn.fetchrow(
        "SELECT * FROM parked WHERE key = $1 AND source = $2 ORDER BY sequence LIMIT 1", key, source
    )
    return applied or 0, head


async def _remove_head(conn: Connection, source: str, key: str, sequence: int) -> None:
    """What comes after it is judged anew, at once."""
    await conn.execute("DELETE FROM parked WHERE key = $1 AND source = $2 AND sequence = $3", key, source, sequence)
    await conn.execute(
        """
        UPDATE watermark SET parked = EXISTS (SELECT FROM parked p WHERE p.key = $1 AND p.source = $2)
        WHERE key = $1 AND source = $2
        """,
        key,
        source,
    )
    await conn.execute(
        """
        UPDATE parked SET next_attempt_at = clock_timestamp()
        WHERE key = $1 AND source = $2 AND NOT dead AND reason <> 'fork'
          AND sequence = (SELECT min(sequence) FROM parked WHERE key = $1 AND source = $2)
        """,
        key,
        source,
    )


async def record_act(
    conn: Connection, *, actor: str, act: str, target: dict[str, Any], reason: str, result: dict[str, Any]
) -> UUID:
    act_id = uuid7()
    await conn.execute(
        "INSERT INTO operator_act (id, actor, act, target, reason, result) VALUES ($1, $2, $3, $4, $5, $6)",
        act_id,
        actor,
        act,
        target,
        reason,
        result,
    )
    return act_id
