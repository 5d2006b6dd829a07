"""What requests of both kinds show."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

import asyncpg
from pydantic import Field

from services.recommendations.events import RecommendationKind
from services.recommendations.requests.queries import comments_on, steps_of
from services.recommendations.requests.rules import Status
from shared.db import Connection
from shared.http.body import BigNumber, LongText, Number, ShortTexts, View


class LetterLink(View):
    id: UUID
    number: str = Field(max_length=200)
    code: str = Field(max_length=100, description="Stands on the letter; whoever has it can verify the letter")
    legal_basis: list[LongText] = Field(max_length=50)
    verification: str = Field(max_length=200, description="Public address that tells whether the letter is genuine")


class RequestView(View):
    id: UUID
    kind: RecommendationKind
    ngo_id: UUID
    ngo_name: str | None = Field(max_length=200)
    agreement_id: UUID
    work_plan_activity_id: UUID
    starts_on: date
    ends_on: date
    regions: ShortTexts
    status: Status
    version: Number
    created_at: datetime
    submitted_at: datetime | None
    decided_at: datetime | None
    reason: str | None = Field(max_length=1000)
    rule: str | None = Field(max_length=20)
    legal_basis: str | None = Field(max_length=500)
    decided_from: dict[str, BigNumber] | None = Field(
        description="How far each source's events of the organisation were applied when this was decided"
    )
    letter: LetterLink | None


class AgreementLink(View):
    """As the registry told of it."""

    id: UUID
    number: str = Field(max_length=200)
    title: str = Field(max_length=200)
    starts_on: date
    ends_on: date


class ListedRequest(RequestView):
    agreement: AgreementLink | None = Field(default=None, description="With `expand=agreement`")


class StepView(View):
    version: Number
    action: str = Field(max_length=30)
    from_status: Status
    to_status: Status
    actor: str = Field(max_length=200)
    role: str = Field(max_length=50)
    at: datetime
    reason: str | None = Field(max_length=1000)
    sha256: str | None = Field(max_length=64, description="Of the content that was submitted")


class CommentView(View):
    version: Number
    field: str = Field(max_length=200)
    text: str = Field(max_length=5000)


def view_request(row: Mapping[str, Any] | asyncpg.Record) -> RequestView:
    return RequestView.model_validate(dict(row) | {"letter": _letter(row)})


def list_request(row: Mapping[str, Any] | asyncpg.Record) -> ListedRequest:
    return ListedRequest.model_validate(dict(row) | {"letter": _letter(row)})


def _letter(row: Mapping[str, Any] | asyncpg.Record) -> LetterLink | None:
    if row["letter_id"] is None:
        return None
    address = f"/v1/letters/{row['letter_code']}/verification"
    return LetterLink(
        id=row["letter_id"],
        number=row["letter_number"],
        code=row["letter_code"],
        legal_basis=row["letter_legal_basis"],
        verification=address,
    )


async def read_history(conn: Connection, request_id: UUID) -> dict[str, Any]:
    return {
        "steps": [StepView.of(row) for row in await steps_of(conn, request_id)],
        "comments": [CommentView.of(row) for row in await comments_on(conn, request_id)],
    }
