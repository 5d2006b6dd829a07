"""Programme directions (AP) of an agreement: recorded by the Centre, seen by everybody."""

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from fastapi import Depends, Request, Response
from pydantic import Field, model_validator

from services.registry.access import PUBLIC, Fasker
from services.registry.agreements.queries import find_agreement
from services.registry.dates import Day
from services.registry.programme_directions import commands, queries
from shared.errors import NotFound
from shared.http.body import Body, Line, Sha256, ShortText, View
from shared.http.database import Db
from shared.http.paging import PageRequest, page_response, paged
from shared.http.routing import resource
from shared.http.selection import Selection, selects, shown_page
from shared.http.values import wrong
from shared.http.writes import KeyedWrite

router = resource("/agreements/{agreement_id}/programme-directions", tag="agreements")


class NewProgrammeDirection(Body):
    number: Line
    title: Line
    starts_on: Day
    ends_on: Day
    document_sha256: Annotated[Sha256, Field(description="Fingerprint of the signed document")]

    @model_validator(mode="after")
    def _lasts_for_some_time(self) -> Self:
        if self.ends_on <= self.starts_on:
            raise wrong("must be after `starts_on`", "ends_on")
        return self


class ProgrammeDirection(View):
    id: UUID
    agreement_id: UUID
    number: ShortText
    title: ShortText
    starts_on: date
    ends_on: date
    document_sha256: ShortText
    recorded_at: datetime
    recorded_by_role: ShortText
    retracted_at: datetime | None = Field(description="With its agreement")


@router.get("", response_model=shown_page(ProgrammeDirection), dependencies=[PUBLIC])
async def list_programme_directions(
    *,
    request: Request,
    agreement_id: UUID,
    db: Db,
    page_request: Annotated[PageRequest, Depends(paged(queries.SORTING))],
    chosen: Annotated[Selection, Depends(selects(ProgrammeDirection))],
) -> Response:
    """The directions (AP) that are part of the agreement, newest first."""
    async with db.read() as conn:
        if await find_agreement(conn, agreement_id) is None:
            raise NotFound("there is no agreement with this id")
        rows = await queries.list_directions(conn, agreement_id, page_request)
    return page_response(request, page_request, rows, ProgrammeDirection.of, chosen=chosen, sorting=queries.SORTING)


@router.post("", status_code=201, response_model=ProgrammeDirection)
async def record_programme_direction(
    agreement_id: UUID, body: NewProgrammeDirection, by: Fasker, write: KeyedWrite
) -> Response:
    """Record a direction (AP). It lies within its agreement, of which it is an inseparable part."""
    async with write.begin() as tx:
        direction_id = await commands.record_direction(
            tx.conn, agreement_id, direction=body.model_dump(), by=by, now=tx.now
        )
        view = ProgrammeDirection.of(await queries.find_direction(tx.conn, agreement_id, direction_id))
        tx.answer(view, status=201)
    return tx.response
