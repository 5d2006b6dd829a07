"""Evidence files of an organisation: announced, sent in parts, kept if they are sound, read by those whom they concern.

`POST /files` says what will come and answers in which parts; `PUT /parts/{number}` brings each, in any order and again
if a line broke; `POST /completion` looks into the whole. What is not completed in time goes.
"""

from datetime import datetime
from functools import partial
from typing import Annotated, Any, Final, Literal, Self
from uuid import UUID

from fastapi import Depends, Path, Query, Request, Response
from pydantic import Field

from services.registry.access import OwnMemberOrFasker, OwnMemberOrNational
from services.registry.files import commands, queries
from services.registry.files.content import XLSX
from services.registry.files.rules import PART_BYTES, Kind, Status, parts_of
from shared.errors import NotFound
from shared.http import media
from shared.http.body import Body, Line, Number, Sha256, ShortText, View
from shared.http.database import Db
from shared.http.etags import ExpectedVersion, read_response
from shared.http.paging import PageRequest, page_response, paged
from shared.http.ranges import download_response
from shared.http.routing import resource
from shared.http.selection import Selection, selects, shown_page
from shared.http.writes import KeyedWrite, Transaction

router = resource("/organisations/{ngo_id}/files", tag="files")

OCTETS: Final = "application/octet-stream"
PARTS_NAMED_MAX: Final = 100
LONGEST_BYTES: Final = 2**31 - 1
"""Of any file; the rule in force (`dated_rule`) says less."""

PartNumber = Annotated[int, Path(ge=1, lt=2**31)]


class NewFile(Body):
    """What will come."""

    kind: Kind
    name: Annotated[Line, Field(description="As whoever downloads it shall see it")]
    media_type: Literal["application/pdf", "image/jpeg", "image/png", XLSX]  # type: ignore[valid-type]
    size_bytes: Annotated[Number, Field(ge=1)]
    sha256: Annotated[Sha256, Field(description="Of the whole file: it is kept only if it has arrived so")]


class FileView(View):
    id: UUID
    ngo_id: UUID
    version: Number
    status: Status
    kind: Kind
    name: ShortText
    media_type: ShortText
    size_bytes: Number
    sha256: ShortText
    part_bytes: Number = Field(description="Length of each part; the last one may be shorter")
    parts: Number
    parts_missing: list[Number] = Field(
        max_length=PARTS_NAMED_MAX, description=f"The first {PARTS_NAMED_MAX} that have not arrived"
    )
    started_at: datetime
    started_by_role: ShortText
    expires_at: datetime = Field(description="An upload that is not completed by then is thrown away")
    ended_at: datetime | None

    @classmethod
    def of(cls, row: Any) -> Self:
        parts = parts_of(row["size_bytes"])
        missing = queries.parts_missing(row)[:PARTS_NAMED_MAX]
        return cls.model_validate({**row, "part_bytes": PART_BYTES, "parts": parts, "parts_missing": missing})


async def _answer(
    tx: Transaction, ngo_id: UUID, file_id: UUID, *, status: int = 200, location: str | None = None
) -> None:
    view = FileView.of(await queries.find_file(tx.conn, ngo_id, file_id))
    tx.answer(view, status=status, version=view.version, location=location)


async def _accepts_octets(request: Request) -> None:
    media.accept(request, OCTETS)


@router.post("", status_code=201, response_model=FileView)
async def start_upload(ngo_id: UUID, body: NewFile, by: OwnMemberOrFasker, write: KeyedWrite) -> Response:
    """Announce a file: PDF, JPEG, PNG or XLSX, of 15 MiB at most."""
    async with write.begin() as tx:
        file_id = await commands.start_upload(tx.conn, ngo_id, body.model_dump(), by=by, now=tx.now)
        location = f"/v1/organisations/{ngo_id}/files/{file_id}"
        await _answer(tx, ngo_id, file_id, status=201, location=location)
    return tx.response


