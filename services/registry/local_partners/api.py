"""Local partners: proposed by an NGO, approved or rejected by the Centre."""

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import model_validator

from services.registry.access import FaskerOfficer, NgoMember, Scope, Visible
from services.registry.dates import Day
from services.registry.local_partners import commands, queries
from services.registry.local_partners.rules import Decision, Status
from services.registry.reference.rules import Regencies
from shared.errors import NotFound
from shared.http.body import Body, Line, Page, Reason, View
from shared.http.etags import ExpectedVersion, read_response
from shared.http.paging import PageQuery, page
from shared.http.writes import KeyedWrite, Transaction
from shared.operations import Db

router = APIRouter(prefix="/local-partners", tags=["local partners"])


class NewLocalPartner(Body):
    name: Line
    legal_form: Line
    registration_number: Line
    registration_valid_to: Day
    regions: Regencies
    programme: Line


class PartnerDecision(Body):
    decision: Decision
    notes: Reason | None = None

    @model_validator(mode="after")
    def _gives_notes_where_they_matter(self) -> Self:
        if self.decision is not Decision.APPROVED and self.notes is None:
            raise ValueError("`notes` are needed to reject, or to approve with notes")
        return self


class LocalPartner(View):
    id: UUID
    version: int
    ngo_id: UUID
    status: Status
    name: str
    legal_form: str
    registration_number: str
    registration_valid_to: date
    regions: list[str]
    programme: str
    proposed_at: datetime
    decided_at: datetime | None
    notes: str | None


async def _answer(tx: Transaction, partner_id: UUID, *, status: int = 200, location: str | None = None) -> None:
    row = await queries.find_partner(tx.conn, partner_id, Scope())
    view = LocalPartner.model_validate(dict(row or {}))
    tx.answer(view, status=status, version=view.version, location=location)


@router.post("", status_code=201, response_model=LocalPartner)
async def propose_partner(body: NewLocalPartner, member: NgoMember, write: KeyedWrite) -> Response:
    """Propose a partner for one's own NGO. Its registration must be valid (V20)."""
    async with write.begin() as tx:
        partner_id = await commands.propose_partner(
            tx.conn, member.ngo_id, partner=body.model_dump(), by=member.by, now=tx.now
        )
        await _answer(tx, partner_id, status=201, location=f"/v1/local-partners/{partner_id}")
    return tx.response


@router.get("")
async def list_partners(
    scope: Visible,
    db: Db,
    page_request: PageQuery,
    status: Annotated[Status | None, Query(description="Only those in this status")] = None,
) -> Page[LocalPartner]:
    """One's own NGO's; an official of a region sees those who work there, one of the ministry all."""
    async with db.read() as conn:
        rows = await queries.list_partners(conn, page_request, scope, status=status)
    return page(rows, page_request, lambda row: LocalPartner.model_validate(dict(row)))


@router.get("/{partner_id}", response_model=LocalPartner)
async def read_partner(request: Request, partner_id: UUID, scope: Visible, db: Db) -> Response:
    """One local partner and how it was decided."""
    async with db.read() as conn:
        row = await queries.find_partner(conn, partner_id, scope)
    if row is None:
        raise NotFound("there is no such local partner among those that you may see")
    return read_response(request, LocalPartner.model_validate(dict(row)), row["version"])


@router.post("/{partner_id}/decision", response_model=LocalPartner)
async def decide_partner(
    partner_id: UUID, body: PartnerDecision, by: FaskerOfficer, version: ExpectedVersion, write: KeyedWrite
) -> Response:
    """Approve, approve with notes, or reject."""
    async with write.begin() as tx:
        await commands.decide_partner(
            tx.conn, partner_id, body.decision, notes=body.notes, version=version, by=by, now=tx.now
        )
        await _answer(tx, partner_id)
    return tx.response
