"""Notified activities: by an NGO to the Minister, recorded by the Centre, answered by the regions."""

from datetime import date, datetime
from functools import partial
from typing import Annotated, Self
from uuid import UUID

from fastapi import Depends, Query, Request, Response
from pydantic import AfterValidator, Field, model_validator

from services.registry.access import FaskerOfficer, Kesbangpol, NgoMember, Scope, Visible, scope_of
from services.registry.dates import Day
from services.registry.organisations.queries import organisations_named
from services.registry.organisations.views import OrganisationLink
from services.registry.reference.rules import Regencies, RegionCode
from services.registry.regional_activities import answers, commands, queries
from services.registry.regional_activities.rules import Answer, Kind, Status
from shared.errors import NotFound
from shared.http.body import Body, Line, LongText, Number, Reason, ShortText, ShortTexts, Text, View
from shared.http.database import Db
from shared.http.etags import ExpectedVersion, read_response
from shared.http.paging import PageRequest, page_response, paged
from shared.http.routing import resource
from shared.http.selection import Selection, selects, shown, shown_page, with_related
from shared.http.values import wrong
from shared.http.writes import KeyedWrite, Transaction

router = resource("/regional-activities", tag="regional activities")

PARTNERS_MAX = 20


def _distinct(ids: list[UUID]) -> list[UUID]:
    if len(set(ids)) < len(ids):
        raise wrong("each partner must be named once")
    return ids


class Notice(Body):
    kind: Kind
    agreement_id: UUID
    licence_id: Annotated[UUID, Field(description="The izin operasional or izin prinsip under which it takes place")]
    local_partner_ids: Annotated[list[UUID], Field(max_length=PARTNERS_MAX), AfterValidator(_distinct)]
    title: Line
    activities: Annotated[list[Text], Field(min_length=1, max_length=40)]
    regions: Regencies
    starts_on: Day
    ends_on: Day

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.ends_on < self.starts_on:
            raise wrong("must not be before `starts_on`", "ends_on")
        return self


class RegionAnswer(Body):
    region: Annotated[RegionCode, Field(description="The regency or city that answers")]
    answer: Answer
    reason: Reason
    version: Annotated[int, Field(ge=1, le=1_000_000)] = Field(
        description="Which notice is answered: `notice_version`, in events `version`"
    )


class Withdrawal(Body):
    reason: Reason


class Activity(View):
    id: UUID
    version: Number
    ngo_id: UUID
    passed_to_ngo_id: UUID | None = Field(description="Who holds it since the organisation that notified it has merged")
    status: Status
    kind: Kind
    notice_version: Number
    agreement_id: UUID
    licence_id: UUID
    local_partner_ids: list[UUID] = Field(max_length=PARTNERS_MAX)
    title: ShortText
    activities: list[LongText] = Field(max_length=40)
    regions: ShortTexts
    starts_on: date
    ends_on: date
    notified_at: datetime
    recorded_at: datetime | None
    withdrawal_reason: LongText | None


class RegionalActivitySummary(Activity):
    organisation: OrganisationLink | None = Field(default=None, description="With `expand=organisation`")


class ActivityAnswer(View):
    notice_version: Number
    region: ShortText
    answer: Answer
    reason: LongText
    answered_at: datetime


class RegionalActivity(Activity):
    answers: list[ActivityAnswer] = Field(max_length=10_000, description="A region sees its own only")
    unanswered: ShortTexts


async def _answer(tx: Transaction, activity_id: UUID, scope: Scope, *, status: int = 200) -> None:
    view = RegionalActivity.model_validate(await queries.find_activity(tx.conn, activity_id, scope))
    location = f"/v1/regional-activities/{activity_id}" if status == 201 else None
    tx.answer(view, status=status, version=view.version, location=location)


