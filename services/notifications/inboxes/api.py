"""Inboxes over HTTP."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query, Request, Response
from pydantic import Field

from services.notifications.inboxes.commands import mark_read
from services.notifications.inboxes.queries import SORTING, find_message, messages_to
from shared.http.auth import SignedIn
from shared.http.body import LongText, ShortText, View
from shared.http.database import Db
from shared.http.paging import PageRequest, page_response, paged
from shared.http.routing import resource
from shared.http.selection import Selection, selects, shown_page
from shared.http.writes import KeyedWrite

router = resource("/inbox", tag="inbox")


class MessageView(View):
    """One of `to_ngo`, `to_role` and `to_region` says to whom it is; `_id` is Indonesian, `_en` English."""

    id: UUID
    event_id: UUID
    type: LongText = Field(description="Type of the event that it tells of")
    occurred_at: datetime
    ngo_id: UUID
    about_id: UUID = Field(description="The plan, report, visit, ... that it is about")
    to_ngo: UUID | None
    to_role: ShortText | None
    to_region: ShortText | None
    title_id: LongText
    title_en: LongText
    body_id: LongText
    body_en: LongText
    read_at: datetime | None = Field(description="When you have read it")


@router.get("", response_model=shown_page(MessageView))
async def read_inbox(
    *,
    request: Request,
    actor: SignedIn,
    db: Db,
    paging: Annotated[PageRequest, Depends(paged(SORTING))],
    chosen: Annotated[Selection, Depends(selects(MessageView))],
    unread: Annotated[bool, Query(description="Only what you have not marked as read")] = False,
    ngo_id: Annotated[UUID | None, Query(description="Only about this organisation")] = None,
) -> Response:
    """Messages to you: as a member of an organisation, by your role, or for the regions in your token."""
    rows = await messages_to(db.pool, actor, page=paging, unread=unread, ngo_id=ngo_id)
    return page_response(request, paging, rows, _view, chosen=chosen, sorting=SORTING)


@router.post("/{message_id}/read", response_model=MessageView)
async def mark_as_read(write: KeyedWrite, message_id: UUID) -> Response:
    """Note that you have read a message. Others in your organisation or office keep their own marks."""
    async with write.begin() as tx:
        await find_message(tx.conn, message_id, tx.actor)
        await mark_read(tx.conn, message_id, actor=tx.actor, now=tx.now)
        tx.answer(_view(await find_message(tx.conn, message_id, tx.actor)))
    return tx.response


def _view(row: Any) -> MessageView:
    return MessageView.of(row)
