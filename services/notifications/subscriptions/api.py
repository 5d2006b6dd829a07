"""Subscriptions over HTTP."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import AfterValidator, Field, StringConstraints

from services.notifications.access import Subscriber, SubscriberOrOperator
from services.notifications.subscriptions import commands
from services.notifications.subscriptions.queries import find_subscription, subscriptions_of
from services.notifications.subscriptions.rules import TYPE, Status, is_region
from shared.http.body import Body, Line, Page, Reason, View, broken_rule
from shared.http.etags import ExpectedVersion, etag
from shared.http.paging import PageQuery, page
from shared.http.writes import KeyedWrite, Transaction
from shared.operations import Db

router = APIRouter(prefix="/subscriptions", tags=["subscriptions"])


def _existing_region(code: str) -> str:
    if not is_region(code):
        raise broken_rule("V17", "must be the code of a province, regency or city, such as `53` or `53.06`")
    return code


TypeName = Annotated[str, StringConstraints(max_length=100, pattern=f"^(?:{TYPE})$")]
RegionCode = Annotated[str, StringConstraints(max_length=20), AfterValidator(_existing_region)]


class NewSubscription(Body):
    """What to be told of: types of events, in regions."""

    name: Line
    types: list[TypeName] = Field(
        min_length=1,
        max_length=100,
        description="`*`, names (`VisitAnnounced`) or full types (`singo.reporting.VisitAnnounced.v1`)",
    )
    regions: list[RegionCode] = Field(
        default=[],
        max_length=600,
        description="Codes of provinces (with all that lies in them), regencies or cities; none: everywhere",
    )


class Act(Body):
    reason: Reason


class SubscriptionView(View):
    """`version` and ETag are of the definition; the position moves without them."""

    id: UUID
    owner: str
    name: str
    types: list[str]
    regions: list[str]
    status: Status
    pause_reason: str | None
    created_at: datetime
    version: int
    last_number: int = Field(description="Number of the newest delivery")
    read_number: int = Field(description="Highest number that the owner has acknowledged by `after`")
    behind: int = Field(description="Deliveries not yet acknowledged")
    oldest_unread_at: datetime | None = Field(description="Since when the oldest of them waits")
    read_at: datetime | None = Field(description="When the owner last asked")


@router.post("", status_code=201, response_model=SubscriptionView)
async def subscribe(_: Subscriber, write: KeyedWrite, body: NewSubscription) -> Response:
    """Subscribe to all events from now on that match. A token with regions allows regions inside of them."""
    async with write.begin() as tx:
        subscription_id = await commands.create_subscription(
            tx.conn, body.name, body.types, body.regions, actor=tx.actor, now=tx.now
        )
        await _answer(tx, subscription_id, status=201, location=f"/v1/subscriptions/{subscription_id}")
    return tx.response


@router.get("")
async def list_subscriptions(actor: SubscriberOrOperator, db: Db, request: PageQuery) -> Page[SubscriptionView]:
    """Your own subscriptions; an operator sees all."""
    rows = await subscriptions_of(db.pool, actor, limit=request.fetch, before=request.before)
    return page(rows, request, _view)


@router.get("/{subscription_id}", response_model=SubscriptionView)
async def read_subscription(actor: SubscriberOrOperator, db: Db, subscription_id: UUID) -> Response:
    """What was subscribed to, and how far it was read."""
    view = _view(await find_subscription(db.pool, subscription_id, actor))
    # Always in full: the position moves while the ETag, which `If-Match` needs, stays.
    return Response(view.model_dump_json(), 200, {"ETag": etag(view.version)}, "application/json")


@router.post("/{subscription_id}/pause", response_model=SubscriptionView)
async def pause(
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
async def resume(
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
    return SubscriptionView.model_validate(dict(row))
