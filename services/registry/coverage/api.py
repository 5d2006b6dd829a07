"""Who does what where: per region and sector, where several work at once (overlaps) and where nobody does (gaps)."""

from collections.abc import Sequence
from typing import Annotated, Any, TypeVar

from fastapi import Query, Request, Response
from pydantic import Field

from services.registry.access import PUBLIC
from services.registry.coverage import queries
from services.registry.coverage.queries import Place
from services.registry.organisations.views import OrganisationLink
from services.registry.reference.rules import RegionCode
from shared.clock import JAKARTA
from shared.db import Connection
from shared.http.body import Line, Number, Page, ShortText, View
from shared.http.database import Db
from shared.http.etags import read_response
from shared.http.routing import resource

router = resource("/coverage", tag="who does what where", dependencies=[PUBLIC])

Year = Annotated[int | None, Query(ge=1945, le=2200, description="Without: this year")]
Within = Annotated[RegionCode | None, Query(description="Only here: a province, a regency or a city")]
OfSector = Annotated[Line | None, Query(description="Code of GET /v1/sectors")]
Limit = Annotated[int, Query(ge=1, le=100)]
Cursor = Annotated[
    str | None,
    Query(
        pattern=r"^[0-9]{2}\.[0-9]{2}~[a-z_]{1,100}$", max_length=110, description="`next_cursor` of the page before"
    ),
]
Row = TypeVar("Row", bound=View)


class Cell(View):
    region: ShortText
    region_name: ShortText
    sector: ShortText
    year: Number
    activities: Number
    organisation_count: Number
    organisations: list[OrganisationLink] = Field(max_length=1000)


class Gap(View):
    region: ShortText
    region_name: ShortText
    sector: ShortText
    year: Number


class SectorSum(View):
    sector: ShortText
    year: Number
    activities: Number
    regencies_covered: Number = Field(description="In how many somebody works")
    overlaps: Number = Field(description="In how many of these several organisations do")
    gaps: Number = Field(description="In how many nobody does")


@router.get("", response_model=Page[Cell])
async def list_coverage(
    *,
    request: Request,
    db: Db,
    year: Year = None,
    region: Within = None,
    sector: OfSector = None,
    organisations_min: Annotated[
        int, Query(ge=1, le=1000, description="2: only overlaps, where several organisations work")
    ] = 1,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response:
    """Who works in which regency and sector in a year, by current master plans; ordered by region and sector."""
    async with db.read() as conn:
        rows = await queries.list_cells(
            conn,
            year=year or await _this_year(request, conn),
            region=region,
            sector=sector,
            organisations_min=organisations_min,
            after=_place(cursor),
            limit=limit + 1,
        )
    return read_response(request, _page(Cell, rows, limit))


@router.get("/gaps", response_model=Page[Gap])
async def list_gaps(
    *,
    request: Request,
    db: Db,
    year: Year = None,
    region: Within = None,
    sector: OfSector = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response:
    """Regencies and cities where nobody works in a sector in a year; ordered by region and sector."""
    async with db.read() as conn:
        rows = await queries.list_gaps(
            conn,
            year=year or await _this_year(request, conn),
            region=region,
            sector=sector,
            after=_place(cursor),
            limit=limit + 1,
        )
    return read_response(request, _page(Gap, rows, limit))


@router.get("/sectors", response_model=Page[SectorSum])
async def sum_up_sectors(request: Request, db: Db, year: Year = None, region: Within = None) -> Response:
    """For each sector: in how many regencies somebody works, several do, nobody does."""
    async with db.read() as conn:
        rows = await queries.sum_up(conn, year=year or await _this_year(request, conn), region=region)
    return read_response(request, Page[SectorSum](items=[SectorSum.of(row) for row in rows]))


async def _this_year(request: Request, conn: Connection) -> int:
    year: int = (await request.app.state.clock.now(conn)).astimezone(JAKARTA).year
    return year


def _place(cursor: str | None) -> Place:
    region, _, sector = (cursor or "").partition("~")
    return Place(region, sector)


def _page(view: type[Row], rows: Sequence[Any], limit: int) -> Page[Row]:
    shown = rows[:limit]
    cursor = f"{shown[-1]['region']}~{shown[-1]['sector']}" if len(rows) > limit else None
    return Page[view](items=[view.of(row) for row in shown], next_cursor=cursor)  # type: ignore[valid-type]
