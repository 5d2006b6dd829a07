"""Inboxes over HTTP."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import Field

from services.notifications.inboxes.commands import mark_read
from services.notifications.inboxes.queries import find_message, messages_to
from shared.http.auth import SignedIn
from shared.http.body import Page, View
from shared.http.paging import PageQuery, page
from shared.http.writes import KeyedWrite
from shared.operations import Db

router = APIRouter(prefix="/inbox", tags=["inbox"])


class MessageView(View):
    """One of `to_ngo`, `to_role` and `to_region` says to whom it is; `_id` is Indonesian, `_en` English."""

    id: UUID
    event_id: UUID
    type: str = Field(description="Type of the event that it tells of")
    occurred_at: datetime
    ngo_id: UUID
    about_id: UUID = Field(description="The plan, report, visit, ... that it is about")
    to_ngo: UUID | None
    to_role: str | None
    to_region: str | None
    title_id: str
    title_en: str
    body_id: str
    body_en: str
    read_at: datetime | None = Field(description="When you have read it")


@router.get("")
async def read_inbox(
    *,
    actor: SignedIn,
    db: Db,
    request: PageQuery,
    unread: Annotated[bool, Query(description="Only what you have not marked as read")] = False,
) -> Page[MessageView]:
    """Messages to you: as a member of an organisation, by your role, or for the regions in your token."""
    rows = await messages_to(db.pool, actor, limit=request.fetch, before=request.before, unread=unread)
    return page(rows, request, _view)


@router.post("/{message_id}/read", response_model=MessageView)
async def mark_as_read(write: KeyedWrite, message_id: UUID) -> Response:
    """Note that you have read a message. Others in your organisation or office keep their own marks."""
    async with write.begin() as tx:
        await find_message(tx.conn, message_id, tx.actor)
        await mark_read(tx.conn, message_id, actor=tx.actor, now=tx.now)
        tx.answer(_view(await find_message(tx.conn, message_id, tx.actor)))
    return tx.response


def _view(row: Any) -> MessageView:
    return MessageView.model_validate(dict(row))
