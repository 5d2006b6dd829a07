"""Local partners: proposed by an NGO, cleared and decided on by the Centre. Opinions: `opinions_api`."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Request, Response

from services.registry.access import FaskerOfficer, NgoMember, OwnMemberOrOfficer, Scope, Visible
from services.registry.dates import Day
from services.registry.local_partners import clearance, commands, queries, renewals
from services.registry.local_partners.imports import PartnerImport
from services.registry.local_partners.rules import Action, Status
from services.registry.local_partners.views import (
    ClearanceStep,
    End,
    NewLocalPartner,
    PartnerDecision,
    PartnerInFull,
    ProposedPartner,
    Renewal,
    RenewalDecision,
    ShownLocalPartner,
    ShownPartnerInFull,
    Start,
)
from services.registry.organisations.queries import organisations_named
from services.registry.reference.rules import RegionCode
from shared.errors import NotFound
from shared.events.envelope import ActedBy
from shared.http.bulk import ACCEPTS_ROWS, REQUEST_BODY, ImportReport, Mode, carry_out, parse
from shared.http.database import Db
from shared.http.etags import ExpectedVersion, read_response
from shared.http.paging import PageRequest, page_response, paged
from shared.http.routing import resource
from shared.http.selection import Selection, selects, shown, shown_page, with_related
from shared.http.writes import KeyedWrite, Transaction

router = resource("/local-partners", tag="local partners")


async def _answer(tx: Transaction, partner_id: UUID, *, status: int = 200, location: str | None = None) -> None:
    row = await queries.find_partner(tx.conn, partner_id, Scope(everything=True))
    view = PartnerInFull.model_validate(row or {})
    tx.answer(view, status=status, version=view.version, location=location)


@router.post("", status_code=201, response_model=PartnerInFull)
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
    """Propose many partners for one's own NGO at once, from CSV or JSON lines; `PUT` adds the rest of the form."""
    rows = parse(request, await request.body(), ProposedPartner, lists=frozenset({"regions"}))
    async with write.begin() as tx:
        partners = PartnerImport(tx.conn, member.ngo_id, by=member.by, now=tx.now)
        await partners.prepare()
        report = await carry_out(
            request, tx.conn, rows, partners.write, partners.emit_events, mode=mode, dry_run=dry_run
        )
        tx.answer(report)
    return tx.response


@router.get("", response_model=shown_page(ShownLocalPartner))
async def list_partners(
    *,
    request: Request,
    scope: Visible,
    db: Db,
    page_request: Annotated[PageRequest, Depends(paged(queries.SORTING))],
    chosen: Annotated[Selection, Depends(selects(ShownLocalPartner, "organisation"))],
    status: Annotated[Status | None, Query(description="Only those in this status")] = None,
    region: Annotated[RegionCode | None, Query(description="Only those who work there")] = None,
    ngo_id: Annotated[UUID | None, Query(description="Only those that this organisation holds")] = None,
    on: Annotated[Day | None, Query(description="As of this day: who was there, and who held them then")] = None,
) -> Response:
    """One's own NGO's, also those that it has from a merger; an official of a region sees those who work there, one of
    the ministry all.
    """
    async with db.read() as conn:
        rows = await queries.list_partners(
            conn, page_request, scope, status=status, region=region, ngo_id=ngo_id, on=on
        )
        found = await with_related(rows, chosen, "organisation", "ngo_id", partial(organisations_named, conn))
    return page_response(
        request,
        page_request,
        found,
        ShownLocalPartner.of,
        chosen=chosen,
        sorting=queries.SORTING,
    )


@router.get("/{partner_id}", response_model=shown(ShownPartnerInFull))
async def read_partner(
    request: Request,
    partner_id: UUID,
    scope: Visible,
    db: Db,
    chosen: Annotated[Selection, Depends(selects(ShownPartnerInFull, "organisation"))],
) -> Response:
    """One local partner, its way through the clearance, and the notes that were released."""
    async with db.read() as conn:
        row = await queries.find_partner(conn, partner_id, scope)
        if row is None:
            raise NotFound("there is no such local partner among those that you may see")
        [found] = await with_related([row], chosen, "organisation", "ngo_id", partial(organisations_named, conn))
    return read_response(request, ShownPartnerInFull.of(found), row["version"], chosen=chosen)


