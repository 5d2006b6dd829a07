"""What operators see and do in each service: outbox, watermarks, parked events, quarantine. Acts need a reason."""

from datetime import UTC, datetime
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import AwareDatetime, Field

from shared.db import Database
from shared.errors import NotAllowed, NotFound
from shared.events import acts
from shared.http.auth import Actor, allow
from shared.http.body import Body, Line, Page, Reason, View

Key = Annotated[str, Query(max_length=200)]
Position = Annotated[int, Path(ge=1, lt=2**63)]

ROWS_MAX: Final = 100


def _database(request: Request) -> Database:
    db: Database = request.app.state.db
    return db


Db = Annotated[Database, Depends(_database)]
Operator = Annotated[Actor, Depends(allow("operator"))]

router = APIRouter(prefix="/ops/v1", tags=["operations"])


class Outbox(View):
    depth: int
    oldest_seconds: float
    halted: str | None


class Watermark(View):
    source: str
    key: str
    sequence: int
    parked: bool
    applied_at: datetime | None


class Parked(View):
    source: str
    key: str
    sequence: int
    id: UUID
    type: str
    reason: str
    fingerprint: str | None
    error: str | None
    attempts: int
    dead: bool
    first_at: datetime
    last_at: datetime
    next_attempt_at: datetime | None


class Quarantined(View):
    topic: str
    partition: int
    offset: int
    error: str
    at: datetime


class StoredEvent(View):
    key: str
    sequence: int
    id: UUID
    type: str
    occurred_at: datetime
    headers: dict[str, str]
    data: dict[str, Any]


class Done(View):
    done: bool


class OperatorAct(Body):
    reason: Reason


class Time(Body):
    now: Annotated[AwareDatetime, Field(ge=datetime(2000, 1, 1, tzinfo=UTC), lt=datetime(2100, 1, 1, tzinfo=UTC))]
    reason: Reason


class ClockView(View):
    now: datetime
    settable: bool


@router.get("/outbox")
async def outbox(_: Operator, db: Db) -> Outbox:
    """What the relay still has to send, and whether writing is halted."""
    row = await db.pool.fetchrow(
        """
        SELECT count(*) AS depth,
               coalesce(extract(epoch FROM clock_timestamp() - min(appended_at)), 0)::float8 AS oldest_seconds,
               (SELECT reason FROM halt) AS halted
        FROM outbox
        """
    )
    return Outbox.model_validate(dict(row))


@router.get("/watermarks")
async def watermarks(_: Operator, db: Db, key: Key) -> Page[Watermark]:
    """How far each source's events of a key are applied here."""
    rows = await db.pool.fetch(
        "SELECT source, key, sequence, parked, applied_at FROM watermark WHERE key = $1 ORDER BY source", key
    )
    return Page(items=[Watermark.model_validate(dict(row)) for row in rows])


@router.get("/parked")
async def parked_events(_: Operator, db: Db, dead: Annotated[bool | None, Query()] = None) -> Page[Parked]:
    """Events that could not be applied yet, oldest first; `dead` ones wait for an operator."""
    rows = await db.pool.fetch(
        """
        SELECT source, key, sequence, id, type, reason, fingerprint, error, attempts, dead, first_at, last_at,
               next_attempt_at
        FROM parked WHERE $1::boolean IS NULL OR dead = $1 ORDER BY first_at, source, key, sequence LIMIT $2
        """,
        dead,
        ROWS_MAX,
    )
    return Page(items=[Parked.model_validate(dict(row)) for row in rows])


@router.get("/quarantine")
async def quarantined(_: Operator, db: Db) -> Page[Quarantined]:
    """Records of the topics that are not events, newest first."""
    rows = await db.pool.fetch(
        'SELECT topic, partition, "offset", error, at FROM quarantine ORDER BY at DESC LIMIT $1', ROWS_MAX
    )
    return Page(items=[Quarantined.model_validate(dict(row)) for row in rows])


@router.get("/events/{event_id}")
async def event(_: Operator, db: Db, event_id: UUID) -> StoredEvent:
    """An event of this service, as it was appended."""
    row = await db.pool.fetchrow(
        """
        SELECT key, sequence, id, type, occurred_at, headers, convert_from(payload, 'UTF8')::jsonb AS data
        FROM event WHERE id = $1
        """,
        event_id,
    )
    if row is None:
        raise NotFound("this service has no event with this id")
    return StoredEvent.model_validate(dict(row))


@router.post("/parked/{source}/{key}/{sequence}/redrive")
async def redrive(actor: Operator, db: Db, source: Line, key: Line, sequence: Position, act: OperatorAct) -> Done:
    """Try a parked event again at once, with new attempts."""
    async with db.transaction() as conn:
        done = await acts.redrive(conn, source, key, sequence, actor=actor.subject, reason=act.reason)
    return Done(done=done)


@router.post("/parked/{source}/{key}/{sequence}/skip")
async def skip(actor: Operator, db: Db, source: Line, key: Line, sequence: Position, act: OperatorAct) -> Done:
    """Pass over the head of a parked key without its effect; its followers are applied next."""
    async with db.transaction() as conn:
        done = await acts.skip(conn, source, key, sequence, actor=actor.subject, reason=act.reason)
    return Done(done=done)


@router.post("/parked/{source}/{key}/{sequence}/discard")
async def discard(actor: Operator, db: Db, source: Line, key: Line, sequence: Position, act: OperatorAct) -> Done:
    """Throw the forked head of a key away: the history read so far stands."""
    async with db.transaction() as conn:
        done = await acts.discard(conn, source, key, sequence, actor=actor.subject, reason=act.reason)
    return Done(done=done)


@router.get("/clock")
async def clock(_: Operator, request: Request, db: Db) -> ClockView:
    """The time as the domain sees it."""
    async with db.read() as conn:
        return ClockView(now=await request.app.state.clock.now(conn), settable=request.app.state.clock.settable)


@router.put("/clock")
async def set_clock(actor: Operator, request: Request, db: Db, time: Time) -> ClockView:
    """Move the domain's time, where the service is set up for demonstrations."""
    if not request.app.state.clock.settable:
        raise NotAllowed("the clock of this service can't be set")
    async with db.transaction() as conn:
        await request.app.state.clock.set(conn, time.now)
        target = {"now": time.now.isoformat()}
        await acts.record_act(conn, actor=actor.subject, act="set_clock", target=target, reason=time.reason, result={})
    return ClockView(now=time.now, settable=True)
