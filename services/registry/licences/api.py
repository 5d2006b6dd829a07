"""Licences of an organisation, recorded by its members or by the ministry."""

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from fastapi import Depends, Query, Request, Response
from pydantic import Field, model_validator

from services.registry.access import OwnMemberOrFasker, OwnMemberOrNational
from services.registry.dates import Day
from services.registry.licences import commands, queries
from services.registry.licences.rules import Kind
from shared.http.body import Body, Line, ShortText, View
from shared.http.database import Db
from shared.http.paging import PageRequest, page_response, paged
from shared.http.routing import resource
from shared.http.selection import Selection, selects, shown_page
from shared.http.values import wrong
from shared.http.writes import KeyedWrite

router = resource("/organisations/{ngo_id}/licences", tag="licences")


class Permit(Body):
    """What is written on a permit."""

    number: Line
    issuer: Line
    issued_on: Day
    valid_from: Day
    valid_to: Day
    document_sha256: Annotated[
        str | None, Field(pattern="^[0-9a-f]{64}$", max_length=64, description="Fingerprint of the scanned document")
    ] = None

    @model_validator(mode="after")
    def _is_valid_for_some_time(self) -> Self:
        if self.valid_to <= self.valid_from:
            raise wrong("must be after `valid_from`", "valid_to", rule="V01")
        return self


class NewLicence(Permit):
    kind: Kind


class LicenceView(View):
    id: UUID
    ngo_id: UUID
    kind: Kind
    number: ShortText
    issuer: ShortText
    issued_on: date
    valid_from: date
    valid_to: date
    document_sha256: ShortText | None
    recorded_at: datetime


@router.get("", response_model=shown_page(LicenceView))
async def list_licences(
    *,
    ngo_id: UUID,
    _: OwnMemberOrNational,
    db: Db,
    request: Request,
    page_request: Annotated[PageRequest, Depends(paged(queries.SORTING))],
    chosen: Annotated[Selection, Depends(selects(LicenceView))],
    kind: Annotated[Kind | None, Query(description="Only of this kind")] = None,
) -> Response:
    """The evidence of licences that others issued, newest first."""
    async with db.read() as conn:
        rows = await queries.list_licences(conn, ngo_id, page_request, kind=kind)
    return page_response(
        request,
        page_request,
        rows,
        LicenceView.of,
        chosen=chosen,
        sorting=queries.SORTING,
    )


@router.post("", status_code=201, response_model=LicenceView)
async def record_licence(ngo_id: UUID, body: NewLicence, by: OwnMemberOrFasker, write: KeyedWrite) -> Response:
    """Record evidence of a licence. An izin prinsip is valid for three years at most (V01)."""
    async with write.begin() as tx:
        licence_id = await commands.record_licence(
            tx.conn, ngo_id, body.kind, licence=body.model_dump(), pointer="#", by=by, now=tx.now
        )
        view = LicenceView(id=licence_id, ngo_id=ngo_id, recorded_at=tx.now, **body.model_dump())
        tx.answer(view, status=201)
    return tx.response