@router.put("/{partner_id}", response_model=PartnerInFull)
async def change_partner(
    partner_id: UUID, body: NewLocalPartner, member: NgoMember, version: ExpectedVersion, write: KeyedWrite
) -> Response:
    """The whole form anew, until the orientation begins."""
    async with write.begin() as tx:
        await commands.change_partner(
            tx.conn,
            partner_id,
            ngo_id=member.ngo_id,
            partner=body.model_dump(),
            version=version,
            by=member.by,
            now=tx.now,
        )
        await _answer(tx, partner_id)
    return tx.response


@router.post("/{partner_id}/pre-orientation", response_model=PartnerInFull)
async def begin_pre_orientation(
    partner_id: UUID, body: ClearanceStep, by: FaskerOfficer, version: ExpectedVersion, write: KeyedWrite
) -> Response:
    """Take a proposal up: other bodies are asked for their opinions."""
    return await _step(write, partner_id, Action.PRE_ORIENT, note=body.note, version=version, by=by)


@router.post("/{partner_id}/orientation", response_model=PartnerInFull)
async def begin_orientation(
    partner_id: UUID, body: ClearanceStep, by: FaskerOfficer, version: ExpectedVersion, write: KeyedWrite
) -> Response:
    """Invite the partner to its orientation. From here on its form stays as it is."""
    return await _step(write, partner_id, Action.ORIENT, note=body.note, version=version, by=by)


async def _step(
    write: KeyedWrite, partner_id: UUID, action: Action, *, note: str | None, version: int, by: ActedBy
) -> Response:
    async with write.begin() as tx:
        await clearance.take_step(tx.conn, partner_id, action, note=note, version=version, by=by, now=tx.now)
        await _answer(tx, partner_id)
    return tx.response


@router.post("/{partner_id}/decision", response_model=PartnerInFull)
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


@router.post("/{partner_id}/start", response_model=PartnerInFull)
async def start_partnership(
    partner_id: UUID, body: Start, whose: OwnMemberOrOfficer, version: ExpectedVersion, write: KeyedWrite
) -> Response:
    """Record that the work with an approved partner has begun. Its registration was valid on that day (V20)."""
    async with write.begin() as tx:
        await clearance.start_partnership(
            tx.conn, partner_id, started_on=body.started_on, version=version, whose=whose, now=tx.now
        )
        await _answer(tx, partner_id)
    return tx.response


@router.post("/{partner_id}/end", response_model=PartnerInFull)
async def end_partnership(
    partner_id: UUID, body: End, whose: OwnMemberOrOfficer, version: ExpectedVersion, write: KeyedWrite
) -> Response:
    """Record that the partnership has ended: no plan may name the partner any more (V20)."""
    async with write.begin() as tx:
        await clearance.end_partnership(
            tx.conn,
            partner_id,
            ended_on=body.ended_on,
            reason=body.reason,
            version=version,
            whose=whose,
            now=tx.now,
        )
        await _answer(tx, partner_id)
    return tx.response


@router.post("/{partner_id}/renewal", response_model=PartnerInFull)
async def give_renewal(
    partner_id: UUID, body: Renewal, member: NgoMember, version: ExpectedVersion, write: KeyedWrite
) -> Response:
    """Give the renewed registration of an approved or active partner; it holds once an officer confirms it."""
    async with write.begin() as tx:
        await renewals.give_renewal(
            tx.conn,
            partner_id,
            ngo_id=member.ngo_id,
            renewal=body.model_dump(),
            version=version,
            by=member.by,
            now=tx.now,
        )
        await _answer(tx, partner_id)
    return tx.response


@router.post("/{partner_id}/renewal/decision", response_model=PartnerInFull)
async def decide_renewal(
    partner_id: UUID, body: RenewalDecision, by: FaskerOfficer, version: ExpectedVersion, write: KeyedWrite
) -> Response:
    """Confirm the renewed registration, by which plans may name the partner from now on (V20), or refuse it."""
    async with write.begin() as tx:
        await renewals.decide_renewal(
            tx.conn,
            partner_id,
            confirmed=body.decision == "confirmed",
            reason=body.reason,
            version=version,
            by=by,
            now=tx.now,
        )
        await _answer(tx, partner_id)
    return tx.response
