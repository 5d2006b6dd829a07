"""Organisations: applications, the ministry's decisions on them, and the public list."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Depends, Query, Request, Response

from services.registry.access import PUBLIC, ApplicationReader, Fasker, FaskerHead, FaskerOfficer
from services.registry.organisations import commands, queries
from services.registry.organisations.rules import Action, Status
from services.registry.organisations.views import (
    Act,
    Application,
    ApplicationView,
    Decision,
    ListedApplication,
    ListedOrganisation,
    Merger,
    OrganisationLink,
    ShownOrganisation,
    Standing,
)
from services.registry.profiles.views import Country
from services.registry.reference.rules import RegionCode
from shared.clock import JAKARTA
from shared.db import Connection
from shared.errors import NotFound
from shared.events.envelope import ActedBy
from shared.http.body import Line
from shared.http.database import Db
from shared.http.etags import ExpectedVersion, read_response
from shared.http.paging import PageRequest, page_response, paged
from shared.http.routing import resource
from shared.http.selection import Selection, selects, shown, shown_page
from shared.http.writes import KeyedWrite, Transaction

router = resource(tag="organisations")

PublicStatus = Literal["active", "suspended", "closed", "merged"]


async def _today(request: Request, conn: Connection) -> date:
    today: date = (await request.app.state.clock.now(conn)).astimezone(JAKARTA).date()
    return today


async def _answer(tx: Transaction, ngo_id: UUID, *, status: int = 200, location: str | None = None) -> None:
    view = ApplicationView.of(await queries.find_application(tx.conn, ngo_id))
    tx.answer(view, status=status, version=view.version, location=location)


@router.post("/organisations", status_code=201, response_model=ApplicationView)
async def apply_for_registration(body: Application, write: KeyedWrite) -> Response:
    """Apply for your organisation. Anybody who acts for none yet may; you become its `ngo_admin`."""
    async with write.begin() as tx:
        ngo_id = await commands.apply_for_registration(
            tx.conn,
            profile=body.profile(),
            principle_permit=body.principle_permit.model_dump(),
            by=ActedBy(subject=tx.actor.subject, role="applicant"),
            now=tx.now,
        )
        await _answer(tx, ngo_id, status=201, location=f"/v1/organisations/{ngo_id}/application")
    return tx.response


@router.get("/organisations", response_model=shown_page(ListedOrganisation), dependencies=[PUBLIC])
async def list_organisations(
    *,
    request: Request,
    db: Db,
    page_request: Annotated[PageRequest, Depends(paged(queries.SORTING))],
    chosen: Annotated[Selection, Depends(selects(ListedOrganisation))],
    q: Annotated[Line | None, Query(description="Part of a name, acronym or alias")] = None,
    region: Annotated[RegionCode | None, Query(description="Where an agreement of theirs has effect")] = None,
    sector: Annotated[Line | None, Query(description="Code of a sector")] = None,
    origin_country: Annotated[Country | None, Query()] = None,
    status: Annotated[PublicStatus | None, Query(description="Only those in this status")] = None,
) -> Response:
    """Every organisation that was ever accepted, with its standing."""
    async with db.read() as conn:
        today = await _today(request, conn)
        rows = await queries.list_public(
            conn,
            page_request,
            text=q,
            region=region,
            sector=sector,
            origin_country=origin_country,
            status=Status(status) if status else None,
            today=today,
        )
    return page_response(request, page_request, rows, ListedOrganisation.of, chosen=chosen, sorting=queries.SORTING)


@router.get("/organisations/{ngo_id}", response_model=shown(ShownOrganisation), dependencies=[PUBLIC])
async def read_organisation(
    request: Request,
    ngo_id: UUID,
    db: Db,
    chosen: Annotated[Selection, Depends(selects(ShownOrganisation, "standing", "predecessors"))],
) -> Response:
    """What the public may know of an organisation. Merged ones name their successor, and it knows them."""
    async with db.read() as conn:
        row = await queries.find_public(conn, ngo_id)
        if row is None:
            raise NotFound("there is no such organisation in the public register")
        standing = None
        if "standing" in chosen.expanded:
            standing = Standing.of(await queries.find_standing(conn, ngo_id, await _today(request, conn)))
        predecessors = None
        if "predecessors" in chosen.expanded:
            predecessors = [OrganisationLink.of(each) for each in await queries.merged_into(conn, ngo_id)]
    view = ShownOrganisation.model_validate({**row, "standing": standing, "predecessors": predecessors})
    return read_response(request, view, row["version"], chosen=chosen)


@router.get("/organisations/{ngo_id}/standing", response_model=Standing, dependencies=[PUBLIC])
async def read_standing(request: Request, ngo_id: UUID, db: Db) -> Response:
    """Whether it does in time what it owes, and how many foreigners it has in post."""
    async with db.read() as conn:
        row = await queries.find_standing(conn, ngo_id, await _today(request, conn))
    if row is None:
        raise NotFound("there is no such organisation in the public register")
    return read_response(request, Standing.of(row))


@router.get("/applications", response_model=shown_page(ListedApplication))
async def list_applications(
    *,
    request: Request,
    _: Fasker,
    db: Db,
    page_request: Annotated[PageRequest, Depends(paged(queries.APPLICATION_SORTING))],
    chosen: Annotated[Selection, Depends(selects(ListedApplication))],
    status: Status = Status.APPLIED,
) -> Response:
    """What waits for a decision; with `status`, what was decided."""
    async with db.read() as conn:
        rows = await queries.list_applications(conn, page_request, status)
    return page_response(
        request,
        page_request,
        rows,
        ListedApplication.of,
        chosen=chosen,
        sorting=queries.APPLICATION_SORTING,
    )


@router.get("/organisations/{ngo_id}/application", response_model=ApplicationView)
async def read_application(request: Request, ngo_id: UUID, _: ApplicationReader, db: Db) -> Response:
    """The whole form and every step since: for its own people, the applicant and the ministry."""
    async with db.read() as conn:
        found = await queries.find_application(conn, ngo_id)
    view = ApplicationView.of(found)
    return read_response(request, view, view.version)


@router.post("/organisations/{ngo_id}/verification", response_model=ApplicationView)
async def decide_application(
    ngo_id: UUID, body: Decision, by: FaskerOfficer, version: ExpectedVersion, write: KeyedWrite
) -> Response:
    """Accept or reject an application; not one's own (V23)."""
    async with write.begin() as tx:
        await commands.decide_application(
            tx.conn,
            ngo_id,
            accepted=body.decision == "accepted",
            reason=body.reason,
            version=version,
            by=by,
            unit=tx.actor.unit,
            now=tx.now,
        )
        await _answer(tx, ngo_id)
    return tx.response


