"""The track at the Ministry of Foreign Affairs: officers of the Centre record it, the organisation reads it."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request, Response
from pydantic import Field, StringConstraints

from services.registry.access import PUBLIC, FaskerOfficer, OwnMemberOrNational
from services.registry.dates import Day
from services.registry.foreign_ministry import commands, queries
from shared.http.body import Body, Line, LongText, Page, ShortText, Text, View
from shared.http.database import Db
from shared.http.etags import read_response
from shared.http.paging import PageRequest, page_response, paged
from shared.http.routing import resource
from shared.http.selection import Selection, selects, shown_page
from shared.http.writes import KeyedWrite

router = resource("/organisations/{ngo_id}/foreign-ministry-steps", tag="licences")
proposals_router = resource("/foreign-ministry-steps", tag="licences")

Word = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_.]{0,59}$", max_length=60)]
"""One of that ministry's words, whatever they are at the time."""


class NewStep(Body):
    step: Annotated[Word, Field(description="Such as `PEMAPARAN_TPOA`; GET /v1/foreign-ministry-steps proposes some")]
    outcome: Annotated[Word | None, Field(description="What came of it, such as `setuju` or `tolak`")] = None
    reached_on: Day
    reference: Annotated[Line | None, Field(description="Number of the letter that tells of it")] = None
    note: Text | None = None
    corrects_id: Annotated[UUID | None, Field(description="The step in whose place this one stands")] = None


class Step(View):
    id: UUID
    ngo_id: UUID
    step: ShortText
    outcome: ShortText | None
    reached_on: date
    reference: ShortText | None
    note: LongText | None
    corrects_id: UUID | None
    corrected_by_id: UUID | None
    recorded_at: datetime
    recorded_by_role: ShortText


class Proposal(View):
    step: ShortText
    title_id: ShortText
    title_en: ShortText
    valid_from: date
    valid_to: date | None
    source: ShortText


@router.get("", response_model=shown_page(Step))
async def list_foreign_ministry_steps(
    *,
    request: Request,
    ngo_id: UUID,
    _: OwnMemberOrNational,
    db: Db,
    page_request: Annotated[PageRequest, Depends(paged(queries.SORTING))],
    chosen: Annotated[Selection, Depends(selects(Step))],
) -> Response:
    """What was heard of the licence at the Ministry of Foreign Affairs, which alone decides on it."""
    async with db.read() as conn:
        rows = await queries.list_steps(conn, ngo_id, page_request)
    return page_response(request, page_request, rows, Step.of, chosen=chosen, sorting=queries.SORTING)


@router.post("", status_code=201, response_model=Step)
async def record_foreign_ministry_step(ngo_id: UUID, body: NewStep, by: FaskerOfficer, write: KeyedWrite) -> Response:
    """Record a step. Its word is free: that ministry's procedure is not ours to fix."""
    async with write.begin() as tx:
        step_id = await commands.record_step(tx.conn, ngo_id, step=body.model_dump(), by=by, now=tx.now)
        tx.answer(Step.of(await queries.find_step(tx.conn, ngo_id, step_id)), status=201)
    return tx.response


@proposals_router.get("", response_model=Page[Proposal], dependencies=[PUBLIC])
async def list_proposed_foreign_ministry_steps(request: Request, db: Db) -> Response:
    """Steps that were seen so far, for a form to propose."""
    async with db.read() as conn:
        rows = await queries.list_proposals(conn)
    return read_response(request, Page[Proposal](items=[Proposal.of(row) for row in rows]))
