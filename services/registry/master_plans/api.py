"""The master plan (RIK) of an agreement: approved by the technical unit or the Centre, seen by everybody."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Final, Self
from uuid import UUID

from fastapi import Depends, Path, Request, Response
from pydantic import Field, model_validator

from services.registry.access import PUBLIC, official
from services.registry.master_plans import commands, queries
from services.registry.money import Amount, Currency
from services.registry.reference.rules import Regencies
from shared.errors import NotFound
from shared.events.envelope import ActedBy
from shared.http.body import Body, Line, LongText, Number, Reason, ShortText, ShortTexts, Text, View
from shared.http.database import Db
from shared.http.etags import ExpectedVersion, read_response
from shared.http.paging import PageRequest, page_response, paged
from shared.http.routing import resource
from shared.http.selection import Selection, selects, shown, shown_page
from shared.http.values import wrong
from shared.http.writes import KeyedWrite

router = resource("/agreements/{agreement_id}/master-plan", tag="master plans")

Approver = Annotated[ActedBy, Depends(official("fasker_officer", "satker_officer"))]
ACTIVITIES_MAX: Final = 40
"""Even if each takes place in all regencies, their event stays within 256 KiB."""

TARGETS_MAX: Final = 200
"""Of one activity. Events do not carry them."""

Year = Annotated[int, Field(ge=1900, le=2200)]
Regency = Annotated[str, Field(pattern=r"^[0-9]{2}\.[0-9]{2}$", max_length=5)]


class NewTarget(Body):
    """What an activity is to reach in one year in one regency."""

    year: Year
    region: Regency
    value: Annotated[Decimal, Field(ge=0, max_digits=14, decimal_places=2)]
    unit: Line


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
    targets: list[NewTarget] = Field(default_factory=list, max_length=TARGETS_MAX)

    @model_validator(mode="after")
    def _years_are_in_order(self) -> Self:
        if self.to_year < self.from_year:
            raise wrong("must not be before `from_year`", "to_year", rule="V04")
        return self


class NewMasterPlan(Body):
    activities: Annotated[list[NewActivity], Field(min_length=1, max_length=ACTIVITIES_MAX)]


class AmendedActivity(NewActivity):
    id: Annotated[UUID | None, Field(description="Of the activity that goes on; absent for a new one")] = None


class Amendment(Body):
    """The whole plan as it is from now on. Activities that are not in it are no longer in force."""

    activities: Annotated[list[AmendedActivity], Field(min_length=1, max_length=ACTIVITIES_MAX)]
    reason: Reason


class Target(View):
    year: Number
    region: ShortText
    value: Decimal
    unit: ShortText


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
    targets: list[Target] = Field(max_length=TARGETS_MAX)


class MasterPlan(View):
    id: UUID
    version: Number
    agreement_id: UUID
    ngo_id: UUID
    approved_at: datetime
    approved_by_role: ShortText
    reason: LongText | None = Field(description="Of the amendment that this version is; null for the first version")
    activities: list[Activity] = Field(max_length=ACTIVITIES_MAX)


class MasterPlanVersion(View):
    id: UUID
    version: Number
    reason: LongText | None
    approved_at: datetime
    approved_by_role: ShortText
    activities_count: Number


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


@router.post("/amendments", status_code=201, response_model=MasterPlan)
async def amend_master_plan(
    agreement_id: UUID, body: Amendment, by: Approver, version: ExpectedVersion, write: KeyedWrite
) -> Response:
    """Record an approved amendment: a new version, within the agreement (V04). The one before stays readable."""
    async with write.begin() as tx:
        number = await commands.amend_master_plan(
            tx.conn,
            agreement_id,
            activities=[activity.model_dump() for activity in body.activities],
            reason=body.reason,
            version=version,
            unit=tx.actor.unit,
            by=by,
            now=tx.now,
        )
        view = MasterPlan.model_validate(await queries.find_master_plan(tx.conn, agreement_id))
        location = f"/v1/agreements/{agreement_id}/master-plan/versions/{number}"
        tx.answer(view, status=201, version=view.version, location=location)
    return tx.response


@router.get("/versions", response_model=shown_page(MasterPlanVersion), dependencies=[PUBLIC])
async def list_master_plan_versions(
    *,
    request: Request,
    agreement_id: UUID,
    db: Db,
    page_request: Annotated[PageRequest, Depends(paged(queries.VERSIONS))],
    chosen: Annotated[Selection, Depends(selects(MasterPlanVersion))],
) -> Response:
    """Every version of the plan, and why it was amended."""
    async with db.read() as conn:
        rows = await queries.list_versions(conn, agreement_id, page_request)
    return page_response(request, page_request, rows, MasterPlanVersion.of, chosen=chosen, sorting=queries.VERSIONS)


@router.get("/versions/{version}", response_model=shown(MasterPlan), dependencies=[PUBLIC])
async def read_master_plan_version(
    *,
    request: Request,
    agreement_id: UUID,
    version: Annotated[int, Path(ge=1, lt=2**31)],
    db: Db,
    chosen: Annotated[Selection, Depends(selects(MasterPlan))],
) -> Response:
    """One version of the plan, as it was approved."""
    async with db.read() as conn:
        found = await queries.find_version(conn, agreement_id, version)
    if found is None:
        raise NotFound("there is no such version of a master plan")
    return read_response(request, MasterPlan.of(found), version, chosen=chosen)


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
