"""Reports over HTTP."""

from typing import Literal
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import AwareDatetime, Field, model_validator
from pydantic_core import PydanticCustomError

from services.reporting.access import Fasker, Reader, ReportingMember, Scope
from services.reporting.reports import commands, queries
from services.reporting.reports.content import ReportContent, ReportDraft
from services.reporting.submission.bodies import Comments, SubmittedView, as_dicts
from services.reporting.submission.rules import Status
from shared.http.body import Body, Page, View
from shared.http.etags import ExpectedVersion, read_response
from shared.http.paging import PageQuery, page
from shared.http.writes import KeyedWrite, Transaction
from shared.operations import Db

router = APIRouter(prefix="/reports", tags=["reports"])


class ReportDecision(Body):
    decision: Literal[Status.ACCEPTED, Status.REVISION_REQUESTED]
    comments: Comments = Field(default_factory=list)

    @model_validator(mode="after")
    def _says_why(self) -> "ReportDecision":
        if self.decision == Status.REVISION_REQUESTED and not self.comments:
            raise PydanticCustomError("comment_missing", "a request for revision needs at least one comment")
        return self


class ReportSummary(View):
    id: UUID
    ngo_id: UUID
    obligation_id: UUID
    agreement_id: UUID
    kind: str
    period: str
    regions: list[str]
    status: Status
    submitted_version: int
    submitted_at: AwareDatetime | None
    days_late: int | None
    version: int


class ReportView(SubmittedView[ReportContent]):
    obligation_id: UUID
    kind: str
    period: str
    days_late: int | None


@router.get("")
async def list_reports(
    *,
    scope: Reader,
    db: Db,
    paging: PageQuery,
    agreement_id: UUID | None = None,
    status: Status | None = None,
) -> Page[ReportSummary]:
    """Reports of your own NGO, or what was submitted: in your regions, or by all."""
    async with db.read() as conn:
        rows = await queries.list_reports(conn, scope, paging, agreement_id=agreement_id, status=status)
    return page(rows, paging, lambda row: ReportSummary.model_validate(dict(row)))


@router.get("/{report_id}", response_model=ReportView)
async def get_report(report_id: UUID, scope: Reader, db: Db, request: Request) -> Response:
    """The report, all its submitted versions and the comments on each."""
    async with db.read() as conn:
        report = ReportView.model_validate(await queries.get_report(conn, scope, report_id))
    return read_response(request, report, report.version)


@router.post("", status_code=201, response_model=ReportView)
async def draft_report(body: ReportDraft, member: ReportingMember, write: KeyedWrite) -> Response:
    """Begin the report that an obligation asks for. Its rules are judged when it is submitted."""
    async with write.begin() as tx:
        report_id = await commands.create(tx.conn, body, member=member)
        await _answer(tx, report_id, ngo_id=member.ngo_id, status=201)
    return tx.response


@router.put("/{report_id}", response_model=ReportView)
async def edit_report(
    report_id: UUID,
    body: ReportDraft,
    member: ReportingMember,
    version: ExpectedVersion,
    write: KeyedWrite,
) -> Response:
    """While it is a draft, or a revision is asked for."""
    async with write.begin() as tx:
        await commands.edit(tx.conn, report_id, body, version=version, member=member)
        await _answer(tx, report_id, ngo_id=member.ngo_id)
    return tx.response


@router.post("/{report_id}/submission", response_model=ReportView)
async def submit_report(
    report_id: UUID, member: ReportingMember, version: ExpectedVersion, write: KeyedWrite
) -> Response:
    """Hand it in; the first submission meets the obligation."""
    async with write.begin() as tx:
        await commands.submit(tx.conn, report_id, version=version, member=member, now=tx.now)
        await _answer(tx, report_id, ngo_id=member.ngo_id)
    return tx.response


@router.post("/{report_id}/review", response_model=ReportView)
async def take_up_report(report_id: UUID, _: Fasker, version: ExpectedVersion, write: KeyedWrite) -> Response:
    """Take a submitted report up for review."""
    async with write.begin() as tx:
        await commands.take_up(tx.conn, report_id, version=version, actor=tx.actor)
        await _answer(tx, report_id)
    return tx.response


@router.post("/{report_id}/decision", response_model=ReportView)
async def decide_on_report(
    report_id: UUID, body: ReportDecision, _: Fasker, version: ExpectedVersion, write: KeyedWrite
) -> Response:
    """Accept, or ask for a revision with comments on fields."""
    async with write.begin() as tx:
        await commands.decide(
            tx.conn,
            report_id,
            body.decision,
            comments=as_dicts(body.comments),
            version=version,
            actor=tx.actor,
            now=tx.now,
        )
        await _answer(tx, report_id)
    return tx.response


@router.post("/{report_id}/withdrawal", response_model=ReportView)
async def withdraw_report(
    report_id: UUID, member: ReportingMember, version: ExpectedVersion, write: KeyedWrite
) -> Response:
    """Take it back before it is under review; then it is due again."""
    async with write.begin() as tx:
        await commands.withdraw(tx.conn, report_id, version=version, member=member, now=tx.now)
        await _answer(tx, report_id, ngo_id=member.ngo_id)
    return tx.response


async def _answer(tx: Transaction, report_id: UUID, *, ngo_id: UUID | None = None, status: int = 200) -> None:
    """The report as its NGO or, with none given, an official sees it."""
    row = await queries.get_report(tx.conn, Scope(tx.actor, ngo_id=ngo_id), report_id)
    report = ReportView.model_validate(row)
    location = f"/v1/reports/{report_id}" if status == 201 else None
    tx.answer(report, status=status, version=report.version, location=location)
