"""Work plans over HTTP."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import AwareDatetime, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from services.reporting.access import ActiveMember, Reader, Satker, Scope
from services.reporting.fields import PresentRegency
from services.reporting.submission.bodies import Comments, SubmittedView, as_dicts
from services.reporting.submission.rules import Status
from services.reporting.work_plans import commands, queries, review
from services.reporting.work_plans.content import WorkPlanContent, WorkPlanDraft
from shared.http.body import Body, Line, Page, Reason, View
from shared.http.etags import ExpectedVersion, read_response
from shared.http.paging import PageQuery, page
from shared.http.writes import KeyedWrite, Transaction
from shared.operations import Db

router = APIRouter(prefix="/work-plans", tags=["work plans"])

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class Minutes(Body):
    """Berita Acara Pembahasan (BAP): that the plan was discussed with a regency."""

    region: PresentRegency
    held_on: date
    document_number: Line
    document_sha256: Sha256


class WorkPlanDecision(Body):
    decision: Literal[Status.APPROVED, Status.REVISION_REQUESTED, Status.REJECTED]
    reason: Reason | None = None
    comments: Comments = Field(default_factory=list)

    @model_validator(mode="after")
    def _says_why(self) -> "WorkPlanDecision":
        if self.decision == Status.REJECTED and not self.reason:
            raise PydanticCustomError("reason_missing", "a rejection needs a reason")
        if self.decision == Status.REVISION_REQUESTED and not self.comments:
            raise PydanticCustomError("comment_missing", "a request for revision needs at least one comment")
        return self


class MinutesView(View):
    region: str
    held_on: date
    document_number: str
    document_sha256: str
    added_at: AwareDatetime


class CautionView(View):
    rule: str
    field: str
    detail: str


class WorkPlanSummary(View):
    id: UUID
    ngo_id: UUID
    agreement_id: UUID
    year: int
    title: str
    regions: list[str]
    status: Status
    submitted_version: int
    submitted_at: AwareDatetime | None
    version: int


class WorkPlanView(SubmittedView[WorkPlanContent]):
    year: int
    title: str
    minutes: list[MinutesView]
    missing_minutes: list[str]
    warnings: list[CautionView]


@router.get("")
async def list_work_plans(
    *,
    scope: Reader,
    db: Db,
    paging: PageQuery,
    agreement_id: UUID | None = None,
    year: Annotated[int | None, Query(ge=2000, le=2100)] = None,
    status: Status | None = None,
) -> Page[WorkPlanSummary]:
    """Plans of your own NGO, or what was submitted: in your regions, or by all."""
    async with db.read() as conn:
        rows = await queries.list_plans(conn, scope, paging, agreement_id=agreement_id, year=year, status=status)
    return page(rows, paging, lambda row: WorkPlanSummary.model_validate(dict(row)))


@router.get("/{plan_id}", response_model=WorkPlanView)
async def get_work_plan(plan_id: UUID, scope: Reader, db: Db, request: Request) -> Response:
    """The plan, its minutes, all its submitted versions and the comments on each."""
    async with db.read() as conn:
        plan = WorkPlanView.model_validate(await queries.get_plan(conn, scope, plan_id))
    return read_response(request, plan, plan.version)


@router.post("", status_code=201, response_model=WorkPlanView)
async def draft_work_plan(body: WorkPlanDraft, member: ActiveMember, write: KeyedWrite) -> Response:
    """Begin a plan. Its rules are judged when it is submitted."""
    async with write.begin() as tx:
        plan_id = await commands.create(tx.conn, body, member=member)
        await _answer(tx, plan_id, ngo_id=member.ngo_id, status=201)
    return tx.response


@router.put("/{plan_id}", response_model=WorkPlanView)
async def edit_work_plan(
    plan_id: UUID, body: WorkPlanDraft, member: ActiveMember, version: ExpectedVersion, write: KeyedWrite
) -> Response:
    """While it is a draft, or a revision is asked for."""
    async with write.begin() as tx:
        await commands.edit(tx.conn, plan_id, body, version=version, member=member)
        await _answer(tx, plan_id, ngo_id=member.ngo_id)
    return tx.response


@router.post("/{plan_id}/minutes", status_code=201, response_model=WorkPlanView)
async def add_minutes(plan_id: UUID, body: Minutes, member: ActiveMember, write: KeyedWrite) -> Response:
    """Add the minutes of the discussion (BAP) with one regency or city."""
    async with write.begin() as tx:
        await commands.add_minutes(tx.conn, plan_id, **body.model_dump(), member=member, now=tx.now)
        await _answer(tx, plan_id, ngo_id=member.ngo_id, status=201)
    return tx.response


@router.post("/{plan_id}/submission", response_model=WorkPlanView)
async def submit_work_plan(
    plan_id: UUID, member: ActiveMember, version: ExpectedVersion, write: KeyedWrite
) -> Response:
    """Hand it to the technical unit (Satker). Every regency needs its minutes (V05)."""
    async with write.begin() as tx:
        await commands.submit(tx.conn, plan_id, version=version, member=member, now=tx.now)
        await _answer(tx, plan_id, ngo_id=member.ngo_id)
    return tx.response


@router.post("/{plan_id}/review", response_model=WorkPlanView)
async def take_up_work_plan(plan_id: UUID, _: Satker, version: ExpectedVersion, write: KeyedWrite) -> Response:
    """Take a submitted plan up for review."""
    async with write.begin() as tx:
        await review.take_up(tx.conn, plan_id, version=version, actor=tx.actor)
        await _answer(tx, plan_id)
    return tx.response


@router.post("/{plan_id}/decision", response_model=WorkPlanView)
async def decide_on_work_plan(
    plan_id: UUID, body: WorkPlanDecision, _: Satker, version: ExpectedVersion, write: KeyedWrite
) -> Response:
    """Approve, reject with a reason, or ask for a revision with comments on fields."""
    async with write.begin() as tx:
        await review.decide(
            tx.conn,
            plan_id,
            body.decision,
            reason=body.reason,
            comments=as_dicts(body.comments),
            version=version,
            actor=tx.actor,
            now=tx.now,
        )
        await _answer(tx, plan_id)
    return tx.response


@router.post("/{plan_id}/withdrawal", response_model=WorkPlanView)
async def withdraw_work_plan(
    plan_id: UUID, member: ActiveMember, version: ExpectedVersion, write: KeyedWrite
) -> Response:
    """Take it back before it is under review."""
    async with write.begin() as tx:
        await commands.withdraw(tx.conn, plan_id, version=version, member=member, now=tx.now)
        await _answer(tx, plan_id, ngo_id=member.ngo_id)
    return tx.response


async def _answer(tx: Transaction, plan_id: UUID, *, ngo_id: UUID | None = None, status: int = 200) -> None:
    """The plan as its NGO or, with none given, an official sees it."""
    row = await queries.get_plan(tx.conn, Scope(tx.actor, ngo_id=ngo_id), plan_id)
    plan = WorkPlanView.model_validate(row)
    location = f"/v1/work-plans/{plan_id}" if status == 201 else None
    tx.answer(plan, status=status, version=plan.version, location=location)
