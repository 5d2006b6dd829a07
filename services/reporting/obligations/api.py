"""Obligations over HTTP."""

from datetime import date
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import AwareDatetime

from services.reporting.access import Fasker, FaskerHead, Reader
from services.reporting.obligations import commands, queries
from services.reporting.obligations.rules import Kind, Status
from shared.http.body import Body, Page, Reason, View
from shared.http.etags import ExpectedVersion, read_response
from shared.http.paging import PageQuery, page
from shared.http.writes import KeyedWrite
from shared.operations import Db

router = APIRouter(prefix="/obligations", tags=["obligations"])


class ObligationView(View):
    id: UUID
    ngo_id: UUID
    agreement_id: UUID
    kind: Kind
    period: str
    regions: tuple[str, ...]
    rule: str
    legal_basis: str
    first_due_on: date
    due_on: date
    status: Status
    extension_reason: str | None
    waiver_reason: str | None
    fulfilled_at: AwareDatetime | None
    days_late: int | None
    moved_from_ngo_id: UUID | None
    moved_to_ngo_id: UUID | None
    version: int


class Extension(Body):
    due_on: date
    reason: Reason


class Waiver(Body):
    reason: Reason


@router.get("")
async def list_obligations(
    *,
    scope: Reader,
    db: Db,
    paging: PageQuery,
    ngo_id: UUID | None = None,
    status: Status | None = None,
    kind: Kind | None = None,
) -> Page[ObligationView]:
    """What is due: of your own NGO, in your regions, or of all."""
    rows = await queries.list_obligations(db, scope, paging, ngo_id=ngo_id, status=status, kind=kind)
    return page(rows, paging, lambda row: ObligationView.model_validate(dict(row)))


@router.get("/{obligation_id}", response_model=ObligationView)
async def get_obligation(obligation_id: UUID, scope: Reader, db: Db, request: Request) -> Response:
    """What is due, by which rule, and whether it was met."""
    row = await queries.get_obligation(db, scope, obligation_id)
    return read_response(request, ObligationView.model_validate(dict(row)), row["version"])


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
        tx.answer(ObligationView.model_validate(dict(row)), version=row["version"])
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
        tx.answer(ObligationView.model_validate(dict(row)), version=row["version"])
    return tx.response
