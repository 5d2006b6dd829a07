"""Licences of an organisation, recorded by its members or by the ministry."""

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from fastapi import Depends, Query, Request, Response
from pydantic import Field, model_validator

from services.registry.access import PUBLIC, Fasker, OwnMemberOrFasker, OwnMemberOrNational, Scope
from services.registry.dates import Day
from services.registry.licences import commands, queries
from services.registry.licences.rules import Kind, Status
from shared.errors import NotFound
from shared.http.body import Body, Line, LongText, Number, Page, Reason, Sha256, ShortText, View
from shared.http.database import Db
from shared.http.etags import ExpectedVersion, read_response
from shared.http.paging import PageRequest, page_response, paged
from shared.http.routing import resource
from shared.http.selection import Selection, selects, shown, shown_page
from shared.http.values import wrong
from shared.http.writes import KeyedWrite, Transaction

router = resource("/organisations/{ngo_id}/licences", tag="licences")
lead_times_router = resource("/licence-lead-times", tag="licences")


class Permit(Body):
    """What is written on a permit."""

    number: Line
    issuer: Line
    issued_on: Day
    valid_from: Day
    valid_to: Day
    document_sha256: Annotated[Sha256 | None, Field(description="Fingerprint of the scanned document")] = None

    @model_validator(mode="after")
    def _is_valid_for_some_time(self) -> Self:
        if self.valid_to <= self.valid_from:
            raise wrong("must be after `valid_from`", "valid_to", rule="V01")
        if self.valid_to < self.issued_on:
            raise wrong("must not be after `valid_to`", "issued_on")
        return self


class NewLicence(Permit):
    kind: Kind


class Revocation(Body):
    """What another body decided; it is noted here."""

    revoked_on: Day
    reason: Reason


class Retraction(Body):
    """Why the record was a mistake."""

    reason: Reason


class LicenceView(View):
    id: UUID
    version: Number
    ngo_id: UUID
    kind: Kind
    number: ShortText
    issuer: ShortText
    issued_on: date
    valid_from: date
    valid_to: date
    document_sha256: ShortText | None
    status: Status
    revoked_on: date | None
    revocation_reason: LongText | None
    retracted_at: datetime | None
    retraction_reason: LongText | None
    recorded_at: datetime


class LeadTimeView(View):
    kind: Kind
    months: Number
    valid_from: date
    valid_to: date | None
    legal_basis: LongText


async def _answer(tx: Transaction, ngo_id: UUID, licence_id: UUID, *, status: int = 200) -> None:
    view = LicenceView.of(await queries.find_licence(tx.conn, ngo_id, licence_id))
    location = f"/v1/organisations/{ngo_id}/licences/{licence_id}" if status == 201 else None
    tx.answer(view, status=status, version=view.version, location=location)


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
    status: Annotated[Status | None, Query(description="Only those in this status")] = None,
) -> Response:
    """The evidence of licences that others issued, newest first."""
    async with db.read() as conn:
        rows = await queries.list_licences(conn, page_request, Scope(ngo_id=ngo_id), kind=kind, status=status)
    return page_response(
        request,
        page_request,
        rows,
        LicenceView.of,
        chosen=chosen,
        sorting=queries.SORTING,
    )


@router.get("/{licence_id}", response_model=shown(LicenceView))
async def read_licence(
    *,
    request: Request,
    ngo_id: UUID,
    licence_id: UUID,
    _: OwnMemberOrNational,
    db: Db,
    chosen: Annotated[Selection, Depends(selects(LicenceView))],
) -> Response:
    """The evidence of one licence, and whether it still holds."""
    async with db.read() as conn:
        row = await queries.find_licence(conn, ngo_id, licence_id)
    if row is None:
        raise NotFound("there is no such licence of this organisation")
    return read_response(request, LicenceView.of(row), row["version"], chosen=chosen)


@router.post("", status_code=201, response_model=LicenceView)
async def record_licence(ngo_id: UUID, body: NewLicence, by: OwnMemberOrFasker, write: KeyedWrite) -> Response:
    """Record evidence of a licence. An izin prinsip is valid for three years at most (V01)."""
    async with write.begin() as tx:
        licence_id = await commands.record_licence(
            tx.conn, ngo_id, body.kind, licence=body.model_dump(), pointer="#", by=by, now=tx.now
        )
        await _answer(tx, ngo_id, licence_id, status=201)
    return tx.response


@router.post("/{licence_id}/revocation", response_model=LicenceView)
async def revoke_licence(
    *,
    ngo_id: UUID,
    licence_id: UUID,
    body: Revocation,
    by: Fasker,
    version: ExpectedVersion,
    write: KeyedWrite,
) -> Response:
    """Note that the body which issued the licence has revoked it, and why."""
    async with write.begin() as tx:
        await commands.revoke_licence(
            tx.conn,
            ngo_id,
            licence_id,
            revoked_on=body.revoked_on,
            reason=body.reason,
            version=version,
            by=by,
            now=tx.now,
        )
        await _answer(tx, ngo_id, licence_id)
    return tx.response


@router.post("/{licence_id}/retraction", response_model=LicenceView)
async def retract_licence(
    *,
    ngo_id: UUID,
    licence_id: UUID,
    body: Retraction,
    by: Fasker,
    version: ExpectedVersion,
    write: KeyedWrite,
) -> Response:
    """Take back a record that was a mistake and on which nothing rests (V02). It stays readable; its number is free."""
    async with write.begin() as tx:
        await commands.retract_licence(
            tx.conn, ngo_id, licence_id, reason=body.reason, version=version, by=by, now=tx.now
        )
        await _answer(tx, ngo_id, licence_id)
    return tx.response


@lead_times_router.get("", response_model=Page[LeadTimeView], dependencies=[PUBLIC])
async def list_lead_times(request: Request, db: Db) -> Response:
    """How long before their end licences are warned of, since when, and by which law."""
    async with db.read() as conn:
        rows = await queries.list_lead_times(conn)
    return read_response(request, Page[LeadTimeView](items=[LeadTimeView.of(row) for row in rows]))
