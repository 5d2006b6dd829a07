"""Public lists: regions, national priorities, Sustainable Development Goals, sectors."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Query

from services.registry.access import PUBLIC
from services.registry.reference import queries
from services.registry.reference.rules import RegionCode
from shared.errors import NotFound
from shared.http.body import Line, Page, View
from shared.operations import Db

router = APIRouter(tags=["reference data"], dependencies=[PUBLIC])


class RegionView(View):
    code: str
    kind: str
    name: str
    parent: str | None
    timezone: str
    iso_3166_2: str | None
    capital: str | None
    capital_lat: float | None
    capital_lon: float | None
    valid_from: date | None
    valid_to: date | None


class PriorityView(View):
    code: str
    framework: str
    title_id: str
    title_en: str | None
    valid_from: date
    valid_to: date


class SdgView(View):
    number: int
    title_id: str
    title_en: str


class SectorView(View):
    code: str
    title_id: str
    title_en: str


@router.get("/regions")
async def list_regions(
    *,
    db: Db,
    level: Annotated[int | None, Query(ge=1, le=2, description="1: provinces, 2: regencies and cities")] = None,
    parent: Annotated[RegionCode | None, Query(description="Only those in this province")] = None,
    q: Annotated[Line | None, Query(description="Part of the name")] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 100,
    cursor: Annotated[RegionCode | None, Query(description="`next_cursor` of the page before")] = None,
) -> Page[RegionView]:
    """Region codes (kode wilayah), ordered by code."""
    async with db.read() as conn:
        rows = await queries.list_regions(conn, level=level, parent=parent, text=q, after=cursor or "", limit=limit + 1)
    more = len(rows) > limit
    return Page(
        items=[RegionView.model_validate(dict(row)) for row in rows[:limit]],
        next_cursor=rows[limit - 1]["code"] if more else None,
    )


@router.get("/regions/{code}")
async def read_region(db: Db, code: Annotated[RegionCode, Path()]) -> RegionView:
    """One province, regency or city."""
    async with db.read() as conn:
        row = await queries.find_region(conn, code)
    if row is None:
        raise NotFound("there is no region with this code")
    return RegionView.model_validate(dict(row))


@router.get("/priorities")
async def list_priorities(
    db: Db, on: Annotated[date | None, Query(description="Only those of the plan of this day")] = None
) -> Page[PriorityView]:
    """National priorities (Prioritas Nasional) of the medium-term plans."""
    async with db.read() as conn:
        rows = await queries.list_priorities(conn, on=on)
    return Page(items=[PriorityView.model_validate(dict(row)) for row in rows])


@router.get("/sdgs")
async def list_sdgs(db: Db) -> Page[SdgView]:
    """The 17 Sustainable Development Goals."""
    async with db.read() as conn:
        rows = await queries.list_sdgs(conn)
    return Page(items=[SdgView.model_validate(dict(row)) for row in rows])


@router.get("/sectors")
async def list_sectors(db: Db) -> Page[SectorView]:
    """Fields of work of organisations and activities."""
    async with db.read() as conn:
        rows = await queries.list_sectors(conn)
    return Page(items=[SectorView.model_validate(dict(row)) for row in rows])
