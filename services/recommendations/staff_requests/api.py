"""Requests for foreign staff: /v1/foreign-staff-requests."""

from typing import Final
from uuid import UUID

import asyncpg
from fastapi import Request, Response
from pydantic import Field

from services.recommendations.access import PERSON_READERS, Member, Reader
from services.recommendations.requests import commands
from services.recommendations.requests.api import answer_request, shared_routes
from services.recommendations.requests.queries import find_request, submitted_content
from services.recommendations.requests.views import (
    CommentView,
    RequestView,
    StepView,
    read_history,
    view_request,
)
from services.recommendations.staff.queries import is_posted_elsewhere
from services.recommendations.staff.rules import Stay
from services.recommendations.staff_requests.bodies import PermitRoute, StaffRequest
from services.recommendations.staff_requests.commands import STAFF, read_details, write_details
from services.recommendations.staff_requests.persons import (
    PersonView,
    open_person,
    read_person_as_seen,
    read_with_person,
)
from shared.audit import ReadReason
from shared.db import Connection
from shared.http.body import View
from shared.http.database import Db
from shared.http.etags import ExpectedVersion
from shared.http.writes import KeyedWrite

router: Final = shared_routes(STAFF)


class Caution(View):
    """Something to look into; it does not stand against the request."""

    rule: str = Field(max_length=20)
    detail: str = Field(max_length=500)


class StaffDetails(View):
    position: str = Field(max_length=200)
    duty_region: str = Field(max_length=13)
    counterpart_position: str = Field(max_length=200)
    knowledge_transfer_plan: str = Field(max_length=5000)
    permit_route: PermitRoute


class StaffRequestView(RequestView):
    details: StaffDetails
    person: PersonView | None = Field(
        description="Null without need to know, or without a reason; each reading is logged"
    )
    cautions: list[Caution] = Field(max_length=10, description="For the ministry's reviewers")
    steps: list[StepView] = Field(max_length=10_000)
    comments: list[CommentView] = Field(max_length=10_000)


@router.post("", status_code=201, response_model=RequestView)
async def draft_foreign_staff_request(caller: Member, body: StaffRequest, write: KeyedWrite) -> Response:
    """Begin a request for one foreign member of staff or expert."""
    async with write.begin() as tx:
        ngo_id = await commands.expect_own_agreement(tx.conn, body.agreement_id, list(caller.ngos))
        request = await commands.draft_request(
            tx.conn, STAFF, ngo_id, body.terms(), created_by=tx.actor.subject, now=tx.now
        )
        await write_details(tx.conn, request["id"], body)
        location = f"/v1/{STAFF.path}/{request['id']}"
        await answer_request(tx, STAFF, request, status=201, location=location)
    return tx.response


@router.put("/{request_id}", response_model=RequestView)
async def edit_foreign_staff_request(
    caller: Member, request_id: UUID, body: StaffRequest, write: KeyedWrite, version: ExpectedVersion
) -> Response:
    """Replace a draft, or a request that came back for revision."""
    async with write.begin() as tx:
        request = await commands.lock_request(tx.conn, STAFF.name, request_id, version, scope=list(caller.ngos))
        await commands.expect_own_agreement(tx.conn, body.agreement_id, [request["ngo_id"]])
        by = caller.acting_for(request["ngo_id"])
        await commands.change_terms(tx.conn, request, body.terms(), by=by, now=tx.now)
        await write_details(tx.conn, request_id, body)
        await answer_request(tx, STAFF, request)
    return tx.response


@router.get("/{request_id}", response_model=StaffRequestView)
async def read_foreign_staff_request(
    caller: Reader, request_id: UUID, request: Request, db: Db, reason: ReadReason
) -> Response:
    """One request with its history; officials see it as it was submitted last.

    The person is shown to the organisation's own people, and to fasker_officer and fasker_head who say why in
    `Singo-Reason`. Each such reading is logged.
    """
    async with db.transaction() as conn:
        row = await find_request(conn, STAFF.name, request_id, ngos=caller.ngos, others=caller.sees_all)
        own = row["ngo_id"] in caller.ngos
        details = dict(await read_details(conn, request_id)) if own else await submitted_content(conn, request_id)
        resource = f"/v1/{STAFF.path}/{request_id}"
        person = await open_person(conn, caller, request_id, row["ngo_id"], resource=resource, reason=reason)
        history = await read_history(conn, request_id)
        cautions = await _cautions(conn, row, own=own) if caller.actor.has(*PERSON_READERS) else []
    view = StaffRequestView.model_validate(
        view_request(row).model_dump() | history | {"details": details, "person": person, "cautions": cautions}
    )
    return read_with_person(request, view, row["version"], reason=reason)


async def _cautions(conn: Connection, row: asyncpg.Record, *, own: bool) -> list[Caution]:
    person = await read_person_as_seen(conn, row["id"], own=own)
    stay = Stay(person["identity_id"], row["starts_on"], row["ends_on"])
    if not await is_posted_elsewhere(conn, stay, ngo_id=row["ngo_id"]):
        return []
    return [Caution(rule="V14", detail="the person is in post at another organisation during this stay")]
