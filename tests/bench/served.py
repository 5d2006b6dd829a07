"""Two HTTP services in processes of their own: one made with the kit, and a bare one with the same two inserts."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import asyncpg
import uvicorn
from fastapi import Depends, FastAPI, HTTPException, Request, Response

from shared.db import prepare_connection
from shared.errors import NotFound
from shared.events import append
from shared.events.envelope import SYSTEM, ActedBy
from shared.http.auth import Actor, allow
from shared.http.body import Body, Line, Page, View
from shared.http.database import Db
from shared.http.etags import read_response
from shared.http.paging import PageQuery, fetch_page, page_response
from shared.http.routing import resource
from shared.http.writes import KeyedWrite
from shared.ids import uuid7
from shared.service import Service, api, keep_what_is_loaded
from shared.settings import ServiceSettings
from tests.bench.children import Answer, most_memory_mb
from tests.bench.corpus import Noted

ISSUER = "https://issuer.example"
PAGE_ITEMS = 50
CALLS_PER_MINUTE = 10_000_000
"""The load is all of one caller."""

Officer = Annotated[Actor, Depends(allow("fasker_officer"))]
router = resource("/notes", tag="notes")


class NewNote(Body):
    title: Line
    text: Line


class Note(View):
    id: UUID
    title: str
    text: str
    version: int


INSERT = "INSERT INTO note (id, title, text, version) VALUES ($1, $2, $3, 1)"
FIND = "SELECT id, title, text, version FROM note WHERE id = $1"
LIST_ALL = "SELECT id, title, text, version FROM note WHERE true"
LIST = "SELECT id, title, text, version FROM note WHERE $1::uuid IS NULL OR id < $1 ORDER BY id DESC LIMIT $2"
INSERT_PLAIN = "INSERT INTO plain_event (key, type, payload) VALUES ($1, $2, $3)"
TABLES = """
    CREATE TABLE note (id uuid PRIMARY KEY, title text NOT NULL, text text NOT NULL, version int NOT NULL);
    CREATE TABLE plain_event (
        position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, key text, type text, payload bytea,
        at timestamptz NOT NULL DEFAULT clock_timestamp()
    )
"""


def told(note: Note, by: ActedBy) -> Noted:
    """The event: what an audit wants to know, too (who, when)."""
    return Noted(
        occurred_at=datetime.now(UTC), actor=by, number=1, subject_id=note.id, title=note.title, text=note.text
    )


@router.post("", status_code=201, response_model=Note)
async def write_note(body: NewNote, by: Officer, write: KeyedWrite) -> Response:
    async with write.begin() as tx:
        note = Note(id=uuid7(), title=body.title, text=body.text, version=1)
        await tx.conn.execute(INSERT, note.id, note.title, note.text)
        append.emit(tx.conn, told(note, ActedBy(subject=by.subject, role="fasker_officer")))
        tx.answer(note, status=201, version=1, location=f"/v1/notes/{note.id}")
    return tx.response


@router.get("/{note_id}", response_model=Note)
async def read_note(note_id: UUID, _: Officer, db: Db, request: Request) -> Response:
    row = await db.pool.fetchrow(FIND, note_id)
    if row is None:
        raise NotFound("there is no such note")
    return read_response(request, Note.of(row), row["version"])


@router.get("", response_model=Page[Note])
async def list_notes(_: Officer, db: Db, paging: PageQuery, request: Request) -> Response:
    rows = await fetch_page(db.pool, paging, LIST_ALL)
    return page_response(request, paging, rows, Note.of)


SERVICE = Service("bench", "Notes", ServiceSettings, [router])


@asynccontextmanager
async def with_the_kit(*, dsn: str, kafka: str, jwks: str) -> AsyncIterator[Answer]:
    settings = ServiceSettings(
        dsn=dsn,
        kafka=kafka,
        oidc_issuer=ISSUER,
        oidc_jwks_url=Path(jwks).as_uri(),
        calls_per_minute=CALLS_PER_MINUTE,
    )
    app = api(SERVICE, settings)
    keep_what_is_loaded()
    async with _serving(app) as answer:
        yield answer


@asynccontextmanager
async def bare(*, dsn: str, kafka: str, jwks: str) -> AsyncIterator[Answer]:
    """FastAPI and asyncpg as a tutorial has them: anybody may do anything, and a repeated request is done again."""
    pool = asyncpg.create_pool(dsn, min_size=1, max_size=8, init=prepare_connection)
    async with pool, _serving(_bare_app(pool), access_log=True) as answer:
        yield answer


def _bare_app(pool: asyncpg.Pool) -> FastAPI:
    app = FastAPI()

    @app.post("/v1/notes", status_code=201)
    async def write_note(body: NewNote) -> Note:
        note = Note(id=uuid7(), title=body.title, text=body.text, version=1)
        event = told(note, SYSTEM)
        async with pool.acquire() as conn, conn.transaction():
            await conn.execute(INSERT, note.id, note.title, note.text)
            await conn.execute(INSERT_PLAIN, event.stream_key(), event.wire_type(), event.model_dump_json().encode())
        return note

    @app.get("/v1/notes/{note_id}")
    async def read_note(note_id: UUID) -> Note:
        row = await pool.fetchrow(FIND, note_id)
        if row is None:
            raise HTTPException(404)
        return Note.of(row)

    @app.get("/v1/notes")
    async def list_notes(limit: int = PAGE_ITEMS, before: UUID | None = None) -> Page[Note]:
        rows = await pool.fetch(LIST, before, limit)
        return Page(items=[Note.of(row) for row in rows])

    return app


@asynccontextmanager
async def _serving(app: FastAPI, *, access_log: bool = False) -> AsyncIterator[Answer]:
    """On a free port, with the settings of a service's api. Both log a line per request: the kit its own."""
    level = "info" if access_log else "warning"
    config = uvicorn.Config(app, port=0, http="httptools", log_level=level, access_log=access_log, server_header=False)
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:
        if task.done():
            task.result()
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]

    async def answer(_: dict[str, Any]) -> dict[str, Any]:
        return {"url": f"http://127.0.0.1:{port}", "most_memory_mb": most_memory_mb()}

    yield answer
    server.should_exit = True
    await task
