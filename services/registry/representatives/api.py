"""The head of an organisation's office in Indonesia (country director): a person, so each reading is logged."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import Response
from pydantic import Field

from services.registry.access import OwnMember, OwnMemberOrFasker
from services.registry.dates import Day
from services.registry.members import queries as members
from services.registry.profiles.queries import find_profile
from services.registry.profiles.views import ProfileView
from services.registry.representatives import commands
from shared import audit
from shared.audit import ReadReason
from shared.clock import JAKARTA
from shared.http.body import Body, Line, ShortText, View
from shared.http.database import Db
from shared.http.etags import ExpectedVersion
from shared.http.routing import resource
from shared.http.writes import KeyedWrite

router = resource("/organisations/{ngo_id}/representative", tag="representatives")


class NewRepresentative(Body):
    name: Line
    function: Annotated[Line, Field(description="Such as Country Director")]
    appointed_on: Day | None = None


class Representative(View):
    name: ShortText
    function: ShortText
    appointed_on: date | None
    changed_at: datetime


class RepresentativeView(View):
    person: Representative | None = Field(description="Null: nobody was named yet")


@router.get("", response_model=RepresentativeView)
async def read_representative(ngo_id: UUID, by: OwnMemberOrFasker, db: Db, reason: ReadReason) -> RepresentativeView:
    """Who heads the office. Each reading is logged; officials say why in `Singo-Reason`."""
    own = by.role in members.ROLES
    if not own:
        audit.expect_reason(reason)
    async with db.transaction() as conn:
        row = await conn.fetchrow(
            "SELECT name, function, appointed_on, changed_at FROM representative WHERE ngo_id = $1", ngo_id
        )
        if row is None:
            return RepresentativeView(person=None)
        await audit.record_read(
            conn,
            reader=by.subject,
            role=by.role,
            own=own,
            owner_id=ngo_id,
            resource=f"/v1/organisations/{ngo_id}/representative",
            fields=Representative.model_fields,
            reason=reason,
        )
    return RepresentativeView(person=Representative.of(row))


@router.put("", response_model=ProfileView)
async def name_representative(
    ngo_id: UUID, body: NewRepresentative, by: OwnMember, version: ExpectedVersion, write: KeyedWrite
) -> Response:
    """Name the head of the office, in place of whoever was. Answers with the profile, which names nobody."""
    async with write.begin() as tx:
        await commands.name_representative(
            tx.conn,
            ngo_id,
            name=body.name,
            function=body.function,
            appointed_on=body.appointed_on,
            version=version,
            by=by,
            today=tx.now.astimezone(JAKARTA).date(),
            now=tx.now,
        )
        view = ProfileView.model_validate(await find_profile(tx.conn, ngo_id))
        tx.answer(view, version=view.version)
    return tx.response
