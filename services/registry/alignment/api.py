"""What an activity of a master plan serves: proposed by its organisation, confirmed by the ministry, seen by all."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Final, Self
from uuid import UUID

from fastapi import Depends, Request, Response
from pydantic import Field, model_validator

from services.registry.access import PUBLIC, NgoMember, official
from services.registry.alignment import commands, queries
from services.registry.alignment.rules import WHOLE, Status
from shared.errors import NotFound
from shared.events.envelope import ActedBy
from shared.http.body import Body, Line, LongText, Number, Reason, ShortText, View
from shared.http.database import Db
from shared.http.etags import ExpectedVersion, read_response
from shared.http.routing import resource
from shared.http.values import wrong
from shared.http.writes import KeyedWrite, Transaction

router = resource("/plan-activities/{activity_id}/alignments", tag="alignment")

Decider = Annotated[ActedBy, Depends(official("fasker_officer", "satker_officer"))]
SHOWN_MAX: Final = 1000
"""An activity is aligned with each item once at most, and there are no more items."""


class AlignmentDecision(StrEnum):
    CONFIRMED = "confirmed"
    REJECTED = "rejected"


class NewAlignment(Body):
    item: Annotated[Line, Field(description="Code of an item in GET /v1/frameworks/{framework}")]
    weight: Annotated[int, Field(ge=1, le=WHOLE, description="Share of the activity in per cent, within a framework")]
    note: Annotated[Reason, Field(description="Why the activity serves it")]


class DecisionOnAlignment(Body):
    decision: AlignmentDecision
    reason: Reason | None = None

    @model_validator(mode="after")
    def _says_why_not(self) -> Self:
        if self.decision is AlignmentDecision.REJECTED and self.reason is None:
            raise wrong("is needed to reject", "reason")
        return self


class WithdrawalOfAlignment(Body):
    reason: Reason


class YearsCounted(View):
    item: ShortText
    framework: ShortText
    years: list[Number] = Field(max_length=400)
    by: ShortText = Field(description="`named`, or how the crosswalk links this item to the named: `mainly`, `partly`")


class Alignment(View):
    id: UUID | None = Field(description="None: the approved master plan names the item")
    version: Number | None
    item: ShortText
    item_title_id: LongText
    item_title_en: LongText | None
    framework: ShortText
    weight: Number | None
    note: LongText | None
    status: Status
    proposed_at: datetime | None
    proposed_by_role: ShortText | None
    decided_at: datetime | None
    decided_by_role: ShortText | None
    reason: LongText | None
    counts: list[YearsCounted] = Field(max_length=SHOWN_MAX)
    years_left_out: list[Number] = Field(
        max_length=400, description="Years of the activity in which it counts for none"
    )
    explanation_id: LongText
    explanation_en: LongText


class ActivityAlignments(View):
    activity_id: UUID
    agreement_id: UUID
    ngo_id: UUID
    title: ShortText
    from_year: Number
    to_year: Number
    alignments: list[Alignment] = Field(max_length=SHOWN_MAX)


async def _answer(
    tx: Transaction, activity_id: UUID, alignment_id: UUID, *, status: int = 200, location: str | None = None
) -> None:
    found = await queries.find_activity_alignments(tx.conn, activity_id, alignment_id=alignment_id)
    view = ActivityAlignments.model_validate(found).alignments[0]
    tx.answer(view, status=status, version=view.version, location=location)


@router.get("", response_model=ActivityAlignments, dependencies=[PUBLIC])
async def read_activity_alignments(request: Request, activity_id: UUID, db: Db) -> Response:
    """What the activity serves, in which of its years that counts under which framework, and why."""
    async with db.read() as conn:
        found = await queries.find_activity_alignments(conn, activity_id)
    if found is None:
        raise NotFound("there is no activity with this id in a master plan")
    return read_response(request, ActivityAlignments.model_validate(found))


@router.post("", status_code=201, response_model=Alignment)
async def propose_alignment(activity_id: UUID, body: NewAlignment, member: NgoMember, write: KeyedWrite) -> Response:
    """Propose for one's own NGO that an activity serves an item. It counts once it is confirmed."""
    async with write.begin() as tx:
        alignment_id = await commands.propose_alignment(
            tx.conn,
            activity_id,
            ngo_id=member.ngo_id,
            item=body.item,
            weight=body.weight,
            note=body.note,
            by=member.by,
            now=tx.now,
        )
        location = f"/v1/plan-activities/{activity_id}/alignments/{alignment_id}"
        await _answer(tx, activity_id, alignment_id, status=201, location=location)
    return tx.response


@router.get("/{alignment_id}", response_model=Alignment, dependencies=[PUBLIC])
async def read_alignment(request: Request, activity_id: UUID, alignment_id: UUID, db: Db) -> Response:
    """One alignment, whatever became of it."""
    async with db.read() as conn:
        found = await queries.find_activity_alignments(conn, activity_id, alignment_id=alignment_id)
    if found is None or not found["alignments"]:
        raise NotFound("there is no such alignment of this activity")
    view = ActivityAlignments.model_validate(found).alignments[0]
    return read_response(request, view, view.version or 0)


@router.post("/{alignment_id}/decision", response_model=Alignment)
async def decide_alignment(
    activity_id: UUID,
    alignment_id: UUID,
    body: DecisionOnAlignment,
    by: Decider,
    version: ExpectedVersion,
    write: KeyedWrite,
) -> Response:
    """Confirm it, or reject it with a reason; never one's own proposal (V23)."""
    async with write.begin() as tx:
        await commands.decide_alignment(
            tx.conn,
            activity_id,
            alignment_id,
            confirm=body.decision is AlignmentDecision.CONFIRMED,
            reason=body.reason,
            unit=tx.actor.unit,
            version=version,
            by=by,
            now=tx.now,
        )
        await _answer(tx, activity_id, alignment_id)
    return tx.response


@router.post("/{alignment_id}/withdrawal", response_model=Alignment)
async def withdraw_alignment(
    activity_id: UUID,
    alignment_id: UUID,
    body: WithdrawalOfAlignment,
    member: NgoMember,
    version: ExpectedVersion,
    write: KeyedWrite,
) -> Response:
    """Take it back, confirmed or not; to change a weight or a note, propose it anew."""
    async with write.begin() as tx:
        await commands.withdraw_alignment(
            tx.conn,
            activity_id,
            alignment_id,
            ngo_id=member.ngo_id,
            reason=body.reason,
            version=version,
            by=member.by,
            now=tx.now,
        )
        await _answer(tx, activity_id, alignment_id)
    return tx.response
