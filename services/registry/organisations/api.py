"""Organisations: applications, the ministry's decisions on them, and the public list."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

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
    Organisation,
    Standing,
)
from services.registry.reference.rules import RegionCode
from shared.clock import JAKARTA
from shared.db import Connection
from shared.errors import NotFound
from shared.events.envelope import ActedBy
from shared.http.body import Line, Page
from shared.http.etags import ExpectedVersion, read_response
from shared.http.paging import PageQuery, page
from shared.http.writes import KeyedWrite, Transaction
from shared.operations import Db

router = APIRouter(tags=["organisations"])


async def _today(request: Request, conn: Connection) -> date:
    today: date = (await request.app.state.clock.now(conn)).astimezone(JAKARTA).date()
    return today


async def _answer(tx: Transaction, ngo_id: UUID, *, status: int = 200, location: str | None = None) -> None:
    view = ApplicationView.model_validate(await queries.find_application(tx.conn, ngo_id))
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


@router.get("/organisations", dependencies=[PUBLIC])
async def list_organisations(
    *,
    request: Request,
    db: Db,
    page_request: PageQuery,
    q: Annotated[Line | None, Query(description="Part of a name, acronym or alias")] = None,
    region: Annotated[RegionCode | None, Query(description="Where an agreement of theirs has effect")] = None,
    sector: Annotated[Line | None, Query(description="Code of a sector")] = None,
) -> Page[ListedOrganisation]:
    """Every organisation that was ever accepted, with its standing."""
    async with db.read() as conn:
        today = await _today(request, conn)
        rows = await queries.list_public(conn, page_request, text=q, region=region, sector=sector, today=today)
    return page(rows, page_request, ListedOrganisation.of)


@router.get("/organisations/{ngo_id}", response_model=Organisation, dependencies=[PUBLIC])
async def read_organisation(request: Request, ngo_id: UUID, db: Db) -> Response:
    """What the public may know of an organisation. Merged ones name their successor."""
    async with db.read() as conn:
        row = await queries.find_public(conn, ngo_id)
    if row is None:
        raise NotFound("there is no such organisation in the public register")
    return read_response(request, Organisation.model_validate(dict(row)), row["version"])


@router.get("/organisations/{ngo_id}/standing", dependencies=[PUBLIC])
async def read_standing(request: Request, ngo_id: UUID, db: Db) -> Standing:
    """Whether it does in time what it owes, and how many foreigners it has in post."""
    async with db.read() as conn:
        row = await queries.find_standing(conn, ngo_id, await _today(request, conn))
    if row is None:
        raise NotFound("there is no such organisation in the public register")
    return Standing.of(row)


@router.get("/applications")
async def list_applications(
    _: Fasker, db: Db, page_request: PageQuery, status: Status = Status.APPLIED
) -> Page[ListedApplication]:
    """What waits for a decision; with `status`, what was decided."""
    async with db.read() as conn:
        rows = await queries.list_applications(conn, page_request, status)
    return page(rows, page_request, lambda row: ListedApplication.model_validate(dict(row)))


@router.get("/organisations/{ngo_id}/application", response_model=ApplicationView)
async def read_application(request: Request, ngo_id: UUID, _: ApplicationReader, db: Db) -> Response:
    """The whole form and every step since: for its own people, the applicant and the ministry."""
    async with db.read() as conn:
        found = await queries.find_application(conn, ngo_id)
    view = ApplicationView.model_validate(found)
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
            now=tx.now,
        )
        await _answer(tx, ngo_id)
    return tx.response


@router.post("/organisations/{ngo_id}/suspension", response_model=ApplicationView)
async def suspend(ngo_id: UUID, body: Act, by: Fasker, version: ExpectedVersion, write: KeyedWrite) -> Response:
    """Suspend an active organisation; the reason is part of its history."""
    return await _act(write, ngo_id, Action.SUSPEND, reason=body.reason, version=version, by=by)


@router.post("/organisations/{ngo_id}/reinstatement", response_model=ApplicationView)
async def reinstate(ngo_id: UUID, body: Act, by: Fasker, version: ExpectedVersion, write: KeyedWrite) -> Response:
    """End a suspension."""
    return await _act(write, ngo_id, Action.REINSTATE, reason=body.reason, version=version, by=by)


@router.post("/organisations/{ngo_id}/closure", response_model=ApplicationView)
async def close(ngo_id: UUID, body: Act, by: FaskerHead, version: ExpectedVersion, write: KeyedWrite) -> Response:
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
async def merge(ngo_id: UUID, body: Merger, by: FaskerHead, version: ExpectedVersion, write: KeyedWrite) -> Response:
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