@router.get("", response_model=shown_page(FileView))
async def list_files(
    *,
    request: Request,
    ngo_id: UUID,
    _: OwnMemberOrNational,
    db: Db,
    page_request: Annotated[PageRequest, Depends(paged(queries.SORTING))],
    chosen: Annotated[Selection, Depends(selects(FileView))],
    kind: Annotated[Kind | None, Query(description="Only of this kind")] = None,
    status: Annotated[Status | None, Query(description="Only those in this status")] = None,
    sha256: Annotated[Sha256 | None, Query(description="The one that a licence names as its document")] = None,
) -> Response:
    """The organisation's files, and its uploads that are under way."""
    async with db.read() as conn:
        rows = await queries.list_files(conn, ngo_id, page_request, kind=kind, status=status, sha256=sha256)
    return page_response(request, page_request, rows, FileView.of, chosen=chosen, sorting=queries.SORTING)


@router.get("/{file_id}", response_model=FileView)
async def read_file(request: Request, ngo_id: UUID, file_id: UUID, _: OwnMemberOrNational, db: Db) -> Response:
    """What is known of a file, and which parts of it are still to come."""
    async with db.read() as conn:
        view = FileView.of(await queries.find_file(conn, ngo_id, file_id))
    return read_response(request, view, view.version)


@router.put(
    "/{file_id}/parts/{number}",
    response_model=FileView,
    dependencies=[Depends(_accepts_octets)],
    openapi_extra={
        "requestBody": {
            "required": True,
            "description": f"The part's bytes: {PART_BYTES}, and the rest of the file in its last part",
            "content": {OCTETS: {"schema": {"type": "string", "format": "binary", "maxLength": PART_BYTES}}},
        }
    },
)
async def put_part(
    *, request: Request, ngo_id: UUID, file_id: UUID, number: PartNumber, _: OwnMemberOrFasker, write: KeyedWrite
) -> Response:
    """Bring a part, in any order; once more replaces it."""
    content = await request.body()
    async with write.begin() as tx:
        await commands.put_part(tx.conn, ngo_id, file_id, number, content, now=tx.now)
        await _answer(tx, ngo_id, file_id)
    return tx.response


@router.post("/{file_id}/completion", response_model=FileView)
async def complete_upload(
    ngo_id: UUID, file_id: UUID, by: OwnMemberOrFasker, version: ExpectedVersion, write: KeyedWrite
) -> Response:
    """Have the whole looked into. It is kept if its hash and type are as announced and nothing in it runs or swells."""
    async with write.begin() as tx:
        await commands.complete_upload(tx.conn, ngo_id, file_id, version=version, by=by, now=tx.now)
        await _answer(tx, ngo_id, file_id)
    return tx.response


@router.delete("/{file_id}", status_code=204, response_model=None)
async def abandon_upload(
    ngo_id: UUID, file_id: UUID, _: OwnMemberOrFasker, version: ExpectedVersion, write: KeyedWrite
) -> Response:
    """Give up an upload that is under way. What was completed is evidence, and stays."""
    async with write.begin() as tx:
        await commands.abandon_upload(tx.conn, ngo_id, file_id, version=version, now=tx.now)
    return tx.response


@router.get(
    "/{file_id}/content",
    response_class=Response,
    responses={
        status: {"content": {OCTETS: {"schema": {"type": "string", "format": "binary", "maxLength": LONGEST_BYTES}}}}
        for status in (200, 206)
    },
)
async def download_file(request: Request, ngo_id: UUID, file_id: UUID, _: OwnMemberOrNational, db: Db) -> Response:
    """The file as it came, as an attachment; with `Range: bytes=<first>-` the rest of it, after a line broke off."""
    async with db.read() as conn:
        file = await queries.find_file(conn, ngo_id, file_id)
    if file["status"] != Status.STORED:
        raise NotFound(f"this file is {file['status']}: there is nothing to download")
    return download_response(
        request,
        partial(queries.fetch_part, db.pool, file_id),
        name=file["name"],
        media_type=OCTETS,
        size_bytes=file["size_bytes"],
        part_bytes=PART_BYTES,
        tag=f'"{file["version"]}-{file["sha256"][:16]}"',
    )
