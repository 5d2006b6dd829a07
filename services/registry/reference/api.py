"""Public lists: national priorities, Sustainable Development Goals, sectors."""

from datetime import date
from typing import Annotated

from fastapi import Query, Request, Response

from services.registry.access import PUBLIC
from services.registry.reference import queries
from shared.http.body import BigNumber, LongText, Page, ShortText, View
from shared.http.database import Db
from shared.http.etags import read_response
from shared.http.routing import resource

router = resource(tag="reference data", dependencies=[PUBLIC])


class PriorityView(View):
    code: ShortText
    framework: ShortText
    title_id: LongText
    title_en: LongText | None
    valid_from: date
    valid_to: date


class SdgView(View):
    number: BigNumber
    title_id: LongText
    title_en: LongText


class SectorView(View):
    code: ShortText
    title_id: LongText
    title_en: LongText


@router.get("/priorities", response_model=Page[PriorityView])
async def list_priorities(
    request: Request,
    db: Db,
    on: Annotated[date | None, Query(description="Only those of the plan of this day")] = None,
) -> Response:
    """National priorities (Prioritas Nasional) of the medium-term plans."""
    async with db.read() as conn:
        rows = await queries.list_priorities(conn, on=on)
    return read_response(request, Page[PriorityView](items=[PriorityView.of(row) for row in rows]))


@router.get("/sdgs", response_model=Page[SdgView])
async def list_sdgs(request: Request, db: Db) -> Response:
    """The 17 Sustainable Development Goals."""
    async with db.read() as conn:
        rows = await queries.list_sdgs(conn)
    return read_response(request, Page[SdgView](items=[SdgView.of(row) for row in rows]))


@router.get("/sectors", response_model=Page[SectorView])
async def list_sectors(request: Request, db: Db) -> Response:
    """Fields of work of organisations and activities."""
    async with db.read() as conn:
        rows = await queries.list_sectors(conn)
    return read_response(request, Page[SectorView](items=[SectorView.of(row) for row in rows]))
