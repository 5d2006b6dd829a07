"""The feed: what a subscriber pulls, in order and without gaps."""

from typing import Annotated, Any, Final
from uuid import UUID

import asyncpg
from fastapi import Query, Request, Response
from pydantic import AwareDatetime, ConfigDict, Field
from pydantic_core import from_json

from services.notifications.access import SubscriberOrOperator, refuse_outside
from services.notifications.deliveries.commands import acknowledge
from services.notifications.deliveries.queries import (
    deliveries_after,
    last_number,
    number_before,
    wait_for_deliveries,
)
from services.notifications.subscriptions.queries import find_subscription
from services.notifications.subscriptions.rules import Status
from shared.errors import ActionNotAllowed, InvalidInput
from shared.http.auth import Actor
from shared.http.body import BigNumber, LongText, ShortText, View
from shared.http.database import Db
from shared.http.routing import resource
from shared.http.waiting import place_to_wait

WAIT_SECONDS_MAX: Final = 20
EVENTS_MAX: Final = 200

router = resource("/subscriptions", tag="feed")


class CloudEvent(View):
    """CloudEvents 1.0, JSON format. Extensions such as `regions` stand beside the attributes named here."""

    model_config = ConfigDict(frozen=True, extra="allow")

    specversion: ShortText
    id: ShortText
    source: ShortText
    type: LongText
    subject: ShortText
    time: ShortText
    sequence: ShortText = Field(
        description="Place among the events of `source` with this `subject`, from 1 without gaps"
    )
    datacontenttype: ShortText = "application/json"
    data: dict[str, Any]


class NumberedEvent(View):
    number: BigNumber = Field(description="From 1, without gaps, in this subscription")
    event: CloudEvent


class Feed(View):
    events: list[NumberedEvent] = Field(max_length=EVENTS_MAX)
    last_number: BigNumber = Field(description="Number of the newest delivery: equal to `next_after` when you have all")
    next_after: BigNumber = Field(description="What to send as `after` once you have stored these events")


@router.get("/{subscription_id}/events", response_model=Feed, responses={409: {}})
async def read_feed(
    *,
    actor: SubscriberOrOperator,
    db: Db,
    request: Request,
    subscription_id: UUID,
    after: Annotated[
        int | None,
        Query(
            ge=0,
            lt=2**63,
            description="The number you have: read on after it. Absent: after the last acknowledged",
        ),
    ] = None,
    since: Annotated[
        AwareDatetime | None,
        Query(description="Replay instead, from the first event that happened at or after this"),
    ] = None,
    limit: Annotated[int, Query(ge=1, le=EVENTS_MAX, description="Events at most")] = 100,
    wait: Annotated[
        int, Query(ge=0, le=WAIT_SECONDS_MAX, description="Seconds to wait for an event when there is none")
    ] = 0,
) -> Response:
    """Read the feed.

    What you can rely on: each matching event arrives at least once (again, if you ask again), numbered from 1
    without gaps in this subscription; the events of one `source` and `subject` in the order of their
    `sequence`, which has no gaps either if you subscribe to all types and regions. Events of different
    subjects have no order.

    `after` acknowledges: send it only when what it names is stored safely. The highest one is remembered as
    your position; an older one reads again without moving it. A replay with `since` acknowledges nothing. A
    paused subscription can't be read; its events wait.
    """
    if after is not None and since is not None:
        raise InvalidInput.field("query:since", "must be absent when `after` is given")
    async with db.transaction() as conn:  # ends before we wait
        subscription = await find_subscription(conn, subscription_id, actor)
        _refuse_unreadable(subscription, actor)
        if since is not None:
            start = await number_before(conn, subscription_id, since)
        else:
            start = subscription["read_number"] if after is None else after
            if subscription["owner"] == actor.subject:
                now = await request.app.state.clock.now(conn)
                await acknowledge(conn, subscription_id, start, actor=actor, now=now)
    rows = await deliveries_after(db.pool, subscription_id, start, limit)
    if not rows and wait:
        stopping = request.app.state.stopping
        with place_to_wait(request, actor):
            rows = await wait_for_deliveries(db, subscription_id, start, limit, seconds=wait, stopping=stopping)
    feed = Feed(
        events=[_numbered_event(row) for row in rows],
        next_after=rows[-1]["number"] if rows else start,
        last_number=await last_number(db.pool, subscription_id),
    )
    return Response(feed.model_dump_json(), media_type="application/json")


def _refuse_unreadable(subscription: asyncpg.Record, actor: Actor) -> None:
    if subscription["owner"] == actor.subject:
        refuse_outside(actor, subscription["regions"])
    if subscription["status"] == Status.PAUSED:
        raise ActionNotAllowed(
            f"this subscription is paused with {subscription['behind']} events waiting; open now: resume"
        )


def _numbered_event(row: asyncpg.Record) -> NumberedEvent:
    return NumberedEvent(
        number=row["number"],
        event=CloudEvent.model_validate({**row["attributes"], "data": from_json(row["payload"])}),
    )
