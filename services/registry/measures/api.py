"""Measures over HTTP: the organisation's own list, and what of them the public sees."""

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from fastapi import Depends, Query, Request, Response
from pydantic import Field, model_validator

from services.registry.access import PUBLIC, Fasker, FaskerHead, OwnMemberOrNational
from services.registry.dates import Day
from services.registry.measures import commands, queries
from services.registry.measures.rules import Effect, Origin
from shared.clock import JAKARTA
from shared.db import Connection
from shared.errors import NotFound
from shared.http.body import Body, Line, LongText, Number, Page, Reason, Sha256, ShortText, ShortTexts, View
from shared.http.database import Db
from shared.http.etags import ExpectedVersion, read_response
from shared.http.paging import PageRequest, page_response, paged
from shared.http.routing import resource
from shared.http.selection import Selection, selects, shown, shown_page
from shared.http.values import wrong
from shared.http.writes import KeyedWrite, Transaction

router = resource(tag="measures")

Fingerprint = Annotated[Sha256, Field(description="SHA-256 of the signed document")]


class _Decided(Body):
    kind: Annotated[Line, Field(description="Code of GET /v1/measure-kinds")]
    decided_on: Day
    starts_on: Day
    ends_on: Annotated[Day | None, Field(description="What suspends or closes lasts until it is lifted")] = None
    reason: Reason
    legal_basis: Annotated[Line | None, Field(description="Without: that of the kind on that day")] = None

    @model_validator(mode="after")
    def _dates_are_in_order(self) -> Self:
        if self.starts_on < self.decided_on:
            raise wrong("must not be before `decided_on`", "starts_on")
        if self.ends_on and self.ends_on < self.starts_on:
            raise wrong("must not be before `starts_on`", "ends_on")
        return self


class NewMeasure(_Decided):
    document_number: Line | None = None
    document_sha256: Fingerprint


class NewExternalMeasure(_Decided):
    issuer: Line
    document_number: Line
    document_sha256: Fingerprint | None = None


class Lifting(Body):
    lifted_on: Day
    reason: Reason


class Measure(View):
    id: UUID
    version: Number
    ngo_id: UUID
    origin: Origin
    kind: ShortText
    effect: Effect
    in_force: bool
    decided_on: date
    starts_on: date
    ends_on: date | None
    reason: LongText
    legal_basis: ShortText
    issuer: ShortText | None
    document_number: ShortText | None
    document_sha256: ShortText | None
    recorded_at: datetime
    recorded_by_role: ShortText
    lifted_on: date | None
    lift_reason: LongText | None


class PublicMeasure(View):
    id: UUID
    ngo_id: UUID
    origin: Origin
    kind: ShortText
    title_id: ShortText
    title_en: ShortText
    issuer: ShortText | None
    decided_on: date
    starts_on: date
    ends_on: date | None
    legal_basis: ShortText


class MeasureKind(View):
    code: ShortText
    title_id: ShortText
    title_en: ShortText
    effect: Effect
    origins: ShortTexts
    is_public: bool
    is_public_if_external: bool
    valid_from: date
    valid_to: date | None
    legal_basis: ShortText


async def _today(request: Request, conn: Connection) -> date:
    today: date = (await request.app.state.clock.now(conn)).astimezone(JAKARTA).date()
    return today


async def _answer(tx: Transaction, ngo_id: UUID, measure_id: UUID, *, status: int = 200) -> None:
    today = tx.now.astimezone(JAKARTA).date()
    view = Measure.of(await queries.find_measure(tx.conn, ngo_id, measure_id, today=today))
    location = f"/v1/organisations/{ngo_id}/measures/{measure_id}" if status == 201 else None
    tx.answer(view, status=status, version=view.version, location=location)


