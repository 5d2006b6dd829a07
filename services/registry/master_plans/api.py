"""The master plan (RIK) of an agreement: approved by the technical unit or the Centre, seen by everybody."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Final, Self
from uuid import UUID

from fastapi import Depends, Request, Response
from pydantic import Field, model_validator

from services.registry.access import PUBLIC, official
from services.registry.master_plans import commands, queries
from services.registry.money import Amount, Currency
from services.registry.reference.rules import Regencies
from shared.errors import NotFound
from shared.events.envelope import ActedBy
from shared.http.body import Body, Line, LongText, Number, ShortText, ShortTexts, Text, View
from shared.http.database import Db
from shared.http.etags import read_response
from shared.http.routing import resource
from shared.http.selection import Selection, selects, shown
from shared.http.values import wrong
from shared.http.writes import KeyedWrite

router = resource("/agreements/{agreement_id}/master-plan", tag="master plans")

Approver = Annotated[ActedBy, Depends(official("fasker_officer", "satker_officer"))]
ACTIVITIES_MAX: Final = 40
"""Even if each takes place in all regencies, their event stays within 256 KiB."""

Year = Annotated[int, Field(ge=1900, le=2200)]


class NewActivity(Body):
    title: Line
    detail: Text
    sector: Annotated[Line, Field(description="Code of GET /v1/sectors")]
    priority: Annotated[Line, Field(description="Code of GET /v1/priorities")]
    sdgs: Annotated[list[Annotated[int, Field(ge=1, le=17)]], Field(max_length=17)]
    regions: Regencies
    from_year: Year
    to_year: Year
    budget: Amount
    currency: Currency
    outcome_indicator: Line

    @model_validator(mode="after")
    def _years_are_in_order(self) -> Self:
        if self.to_year < self.from_year:
            raise wrong("must not be before `from_year`", "to_year", rule="V04")
        return self


class NewMasterPlan(Body):
    activities: Annotated[list[NewActivity], Field(min_length=1, max_length=ACTIVITIES_MAX)]


class Activity(View):
    id: UUID
    title: ShortText
    detail: LongText
    sector: ShortText
    priority: ShortText
    sdgs: list[Number] = Field(max_length=17)
    regions: ShortTexts
    from_year: Number
    to_year: Number
    budget: Decimal
    currency: ShortText
    outcome_indicator: ShortText


class MasterPlan(View):
    id: UUID
    version: Number
    agreement_id: UUID
    ngo_id: UUID
    approved_at: datetime
    approved_by_role: ShortText
    activities: list[Activity] = Field(max_length=ACTIVITIES_MAX)


@router.post("", status_code=201, response_model=MasterPlan)
async def approve_master_plan(agreement_id: UUID, body: NewMasterPlan, by: Approver, write: KeyedWrite) -> Response:
    """Record the approved plan; regions and years stay within the agreement (V04)."""
    async with write.begin() as tx:
        await commands.approve_master_plan(
            tx.conn,
            agreement_id,
            activities=[activity.model_dump() for activity in body.activities],
            unit=tx.actor.unit,
            by=by,
            now=tx.now,
        )
        view = MasterPlan.model_validate(await queries.find_master_plan(tx.conn, agreement_id))
        location = f"/v1/agreements/{agreement_id}/master-plan"
        tx.answer(view, status=201, version=view.version, location=location)
    return tx.response


@router.get("", response_model=shown(MasterPlan), dependencies=[PUBLIC])
async def read_master_plan(
    request: Request,
    agreement_id: UUID,
    db: Db,
    chosen: Annotated[Selection, Depends(selects(MasterPlan))],
) -> Response:
    """The plan for the agreement's whole period (RIK), with its activities."""
    async with db.read() as conn:
        found = await queries.find_master_plan(conn, agreement_id)
    if found is None:
        raise NotFound("there is no master plan of such an agreement")
    view = MasterPlan.model_validate(found)
    return read_response(request, view, view.version, chosen=chosen)
