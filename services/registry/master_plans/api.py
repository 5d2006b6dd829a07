"""The master plan (RIK) of an agreement: approved by the technical unit or the Centre, seen by everybody."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Final, Self
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field, model_validator

from services.registry.access import PUBLIC, official
from services.registry.master_plans import commands, queries
from services.registry.money import Amount, Currency
from services.registry.reference.rules import Regencies
from shared.errors import NotFound
from shared.events.envelope import ActedBy
from shared.http.body import Body, Line, Text, View, broken_rule
from shared.http.etags import read_response
from shared.http.writes import KeyedWrite
from shared.operations import Db

router = APIRouter(prefix="/agreements/{agreement_id}/master-plan", tags=["master plans"])

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
            raise broken_rule("V04", "`to_year` must not be before `from_year`")
        return self


class NewMasterPlan(Body):
    activities: Annotated[list[NewActivity], Field(min_length=1, max_length=ACTIVITIES_MAX)]


class Activity(View):
    id: UUID
    title: str
    detail: str
    sector: str
    priority: str
    sdgs: list[int]
    regions: list[str]
    from_year: int
    to_year: int
    budget: Decimal
    currency: str
    outcome_indicator: str


class MasterPlan(View):
    id: UUID
    version: int
    agreement_id: UUID
    ngo_id: UUID
    approved_at: datetime
    approved_by_role: str
    activities: list[Activity]


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


@router.get("", response_model=MasterPlan, dependencies=[PUBLIC])
async def read_master_plan(request: Request, agreement_id: UUID, db: Db) -> Response:
    """The plan for the agreement's whole period (RIK), with its activities."""
    async with db.read() as conn:
        found = await queries.find_master_plan(conn, agreement_id)
    if found is None:
        raise NotFound("there is no master plan of such an agreement")
    view = MasterPlan.model_validate(found)
    return read_response(request, view, view.version)
