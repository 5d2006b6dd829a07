"""The public register: who works where, under which agreement, until when. Searched, as of a day, followed, whole."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Annotated, Final, Literal
from uuid import UUID

from fastapi import Depends, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import Field

from services.registry.access import PUBLIC
from services.registry.organisations.rules import Status
from services.registry.profiles.views import Country
from services.registry.public import changes, dictionary, formats, queries
from services.registry.public.files import unchanged_since
from services.registry.public.rules import known_before
from services.registry.public.views import Change, Changes, Entry
from services.registry.reference.rules import RegionCode
from shared.clock import JAKARTA
from shared.db import Connection, Database
from shared.errors import InvalidInput, NotFound
from shared.http.body import Line, LongText, ShortText, ShortTexts, View
from shared.http.database import Db
from shared.http.downloads import Since, Spool, download
from shared.http.etags import read_response
from shared.http.paging import PageRequest, page_response, paged
from shared.http.routing import resource
from shared.http.selection import Selection, selects, shown, shown_page

router = resource("/register", tag="public register", dependencies=[PUBLIC])

FILE_ROWS_MAX: Final = 1_000_000
FILE_CHARACTERS_MAX: Final = 256 * 1_048_576

AsOf = Annotated[date | None, Query(description="As it was known at the end of this day; without: as it is")]
Paging = Annotated[PageRequest, Depends(paged(queries.SORTING))]
Chosen = Annotated[Selection, Depends(selects(Entry))]
PublicStatus = Literal["active", "suspended", "closed", "merged"]
WriteRegister = Callable[[Spool, Connection, date, datetime | None], Awaitable[None]]


async def _today(request: Request, conn: Connection) -> date:
    today: date = (await request.app.state.clock.now(conn)).astimezone(JAKARTA).date()
    return today


@router.get("", response_model=shown_page(Entry))
async def search_register(
    *,
    request: Request,
    db: Db,
    page_request: Paging,
    chosen: Chosen,
    q: Annotated[Line | None, Query(description="Names, also misspelt, or words; orders by relevance")] = None,
    region: Annotated[RegionCode | None, Query(description="With an agreement for it, or for a part of it")] = None,
    on: Annotated[date | None, Query(description="With an agreement in force on this day")] = None,
    sector: Annotated[Line | None, Query(description="Code of GET /v1/sectors: of its own or an activity's")] = None,
    country: Annotated[Country | None, Query()] = None,
    priority: Annotated[Line | None, Query(description="Code of GET /v1/priorities that an activity serves")] = None,
    status: Annotated[PublicStatus | None, Query()] = None,
    as_of: AsOf = None,
) -> Response:
    """Search the register.

    `q` finds names, acronyms and aliases, also misspelt, and Indonesian words in whatever form in the titles of
    agreements and activities and in the names of sectors.
    """
    if q and not {"sort", "cursor"} & request.query_params.keys():
        page_request = replace(page_request, sort=queries.BY_RELEVANCE)
    search = queries.Search(q, region, on, sector, country, priority, Status(status) if status else None)
    async with db.read() as conn:
        today = await _today(request, conn)
        before = known_before(as_of, today)
        rows = await queries.search_register(conn, page_request, search, before=before, day=as_of or today)
    return page_response(request, page_request, rows, Entry.of, chosen=chosen, sorting=queries.SORTING)


@router.get("/changes", response_model=Changes)
async def list_changes(
    request: Request,
    db: Db,
    after: Annotated[int, Query(ge=0, lt=2**63, description="The number you have: read on after it")] = 0,
    limit: Annotated[int, Query(ge=1, le=200)] = 100,
) -> Response:
    """Changes of the register, numbered without gaps in the order in which they became known here.

    Keep `next_after` and go on there: nothing ever appears before a number that you have. A change says what
    happened to whom; read the entry for what it is now, or with `as_of` for what it was. Standing is not in here: it
    changes every day.
    """
    async with db.read() as conn:
        rows = await changes.changes_after(conn, after, limit)
        last = await changes.last_number(conn)
    if after > last:
        raise InvalidInput.field("query:after", f"must be {last} at most: no later change has a number yet")
    page = Changes(
        items=[Change.of(row) for row in rows], last_number=last, next_after=rows[-1]["number"] if rows else after
    )
    return read_response(request, page)


@router.get("/dictionary", response_model=dictionary.DataPackage)
async def read_dictionary(request: Request) -> Response:
    """What is in the downloads and under which licence: a Data Package (datapackage.org)."""
    return read_response(request, dictionary.package())


class CsvResponse(Response):
    media_type = "text/csv"


class GeoJsonResponse(JSONResponse):
    media_type = "application/geo+json"


class RegisterFile(View):
    as_of: date
    licence: dictionary.DataLicence
    items: list[Entry] = Field(max_length=FILE_ROWS_MAX)


class Point(View):
    type: Literal["Point"]
    coordinates: list[float] = Field(min_length=2, max_length=2, description="Longitude, latitude (WGS 84)")


class Place(View):
    organisation_id: UUID
    organisation: ShortText
    acronym: ShortText
    status: Status
    sectors: ShortTexts
    agreement: ShortText
    title: ShortText
    starts_on: date
    until: date
    region: ShortText
    region_name: ShortText
    precision: Literal["seat", "place", "province_capital"]
    place: ShortText


class Feature(View):
    type: Literal["Feature"]
    id: LongText
    geometry: Point
    properties: Place


class FeatureCollection(View):
    """GeoJSON (RFC 7946)."""

    type: Literal["FeatureCollection"]
    as_of: date
    licence: dictionary.DataLicence
    features: list[Feature] = Field(max_length=FILE_ROWS_MAX)


@router.get(
    "/downloads/csv",
    response_class=CsvResponse,
    responses={200: {"content": {"text/csv": {"schema": {"type": "string", "maxLength": FILE_CHARACTERS_MAX}}}}},
)
async def download_csv(request: Request, db: Db, as_of: AsOf = None) -> Response:
    """The whole register, a line for each organisation; columns: GET /v1/register/dictionary."""

    async def write(spool: Spool, conn: Connection, day: date, before: datetime | None) -> None:
        entries = queries.every_entry(conn, before=before, day=day)
        await formats.write_csv(spool, entries, as_of=day)

    return await download(
        request,
        _file(request, db, as_of, write),
        media_type="text/csv",
        filename="singo-register.csv",
        links=dictionary.LINKS,
        since=_since(db, "csv", as_of),
    )


@router.get("/downloads/json", response_model=RegisterFile)
async def download_json(request: Request, db: Db, as_of: AsOf = None) -> Response:
    """The whole register, each organisation as its own address shows it."""

    async def write(spool: Spool, conn: Connection, day: date, before: datetime | None) -> None:
        entries = queries.every_entry(conn, before=before, day=day)
        await formats.write_json(spool, entries, as_of=day)

    return await download(
        request,
        _file(request, db, as_of, write),
        media_type="application/json",
        filename="singo-register.json",
        links=dictionary.LINKS,
        since=_since(db, "json", as_of),
    )


@router.get("/downloads/geojson", response_class=GeoJsonResponse, response_model=FeatureCollection)
async def download_geojson(request: Request, db: Db, as_of: AsOf = None) -> Response:
    """Where organisations work: a point for each region of each agreement."""

    async def write(spool: Spool, conn: Connection, day: date, before: datetime | None) -> None:
        places = queries.every_place(conn, before=before, day=day)
        await formats.write_geojson(spool, places, as_of=day)

    return await download(
        request,
        _file(request, db, as_of, write),
        media_type="application/geo+json",
        filename="singo-register.geojson",
        links=dictionary.LINKS,
        since=_since(db, "geojson", as_of),
    )


def _file(
    request: Request, db: Database, as_of: date | None, write: WriteRegister
) -> Callable[[Spool], Awaitable[None]]:
    """What writes the file in one snapshot, and frees the connection when it is written."""

    async def write_file(spool: Spool) -> None:
        async with db.read() as conn:
            today = await _today(request, conn)
            await write(spool, conn, as_of or today, known_before(as_of, today))

    return write_file


def _since(db: Database, name: str, as_of: date | None) -> Since | None:
    """Of the file of today only: there are as many others as days."""

    async def unchanged(etag: str) -> datetime | None:
        return await unchanged_since(db, name, etag, now=datetime.now(UTC))

    return unchanged if as_of is None else None


@router.get("/{ngo_id}", response_model=shown(Entry))
async def read_entry(request: Request, ngo_id: UUID, db: Db, chosen: Chosen, as_of: AsOf = None) -> Response:
    """One organisation. Closed and merged ones stay here for ever; a merged one names its successor."""
    async with db.read() as conn:
        today = await _today(request, conn)
        row = await queries.find_entry(conn, ngo_id, before=known_before(as_of, today), day=as_of or today)
    if row is None:
        raise NotFound("there is no such organisation in the public register, or there was none yet on that day")
    return read_response(request, Entry.of(row), row["version"], chosen=chosen)
