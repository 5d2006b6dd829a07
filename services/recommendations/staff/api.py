"""Foreign staff in post: /v1/foreign-staff. The NGO records arrivals and departures; officials and regions look on."""

from datetime import date
from typing import Annotated
from uuid import UUID

import asyncpg
from fastapi import Depends, Query, Request, Response
from pydantic import Field

from services.recommendations.access import Member, PostingReader
from services.recommendations.fields import Day
from services.recommendations.staff import commands
from services.recommendations.staff.queries import SORTING, select_postings
from services.recommendations.staff.rules import Status
from services.recommendations.staff_requests.persons import PersonView, open_person, read_with_person
from services.recommendations.staff_requests.rules import masked_name
from shared.audit import ReadReason
from shared.errors import NotFound
from shared.http.body import Body, Number, View
from shared.http.database import Db
from shared.http.etags import ExpectedVersion
from shared.http.paging import PageRequest, page_response, paged
from shared.http.routing import resource
from shared.http.selection import Selection, selects, shown_page
from shared.http.writes import KeyedWrite, Transaction

router = resource("/foreign-staff", tag="foreign-staff")


class Arrival(Body):
    arrived_on: Day


class End(Body):
    ended_on: Day


class PostingView(View):
    id: UUID
    ngo_id: UUID
    ngo_name: str | None = Field(max_length=200)
    request_id: UUID
    initials: str = Field(max_length=400, description="Of the person's name")
    nationality: str = Field(max_length=2)
    position: str = Field(max_length=200)
    duty_region: str = Field(max_length=13)
    starts_on: date
    ends_on: date
    arrived_on: date | None
    ended_on: date | None
    status: Status
    version: Number


class PostingWithPerson(PostingView):
    person: PersonView | None = Field(
        description="Null without need to know, or without a reason; each reading is logged"
    )


def _view(row: asyncpg.Record) -> PostingView:
    return PostingView.model_validate(dict(row) | {"initials": masked_name(row["person_name"])})


@router.get("", response_model=shown_page(PostingView))
async def list_postings(
    *,
    request: Request,
    caller: PostingReader,
    db: Db,
    paging: Annotated[PageRequest, Depends(paged(SORTING))],
    chosen: Annotated[Selection, Depends(selects(PostingView))],
    status: Annotated[Status | None, Query()] = None,
    ngo_id: UUID | None = None,
) -> Response:
    """The organisation's own; officials see all, a regional office who is on duty in its region."""
    async with db.read() as conn:
        rows = await select_postings(
            conn,
            scope=caller.scope,
            regions=caller.regions,
            status=status,
            ngo_id=ngo_id,
            page=paging,
        )
    return page_response(request, paging, rows, _view, chosen=chosen, sorting=SORTING)


@router.get("/{posting_id}", response_model=PostingWithPerson)
async def read_posting(
    caller: PostingReader, posting_id: UUID, request: Request, db: Db, reason: ReadReason
) -> Response:
    """One posting.

    The person is shown to the organisation's own people, and to fasker_officer and fasker_head who say why in
    `Singo-Reason`. Each such reading is logged.
    """
    async with db.transaction() as conn:
        rows = await select_postings(conn, scope=caller.scope, regions=caller.regions, posting_id=posting_id)
        if not rows:
            raise NotFound("there is no such posting that you may see")
        posting = rows[0]
        resource = f"/v1/foreign-staff/{posting_id}"
        person = await open_person(
            conn, caller, posting["request_id"], posting["ngo_id"], resource=resource, reason=reason
        )
    view = PostingWithPerson.model_validate(_view(posting).model_dump() | {"person": person})
    return read_with_person(request, view, posting["version"], reason=reason)


@router.post("/{posting_id}/arrival", response_model=PostingView)
async def record_arrival(
    caller: Member, posting_id: UUID, body: Arrival, write: KeyedWrite, version: ExpectedVersion
) -> Response:
    """The person has arrived and takes up the post."""
    async with write.begin() as tx:
        posting = await commands.lock_posting(tx.conn, posting_id, version, ngos=list(caller.ngos))
        by = caller.acting_for(posting["ngo_id"])
        await commands.record_arrival(tx.conn, posting, body.arrived_on, by=by, now=tx.now)
        await _answer(tx, posting_id)
    return tx.response


@router.post("/{posting_id}/end", response_model=PostingView)
async def end_posting(
    caller: Member, posting_id: UUID, body: End, write: KeyedWrite, version: ExpectedVersion
) -> Response:
    """The person has left, or never came: the place is free."""
    async with write.begin() as tx:
        posting = await commands.lock_posting(tx.conn, posting_id, version, ngos=list(caller.ngos))
        by = caller.acting_for(posting["ngo_id"])
        await commands.end_posting(tx.conn, posting, body.ended_on, by=by, now=tx.now)
        await _answer(tx, posting_id)
    return tx.response


async def _answer(tx: Transaction, posting_id: UUID) -> None:
    [row] = await select_postings(tx.conn, scope=None, regions=[], posting_id=posting_id)
    tx.answer(_view(row), version=row["version"])
