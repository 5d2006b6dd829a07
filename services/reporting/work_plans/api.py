"""Work plans over HTTP."""

from datetime import date
from functools import partial
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Depends, Query, Request, Response
from pydantic import AwareDatetime, Field, model_validator

from services.reporting.access import ActiveMember, Reader, Satker, Scope
from services.reporting.copies.queries import organisations_named
from services.reporting.copies.views import OrganisationLink
from services.reporting.fields import RegencyCode
from services.reporting.submission.bodies import Comments, SubmittedView, as_dicts
from services.reporting.submission.rules import Status
from services.reporting.work_plans import commands, queries, review
from services.reporting.work_plans.content import WorkPlanContent
from shared.http.body import Body, Line, LongText, Number, Reason, Sha256, ShortText, ShortTexts, View
from shared.http.database import Db
from shared.http.etags import ExpectedVersion, read_response
from shared.http.paging import PageRequest, page_response, paged
from shared.http.routing import resource
from shared.http.selection import Selection, selects, shown, shown_page, with_related
from shared.http.values import wrong
from shared.http.writes import KeyedWrite, Transaction

router = resource("/work-plans", tag="work plans")


class Minutes(Body):
    """Berita Acara Pembahasan (BAP): that the plan was discussed with a regency."""

    region: RegencyCode
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
            raise wrong("a rejection needs a reason", "reason")
        if self.decision == Status.REVISION_REQUESTED and not self.comments:
            raise wrong("a request for revision needs at least one comment", "comments")
        return self


class MinutesView(View):
    region: ShortText
    held_on: date
    document_number: ShortText
    document_sha256: ShortText
    added_at: AwareDatetime


class CautionView(View):
    rule: ShortText
    field: LongText
    detail: LongText


class WorkPlanSummary(View):
    id: UUID
    ngo_id: UUID
    agreement_id: UUID
    year: Number
    title: ShortText
    regions: ShortTexts
    status: Status
    submitted_version: Number
    submitted_at: AwareDatetime | None
    version: Number


class ShownWorkPlanSummary(WorkPlanSummary):
    organisation: OrganisationLink | None = Field(default=None, description="With `expand=organisation`")


class WorkPlanView(SubmittedView[WorkPlanContent]):
    year: Number
    title: ShortText
    minutes: list[MinutesView] = Field(max_length=10_000)
    missing_minutes: ShortTexts
    warnings: list[CautionView] = Field(max_length=10_000)


@router.get("", response_model=shown_page(ShownWorkPlanSummary))
async def list_work_plans(
    *,
    request: Request,
    scope: Reader,
    db: Db,
    paging: Annotated[PageRequest, Depends(paged(queries.SORTING))],
    chosen: Annotated[Selection, Depends(selects(ShownWorkPlanSummary, "organisation"))],
    ngo_id: UUID | None = None,
    agreement_id: UUID | None = None,
    year: Annotated[int | None, Query(ge=2000, le=2100)] = None,
    status: Status | None = None,
) -> Response:
    """Plans of your own NGO, or what was submitted: in your regions, or by all."""
    async with db.read() as conn:
        rows = await queries.list_plans(
            conn, scope, paging, ngo_id=ngo_id, agreement_id=agreement_id, year=year, status=status
        )
        found = await with_related(rows, chosen, "organisation", "ngo_id", partial(organisations_named, conn))
    return page_response(
        request,
        paging,
        found,
        ShownWorkPlanSummary.of,
        chosen=chosen,
        sorting=queries.SORTING,
    )


@router.get("/{plan_id}", response_model=shown(WorkPlanView))
async def get_work_plan(
    plan_id: UUID,
    scope: Reader,
    db: Db,
    request: Request,
    chosen: Annotated[Selection, Depends(selects(WorkPlanView))],
) -> Response:
    """The plan, its minutes, all its submitted versions and the comments on each."""
    async with db.read() as conn:
        plan = WorkPlanView.model_validate(await queries.get_plan(conn, scope, plan_id))
    return read_response(request, plan, plan.version, chosen=chosen)


@router.post("", status_code=201, response_model=WorkPlanView)
async def draft_work_plan(body: WorkPlanContent, member: ActiveMember, write: KeyedWrite) -> Response:
    """Begin a plan. Its rules are judged when it is submitted."""
    async with write.begin() as tx:
        plan_id = await commands.create(tx.conn, body, member=member)
        await _answer(tx, plan_id, ngo_id=member.ngo_id, status=201)
    return tx.response


@router.put("/{plan_id}", response_model=WorkPlanView)
async def edit_work_plan(
    plan_id: UUID, body: WorkPlanContent, member: ActiveMember, version: ExpectedVersion, write: KeyedWrite
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
    """Take a submitted plan up for review: an official of the unit that its agreement is with."""
    async with write.begin() as tx:
        await review.take_up(tx.conn, plan_id, version=version, actor=tx.actor)
        await _answer(tx, plan_id)
    return tx.response


@router.post("/{plan_id}/decision", response_model=WorkPlanView)
async def decide_on_work_plan(
    plan_id: UUID, body: WorkPlanDecision, _: Satker, version: ExpectedVersion, write: KeyedWrite
) -> Response:
    """Approve, reject with a reason, or ask for a revision with comments on fields; by that same unit."""
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
    row = await queries.get_plan(tx.conn, Scope(tx.actor, ngo_id, everything=ngo_id is None), plan_id)
    plan = WorkPlanView.model_validate(row)
    location = f"/v1/work-plans/{plan_id}" if status == 201 else None
    tx.answer(plan, status=status, version=plan.version, location=location)
