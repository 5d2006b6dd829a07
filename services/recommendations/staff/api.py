"""Foreign staff in post: /v1/foreign-staff. The NGO records arrivals and departures; officials and regions look on."""

from datetime import date
from typing import Annotated
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from services.recommendations.access import Member, PostingReader
from services.recommendations.fields import Day
from services.recommendations.staff import commands
from services.recommendations.staff.queries import select_postings
from services.recommendations.staff.rules import Status
from services.recommendations.staff_requests.persons import PersonView, open_person
from services.recommendations.staff_requests.rules import masked_name
from shared.errors import NotFound
from shared.http.body import Body, Page, View
from shared.http.etags import ExpectedVersion, read_response
from shared.http.paging import PageQuery, page
from shared.http.writes import KeyedWrite, Transaction
from shared.operations import Db

router = APIRouter(prefix="/foreign-staff", tags=["foreign-staff"])


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
    version: int


class PostingWithPerson(PostingView):
    person: PersonView | None = Field(description="Null for those who need not know; each reading is logged")


def _view(row: asyncpg.Record) -> PostingView:
    return PostingView.model_validate(dict(row) | {"initials": masked_name(row["person_name"])})


@router.get("")
async def list_postings(
    caller: PostingReader, db: Db, paging: PageQuery, status: Annotated[Status | None, Query()] = None
) -> Page[PostingView]:
    """The organisation's own; officials see all, a regional office who is on duty in its region."""
    async with db.read() as conn:
        rows = await select_postings(
            conn,
            scope=caller.scope,
            regions=caller.regions,
            status=status,
            before=paging.before,
            limit=paging.fetch,
        )
    return page(rows, paging, _view)


@router.get("/{posting_id}", response_model=PostingWithPerson)
async def read(caller: PostingReader, posting_id: UUID, request: Request, db: Db) -> Response:
    """One posting. Who reads the person's data is logged."""
    async with db.transaction() as conn:
        rows = await select_postings(conn, scope=caller.scope, regions=caller.regions, posting_id=posting_id)
        if not rows:
            raise NotFound("there is no such posting that you may see")
        posting = rows[0]
        now = await request.app.state.clock.now(conn)
        person = await open_person(
            conn, caller, posting["request_id"], posting["ngo_id"], "posting", posting_id, now=now
        )
    view = PostingWithPerson.model_validate(_view(posting).model_dump() | {"person": person})
    return read_response(request, view, posting["version"])


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
async def end(caller: Member, posting_id: UUID, body: End, write: KeyedWrite, version: ExpectedVersion) -> Response:
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
