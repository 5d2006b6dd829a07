"""Requests for tax relief: /v1/tax-relief-requests."""

from decimal import Decimal
from typing import Final
from uuid import UUID

from fastapi import Request, Response
from pydantic import Field

from services.recommendations.access import Member, Reader
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
from services.recommendations.tax_requests.bodies import TaxRequest
from services.recommendations.tax_requests.commands import TAX, read_details, write_details
from shared.http.body import Number, View
from shared.http.database import Db
from shared.http.etags import ExpectedVersion, read_response
from shared.http.writes import KeyedWrite

router: Final = shared_routes(TAX)


class GoodsView(View):
    description: str = Field(max_length=200)
    hs_code: str = Field(max_length=8)
    quantity: Decimal
    unit: str = Field(max_length=200)
    condition: str = Field(max_length=10)
    value: Decimal
    currency: str = Field(max_length=3)
    origin: str = Field(max_length=2)


class ShareView(View):
    region: str = Field(max_length=13)
    goods_index: Number
    quantity: Decimal


class TaxDetails(View):
    kind: str = Field(max_length=30)
    purpose: str = Field(max_length=30)
    disaster_stage: str | None = Field(max_length=30)
    goods: list[GoodsView] = Field(max_length=100)
    distribution: list[ShareView] = Field(max_length=500)
    gift_certificate_number: str = Field(max_length=200)
    sender: str = Field(max_length=200)
    port_of_entry: str = Field(max_length=200)


class TaxRequestView(RequestView):
    details: TaxDetails
    steps: list[StepView] = Field(max_length=10_000)
    comments: list[CommentView] = Field(max_length=10_000)


@router.post("", status_code=201, response_model=RequestView)
async def draft_tax_relief_request(caller: Member, body: TaxRequest, write: KeyedWrite) -> Response:
    """Begin a request for relief from duty, excise or tax on goods for an activity."""
    async with write.begin() as tx:
        ngo_id = await commands.expect_own_agreement(tx.conn, body.agreement_id, list(caller.ngos))
        request = await commands.draft_request(
            tx.conn, TAX, ngo_id, body.terms(), created_by=tx.actor.subject, now=tx.now
        )
        await write_details(tx.conn, request["id"], body)
        location = f"/v1/{TAX.path}/{request['id']}"
        await answer_request(tx, TAX, request, status=201, location=location)
    return tx.response


@router.put("/{request_id}", response_model=RequestView)
async def edit_tax_relief_request(
    caller: Member, request_id: UUID, body: TaxRequest, write: KeyedWrite, version: ExpectedVersion
) -> Response:
    """Replace a draft, or a request that came back for revision."""
    async with write.begin() as tx:
        request = await commands.lock_request(tx.conn, TAX.name, request_id, version, scope=list(caller.ngos))
        await commands.expect_own_agreement(tx.conn, body.agreement_id, [request["ngo_id"]])
        by = caller.acting_for(request["ngo_id"])
        await commands.change_terms(tx.conn, request, body.terms(), by=by, now=tx.now)
        await write_details(tx.conn, request_id, body)
        await answer_request(tx, TAX, request)
    return tx.response


@router.get("/{request_id}", response_model=TaxRequestView)
async def read_tax_relief_request(caller: Reader, request_id: UUID, request: Request, db: Db) -> Response:
    """One request with its goods, their distribution, and its history; officials see it as it was submitted last."""
    async with db.read() as conn:
        row = await find_request(conn, TAX.name, request_id, ngos=caller.ngos, others=caller.sees_all)
        own = row["ngo_id"] in caller.ngos
        details = await (read_details if own else submitted_content)(conn, request_id)
        history = await read_history(conn, request_id)
    view = TaxRequestView.model_validate(view_request(row).model_dump() | history | {"details": details})
    return read_response(request, view, row["version"])
