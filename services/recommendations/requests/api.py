"""The routes that both kinds of request share: lists, submission, review, decision, withdrawal."""

from functools import partial
from typing import Annotated, Final, Literal
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import Field, StringConstraints, ValidationInfo, field_validator

from services.recommendations.access import Decider, Member, Officer, Reader
from services.recommendations.copies.queries import agreements_named
from services.recommendations.requests import commands, review
from services.recommendations.requests.kind import Kind
from services.recommendations.requests.queries import SORTING, find_request, select_requests
from services.recommendations.requests.rules import Status
from services.recommendations.requests.views import ListedRequest, RequestView, list_request, view_request
from shared.errors import NotAllowed
from shared.events.envelope import ActedBy
from shared.http.body import Body, Line, Reason, Text
from shared.http.database import Db
from shared.http.etags import ExpectedVersion
from shared.http.paging import PageRequest, page_response, paged
from shared.http.routing import resource
from shared.http.selection import Selection, selects, shown_page, with_related
from shared.http.values import wrong
from shared.http.writes import KeyedWrite, Transaction

FieldPointer = Annotated[str, StringConstraints(pattern=r"^(/[A-Za-z0-9_]{1,60}){1,6}$", max_length=366)]


class Comment(Body):
    field: FieldPointer = Field(description="JSON pointer into the request, such as /position")
    text: Text


class Decision(Body):
    decision: Literal["issued", "revision_requested", "rejected"]
    reason: Annotated[Reason | None, Field(validate_default=True)] = None
    rule: Annotated[str, StringConstraints(pattern=r"^[VR][0-9]{2}$", max_length=3)] | None = None
    legal_basis: Line | None = Field(default=None, description="The article; by default the rule's own")
    comments: Annotated[tuple[Comment, ...], Field(max_length=50, validate_default=True)] = ()

    @field_validator("reason")
    @classmethod
    def _rejection_says_why(cls, reason: str | None, info: ValidationInfo) -> str | None:
        if info.data.get("decision") == "rejected" and reason is None:
            raise wrong("must say why the request is rejected")
        return reason

    @field_validator("comments")
    @classmethod
    def _revision_says_what(cls, comments: tuple[Comment, ...], info: ValidationInfo) -> tuple[Comment, ...]:
        if info.data.get("decision") == "revision_requested" and not comments:
            raise wrong("must say, field by field, what is to be revised")
        return comments


async def answer_request(
    tx: Transaction, kind: Kind, request: asyncpg.Record, *, status: int = 200, location: str | None = None
) -> None:
    """Answer with the request as it is now."""
    row = await find_request(tx.conn, kind.name, request["id"], ngos=[request["ngo_id"]])
    tx.answer(view_request(row), status=status, version=row["version"], location=location)


LISTED: Final = shown_page(ListedRequest)


def shared_routes(kind: Kind) -> APIRouter:
    router = resource(f"/{kind.path}", tag=kind.path)
    noun = f"{kind.name}_request"

    @router.get("", response_model=LISTED, operation_id=f"list_{noun}s")
    async def list_requests(
        *,
        request: Request,
        caller: Reader,
        db: Db,
        paging: Annotated[PageRequest, Depends(paged(SORTING))],
        chosen: Annotated[Selection, Depends(selects(ListedRequest, "agreement"))],
        status: Annotated[Status | None, Query()] = None,
        ngo_id: UUID | None = None,
    ) -> Response:
        """The organisation's own requests; officials see all, as they were submitted last."""
        async with db.read() as conn:
            rows = await select_requests(
                conn, kind.name, ngos=caller.ngos, others=caller.sees_all, status=status, ngo_id=ngo_id, page=paging
            )
            found = await with_related(rows, chosen, "agreement", "agreement_id", partial(agreements_named, conn))
        return page_response(request, paging, found, list_request, chosen=chosen, sorting=SORTING)

    @router.post("/{request_id}/submission", operation_id=f"submit_{noun}", response_model=RequestView)
    async def submit(caller: Member, request_id: UUID, write: KeyedWrite, version: ExpectedVersion) -> Response:
        """Hand the request in. It is checked first; everything that stands against it is named at once."""
        async with write.begin() as tx:
            request = await commands.lock_request(tx.conn, kind.name, request_id, version, scope=list(caller.ngos))
            by = caller.acting_for(request["ngo_id"])
            await commands.submit(tx.conn, kind, request, by=by, now=tx.now)
            await answer_request(tx, kind, request)
        return tx.response

    @router.post("/{request_id}/withdrawal", operation_id=f"withdraw_{noun}", response_model=RequestView)
    async def withdraw(caller: Member, request_id: UUID, write: KeyedWrite, version: ExpectedVersion) -> Response:
        """Take back a request that nobody has taken up yet."""
        async with write.begin() as tx:
            request = await commands.lock_request(tx.conn, kind.name, request_id, version, scope=list(caller.ngos))
            await commands.withdraw(tx.conn, request, by=caller.acting_for(request["ngo_id"]), now=tx.now)
            await answer_request(tx, kind, request)
        return tx.response

    @router.post("/{request_id}/review", operation_id=f"take_up_{noun}", response_model=RequestView)
    async def take_up(actor: Officer, request_id: UUID, write: KeyedWrite, version: ExpectedVersion) -> Response:
        """An officer takes the request up; somebody else signs the letter (V23)."""
        async with write.begin() as tx:
            request = await commands.lock_request(tx.conn, kind.name, request_id, version, scope=None)
            by = ActedBy(subject=actor.subject, role="fasker_officer")
            await review.take_up(tx.conn, request, by=by, now=tx.now)
            await answer_request(tx, kind, request)
        return tx.response

    @router.post("/{request_id}/decision", operation_id=f"decide_{noun}", response_model=RequestView)
    async def decide(
        _: Decider, request_id: UUID, body: Decision, write: KeyedWrite, version: ExpectedVersion
    ) -> Response:
        """Issue the letter (fasker_head), ask for a revision, or reject."""
        async with write.begin() as tx:
            request = await commands.lock_request(tx.conn, kind.name, request_id, version, scope=None)
            await _decide(tx, kind, request, body)
            await answer_request(tx, kind, request)
        return tx.response

    return router


async def _decide(tx: Transaction, kind: Kind, request: asyncpg.Record, body: Decision) -> None:
    by = ActedBy(subject=tx.actor.subject, role=tx.actor.role("fasker_head", "fasker_officer"))
    match body.decision:
        case "issued":
            if not tx.actor.has("fasker_head"):
                raise NotAllowed("only a fasker_head signs letters")
            await review.issue(tx.conn, kind, request, by=by, now=tx.now)
        case "revision_requested":
            comments = [(c.field, c.text) for c in body.comments]
            await review.request_revision(tx.conn, request, comments, reason=body.reason, by=by, now=tx.now)
        case "rejected":
            reason = body.reason or ""
            await review.reject(
                tx.conn, request, reason=reason, rule=body.rule, legal_basis=body.legal_basis, by=by, now=tx.now
            )
