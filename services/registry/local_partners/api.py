"""Local partners: proposed by an NGO, approved or rejected by the Centre."""

from datetime import date, datetime
from functools import partial
from typing import Annotated, Self
from uuid import UUID

from fastapi import Depends, Query, Request, Response
from pydantic import Field, model_validator

from services.registry.access import FaskerOfficer, NgoMember, Scope, Visible
from services.registry.dates import Day
from services.registry.local_partners import commands, queries
from services.registry.local_partners.imports import PartnerImport
from services.registry.local_partners.rules import Decision, Status
from services.registry.organisations.queries import organisations_named
from services.registry.organisations.views import OrganisationLink
from services.registry.reference.rules import Regencies, RegionCode
from shared.errors import NotFound
from shared.http.body import Body, Line, LongText, Number, Reason, ShortText, ShortTexts, View
from shared.http.bulk import ACCEPTS_ROWS, REQUEST_BODY, ImportReport, Mode, carry_out, parse
from shared.http.database import Db
from shared.http.etags import ExpectedVersion, read_response
from shared.http.paging import PageRequest, page_response, paged
from shared.http.routing import resource
from shared.http.selection import Selection, selects, shown, shown_page, with_related
from shared.http.values import wrong
from shared.http.writes import KeyedWrite, Transaction

router = resource("/local-partners", tag="local partners")


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
            raise wrong("are needed to reject, or to approve with notes", "notes")
        return self


class LocalPartner(View):
    id: UUID
    version: Number
    ngo_id: UUID
    status: Status
    name: ShortText
    legal_form: ShortText
    registration_number: ShortText
    registration_valid_to: date
    regions: ShortTexts
    programme: LongText
    proposed_at: datetime
    decided_at: datetime | None
    notes: LongText | None


class ShownLocalPartner(LocalPartner):
    organisation: OrganisationLink | None = Field(default=None, description="With `expand=organisation`")


Chosen = Annotated[Selection, Depends(selects(ShownLocalPartner, "organisation"))]


async def _answer(tx: Transaction, partner_id: UUID, *, status: int = 200, location: str | None = None) -> None:
    row = await queries.find_partner(tx.conn, partner_id, Scope(everything=True))
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


@router.post("/imports", response_model=ImportReport, dependencies=[ACCEPTS_ROWS], openapi_extra=REQUEST_BODY)
async def import_partners(
    *,
    request: Request,
    member: NgoMember,
    write: KeyedWrite,
    mode: Annotated[Mode, Query(description="atomic: all rows or none; partial: those that are good")] = "atomic",
    dry_run: Annotated[bool, Query(description="Write nothing, and say what would happen")] = False,
) -> Response:
    """Propose many partners for one's own NGO at once, from CSV or JSON lines with the fields of a single proposal."""
    rows = parse(request, await request.body(), NewLocalPartner, lists=frozenset({"regions"}))
    async with write.begin() as tx:
        partners = PartnerImport(tx.conn, member.ngo_id, by=member.by, now=tx.now)
        await partners.prepare()
        report = await carry_out(tx.conn, rows, partners.write, partners.emit_events, mode=mode, dry_run=dry_run)
        tx.answer(report)
    return tx.response


@router.get("", response_model=shown_page(ShownLocalPartner))
async def list_partners(
    *,
    request: Request,
    scope: Visible,
    db: Db,
    page_request: Annotated[PageRequest, Depends(paged(queries.SORTING))],
    chosen: Chosen,
    status: Annotated[Status | None, Query(description="Only those in this status")] = None,
    region: Annotated[RegionCode | None, Query(description="Only those who work there")] = None,
) -> Response:
    """One's own NGO's; an official of a region sees those who work there, one of the ministry all."""
    async with db.read() as conn:
        rows = await queries.list_partners(conn, page_request, scope, status=status, region=region)
        found = await with_related(rows, chosen, "organisation", "ngo_id", partial(organisations_named, conn))
    return page_response(
        request,
        page_request,
        found,
        ShownLocalPartner.of,
        chosen=chosen,
        sorting=queries.SORTING,
    )


@router.get("/{partner_id}", response_model=shown(ShownLocalPartner))
async def read_partner(request: Request, partner_id: UUID, scope: Visible, db: Db, chosen: Chosen) -> Response:
    """One local partner and how it was decided."""
    async with db.read() as conn:
        row = await queries.find_partner(conn, partner_id, scope)
        if row is None:
            raise NotFound("there is no such local partner among those that you may see")
        [found] = await with_related([row], chosen, "organisation", "ngo_id", partial(organisations_named, conn))
    return read_response(request, ShownLocalPartner.of(found), row["version"], chosen=chosen)


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
