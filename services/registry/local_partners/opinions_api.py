"""Opinions of other bodies on a local partner: for the Centre alone, until it releases a note."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request, Response

from services.registry.access import PUBLIC, Fasker, FaskerOfficer
from services.registry.local_partners import opinions, queries
from services.registry.local_partners.views import ClearanceBody, NewOpinion, Opinion, Release
from shared.errors import NotFound
from shared.http.body import Page
from shared.http.database import Db
from shared.http.etags import ExpectedVersion, read_response
from shared.http.paging import PageRequest, page_response, paged
from shared.http.routing import resource
from shared.http.selection import Selection, selects, shown_page
from shared.http.writes import KeyedWrite, Transaction

router = resource("/local-partners/{partner_id}/opinions", tag="local partners")
bodies_router = resource("/clearance-bodies", tag="local partners", dependencies=[PUBLIC])


async def _answer(tx: Transaction, partner_id: UUID, opinion_id: UUID, *, status: int = 200) -> None:
    view = Opinion.of(await queries.find_opinion(tx.conn, partner_id, opinion_id))
    tx.answer(view, status=status, version=view.version)


@router.get("", response_model=shown_page(Opinion))
async def list_opinions(
    *,
    partner_id: UUID,
    _: Fasker,
    db: Db,
    request: Request,
    page_request: Annotated[PageRequest, Depends(paged(queries.OPINION_SORTING))],
    chosen: Annotated[Selection, Depends(selects(Opinion))],
) -> Response:
    """What other bodies think of the partner. Internal: others see the notes that were released."""
    async with db.read() as conn:
        if not await queries.partner_exists(conn, partner_id):
            raise NotFound("there is no local partner with this id")
        rows = await queries.list_opinions(conn, page_request, partner_id)
    return page_response(request, page_request, rows, Opinion.of, chosen=chosen, sorting=queries.OPINION_SORTING)


@router.post("", status_code=201, response_model=Opinion)
async def record_opinion(partner_id: UUID, body: NewOpinion, by: FaskerOfficer, write: KeyedWrite) -> Response:
    """Record what a body thinks of a partner that is not decided on yet."""
    async with write.begin() as tx:
        opinion_id = await opinions.record_opinion(tx.conn, partner_id, opinion=body.model_dump(), by=by, now=tx.now)
        await _answer(tx, partner_id, opinion_id, status=201)
    return tx.response


@router.post("/{opinion_id}/release", response_model=Opinion)
async def release_note(
    *,
    partner_id: UUID,
    opinion_id: UUID,
    body: Release,
    by: FaskerOfficer,
    version: ExpectedVersion,
    write: KeyedWrite,
) -> Response:
    """Let the organisation and the regions read a note on the opinion; the opinion itself stays internal."""
    async with write.begin() as tx:
        await opinions.release_note(tx.conn, partner_id, opinion_id, note=body.note, version=version, by=by, now=tx.now)
        await _answer(tx, partner_id, opinion_id)
    return tx.response


@bodies_router.get("", response_model=Page[ClearanceBody])
async def list_bodies(request: Request, db: Db) -> Response:
    """The bodies whose opinions are asked, with the time in which each is what it is called."""
    async with db.read() as conn:
        rows = await queries.list_bodies(conn)
    return read_response(request, Page(items=[ClearanceBody.of(row) for row in rows]))
