"""Region codes: by level and parent, by name, and one by one; as they are today, or were on a day."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Final

from fastapi import Path, Query, Request, Response
from pydantic import Field

from services.registry.access import PUBLIC
from services.registry.regions import queries
from services.registry.regions.rules import AnyRegionCode, asked, sipd_code
from shared.clock import JAKARTA
from shared.db import Connection
from shared.errors import InvalidInput, NotFound
from shared.http.body import Line, LongText, Number, Page, ShortText, View
from shared.http.database import Db
from shared.http.etags import read_response
from shared.http.routing import resource

router = resource("/regions", tag="reference data", dependencies=[PUBLIC])

LEVELS: Final = (1, 2, 3, 4)
WITHOUT_LOCALITIES: Final = (1, 2)
LEVEL: Final = "1: provinces, 2: regencies and cities, 3: districts, 4: villages"


class Region(View):
    code: ShortText
    level: Number
    kind: ShortText
    name: ShortText
    parent: ShortText | None
    timezone: ShortText
    iso_3166_2: ShortText | None
    capital: ShortText | None
    capital_lat: float | None
    capital_lon: float | None
    postal_code: ShortText | None
    valid_from: date | None
    valid_to: date | None


class Ancestor(View):
    code: ShortText
    kind: ShortText
    name: ShortText


class OtherName(View):
    name: ShortText
    kind: ShortText = Field(description="`former`: until `valid_to`; `alias`: what people write")
    valid_from: date | None
    valid_to: date | None
    legal_basis: ShortText | None


class RegionChange(View):
    code: ShortText
    name: ShortText
    kind: ShortText = Field(description="`moved`: all of it has the other code; `split`: a part of it")
    changed_on: date
    legal_basis: ShortText


class RegionDetail(Region):
    is_valid: bool = Field(description="On the day asked for")
    sipd_code: ShortText | None = Field(description="As the planning system SIPD writes it")
    ancestors: list[Ancestor] = Field(max_length=3)
    other_names: list[OtherName] = Field(max_length=100)
    became: list[RegionChange] = Field(max_length=100, description="Codes that followed this one")
    was: list[RegionChange] = Field(max_length=100, description="Codes that this one followed")


class FoundRegion(View):
    code: ShortText
    level: Number
    kind: ShortText
    name: ShortText
    path: LongText = Field(description="Its name and those of what it lies in")
    parent: ShortText | None
    postal_code: ShortText | None
    valid_from: date | None
    valid_to: date | None
    score: float = Field(description="How like the name is to what was asked for; 1 is the same")


async def _day(request: Request, conn: Connection, on: date | None) -> date:
    today: date = (await request.app.state.clock.now(conn)).astimezone(JAKARTA).date()
    return on or today


On = Annotated[date | None, Query(description="As it was on this day; without: today")]


@router.get("", response_model=Page[Region])
async def list_regions(
    *,
    request: Request,
    db: Db,
    level: Annotated[int | None, Query(ge=1, le=4, description=LEVEL)] = None,
    parent: Annotated[AnyRegionCode | None, Query(description="Only what lies directly in this region")] = None,
    q: Annotated[Line | None, Query(description="Part of the name")] = None,
    on: On = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 100,
    cursor: Annotated[AnyRegionCode | None, Query(description="`next_cursor` of the page before")] = None,
) -> Response:
    """Region codes (kode wilayah) that hold on the day, by code. Without `level` and `parent`: levels 1 and 2."""
    levels = (level,) if level else LEVELS if parent else WITHOUT_LOCALITIES
    async with db.read() as conn:
        day = await _day(request, conn, on)
        rows = await queries.list_regions(
            conn, levels=levels, parent=parent, text=q, on=day, after=cursor or "", limit=limit + 1
        )
    page = Page[Region](
        items=[Region.of(row) for row in rows[:limit]],
        next_cursor=rows[limit - 1]["code"] if len(rows) > limit else None,
    )
    return read_response(request, page)


@router.get("/search", response_model=Page[FoundRegion])
async def search_regions(
    *,
    request: Request,
    db: Db,
    q: Annotated[Line, Query(min_length=2, description="A name, even misspelt: `jogja`, `kab. mangarai`")],
    level: Annotated[int | None, Query(ge=1, le=4, description=LEVEL)] = None,
    within: Annotated[AnyRegionCode | None, Query(description="Only what lies in this region")] = None,
    on: On = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    cursor: Annotated[
        str | None,
        Query(max_length=20, pattern=r"^[01]\.[0-9]{4}_[0-9.]{2,13}$", description="`next_cursor` of the page before"),
    ] = None,
) -> Response:
    """Regions of all levels by name, former name or alias: the likest first, of equals the larger."""
    wanted = asked(q)
    if not wanted.name:
        raise InvalidInput.field("query:q", "must hold a name")
    async with db.read() as conn:
        rows = await queries.search_regions(
            conn,
            wanted,
            levels=(level,) if level else LEVELS,
            within=within,
            on=await _day(request, conn, on),
            after=_position(cursor),
            limit=limit + 1,
        )
    last = rows[limit - 1] if len(rows) > limit else None
    page = Page[FoundRegion](
        items=[FoundRegion.of(row) for row in rows[:limit]],
        next_cursor=f"{last['score']}_{last['code']}" if last else None,
    )
    return read_response(request, page)


def _position(cursor: str | None) -> tuple[Decimal, str] | None:
    if cursor is None:
        return None
    score, _, code = cursor.partition("_")
    return Decimal(score), code


@router.get("/{code}", response_model=RegionDetail)
async def read_region(request: Request, db: Db, code: Annotated[AnyRegionCode, Path()], on: On = None) -> Response:
    """A region of any level, whether or not its code still holds; also as `5306`, or `5300` for a province."""
    async with db.read() as conn:
        found = await queries.find_region(conn, code, on=await _day(request, conn, on))
    if found is None:
        raise NotFound("there is no region with this code")
    return read_response(request, RegionDetail.model_validate({**found, "sipd_code": sipd_code(found["code"])}))