@router.get("/measures", response_model=shown_page(PublicMeasure), dependencies=[PUBLIC])
async def list_public_measures(
    *,
    request: Request,
    db: Db,
    page_request: Annotated[PageRequest, Depends(paged(queries.PUBLIC_SORTING))],
    chosen: Annotated[Selection, Depends(selects(PublicMeasure))],
    ngo_id: Annotated[UUID | None, Query(description="Only those against this organisation")] = None,
) -> Response:
    """Measures in force that are public. Which kinds are: `/v1/measure-kinds`."""
    async with db.read() as conn:
        rows = await queries.list_public(conn, page_request, ngo_id=ngo_id, today=await _today(request, conn))
    return page_response(request, page_request, rows, PublicMeasure.of, chosen=chosen, sorting=queries.PUBLIC_SORTING)


@router.get("/measure-kinds", response_model=Page[MeasureKind], dependencies=[PUBLIC])
async def list_measure_kinds(request: Request, db: Db) -> Response:
    """What measures there are, since when and until when, by which law."""
    async with db.read() as conn:
        rows = await queries.list_kinds(conn)
    return read_response(request, Page(items=[MeasureKind.of(row) for row in rows]))


@router.get("/organisations/{ngo_id}/measures", response_model=shown_page(Measure))
async def list_measures(
    *,
    ngo_id: UUID,
    _: OwnMemberOrNational,
    db: Db,
    request: Request,
    page_request: Annotated[PageRequest, Depends(paged(queries.SORTING))],
    chosen: Annotated[Selection, Depends(selects(Measure))],
) -> Response:
    """All measures against an organisation, own and external, in force and lifted."""
    async with db.read() as conn:
        rows = await queries.list_measures(conn, page_request, ngo_id, today=await _today(request, conn))
    return page_response(request, page_request, rows, Measure.of, chosen=chosen, sorting=queries.SORTING)


@router.get("/organisations/{ngo_id}/measures/{measure_id}", response_model=shown(Measure))
async def read_measure(
    *,
    ngo_id: UUID,
    measure_id: UUID,
    _: OwnMemberOrNational,
    db: Db,
    request: Request,
    chosen: Annotated[Selection, Depends(selects(Measure))],
) -> Response:
    """One measure, why it was taken, and why it was lifted."""
    async with db.read() as conn:
        row = await queries.find_measure(conn, ngo_id, measure_id, today=await _today(request, conn))
    if row is None:
        raise NotFound("there is no such measure against this organisation")
    return read_response(request, Measure.of(row), row["version"], chosen=chosen)


@router.post("/organisations/{ngo_id}/measures", status_code=201, response_model=Measure)
async def take_measure(ngo_id: UUID, body: NewMeasure, by: FaskerHead, write: KeyedWrite) -> Response:
    """Take a measure of the ministry's own. What suspends or closes does so at once, in the same step."""
    async with write.begin() as tx:
        measure_id = await commands.take_measure(tx.conn, ngo_id, measure=body.model_dump(), by=by, now=tx.now)
        await _answer(tx, ngo_id, measure_id, status=201)
    return tx.response


@router.post("/organisations/{ngo_id}/external-measures", status_code=201, response_model=Measure)
async def record_external_measure(ngo_id: UUID, body: NewExternalMeasure, by: Fasker, write: KeyedWrite) -> Response:
    """Record what another body has decided. It changes nothing here."""
    async with write.begin() as tx:
        measure_id = await commands.record_external_measure(
            tx.conn, ngo_id, measure=body.model_dump(), by=by, now=tx.now
        )
        await _answer(tx, ngo_id, measure_id, status=201)
    return tx.response


@router.post("/organisations/{ngo_id}/measures/{measure_id}/lifting", response_model=Measure)
async def lift_measure(
    *,
    ngo_id: UUID,
    measure_id: UUID,
    body: Lifting,
    by: FaskerHead,
    version: ExpectedVersion,
    write: KeyedWrite,
) -> Response:
    """Lift a measure, or record that its issuer has. With one that suspends, the organisation is reinstated."""
    async with write.begin() as tx:
        await commands.lift_measure(
            tx.conn,
            ngo_id,
            measure_id,
            lifted_on=body.lifted_on,
            reason=body.reason,
            version=version,
            by=by,
            now=tx.now,
        )
        await _answer(tx, ngo_id, measure_id)
    return tx.response
