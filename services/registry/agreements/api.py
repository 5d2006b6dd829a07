"""Agreements (MSP): signed by the head of the Centre, seen by everybody."""

from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Annotated, Any, Self
from uuid import UUID

from fastapi import Depends, Query, Request, Response
from pydantic import Field, model_validator

from services.registry.access import PUBLIC, FaskerHead
from services.registry.agreements import commands, endings, queries, retraction
from services.registry.agreements.rules import Status, provinces_of
from services.registry.dates import Day
from services.registry.money import Amount, Currency, Rate
from services.registry.organisations.queries import organisations_named
from services.registry.organisations.views import OrganisationLink
from services.registry.reference.rules import Regencies, RegionCode
from shared.errors import NotFound
from shared.http.body import Body, Line, LongText, Number, Reason, Sha256, ShortText, ShortTexts, View
from shared.http.database import Db
from shared.http.etags import ExpectedVersion, read_response
from shared.http.paging import PageRequest, page_response, paged
from shared.http.routing import resource
from shared.http.selection import Selection, selects, shown, shown_page, with_related
from shared.http.values import wrong
from shared.http.writes import KeyedWrite

router = resource("/agreements", tag="agreements")


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
    rate: Rate | None = None
    rate_date: Day | None = None
    amount_idr: Amount | None = None
    signatory_functions: Annotated[
        list[Line], Field(min_length=1, max_length=6, description="Functions, not names: `Country Director`")
    ]
    predecessor_id: Annotated[
        UUID | None, Field(description="The agreement that this one extends: an extension is a new agreement")
    ] = None
    document_sha256: Annotated[Sha256 | None, Field(description="Fingerprint of the signed document")] = None
    override_reason: Annotated[
        Reason | None, Field(description="Why it may reach beyond the izin prinsip (V02); shown publicly")
    ] = None

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        if self.ends_on <= self.starts_on:
            raise wrong("must be after `starts_on`", "ends_on")
        conversion = {"amount_idr": self.amount_idr, "rate": self.rate, "rate_date": self.rate_date}
        missing = [name for name, part in conversion.items() if part is None]
        if 0 < len(missing) < len(conversion):
            message = "`amount_idr`, `rate` and `rate_date` go together: give all three or none"
            raise wrong(message, missing[0], rule="V19")
        return self


class Termination(Body):
    ended_on: Annotated[Day, Field(description="The last day on which it was in force")]
    reason: Reason


class Retraction(Body):
    """Why the record was a mistake."""

    reason: Reason


class Agreement(View):
    id: UUID
    version: Number
    ngo_id: UUID
    status: Status
    number: ShortText
    title: ShortText
    starts_on: date
    ends_on: date
    counterpart_unit: ShortText
    scope: ShortTexts
    provinces: ShortTexts
    regions: ShortTexts
    amount: Decimal
    currency: ShortText
    rate: Decimal | None
    rate_date: date | None
    amount_idr: Decimal | None
    signatory_functions: ShortTexts
    predecessor_id: UUID | None
    successor_id: UUID | None
    document_sha256: ShortText | None
    override_reason: LongText | None
    passed_to_ngo_id: UUID | None
    signed_at: datetime
    ended_on: date | None
    end_reason: LongText | None
    retracted_at: datetime | None
    retraction_reason: LongText | None

    @classmethod
    def of(cls, row: Any) -> Self:
        return cls.model_validate({**row, "provinces": provinces_of(row["regions"])})


class ShownAgreement(Agreement):
    organisation: OrganisationLink | None = Field(
        default=None, description="With `expand=organisation`: the one that signed it"
    )


Chosen = Annotated[Selection, Depends(selects(ShownAgreement, "organisation"))]


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


@router.post("/{agreement_id}/termination", response_model=Agreement)
async def terminate_agreement(
    agreement_id: UUID, body: Termination, by: FaskerHead, version: ExpectedVersion, write: KeyedWrite
) -> Response:
    """End an agreement before its last day, with a reason that everybody can read."""
    async with write.begin() as tx:
        await endings.terminate_agreement(
            tx.conn, agreement_id, ended_on=body.ended_on, reason=body.reason, version=version, by=by, now=tx.now
        )
        row = await queries.find_agreement(tx.conn, agreement_id)
        view = Agreement.of(row)
        tx.answer(view, version=view.version)
    return tx.response


@router.post("/{agreement_id}/retraction", response_model=Agreement)
async def retract_agreement(
    agreement_id: UUID, body: Retraction, by: FaskerHead, version: ExpectedVersion, write: KeyedWrite
) -> Response:
    """Take back a record that was a mistake and on which nothing rests. It stays readable; its number is free."""
    async with write.begin() as tx:
        await retraction.retract_agreement(
            tx.conn, agreement_id, reason=body.reason, version=version, by=by, now=tx.now
        )
        view = Agreement.of(await queries.find_agreement(tx.conn, agreement_id))
        tx.answer(view, version=view.version)
    return tx.response


@router.get("", response_model=shown_page(ShownAgreement), dependencies=[PUBLIC])
async def list_agreements(
    *,
    request: Request,
    db: Db,
    page_request: Annotated[PageRequest, Depends(paged(queries.SORTING))],
    chosen: Chosen,
    ngo_id: Annotated[UUID | None, Query(description="Signed by it, or passed to it")] = None,
    region: Annotated[RegionCode | None, Query(description="With effect in this region")] = None,
    on: Annotated[date | None, Query(description="In force on this day")] = None,
    status: Annotated[Status | None, Query(description="Only those in this status")] = None,
) -> Response:
    """Agreements (MSP), newest first; `on` keeps those in force on that day."""
    async with db.read() as conn:
        rows = await queries.list_agreements(conn, page_request, ngo_id=ngo_id, region=region, on=on, status=status)
        found = await with_related(rows, chosen, "organisation", "ngo_id", partial(organisations_named, conn))
    return page_response(request, page_request, found, ShownAgreement.of, chosen=chosen, sorting=queries.SORTING)


@router.get("/{agreement_id}", response_model=shown(ShownAgreement), dependencies=[PUBLIC])
async def read_agreement(request: Request, agreement_id: UUID, db: Db, chosen: Chosen) -> Response:
    """One agreement with its scope, regions and amounts."""
    async with db.read() as conn:
        row = await queries.find_agreement(conn, agreement_id)
        if row is None:
            raise NotFound("there is no agreement with this id")
        [found] = await with_related([row], chosen, "organisation", "ngo_id", partial(organisations_named, conn))
    return read_response(request, ShownAgreement.of(found), row["version"], chosen=chosen)
