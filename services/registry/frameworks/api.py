"""Frameworks of priorities, public: which holds when, what it consists of, and how the next one continues it."""

from datetime import date
from typing import Annotated

from fastapi import Path, Query, Request, Response
from pydantic import Field

from services.registry.access import PUBLIC
from services.registry.frameworks import queries
from shared.errors import NotFound
from shared.http.body import LongText, Page, ShortText, View
from shared.http.database import Db
from shared.http.etags import read_response
from shared.http.routing import resource

router = resource("/frameworks", tag="reference data", dependencies=[PUBLIC])


class Framework(View):
    code: ShortText
    kind: ShortText = Field(description="`national_plan` or `global_goals`; of one kind only one holds at a time")
    title_id: LongText
    title_en: LongText
    valid_from: date
    valid_to: date
    legal_basis: ShortText


class FrameworkItem(View):
    code: ShortText
    parent: ShortText | None
    title_id: LongText
    title_en: LongText | None


class CrosswalkLink(View):
    earlier: ShortText
    later: ShortText
    kind: ShortText = Field(description="`mainly` or `partly`")
    subject_id: ShortText
    subject_en: ShortText


class FrameworkDetail(Framework):
    entries: list[FrameworkItem] = Field(max_length=1000)
    crosswalk: list[CrosswalkLink] = Field(
        max_length=1000, description="To the frameworks before and after; this service's reading, no decree's"
    )


@router.get("", response_model=Page[Framework])
async def list_frameworks(
    request: Request, db: Db, on: Annotated[date | None, Query(description="Only those that hold on this day")] = None
) -> Response:
    """The national plans (RPJMN) and the Sustainable Development Goals, with the time in which each holds."""
    async with db.read() as conn:
        rows = await queries.list_frameworks(conn, on=on)
    return read_response(request, Page[Framework](items=[Framework.of(row) for row in rows]))


@router.get("/{framework}", response_model=FrameworkDetail)
async def read_framework(
    request: Request, db: Db, framework: Annotated[str, Path(max_length=30, pattern=r"^[A-Z0-9-]{1,30}$")]
) -> Response:
    """One framework with its items, and the crosswalk to those of the frameworks before and after it."""
    async with db.read() as conn:
        found = await queries.find_framework(conn, framework)
    if found is None:
        raise NotFound("there is no framework with this code")
    return read_response(request, FrameworkDetail.model_validate(found))