@router.get("", response_model=shown_page(RegionalActivitySummary))
async def list_activities(
    *,
    request: Request,
    scope: Visible,
    db: Db,
    page_request: Annotated[PageRequest, Depends(paged(queries.SORTING))],
    chosen: Annotated[Selection, Depends(selects(RegionalActivitySummary, "organisation"))],
    status: Annotated[Status | None, Query(description="Only those in this status")] = None,
    kind: Annotated[Kind | None, Query(description="Only those of this kind")] = None,
    region: Annotated[RegionCode | None, Query(description="Only those that take place there")] = None,
    ngo_id: Annotated[UUID | None, Query(description="Only those that this organisation holds")] = None,
    on: Annotated[
        Day | None, Query(description="Only those that take place on this day, and who holds them then")
    ] = None,
) -> Response:
    """One's own NGO's, also those that it has from a merger; an official of a region sees those that take place there,
    one of the ministry all.
    """
    async with db.read() as conn:
        rows = await queries.list_activities(
            conn, page_request, scope, status=status, kind=kind, region=region, ngo_id=ngo_id, on=on
        )
        found = await with_related(rows, chosen, "organisation", "ngo_id", partial(organisations_named, conn))
    return page_response(
        request,
        page_request,
        found,
        RegionalActivitySummary.of,
        chosen=chosen,
        sorting=queries.SORTING,
    )


@router.get("/{activity_id}", response_model=shown(RegionalActivity))
async def read_activity(
    request: Request,
    activity_id: UUID,
    scope: Visible,
    db: Db,
    chosen: Annotated[Selection, Depends(selects(RegionalActivity))],
) -> Response:
    """One notified activity and what the regions answered; a region sees its own answers only."""
    async with db.read() as conn:
        found = await queries.find_activity(conn, activity_id, scope)
    if found is None:
        raise NotFound("there is no such activity among those that you may see")
    return read_response(request, RegionalActivity.model_validate(found), found["version"], chosen=chosen)


@router.post("", status_code=201, response_model=RegionalActivity)
async def notify_activity(body: Notice, member: NgoMember, write: KeyedWrite) -> Response:
    """Notify the Minister of an activity in regions (PP 59/2016 art. 19(2), art. 24)."""
    async with write.begin() as tx:
        activity_id = await commands.notify(tx.conn, body.model_dump(), member=member, now=tx.now)
        await _answer(tx, activity_id, Scope(ngo_id=member.ngo_id), status=201)
    return tx.response


@router.put("/{activity_id}", response_model=RegionalActivity)
async def change_activity(
    activity_id: UUID, body: Notice, member: NgoMember, version: ExpectedVersion, write: KeyedWrite
) -> Response:
    """Another notice of the same activity: it is recorded and answered anew."""
    async with write.begin() as tx:
        await commands.change(tx.conn, activity_id, body.model_dump(), version=version, member=member, now=tx.now)
        await _answer(tx, activity_id, Scope(ngo_id=member.ngo_id))
    return tx.response


@router.post("/{activity_id}/record", response_model=RegionalActivity)
async def record_activity(
    activity_id: UUID, by: FaskerOfficer, version: ExpectedVersion, write: KeyedWrite
) -> Response:
    """Take note of it for the Minister: from now on the regions answer."""
    async with write.begin() as tx:
        await commands.record(tx.conn, activity_id, version=version, by=by, now=tx.now)
        await _answer(tx, activity_id, Scope(everything=True))
    return tx.response


@router.post("/{activity_id}/answers", status_code=201, response_model=RegionalActivity, responses={412: {}})
async def answer_activity(activity_id: UUID, body: RegionAnswer, _: Kesbangpol, write: KeyedWrite) -> Response:
    """A region approves, postpones or refuses what is to take place there (Permendagri 49/2010)."""
    async with write.begin() as tx:
        await answers.answer(
            tx.conn,
            activity_id,
            region=body.region,
            answer=body.answer,
            reason=body.reason,
            notice_version=body.version,
            actor=tx.actor,
            now=tx.now,
        )
        await _answer(tx, activity_id, scope_of(tx.actor), status=201)
    return tx.response


@router.post("/{activity_id}/withdrawal", response_model=RegionalActivity)
async def withdraw_activity(
    activity_id: UUID, body: Withdrawal, member: NgoMember, version: ExpectedVersion, write: KeyedWrite
) -> Response:
    """It will not take place, or no longer."""
    async with write.begin() as tx:
        await commands.withdraw(tx.conn, activity_id, reason=body.reason, version=version, member=member, now=tx.now)
        await _answer(tx, activity_id, Scope(ngo_id=member.ngo_id))
    return tx.response
