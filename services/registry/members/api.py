"""Members of an organisation: those who accepted its invitation. Its administrators take people out."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Path, Response

from services.registry.access import OwnAdmin, OwnMemberOrFasker
from services.registry.members import commands, queries
from shared import audit
from shared.audit import ReadReason
from shared.http.body import Line, Page, ShortText, View
from shared.http.database import Db
from shared.http.routing import resource
from shared.http.writes import KeyedWrite

router = resource("/organisations/{ngo_id}/members", tag="members")


MemberRole = Literal["ngo_admin", "ngo_staff", "ngo_director"]


class MemberView(View):
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


@router.delete("/{subject:path}", status_code=204, response_model=None)
async def remove_member(ngo_id: UUID, subject: Annotated[Line, Path()], by: OwnAdmin, write: KeyedWrite) -> Response:
    """Take a person out; the last `ngo_admin` stays."""
    async with write.begin() as tx:
        await commands.remove_member(tx.conn, ngo_id, subject, by=by, now=tx.now)
    return tx.response
