"""Who changed what without an event, and who read personal data, whose and why: tables to which rows are only added."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Request, Response
from pydantic import Field

from shared.db import Connection
from shared.errors import InvalidInput
from shared.events.append import correlation_id
from shared.http.auth import Actor
from shared.http.body import Page, ShortText, View
from shared.http.database import Db
from shared.http.paging import PageQuery, fetch_page, page_response
from shared.http.routing import resource
from shared.ids import uuid7

REASON_HEADER: Final = "Singo-Reason"


async def record_change(conn: Connection, actor: Actor, *, act: str, target: str) -> None:
    """A change that no event tells of."""
    await conn.execute(
        """
        INSERT INTO unpublished_change (id, actor, roles, act, target, correlation_id)
        VALUES ($1, $2, $3, $4, $5, $6)
        """,
        uuid7(),
        actor.subject,
        sorted(actor.roles),
        act,
        target,
        correlation_id.get(),
    )


async def _reason(
    singo_reason: Annotated[
        str | None,
        Header(
            min_length=3,
            max_length=500,
            description="Why you need to know who the person is; kept with your reading, and shown to the organisation",
        ),
    ] = None,
) -> str | None:
    if singo_reason and not singo_reason.isprintable():
        raise InvalidInput.field(f"header:{REASON_HEADER}", "must be printable text")
    return singo_reason


ReadReason = Annotated[str | None, Depends(_reason)]
"""Why somebody reads personal data. Only people of the organisation whose data it is need not say."""


def expect_reason(reason: str | None) -> None:
    if reason is None:
        detail = "must say why you need this personal data; the organisation whose people they are sees it"
        raise InvalidInput.field(f"header:{REASON_HEADER}", detail)


async def record_read(
    conn: Connection,
    *,
    reader: str,
    role: str,
    own: bool,
    owner_id: UUID,
    resource: str,
    fields: Iterable[str],
    reason: str | None,
    person_id: UUID | None = None,
) -> None:
    """`own`: the reader acts for the organisation whose data it is; anybody else must have given a reason."""
    await conn.execute(
        """
        INSERT INTO personal_read (id, reader, role, own, owner_id, resource, fields, person_id, reason)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        """,
        uuid7(),
        reader,
        role,
        own,
        owner_id,
        resource,
        list(fields),
        person_id,
        reason,
    )


class PersonalRead(View):
    """One reading of personal data."""

    id: UUID
    at: datetime
    reader: str = Field(max_length=200, description="`sub` of whoever read")
    role: str = Field(max_length=200, description="In which role")
    ngo_id: UUID = Field(description="Whose data: the organisation")
    resource: str = Field(max_length=500)
    fields: list[ShortText] = Field(max_length=50)
    reason: str | None = Field(max_length=500, description="Null when the organisation's own people read")


def reads_router(owners: Callable[..., Any]) -> APIRouter:
    """`owners`: a dependency that gives the organisations whose log the caller may see; None means all."""
    router = resource("/personal-data-reads", tag="personal data")

    @router.get("", response_model=Page[PersonalRead])
    async def list_personal_data_reads(
        mine: Annotated[Sequence[UUID] | None, Depends(owners)], db: Db, paging: PageQuery, request: Request
    ) -> Response:
        """Who read the personal data of your organisation's people and guests here, when and why; newest first."""
        rows = await fetch_page(
            db.pool,
            paging,
            """
            SELECT id, at, reader, role, owner_id AS ngo_id, resource, fields, reason FROM personal_read
            WHERE ($1::uuid[] IS NULL OR owner_id = ANY($1))
            """,
            mine,
        )
        return page_response(request, paging, rows, PersonalRead.of)

    return router
