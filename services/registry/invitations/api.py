"""Invitations over HTTP: an organisation's admin makes and withdraws them, the invited person accepts or refuses."""

from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import Request, Response

from services.registry.access import OwnAdmin
from services.registry.invitations import commands, queries
from services.registry.invitations.rules import Status, status_at
from services.registry.members.api import MemberRole
from shared import audit
from shared.http.auth import SignedIn
from shared.http.body import Body, Line, Number, Page, ShortText, View
from shared.http.database import Db
from shared.http.etags import ExpectedVersion, read_response
from shared.http.paging import PageQuery, page_response
from shared.http.routing import resource
from shared.http.writes import KeyedWrite, Transaction

router = resource(tag="invitations")


class NewInvitation(Body):
    subject: Line
    role: MemberRole


class InvitationView(View):
    id: UUID
    ngo_id: UUID
    ngo_name: ShortText
    subject: ShortText
    role: ShortText
    status: Status
    invited_at: datetime
    expires_at: datetime
    version: Number


def _view(row: Any, now: datetime) -> InvitationView:
    status = status_at(Status(row["status"]), row["expires_at"], now)
    return InvitationView.model_validate({**row, "status": status})


async def _answer(tx: Transaction, invitation_id: UUID, *, status: int = 200) -> None:
    view = _view(await queries.find_invitation(tx.conn, invitation_id), tx.now)
    tx.answer(view, status=status, version=view.version)  # no Location: its address is the invited person's


@router.post("/organisations/{ngo_id}/invitations", status_code=201, response_model=InvitationView)
async def invite_member(ngo_id: UUID, body: NewInvitation, by: OwnAdmin, write: KeyedWrite) -> Response:
    """Invite a person, by the `sub` of their tokens, to act for the organisation. It is open for 14 days."""
    async with write.begin() as tx:
        invitation_id = await commands.invite(tx.conn, ngo_id, body.subject, body.role, by=by, now=tx.now)
        await _answer(tx, invitation_id, status=201)
    return tx.response


@router.get("/organisations/{ngo_id}/invitations", response_model=Page[InvitationView])
async def list_invitations(ngo_id: UUID, by: OwnAdmin, db: Db, request: Request, paging: PageQuery) -> Response:
    """Whom the organisation has invited who can accept now. Each reading is logged."""
    async with db.transaction() as conn:
        now = await request.app.state.clock.now(conn)
        rows = await queries.select_invitations(conn, paging, ngo_id=ngo_id, open_at=now)
        await audit.record_read(
            conn,
            reader=by.subject,
            role=by.role,
            own=True,
            owner_id=ngo_id,
            resource=f"/v1/organisations/{ngo_id}/invitations",
            fields=("subject", "role"),
            reason=None,
        )
    return page_response(request, paging, rows, lambda row: _view(row, now), sorting=queries.SORTING)


@router.post("/organisations/{ngo_id}/invitations/{invitation_id}/withdrawal", response_model=InvitationView)
async def withdraw_invitation(
    ngo_id: UUID, invitation_id: UUID, _: OwnAdmin, version: ExpectedVersion, write: KeyedWrite
) -> Response:
    """Take it back before it is accepted."""
    async with write.begin() as tx:
        await commands.withdraw(tx.conn, invitation_id, version=version, ngo_id=ngo_id, now=tx.now)
        await _answer(tx, invitation_id)
    return tx.response


@router.get("/invitations", response_model=Page[InvitationView])
async def list_own_invitations(actor: SignedIn, db: Db, request: Request, paging: PageQuery) -> Response:
    """Your invitations that you can accept now."""
    async with db.read() as conn:
        now = await request.app.state.clock.now(conn)
        rows = await queries.select_invitations(conn, paging, subject=actor.subject, open_at=now)
    return page_response(request, paging, rows, lambda row: _view(row, now), sorting=queries.SORTING)


@router.get("/invitations/{invitation_id}", response_model=InvitationView)
async def read_invitation(invitation_id: UUID, actor: SignedIn, db: Db, request: Request) -> Response:
    """One of your invitations, whatever became of it."""
    async with db.read() as conn:
        now = await request.app.state.clock.now(conn)
        view = _view(await queries.find_invitation(conn, invitation_id, subject=actor.subject), now)
    return read_response(request, view, view.version)


@router.post("/invitations/{invitation_id}/acceptance", response_model=InvitationView)
async def accept_invitation(
    invitation_id: UUID, actor: SignedIn, version: ExpectedVersion, write: KeyedWrite
) -> Response:
    """Act for the organisation from now on. One person acts for one organisation only."""
    async with write.begin() as tx:
        await commands.accept(tx.conn, invitation_id, version=version, subject=actor.subject, now=tx.now)
        await _answer(tx, invitation_id)
    return tx.response


@router.post("/invitations/{invitation_id}/refusal", response_model=InvitationView)
async def refuse_invitation(
    invitation_id: UUID, actor: SignedIn, version: ExpectedVersion, write: KeyedWrite
) -> Response:
    """Decline it. The organisation can invite again."""
    async with write.begin() as tx:
        await commands.refuse(tx.conn, invitation_id, version=version, subject=actor.subject, now=tx.now)
        await _answer(tx, invitation_id)
    return tx.response
