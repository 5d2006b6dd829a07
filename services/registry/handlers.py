"""All that registry listens to: obligations and foreign staff, for an organisation's public standing."""

from collections.abc import Callable, Coroutine
from datetime import date
from typing import Any, Final
from uuid import UUID

from pydantic import BaseModel

from shared.db import Connection
from shared.events.inbox import Handlers


class Obligation(BaseModel):
    ngo_id: UUID
    obligation_id: UUID
    due_on: date


class PostStarted(BaseModel):
    ngo_id: UUID
    staff_id: UUID
    request_id: UUID
    starts_on: date
    ends_on: date


class PostEnded(BaseModel):
    request_id: UUID
    ended_on: date


def obligation_is(state: str) -> Callable[[Connection, Obligation], Coroutine[Any, Any, None]]:
    """A handler that notes that the obligation is in this state now."""

    async def note_obligation(conn: Connection, event: Obligation) -> None:
        await conn.execute(
            """
            INSERT INTO obligation_copy (id, ngo_id, state, due_on) VALUES ($1, $2, $3, $4)
            ON CONFLICT (id) DO UPDATE SET state = EXCLUDED.state, due_on = EXCLUDED.due_on
            """,
            event.obligation_id,
            event.ngo_id,
            state,
            event.due_on,
        )

    return note_obligation


async def note_post_started(conn: Connection, event: PostStarted) -> None:
    await conn.execute(
        """
        INSERT INTO foreign_post_copy (request_id, staff_id, ngo_id, starts_on, ends_on)
        VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (request_id) DO UPDATE SET starts_on = EXCLUDED.starts_on, ends_on = EXCLUDED.ends_on
        """,
        event.request_id,
        event.staff_id,
        event.ngo_id,
        event.starts_on,
        event.ends_on,
    )


async def note_post_ended(conn: Connection, event: PostEnded) -> None:
    await conn.execute(
        "UPDATE foreign_post_copy SET ended_on = $2 WHERE request_id = $1", event.request_id, event.ended_on
    )


HANDLERS: Final[Handlers] = {
    "singo.reporting.ObligationCreated.v1": (Obligation, obligation_is("OPEN")),
    "singo.reporting.ObligationExtended.v1": (Obligation, obligation_is("OPEN")),
    "singo.reporting.ObligationOverdue.v1": (Obligation, obligation_is("OVERDUE")),
    "singo.reporting.ObligationFulfilled.v1": (Obligation, obligation_is("FULFILLED")),
    "singo.reporting.ObligationReopened.v1": (Obligation, obligation_is("OPEN")),
    "singo.reporting.ObligationWaived.v1": (Obligation, obligation_is("WAIVED")),
    "singo.recommendations.ForeignStaffStarted.v1": (PostStarted, note_post_started),
    "singo.recommendations.ForeignStaffEnded.v1": (PostEnded, note_post_ended),
}
