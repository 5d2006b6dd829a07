"""What operators see and do in each service: outbox, lag, watermarks, parked events, quarantine. Acts need a reason."""

from datetime import UTC, datetime
from typing import Annotated, Any, Final
from uuid import UUID

from aiokafka.errors import KafkaError
from fastapi import Depends, Path, Query, Request, Response
from pydantic import AwareDatetime, Field

from shared.errors import NotAllowed, NotFound, Unavailable
from shared.events import acts, lag
from shared.http.auth import Actor, allow
from shared.http.body import BigNumber, Body, Line, LongText, Number, Page, Reason, ShortText, View
from shared.http.database import Db
from shared.http.media import expect_media_type
from shared.http.routing import prepared_router
from shared.http.writes import KeyedWrite
from shared.settings import ServiceSettings

Key = Annotated[str, Query(max_length=200)]
Position = Annotated[int, Path(ge=1, lt=2**63)]

ROWS_MAX: Final = 100


Operator = Annotated[Actor, Depends(allow("operator"))]

router = prepared_router("/ops/v1", tag="operations", dependencies=[Depends(expect_media_type)])


class Outbox(View):
    depth: BigNumber
    oldest_seconds: float
    halted: LongText | None


class Watermark(View):
    source: ShortText
    key: ShortText
    sequence: BigNumber
    parked: bool
    applied_at: datetime | None


class SourceLag(View):
    source: ShortText
    events: BigNumber
    seconds: float
    paused_since: datetime | None
    pause_reason: LongText | None


class Parked(View):
    source: ShortText
    key: ShortText
    sequence: BigNumber
    id: UUID
    type: LongText
    reason: LongText
    fingerprint: LongText | None
    error: LongText | None
    attempts: Number
    dead: bool
    first_at: datetime
    last_at: datetime
    next_attempt_at: datetime | None


class Quarantined(View):
    topic: LongText
    partition: Number
    offset: BigNumber
    error: LongText
    at: datetime


class StoredEvent(View):
    key: ShortText
    sequence: BigNumber
    id: UUID
    type: LongText
    occurred_at: datetime
    attributes: dict[str, LongText]
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
async def read_outbox(_: Operator, db: Db) -> Outbox:
    """What the relay still has to send, and whether writing is halted."""
    row = await db.pool.fetchrow(
        """
        SELECT count(*) AS depth,
               coalesce(extract(epoch FROM clock_timestamp() - min(appended_at)), 0)::float8 AS oldest_seconds,
               (SELECT reason FROM halt) AS halted
        FROM outbox
        """
    )
    return Outbox.of(row)


@router.get("/watermarks")
async def list_watermarks(_: Operator, db: Db, key: Key) -> Page[Watermark]:
    """How far each source's events of a key are applied here."""
    rows = await db.pool.fetch(
        "SELECT source, key, sequence, parked, applied_at FROM watermark WHERE key = $1 ORDER BY source", key
    )
    return Page(items=[Watermark.of(row) for row in rows])


@router.get("/lag")
async def list_lags(_: Operator, request: Request, db: Db) -> Page[SourceLag]:
    """How far each topic that this service reads is ahead of it, and whether its reading is paused."""
    settings: ServiceSettings = request.app.state.settings
    topics = {settings.topic(source): source for source in sorted(request.app.state.sources)}
    rows = await db.pool.fetch("SELECT topic, partition, next_offset FROM bookmark")
    pauses = {row["source"]: row for row in await db.pool.fetch("SELECT source, since, reason FROM pause")}
    bookmarks = {(row["topic"], row["partition"]): row["next_offset"] for row in rows}
    try:
        behind = await lag.measure(settings.kafka, topics, bookmarks)
    except (KafkaError, TimeoutError) as error:
        raise Unavailable("Kafka does not answer, so the lag is not known", retry_after_seconds=5) from error
    return Page(
        items=[
            SourceLag(
                source=source,
                events=behind[source].events,
                seconds=round(behind[source].seconds, 1),
                paused_since=pauses[source]["since"] if source in pauses else None,
                pause_reason=pauses[source]["reason"] if source in pauses else None,
            )
            for source in topics.values()
        ]
    )


@router.get("/parked")
async def list_parked_events(_: Operator, db: Db, dead: Annotated[bool | None, Query()] = None) -> Page[Parked]:
    """Events that could not be applied yet, oldest first, and last those behind others. `dead`: they wait for you."""
    rows = await db.pool.fetch(
        """
        SELECT source, key, sequence, id, type, reason, fingerprint, error, attempts, dead, first_at, last_at,
               next_attempt_at
        FROM parked WHERE $1::boolean IS NULL OR dead = $1
        ORDER BY reason = 'behind', first_at, source, key, sequence LIMIT $2
        """,
        dead,
        ROWS_MAX,
    )
    return Page(items=[Parked.of(row) for row in rows])


