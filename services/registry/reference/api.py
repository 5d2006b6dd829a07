"""Public lists: regions, national priorities, Sustainable Development Goals, sectors."""

from datetime import date
from typing import Annotated

from fastapi import Path, Query, Request, Response

from services.registry.access import PUBLIC
from services.registry.reference import queries
from services.registry.reference.rules import RegionCode
from shared.errors import NotFound
from shared.http.body import BigNumber, Line, LongText, Page, ShortText, View
from shared.http.database import Db
from shared.http.etags import read_response
from shared.http.routing import resource

router = resource(tag="reference data", dependencies=[PUBLIC])


class RegionView(View):
    code: ShortText
    kind: ShortText
    name: ShortText
    parent: ShortText | None
    timezone: ShortText
    iso_3166_2: ShortText | None
    capital: ShortText | None
    capital_lat: float | None
    capital_lon: float | None
    valid_from: date | None
    valid_to: date | None


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


@router.get("/regions", response_model=Page[RegionView])
async def list_regions(
    *,
    request: Request,
    db: Db,
    level: Annotated[int | None, Query(ge=1, le=2, description="1: provinces, 2: regencies and cities")] = None,
    parent: Annotated[RegionCode | None, Query(description="Only those in this province")] = None,
    q: Annotated[Line | None, Query(description="Part of the name")] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 100,
    cursor: Annotated[RegionCode | None, Query(description="`next_cursor` of the page before")] = None,
) -> Response:
    """Region codes (kode wilayah), ordered by code."""
    async with db.read() as conn:
        rows = await queries.list_regions(conn, level=level, parent=parent, text=q, after=cursor or "", limit=limit + 1)
    more = len(rows) > limit
    shown = Page[RegionView](
        items=[RegionView.of(row) for row in rows[:limit]],
        next_cursor=rows[limit - 1]["code"] if more else None,
    )
    return read_response(request, shown)


@router.get("/regions/{code}", response_model=RegionView)
async def read_region(request: Request, db: Db, code: Annotated[RegionCode, Path()]) -> Response:
    """One province, regency or city."""
    async with db.read() as conn:
        row = await queries.find_region(conn, code)
    if row is None:
        raise NotFound("there is no region with this code")
    return read_response(request, RegionView.of(row))


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
