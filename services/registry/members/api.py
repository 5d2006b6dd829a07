"""Members of an organisation: those who accepted its invitation. Its administrators give roles and take people out."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Path, Response

from services.registry.access import OwnAdmin, OwnMember, OwnMemberOrFasker
from services.registry.members import commands, queries
from shared import audit
from shared.audit import ReadReason
from shared.http.body import Body, Line, Number, Page, Reason, ShortText, View
from shared.http.database import Db
from shared.http.etags import ExpectedVersion
from shared.http.routing import resource
from shared.http.writes import KeyedWrite

router = resource("/organisations/{ngo_id}/members", tag="members")
own_router = resource("/organisations/{ngo_id}/membership", tag="members")

MemberRole = Literal["ngo_admin", "ngo_staff", "ngo_director"]


class NewRole(Body):
    role: MemberRole
    reason: Reason


class MemberView(View):
    version: Number
    subject: ShortText
    role: ShortText
    since: datetime


@router.get("")
async def list_members(ngo_id: UUID, by: OwnMemberOrFasker, db: Db, reason: ReadReason) -> Page[MemberView]:
    """Who acts for the organisation. Each reading is logged; officials say why in `Singo-Reason`."""
    own = by.role in queries.ROLES
    if not own:
        audit.expect_reason(reason)
    async with db.transaction() as conn:
        rows = await queries.list_members(conn, ngo_id)
        await audit.record_read(
            conn,
            reader=by.subject,
            role=by.role,
            own=own,
            owner_id=ngo_id,
            resource=f"/v1/organisations/{ngo_id}/members",
            fields=MemberView.model_fields,
            reason=reason,
        )
    return Page(items=[MemberView.of(row) for row in rows])


@router.put("/{subject:path}", response_model=MemberView)
async def change_role(
    ngo_id: UUID,
    subject: Annotated[Line, Path()],
    body: NewRole,
    by: OwnAdmin,
    version: ExpectedVersion,
    write: KeyedWrite,
) -> Response:
    """Give a member another role; the last `ngo_admin` stays one."""
    async with write.begin() as tx:
        await commands.change_role(
            tx.conn, ngo_id, subject, body.role, reason=body.reason, version=version, by=by, now=tx.now
        )
        view = MemberView.of(await queries.find_member(tx.conn, ngo_id, subject))
        tx.answer(view, version=view.version)
    return tx.response


@router.delete("/{subject:path}", status_code=204, response_model=None)
async def remove_member(ngo_id: UUID, subject: Annotated[Line, Path()], by: OwnAdmin, write: KeyedWrite) -> Response:
    """Take a person out; the last `ngo_admin` stays."""
    async with write.begin() as tx:
        await commands.remove_member(tx.conn, ngo_id, subject, by=by, now=tx.now)
    return tx.response


@own_router.delete("", status_code=204, response_model=None)
async def leave(ngo_id: UUID, by: OwnMember, version: ExpectedVersion, write: KeyedWrite) -> Response:
    """Act for the organisation no more; the last `ngo_admin` stays, unless it was closed or has merged."""
    async with write.begin() as tx:
        await commands.leave(tx.conn, ngo_id, version=version, by=by, now=tx.now)
    return tx.response
