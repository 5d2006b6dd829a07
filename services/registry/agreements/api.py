"""Agreements (MSP): signed by the head of the Centre, seen by everybody."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Self
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field, model_validator

from services.registry.access import PUBLIC, FaskerHead
from services.registry.agreements import commands, queries
from services.registry.agreements.rules import Status, provinces_of
from services.registry.dates import Day
from services.registry.money import Amount, Currency
from services.registry.reference.rules import Regencies, RegionCode
from shared.errors import NotFound
from shared.http.body import Body, Line, Page, Reason, View, broken_rule
from shared.http.etags import read_response
from shared.http.paging import PageQuery, page
from shared.http.writes import KeyedWrite
from shared.operations import Db

router = APIRouter(prefix="/agreements", tags=["agreements"])


class NewAgreement(Body):
    ngo_id: UUID
    number: Line
    title: Line
    starts_on: Day
    ends_on: Day
    counterpart_unit: Line
    scope: Annotated[list[Line], Field(min_length=1, max_length=30)]
    regions: Regencies
    amount: Amount
    currency: Currency
    rate: Annotated[Decimal | None, Field(gt=0, max_digits=20, decimal_places=8)] = None
    rate_date: Day | None = None
    amount_idr: Amount | None = None
    signatory_functions: Annotated[
        list[Line], Field(min_length=1, max_length=6, description="Functions, not names: `Country Director`")
    ]
    predecessor_id: UUID | None = None
    override_reason: Annotated[
        Reason | None, Field(description="Why it may reach beyond the izin prinsip (V02); shown publicly")
    ] = None

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        if self.ends_on <= self.starts_on:
            raise ValueError("`ends_on` must be after `starts_on`")
        conversion = [self.rate, self.rate_date, self.amount_idr]
        if any(part is not None for part in conversion) and None in conversion:
            raise broken_rule("V19", "`amount_idr`, `rate` and `rate_date` go together: give all three or none")
        return self


class Agreement(View):
    id: UUID
    version: int
    ngo_id: UUID
    status: Status
    number: str
    title: str
    starts_on: date
    ends_on: date
    counterpart_unit: str
    scope: list[str]
    provinces: list[str]
    regions: list[str]
    amount: Decimal
    currency: str
    rate: Decimal | None
    rate_date: date | None
    amount_idr: Decimal | None
    signatory_functions: list[str]
    predecessor_id: UUID | None
    override_reason: str | None
    passed_to_ngo_id: UUID | None
    signed_at: datetime

    @classmethod
    def of(cls, row: Any) -> Self:
        return cls.model_validate({**row, "provinces": provinces_of(row["regions"])})


@router.post("", status_code=201, response_model=Agreement)
async def sign_agreement(body: NewAgreement, by: FaskerHead, write: KeyedWrite) -> Response:
    """Sign an agreement with an active organisation, inside the period of its izin prinsip (V02)."""
    async with write.begin() as tx:
        agreement_id = await commands.sign_agreement(
            tx.conn, body.ngo_id, terms=body.model_dump(exclude={"ngo_id"}), by=by, now=tx.now
        )
        row = await queries.find_agreement(tx.conn, agreement_id)
        tx.answer(Agreement.of(row), status=201, version=1, location=f"/v1/agreements/{agreement_id}")
    return tx.response


@router.get("", dependencies=[PUBLIC])
async def list_agreements(
    db: Db,
    page_request: PageQuery,
    ngo_id: Annotated[UUID | None, Query(description="Signed by it, or passed to it")] = None,
    region: Annotated[RegionCode | None, Query(description="With effect in this region")] = None,
    on: Annotated[date | None, Query(description="In force on this day")] = None,
) -> Page[Agreement]:
    """Agreements (MSP), newest first; `on` keeps those in force on that day."""
    async with db.read() as conn:
        rows = await queries.list_agreements(conn, page_request, ngo_id=ngo_id, region=region, on=on)
    return page(rows, page_request, Agreement.of)


@router.get("/{agreement_id}", response_model=Agreement, dependencies=[PUBLIC])
async def read_agreement(request: Request, agreement_id: UUID, db: Db) -> Response:
    """One agreement with its scope, regions and amounts."""
    async with db.read() as conn:
        row = await queries.find_agreement(conn, agreement_id)
    if row is None:
        raise NotFound("there is no agreement with this id")
    return read_response(request, Agreement.of(row), row["version"])
