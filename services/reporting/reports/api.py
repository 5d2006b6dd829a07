"""Reports over HTTP."""

from functools import partial
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Depends, Query, Request, Response
from pydantic import AwareDatetime, Field, model_validator

from services.reporting.access import Fasker, Reader, ReportingMember, Scope
from services.reporting.copies.queries import organisations_named
from services.reporting.copies.views import OrganisationLink
from services.reporting.obligations.api import ObligationLink
from services.reporting.obligations.queries import obligations_named
from services.reporting.reports import commands, queries
from services.reporting.reports.content import ReportContent
from services.reporting.submission.bodies import Comments, SubmittedView, as_dicts
from services.reporting.submission.rules import Status
from shared.http.body import Body, Number, ShortText, ShortTexts, View
from shared.http.database import Db
from shared.http.etags import ExpectedVersion, read_response
from shared.http.paging import PageRequest, page_response, paged
from shared.http.routing import resource
from shared.http.selection import Selection, selects, shown, shown_page, with_related
from shared.http.values import wrong
from shared.http.writes import KeyedWrite, Transaction

router = resource("/reports", tag="reports")


class ReportDecision(Body):
    decision: Literal[Status.ACCEPTED, Status.REVISION_REQUESTED]
    comments: Comments = Field(default_factory=list)

    @model_validator(mode="after")
    def _says_why(self) -> "ReportDecision":
        if self.decision == Status.REVISION_REQUESTED and not self.comments:
            raise wrong("a request for revision needs at least one comment", "comments")
        return self


class ReportSummary(View):
    id: UUID
    ngo_id: UUID
    obligation_id: UUID
    agreement_id: UUID
    kind: ShortText
    period: ShortText
    regions: ShortTexts
    status: Status
    submitted_version: Number
    submitted_at: AwareDatetime | None
    days_late: Number | None
    version: Number


class ShownReportSummary(ReportSummary):
    organisation: OrganisationLink | None = Field(default=None, description="With `expand=organisation`")
    obligation: ObligationLink | None = Field(default=None, description="With `expand=obligation`")


class ReportView(SubmittedView[ReportContent]):
    obligation_id: UUID
    kind: ShortText
    period: ShortText
    days_late: Number | None


@router.get("", response_model=shown_page(ShownReportSummary))
async def list_reports(
    *,
    request: Request,
    scope: Reader,
    db: Db,
    paging: Annotated[PageRequest, Depends(paged(queries.SORTING))],
    chosen: Annotated[Selection, Depends(selects(ShownReportSummary, "organisation", "obligation"))],
    ngo_id: UUID | None = None,
    agreement_id: UUID | None = None,
    status: Status | None = None,
    period: Annotated[
        str | None, Query(max_length=7, pattern=r"^[0-9]{4}(-S[12])?$", description="`2020-S1` or `2020`")
    ] = None,
) -> Response:
    """Reports of your own NGO, or what was submitted: in your regions, or by all."""
    async with db.read() as conn:
        rows = await queries.list_reports(
            conn, scope, paging, ngo_id=ngo_id, agreement_id=agreement_id, status=status, period=period
        )
        named = await with_related(rows, chosen, "organisation", "ngo_id", partial(organisations_named, conn))
        found = await with_related(
            named, chosen, "obligation", "obligation_id", partial(obligations_named, conn, scope)
        )
    return page_response(
        request,
        paging,
        found,
        ShownReportSummary.of,
        chosen=chosen,
        sorting=queries.SORTING,
    )


@router.get("/{report_id}", response_model=shown(ReportView))
async def get_report(
    report_id: UUID,
    scope: Reader,
    db: Db,
    request: Request,
    chosen: Annotated[Selection, Depends(selects(ReportView))],
) -> Response:
    """The report, all its submitted versions and the comments on each."""
    async with db.read() as conn:
        report = ReportView.model_validate(await queries.get_report(conn, scope, report_id))
    return read_response(request, report, report.version, chosen=chosen)


@router.post("", status_code=201, response_model=ReportView)
async def draft_report(body: ReportContent, member: ReportingMember, write: KeyedWrite) -> Response:
    """Begin the report that an obligation asks for. Its rules are judged when it is submitted."""
    async with write.begin() as tx:
        report_id = await commands.create(tx.conn, body, member=member)
        await _answer(tx, report_id, ngo_id=member.ngo_id, status=201)
    return tx.response


@router.put("/{report_id}", response_model=ReportView)
async def edit_report(
    report_id: UUID,
    body: ReportContent,
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
    row = await queries.get_report(tx.conn, Scope(tx.actor, ngo_id, everything=ngo_id is None), report_id)
    report = ReportView.model_validate(row)
    location = f"/v1/reports/{report_id}" if status == 201 else None
    tx.answer(report, status=status, version=report.version, location=location)
