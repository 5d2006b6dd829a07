"""Subscriptions over HTTP."""

import re
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Depends, Query, Request, Response
from pydantic import AfterValidator, Field, StringConstraints

from services.notifications.access import Subscriber, SubscriberOrOperator
from services.notifications.subscriptions import commands
from services.notifications.subscriptions.event_types import TypeName
from services.notifications.subscriptions.queries import SORTING, find_subscription, subscriptions_of
from services.notifications.subscriptions.rules import Status
from shared.http.body import (
    BigNumber,
    Body,
    Line,
    LongText,
    Number,
    Reason,
    ShortText,
    ShortTexts,
    View,
    broken_rule,
)
from shared.http.database import Db
from shared.http.etags import ExpectedVersion, read_response
from shared.http.paging import PageRequest, page_response, paged
from shared.http.routing import resource
from shared.http.selection import Selection, selects, shown, shown_page
from shared.http.writes import KeyedWrite, Transaction

router = resource("/subscriptions", tag="subscriptions")


_REGION: Final = re.compile(r"[0-9]{2}(\.[0-9]{2})?")


def _area(code: str) -> str:
    if not _REGION.fullmatch(code):
        raise broken_rule("V17", "must be the code of a province, regency or city, such as `53` or `53.06`")
    return code


RegionCode = Annotated[str, StringConstraints(max_length=20), AfterValidator(_area)]


class NewSubscription(Body):
    """What to be told of: types of events, in regions."""

    name: Line
    types: list[TypeName] = Field(
        min_length=1,
        max_length=100,
        description="`*` (whatever can be named), `VisitAnnounced` or, in full, `singo.reporting.VisitAnnounced.v1`",
    )
    regions: list[RegionCode] = Field(
        default=[],
        max_length=600,
        description="Codes of provinces (with all that lies in them), regencies or cities; none: everywhere",
    )


class Act(Body):
    reason: Reason


class SubscriptionView(View):
    """`version` is of the definition; the position moves without it."""

    id: UUID
    owner: ShortText
    name: ShortText
    types: ShortTexts
    regions: ShortTexts
    status: Status
    pause_reason: LongText | None
    created_at: datetime
    version: Number
    last_number: BigNumber = Field(description="Number of the newest delivery")
    read_number: BigNumber = Field(description="Highest number that the owner has acknowledged by `after`")
    behind: BigNumber = Field(description="Deliveries not yet acknowledged")
    oldest_unread_at: datetime | None = Field(description="Since when the oldest of them waits")
    read_at: datetime | None = Field(description="When the owner last asked")


Chosen = Annotated[Selection, Depends(selects(SubscriptionView))]


@router.post("", status_code=201, response_model=SubscriptionView)
async def subscribe(_: Subscriber, write: KeyedWrite, body: NewSubscription) -> Response:
    """Subscribe to all events from now on that match. A token with regions allows regions inside of them."""
    async with write.begin() as tx:
        subscription_id = await commands.create_subscription(
            tx.conn, body.name, body.types, body.regions, actor=tx.actor, now=tx.now
        )
        await _answer(tx, subscription_id, status=201, location=f"/v1/subscriptions/{subscription_id}")
    return tx.response


@router.get("", response_model=shown_page(SubscriptionView))
async def list_subscriptions(
    *,
    request: Request,
    actor: SubscriberOrOperator,
    db: Db,
    paging: Annotated[PageRequest, Depends(paged(SORTING))],
    chosen: Chosen,
    status: Annotated[Status | None, Query(description="Only those in this status")] = None,
) -> Response:
    """Your own subscriptions; an operator sees all."""
    rows = await subscriptions_of(db.pool, actor, page=paging, status=status)
    return page_response(request, paging, rows, _view, chosen=chosen, sorting=SORTING)


@router.get("/{subscription_id}", response_model=shown(SubscriptionView))
async def read_subscription(
    request: Request, actor: SubscriberOrOperator, db: Db, subscription_id: UUID, chosen: Chosen
) -> Response:
    """What was subscribed to, and how far it was read."""
    view = _view(await find_subscription(db.pool, subscription_id, actor))
    return read_response(request, view, view.version, chosen=chosen)


@router.post("/{subscription_id}/pause", response_model=SubscriptionView)
async def pause_subscription(
    _: SubscriberOrOperator, write: KeyedWrite, version: ExpectedVersion, subscription_id: UUID, act: Act
) -> Response:
    """Stop reading for a while. Deliveries are made all the same and wait for the resumption."""
    async with write.begin() as tx:
        await commands.pause_subscription(
            tx.conn, subscription_id, expected=version, reason=act.reason, actor=tx.actor, now=tx.now
        )
        await _answer(tx, subscription_id)
    return tx.response


@router.post("/{subscription_id}/resumption", response_model=SubscriptionView)
async def resume_subscription(
    _: SubscriberOrOperator, write: KeyedWrite, version: ExpectedVersion, subscription_id: UUID, act: Act
) -> Response:
    """Read on where the pause began."""
    async with write.begin() as tx:
        await commands.resume_subscription(
            tx.conn, subscription_id, expected=version, reason=act.reason, actor=tx.actor, now=tx.now
        )
        await _answer(tx, subscription_id)
    return tx.response


async def _answer(tx: Transaction, subscription_id: UUID, *, status: int = 200, location: str | None = None) -> None:
    view = _view(await find_subscription(tx.conn, subscription_id, tx.actor))
    tx.answer(view, status=status, version=view.version, location=location)


def _view(row: Any) -> SubscriptionView:
    return SubscriptionView.of(row)
