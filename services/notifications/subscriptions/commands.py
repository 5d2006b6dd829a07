"""What can be done to a subscription. Each function runs in the caller's transaction."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from services.notifications.access import SUBSCRIBERS, refuse_outside
from services.notifications.events import SubscriptionCreated, SubscriptionPaused, SubscriptionResumed
from services.notifications.subscriptions.rules import PER_OWNER_MAX, Action, Status, advance
from shared.clock import JAKARTA
from shared.db import Connection
from shared.errors import ActionNotAllowed, NotFound, expect_version
from shared.events.append import emit
from shared.events.envelope import ActedBy
from shared.http.auth import Actor
from shared.ids import uuid7
from shared.regions import check_codes, listed


async def create_subscription(
    conn: Connection, name: str, types: Sequence[str], regions: Sequence[str], *, actor: Actor, now: datetime
) -> UUID:
    check_codes(listed("#/regions", regions), on=now.astimezone(JAKARTA).date())
    refuse_outside(actor, regions)
    # One owner's come one after another, or each would count without the others.
    await conn.execute("SELECT pg_advisory_xact_lock(hashtextextended('subscriptions of ' || $1, 0))", actor.subject)
    existing = await conn.fetchval("SELECT count(*) FROM subscription WHERE owner = $1", actor.subject)
    if existing >= PER_OWNER_MAX:
        raise ActionNotAllowed(f"you have {existing} subscriptions, which is the most that one owner may have")
    subscription_id = uuid7()
    types, regions = sorted(set(types)), sorted(set(regions))
    await conn.execute(
        """
        INSERT INTO subscription (id, owner, name, types, regions, status, created_at)
        VALUES ($1, $2, $3, $4, $5, 'active', $6)
        """,
        subscription_id,
        actor.subject,
        name,
        types,
        regions,
        now,
    )
    await conn.execute("INSERT INTO reading (subscription_id) VALUES ($1)", subscription_id)
    emit(
        conn,
        SubscriptionCreated(
            occurred_at=now,
            actor=acted_by(actor),
            subscription_id=subscription_id,
            regions=tuple(regions),
            name=name,
            types=tuple(types),
        ),
    )
    return subscription_id


async def pause_subscription(
    conn: Connection, subscription_id: UUID, *, expected: int, reason: str, actor: Actor, now: datetime
) -> None:
    row = await _change(conn, subscription_id, Action.PAUSE, expected=expected, reason=reason, actor=actor)
    emit(
        conn,
        SubscriptionPaused(
            occurred_at=now,
            actor=acted_by(actor),
            subscription_id=subscription_id,
            regions=tuple(row["regions"]),
            reason=reason,
        ),
    )


async def resume_subscription(
    conn: Connection, subscription_id: UUID, *, expected: int, reason: str, actor: Actor, now: datetime
) -> None:
    row = await _change(conn, subscription_id, Action.RESUME, expected=expected, reason=None, actor=actor)
    emit(
        conn,
        SubscriptionResumed(
            occurred_at=now,
            actor=acted_by(actor),
            subscription_id=subscription_id,
            regions=tuple(row["regions"]),
            reason=reason,
        ),
    )


async def _change(
    conn: Connection,
    subscription_id: UUID,
    action: Action,
    *,
    expected: int,
    reason: str | None,
    actor: Actor,
) -> asyncpg.Record:
    row = await conn.fetchrow(
        """
        SELECT status, version, regions FROM subscription
        WHERE id = $1 AND (owner = $2 OR $3) FOR NO KEY UPDATE
        """,
        subscription_id,
        actor.subject,
        actor.has("operator"),
    )
    if row is None:
        raise NotFound("you have no subscription with this id")
    expect_version(row["version"], expected)
    await conn.execute(
        "UPDATE subscription SET status = $2, pause_reason = $3, version = version + 1 WHERE id = $1",
        subscription_id,
        advance(Status(row["status"]), action),
        reason,
    )
    return row


def acted_by(actor: Actor) -> ActedBy:
    return ActedBy(subject=actor.subject, role=actor.role(*SUBSCRIBERS, "operator"))
