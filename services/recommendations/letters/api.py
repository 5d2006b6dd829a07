"""Letters: read by those concerned, verified by anybody, revoked by the head: /v1/letters."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Final
from uuid import UUID

import asyncpg
from fastapi import Depends, Path, Request, Response
from pydantic import Field

from services.recommendations.access import Head, Reader
from services.recommendations.events import RecommendationKind
from services.recommendations.letters.queries import blocks_of, find_by_code, find_letter
from services.recommendations.letters.rules import (
    ISSUER,
    LetterStatus,
    statements,
    status_of,
    with_personal_lines,
)
from services.recommendations.requests import review
from services.recommendations.requests.kind import Kind
from services.recommendations.staff_requests.commands import STAFF
from services.recommendations.staff_requests.persons import open_person, personal_lines, read_with_person
from services.recommendations.tax_requests.commands import TAX
from shared.audit import ReadReason
from shared.clock import JAKARTA
from shared.errors import NotFound
from shared.events.envelope import ActedBy
from shared.http.auth import public
from shared.http.body import Body, LongText, Number, Reason, View
from shared.http.database import Db
from shared.http.etags import ExpectedVersion, read_response
from shared.http.routing import resource
from shared.http.writes import KeyedWrite

KINDS: Final[Mapping[str, Kind]] = {kind.name: kind for kind in (STAFF, TAX)}
_PUBLIC_CODE: Final = re.compile(r"[A-Za-z0-9_-]{20,40}")

router = resource("/letters", tag="letters")


class Revocation(Body):
    reason: Reason


class BlockView(View):
    heading: str = Field(max_length=50)
    lines: list[LongText] = Field(max_length=1000)


class LetterView(View):
    id: UUID
    request_id: UUID
    kind: RecommendationKind
    number: str = Field(max_length=200)
    issued_on: date
    valid_to: date
    issuer: str = Field(max_length=200)
    legal_basis: list[LongText] = Field(max_length=50)
    blocks: list[BlockView] = Field(
        max_length=20, description="Without the person for those who need not know, or give no reason"
    )
    content_sha256: str = Field(max_length=64, description="Over number, date and all lines, the person's included")
    verification: str = Field(max_length=200)
    status: LetterStatus
    version: Number


class Revoked(View):
    id: UUID
    request_id: UUID
    number: str = Field(max_length=200)
    revoked_at: datetime
    revocation_reason: str = Field(max_length=1000)
    version: Number


class Verification(View):
    """What anybody may know of a letter: no personal data."""

    status: LetterStatus
    number: str = Field(max_length=200)
    kind: RecommendationKind
    issued_on: date
    valid_to: date
    issuer: str = Field(max_length=200)
    statement_id: str = Field(max_length=1000)
    statement_en: str = Field(max_length=1000)


@router.get("/{letter_id}", response_model=LetterView)
async def read_letter(caller: Reader, letter_id: UUID, request: Request, db: Db, reason: ReadReason) -> Response:
    """The letter's text.

    The person's lines are shown to the organisation's own people, and to fasker_officer and fasker_head who say
    why in `Singo-Reason`. Each such reading is logged.
    """
    async with db.transaction() as conn:
        letter = await find_letter(conn, letter_id, scope=caller.scope)
        if letter is None:
            raise NotFound("there is no such letter that you may see")
        now = await request.app.state.clock.now(conn)
        person = None
        if letter["kind"] == STAFF.name:
            resource = f"/v1/letters/{letter_id}"
            person = await open_person(
                conn, caller, letter["request_id"], letter["ngo_id"], resource=resource, reason=reason
            )
    blocks = with_personal_lines(blocks_of(letter), personal_lines(person) if person else ())
    view = LetterView.model_validate(
        dict(letter)
        | {
            "issuer": ISSUER,
            "blocks": blocks,
            "content_sha256": letter["content_sha256"].hex(),
            "verification": f"/v1/letters/{letter['public_code']}/verification",
            "status": _status(letter, now.astimezone(JAKARTA).date()),
        }
    )
    return read_with_person(request, view, letter["version"], reason=reason)


@router.get("/{code}/verification", response_model=Verification, dependencies=[Depends(public)])
async def verify_letter(code: Annotated[str, Path(max_length=100)], request: Request, db: Db) -> Response:
    """Whether a letter is genuine and still holds. Needs no token; the code stands on the letter."""
    async with db.read() as conn:
        letter = await find_by_code(conn, code) if _PUBLIC_CODE.fullmatch(code) else None
        now = await request.app.state.clock.now(conn)
    if letter is None:
        raise NotFound("no letter with this code was issued: whatever bears it is not genuine")
    status = _status(letter, now.astimezone(JAKARTA).date())
    statement_id, statement_en = statements(status, letter["number"], letter["valid_to"])
    shown = Verification(
        status=status,
        number=letter["number"],
        kind=letter["kind"],
        issued_on=letter["issued_on"],
        valid_to=letter["valid_to"],
        issuer=ISSUER,
        statement_id=statement_id,
        statement_en=statement_en,
    )
    return read_response(request, shown)


@router.post("/{letter_id}/revocation", response_model=Revoked)
async def revoke_letter(
    actor: Head, letter_id: UUID, body: Revocation, write: KeyedWrite, version: ExpectedVersion
) -> Response:
    """Take a letter back. Its verification says so from now on, and whoever was in post by it no longer is."""
    async with write.begin() as tx:
        by = ActedBy(subject=actor.subject, role="fasker_head")
        letter = await review.revoke(tx.conn, KINDS, letter_id, version, reason=body.reason, by=by, now=tx.now)
        tx.answer(Revoked.of(letter), version=letter["version"])
    return tx.response


def _status(letter: asyncpg.Record, today: date) -> LetterStatus:
    return status_of(
        revoked=letter["revoked_at"] is not None,
        superseded=letter["superseded_by"] is not None,
        valid_to=letter["valid_to"],
        today=today,
    )
