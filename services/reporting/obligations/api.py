"""Obligations over HTTP."""

from datetime import date
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Request, Response
from pydantic import AwareDatetime, Field

from services.reporting.access import Fasker, FaskerHead, Reader
from services.reporting.copies.queries import organisations_named
from services.reporting.copies.views import OrganisationLink
from services.reporting.obligations import commands, queries
from services.reporting.obligations.rules import Kind, Status
from shared.http.body import Body, LongText, Number, Reason, ShortText, ShortTexts, View
from shared.http.database import Db
from shared.http.etags import ExpectedVersion, read_response
from shared.http.paging import PageRequest, page_response, paged
from shared.http.routing import resource
from shared.http.selection import Selection, selects, shown, shown_page, with_related
from shared.http.writes import KeyedWrite

router = resource("/obligations", tag="obligations")


class ObligationView(View):
    id: UUID
    ngo_id: UUID
    agreement_id: UUID
    kind: Kind
    period: ShortText
    regions: ShortTexts
    rule: ShortText
    legal_basis: LongText
    first_due_on: date
    due_on: date
    status: Status
    extension_reason: LongText | None
    waiver_reason: LongText | None
    fulfilled_at: AwareDatetime | None
    days_late: Number | None
    moved_from_ngo_id: UUID | None
    moved_to_ngo_id: UUID | None
    version: Number


class ShownObligation(ObligationView):
    organisation: OrganisationLink | None = Field(default=None, description="With `expand=organisation`")


class ObligationLink(View):
    """What reports show of the obligation that they meet."""

    id: UUID
    kind: Kind
    period: ShortText
    rule: ShortText
    legal_basis: LongText
    due_on: date
    status: Status


Chosen = Annotated[Selection, Depends(selects(ShownObligation, "organisation"))]


class Extension(Body):
    due_on: date
    reason: Reason


class Waiver(Body):
    reason: Reason


@router.get("", response_model=shown_page(ShownObligation))
async def list_obligations(
    *,
    request: Request,
    scope: Reader,
    db: Db,
    paging: Annotated[PageRequest, Depends(paged(queries.SORTING))],
    chosen: Chosen,
    ngo_id: UUID | None = None,
    status: Status | None = None,
    kind: Kind | None = None,
    due_from: Annotated[date | None, Query(description="Due on this day or later")] = None,
    due_to: Annotated[date | None, Query(description="Due on this day or before")] = None,
) -> Response:
    """What is due: of your own NGO, in your regions, or of all."""
    async with db.read() as conn:
        rows = await queries.list_obligations(
            conn, scope, paging, ngo_id=ngo_id, status=status, kind=kind, due_from=due_from, due_to=due_to
        )
        found = await with_related(rows, chosen, "organisation", "ngo_id", partial(organisations_named, conn))
    return page_response(
        request,
        paging,
        found,
        ShownObligation.of,
        chosen=chosen,
        sorting=queries.SORTING,
    )


@router.get("/{obligation_id}", response_model=shown(ShownObligation))
async def get_obligation(obligation_id: UUID, scope: Reader, db: Db, request: Request, chosen: Chosen) -> Response:
    """What is due, by which rule, and whether it was met."""
    async with db.read() as conn:
        row = await queries.get_obligation(conn, scope, obligation_id)
        [found] = await with_related([row], chosen, "organisation", "ngo_id", partial(organisations_named, conn))
    return read_response(request, ShownObligation.of(found), row["version"], chosen=chosen)


@router.post("/{obligation_id}/extension", response_model=ObligationView)
async def extend_obligation(
    obligation_id: UUID, body: Extension, _: Fasker, version: ExpectedVersion, write: KeyedWrite
) -> Response:
    """Set a later due date; also once it is overdue."""
    async with write.begin() as tx:
        row = await commands.extend(
            tx.conn,
            obligation_id,
            body.due_on,
            reason=body.reason,
            version=version,
            actor=tx.actor,
            now=tx.now,
        )
        tx.answer(ObligationView.of(row), version=row["version"])
    return tx.response


@router.post("/{obligation_id}/waiver", response_model=ObligationView)
async def waive_obligation(
    obligation_id: UUID, body: Waiver, _: FaskerHead, version: ExpectedVersion, write: KeyedWrite
) -> Response:
    """Release the NGO from it."""
    async with write.begin() as tx:
        row = await commands.waive(
            tx.conn, obligation_id, reason=body.reason, version=version, actor=tx.actor, now=tx.now
        )
        tx.answer(ObligationView.of(row), version=row["version"])
    return tx.response
