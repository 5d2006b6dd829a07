"""Members of an organisation: its administrators let people in and take them out."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Path, Response

from services.registry.access import OwnAdmin, OwnMemberOrFasker
from services.registry.members import commands, queries
from shared.http.body import Body, Line, Page, View
from shared.http.writes import KeyedWrite
from shared.operations import Db

router = APIRouter(prefix="/organisations/{ngo_id}/members", tags=["members"])


class NewMember(Body):
    subject: Line
    role: Literal["ngo_admin", "ngo_staff", "ngo_director"]


class MemberView(View):
    subject: str
    role: str
    since: datetime


@router.get("")
async def list_members(ngo_id: UUID, _: OwnMemberOrFasker, db: Db) -> Page[MemberView]:
    """Who acts for the organisation."""
    async with db.read() as conn:
        rows = await queries.list_members(conn, ngo_id)
    return Page(items=[MemberView.model_validate(dict(row)) for row in rows])


@router.post("", status_code=201, response_model=MemberView)
async def add_member(ngo_id: UUID, body: NewMember, by: OwnAdmin, write: KeyedWrite) -> Response:
    """Let a person act for the organisation. One person acts for one organisation only."""
    async with write.begin() as tx:
        await commands.add_member(tx.conn, ngo_id, body.subject, body.role, by=by, now=tx.now)
        tx.answer(MemberView(subject=body.subject, role=body.role, since=tx.now), status=201)
    return tx.response


@router.delete("/{subject:path}", status_code=204, response_model=None)
async def remove_member(ngo_id: UUID, subject: Annotated[Line, Path()], by: OwnAdmin, write: KeyedWrite) -> Response:
    """Take a person out; the last `ngo_admin` stays."""
    async with write.begin() as tx:
        await commands.remove_member(tx.conn, ngo_id, subject, by=by, now=tx.now)
    return tx.response
