"""Visits over HTTP."""

from datetime import date
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Request, Response
from pydantic import AwareDatetime, Field

from services.reporting.access import ActiveMember, GuestReader, Kesbangpol, Reader, Scope
from services.reporting.copies.queries import organisations_named
from services.reporting.copies.views import OrganisationLink
from services.reporting.fields import RegencyCode
from services.reporting.visits import answers, commands, queries
from services.reporting.visits.content import Announcement
from services.reporting.visits.rules import Answer, Status
from shared.audit import ReadReason
from shared.http.body import Body, LongText, Number, Page, Reason, ShortText, ShortTexts, Text, View
from shared.http.database import Db
from shared.http.etags import ExpectedVersion, read_response
from shared.http.paging import PageRequest, page_response, paged
from shared.http.routing import resource
from shared.http.selection import Selection, selects, shown, shown_page, with_related
from shared.http.writes import KeyedWrite, Transaction

router = resource("/visits", tag="visits")


class RegionAnswer(Body):
    region: RegencyCode
    answer: Answer
    reason: Reason
    version: Annotated[int, Field(ge=1, le=1_000_000)] = Field(
        description="Which itinerary is answered: `itinerary_version`, in events `version`"
    )


class Cancellation(Body):
    reason: Reason


class Completion(Body):
    note: Text


class StopView(View):
    region: ShortText
    on: date
    place: ShortText


class AnswerView(View):
    itinerary_version: Number
    region: ShortText
    answer: Answer
    reason: LongText
    answered_at: AwareDatetime


class VisitSummary(View):
    id: UUID
    ngo_id: UUID
    purpose: LongText
    starts_on: date
    ends_on: date
    late: bool
    guests: Number = Field(description="How many; who they are: `/v1/visits/{id}/guests`")
    nationalities: ShortTexts
    regions: ShortTexts
    stops: list[StopView] = Field(max_length=100)
    itinerary_version: Number
    status: Status
    cancellation_reason: LongText | None
    completion_note: LongText | None
    version: Number


class ShownVisitSummary(VisitSummary):
    organisation: OrganisationLink | None = Field(default=None, description="With `expand=organisation`")


class VisitView(VisitSummary):
    answers: list[AnswerView] = Field(max_length=10_000)
    unanswered: ShortTexts


class GuestView(View):
    name: ShortText
    nationality: ShortText
    passport_number: ShortText
    institution: ShortText | None


@router.get("", response_model=shown_page(ShownVisitSummary))
async def list_visits(
    *,
    request: Request,
    scope: Reader,
    db: Db,
    paging: Annotated[PageRequest, Depends(paged(queries.SORTING))],
    chosen: Annotated[Selection, Depends(selects(ShownVisitSummary, "organisation"))],
    ngo_id: UUID | None = None,
    status: Status | None = None,
    region: Annotated[
        str | None, Query(max_length=5, pattern=r"^[0-9]{2}(\.[0-9]{2})?$", description="On the way")
    ] = None,
) -> Response:
    """Visits of your own NGO, those that come to your regions, or all."""
    async with db.read() as conn:
        rows = await queries.list_visits(conn, scope, paging, ngo_id=ngo_id, status=status, region=region)
        found = await with_related(rows, chosen, "organisation", "ngo_id", partial(organisations_named, conn))
    return page_response(
        request,
        paging,
        found,
        ShownVisitSummary.of,
        chosen=chosen,
        sorting=queries.SORTING,
    )


@router.get("/{visit_id}", response_model=shown(VisitView))
async def get_visit(
    visit_id: UUID,
    scope: Reader,
    db: Db,
    request: Request,
    chosen: Annotated[Selection, Depends(selects(VisitView))],
) -> Response:
    """The visit, without its guests' names, and the regions' answers."""
    async with db.read() as conn:
        visit = VisitView.model_validate(await queries.get_visit(conn, scope, visit_id))
    return read_response(request, visit, visit.version, chosen=chosen)


@router.get("/{visit_id}/guests")
async def read_guests(visit_id: UUID, scope: GuestReader, db: Db, reason: ReadReason) -> Page[GuestView]:
    """Names and passports: for the own NGO, the Fasker officer, and Kesbangpol on the way.

    Each reading is logged; officials say why in `Singo-Reason`.
    """
    async with db.transaction() as conn:
        rows = await queries.read_guests(conn, scope, visit_id, reason=reason)
    return Page(items=[GuestView.of(row) for row in rows])


@router.post("", status_code=201, response_model=VisitView)
async def announce_visit(body: Announcement, member: ActiveMember, write: KeyedWrite) -> Response:
    """Announce a visit to the regions on the way."""
    async with write.begin() as tx:
        visit_id = await commands.announce(tx.conn, body, member=member, now=tx.now)
        await _answer(tx, visit_id, ngo_id=member.ngo_id, status=201)
    return tx.response


@router.put("/{visit_id}", response_model=VisitView)
async def change_visit(
    visit_id: UUID, body: Announcement, member: ActiveMember, version: ExpectedVersion, write: KeyedWrite
) -> Response:
    """With other dates or stops it is a new itinerary, which the regions answer anew."""
    async with write.begin() as tx:
        await commands.change(tx.conn, visit_id, body, version=version, member=member, now=tx.now)
        await _answer(tx, visit_id, ngo_id=member.ngo_id)
    return tx.response


@router.post("/{visit_id}/answers", status_code=201, response_model=VisitView, responses={412: {}})
async def answer_visit(visit_id: UUID, body: RegionAnswer, _: Kesbangpol, write: KeyedWrite) -> Response:
    """A region on the way approves, postpones or refuses."""
    async with write.begin() as tx:
        await answers.answer(
            tx.conn,
            visit_id,
            region=body.region,
            answer=body.answer,
            reason=body.reason,
            itinerary_version=body.version,
            actor=tx.actor,
            now=tx.now,
        )
        await _answer(tx, visit_id, status=201)
    return tx.response


@router.post("/{visit_id}/cancellation", response_model=VisitView)
async def cancel_visit(
    visit_id: UUID, body: Cancellation, member: ActiveMember, version: ExpectedVersion, write: KeyedWrite
) -> Response:
    """Before it takes place."""
    async with write.begin() as tx:
        await commands.cancel(tx.conn, visit_id, reason=body.reason, version=version, member=member, now=tx.now)
        await _answer(tx, visit_id, ngo_id=member.ngo_id)
    return tx.response


@router.post("/{visit_id}/completion", response_model=VisitView)
async def complete_visit(
    visit_id: UUID, body: Completion, member: ActiveMember, version: ExpectedVersion, write: KeyedWrite
) -> Response:
    """After its last day, with a note on how it went."""
    async with write.begin() as tx:
        await commands.complete(tx.conn, visit_id, note=body.note, version=version, member=member, now=tx.now)
        await _answer(tx, visit_id, ngo_id=member.ngo_id)
    return tx.response


async def _answer(tx: Transaction, visit_id: UUID, *, ngo_id: UUID | None = None, status: int = 200) -> None:
    scope = Scope(tx.actor, ngo_id, everything=ngo_id is None)
    visit = VisitView.model_validate(await queries.get_visit(tx.conn, scope, visit_id))
    location = f"/v1/visits/{visit_id}" if status == 201 else None
    tx.answer(visit, status=status, version=visit.version, location=location)