@router.post("/organisations/{ngo_id}/suspension", response_model=ApplicationView)
async def suspend_organisation(
    ngo_id: UUID, body: Act, by: Fasker, version: ExpectedVersion, write: KeyedWrite
) -> Response:
    """Suspend an active organisation; the reason is part of its history."""
    return await _act(write, ngo_id, Action.SUSPEND, reason=body.reason, version=version, by=by)


@router.post("/organisations/{ngo_id}/reinstatement", response_model=ApplicationView)
async def reinstate_organisation(
    ngo_id: UUID, body: Act, by: Fasker, version: ExpectedVersion, write: KeyedWrite
) -> Response:
    """End a suspension."""
    return await _act(write, ngo_id, Action.REINSTATE, reason=body.reason, version=version, by=by)


@router.post("/organisations/{ngo_id}/closure", response_model=ApplicationView)
async def close_organisation(
    ngo_id: UUID, body: Act, by: FaskerHead, version: ExpectedVersion, write: KeyedWrite
) -> Response:
    """For ever. Its agreements end with it."""
    return await _act(write, ngo_id, Action.CLOSE, reason=body.reason, version=version, by=by)


async def _act(write: KeyedWrite, ngo_id: UUID, action: Action, *, reason: str, version: int, by: ActedBy) -> Response:
    async with write.begin() as tx:
        await commands.suspend_reinstate_or_close(
            tx.conn, ngo_id, action, reason=reason, version=version, by=by, now=tx.now
        )
        await _answer(tx, ngo_id)
    return tx.response


@router.post("/organisations/{ngo_id}/merger", response_model=ApplicationView)
async def merge_organisation(
    ngo_id: UUID, body: Merger, by: FaskerHead, version: ExpectedVersion, write: KeyedWrite
) -> Response:
    """Record that it lives on in another, active one, to whom its agreements and open duties pass."""
    async with write.begin() as tx:
        await commands.merge_into_successor(
            tx.conn,
            ngo_id,
            body.successor_id,
            effective_on=body.effective_on,
            reason=body.reason,
            version=version,
            by=by,
            now=tx.now,
        )
        await _answer(tx, ngo_id)
    return tx.response