@router.get("/quarantine")
async def list_quarantined_records(_: Operator, db: Db) -> Page[Quarantined]:
    """Records of the topics that are not events, newest first."""
    rows = await db.pool.fetch(
        'SELECT topic, partition, "offset", error, at FROM quarantine ORDER BY at DESC LIMIT $1', ROWS_MAX
    )
    return Page(items=[Quarantined.of(row) for row in rows])


@router.get("/events/{event_id}")
async def read_event(_: Operator, db: Db, event_id: UUID) -> StoredEvent:
    """An event of this service, as it was appended."""
    row = await db.pool.fetchrow(
        """
        SELECT key, sequence, id, type, occurred_at, headers AS attributes, convert_from(payload, 'UTF8')::jsonb AS data
        FROM event WHERE id = $1
        """,
        event_id,
    )
    if row is None:
        raise NotFound("this service has no event with this id")
    return StoredEvent.of(row)


@router.post("/parked/{source}/{key}/{sequence}/redrive", response_model=Done)
async def redrive_event(
    _: Operator, source: Line, key: Line, sequence: Position, act: OperatorAct, write: KeyedWrite
) -> Response:
    """Try a parked event again at once, with new attempts."""
    async with write.begin(by_operator=True) as tx:
        done = await acts.redrive(tx.conn, source, key, sequence, actor=tx.actor.subject, reason=act.reason)
        tx.answer(Done(done=done))
    return tx.response


@router.post("/parked/{source}/{key}/{sequence}/skip", response_model=Done)
async def skip_event(
    _: Operator, source: Line, key: Line, sequence: Position, act: OperatorAct, write: KeyedWrite
) -> Response:
    """Pass over the head of a parked key without its effect; its followers are applied next."""
    async with write.begin(by_operator=True) as tx:
        done = await acts.skip(tx.conn, source, key, sequence, actor=tx.actor.subject, reason=act.reason)
        tx.answer(Done(done=done))
    return tx.response


@router.post("/parked/{source}/{key}/{sequence}/discard", response_model=Done)
async def discard_event(
    _: Operator, source: Line, key: Line, sequence: Position, act: OperatorAct, write: KeyedWrite
) -> Response:
    """Throw a forged head of a key away (a fork, or one behind a gap): the history read so far stands."""
    async with write.begin(by_operator=True) as tx:
        done = await acts.discard(tx.conn, source, key, sequence, actor=tx.actor.subject, reason=act.reason)
        tx.answer(Done(done=done))
    return tx.response


@router.post("/sources/{source}/pause", response_model=Done)
async def pause_source(_: Operator, request: Request, source: Line, act: OperatorAct, write: KeyedWrite) -> Response:
    """Apply nothing of a source until it is resumed, whatever is restarted meanwhile."""
    _topic_of(request, source)
    async with write.begin(by_operator=True) as tx:
        done = await acts.pause(tx.conn, source, actor=tx.actor.subject, reason=act.reason)
        tx.answer(Done(done=done))
    return tx.response


@router.post("/sources/{source}/resume", response_model=Done)
async def resume_source(_: Operator, request: Request, source: Line, act: OperatorAct, write: KeyedWrite) -> Response:
    """Go on with a paused source where it was left, or from the start after a rewind."""
    _topic_of(request, source)
    async with write.begin(by_operator=True) as tx:
        done = await acts.resume(tx.conn, source, actor=tx.actor.subject, reason=act.reason)
        tx.answer(Done(done=done))
    return tx.response


@router.post("/sources/{source}/rewind", response_model=Done)
async def rewind_source(_: Operator, request: Request, source: Line, act: OperatorAct, write: KeyedWrite) -> Response:
    """Read a paused source from its topic's start once it is resumed: always safe, what was applied is dropped."""
    topic = _topic_of(request, source)
    async with write.begin(by_operator=True) as tx:
        done = await acts.rewind(tx.conn, source, topic, actor=tx.actor.subject, reason=act.reason)
        tx.answer(Done(done=done))
    return tx.response


def _topic_of(request: Request, source: str) -> str:
    if source not in request.app.state.sources:
        raise NotFound(f"this service reads {', '.join(sorted(request.app.state.sources)) or 'no other service'}")
    settings: ServiceSettings = request.app.state.settings
    return settings.topic(source)


@router.get("/clock")
async def read_clock(_: Operator, request: Request, db: Db) -> ClockView:
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
