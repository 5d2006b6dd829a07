"""A write happens once: effect, events and answer are one commit, and a repeated Idempotency-Key gets the same answer.

    async with write.begin() as tx:                      # the transaction opens here, visibly
        report = await submit_report(tx.conn, ..., actor=tx.actor, now=tx.now)
        tx.answer(view(report), version=report.version)
    return tx.response                                   # committed before the answer leaves

https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
"""

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import Depends, Request, Response
from pydantic import BaseModel

from shared import audit
from shared.clock import Clock
from shared.db import Connection, Database
from shared.errors import WRITING_IS_HALTED, KeyInFlight, KeyRequired, KeyReused, Unavailable
from shared.events import append
from shared.http.auth import Actor, signed_in
from shared.http.etags import etag
from shared.http.headers import reads_headers
from shared.http.media import expect_media_type
from shared.http.rights import SIGNED_IN, Reach, lets_in
from shared.logging import route_of

REPLAYED: Final = "Idempotent-Replayed"
IN_FLIGHT: Final = "the first request with this key is still being worked on"
EVENTS_NAMED_MAX: Final = 20
"""As many as `Singo-After` takes."""
KEY_LENGTH_MAX: Final = 100
ANSWERS_KEPT_DAYS: Final = 7
"""A request that is repeated later than this is a new one."""
FORGOTTEN_AT_ONCE: Final = 1000


class Replay(Exception):
    """The request was carried out before; `response` is what was answered then."""

    def __init__(self, response: Response) -> None:
        super().__init__("replayed")
        self.response = response


@dataclass(slots=True)
class Transaction:
    """What an endpoint works with inside `Write.begin`."""

    conn: Connection
    actor: Actor
    now: datetime
    response: Response = field(default_factory=lambda: Response(status_code=204))

    def answer(
        self,
        view: BaseModel | None = None,
        *,
        status: int = 200,
        version: int | None = None,
        location: str | None = None,
    ) -> None:
        content = b"" if view is None else view.model_dump_json().encode()
        headers = {"ETag": etag(version, content)} if version is not None else {}
        if location:
            headers["Location"] = location
        if view is None:
            self.response = Response(status_code=204, headers=headers)
        else:
            self.response = Response(content, status, headers, "application/json")


@dataclass(frozen=True, slots=True)
class Write:
    service: str
    db: Database
    clock: Clock
    actor: Actor
    key: str
    request_sha256: bytes
    act: str = ""
    target: str = ""

    @asynccontextmanager
    async def begin(self, *, by_operator: bool = False) -> AsyncIterator[Transaction]:
        """`by_operator`: an act that `operator_act` keeps. It is open while writing is halted: that is its time."""
        async with self.db.transaction() as conn:
            await self._claim(conn, while_halted=by_operator)
            transaction = Transaction(conn, self.actor, await self.clock.now(conn))
            yield transaction
            last = await append.flush(conn, but_last=True)
            if last:
                await self._append_and_remember(conn, last, transaction.response)
            else:
                await self._remember(conn, transaction.response)
            if not (conn.appended or by_operator):  # an event says who did it; what has none is kept here
                await audit.record_change(conn, self.actor, act=self.act, target=self.target)

    async def _claim(self, conn: Connection, *, while_halted: bool) -> None:
        """Have the key to ourselves until the commit, or raise: Replay, KeyReused, KeyInFlight, Unavailable."""
        scope = f"{self.service}\n{self.actor.subject}\n{self.key}"  # advisory locks are the whole database's
        done = await conn.fetchrow(
            "SELECT ours, halted, body_sha256, status, headers, body FROM claim($1, $2, $3)",
            scope,
            self.actor.subject,
            self.key,
        )
        if not done["ours"]:
            raise KeyInFlight(IN_FLIGHT, retry_after_seconds=1)
        if done["status"] is None:
            if done["halted"] and not while_halted:  # a change without events would not be refused by `append`
                raise Unavailable(WRITING_IS_HALTED, retry_after_seconds=60)
            return
        if done["body_sha256"] != self.request_sha256:
            raise KeyReused("this key came with another request before")
        raise Replay(Response(done["body"], done["status"], {**done["headers"], REPLAYED: "true"}))

    async def _append_and_remember(self, conn: Connection, last: append.Emitted, response: Response) -> None:
        """The last event, and the answer that names its position: in one statement, which saves a round trip."""
        but_its_number = _named(last.appended(0)).removesuffix('0"')
        named = ", ".join([*map(_named, _few(conn.appended)), but_its_number])
        sequence = await conn.fetchval(
            """
            WITH last AS MATERIALIZED (SELECT append($1, $2, $3, $4, $5, $6) AS sequence)
            INSERT INTO request (caller, idempotency_key, body_sha256, status, headers, body)
            SELECT $7, $8, $9, $10, $11::jsonb || jsonb_build_object('singo-events', $12::text || sequence || '"'), $13
            FROM last
            RETURNING (SELECT sequence FROM last)
            """,
            *last.arguments(),
            self.actor.subject,
            self.key,
            self.request_sha256,
            response.status_code,
            _kept_headers(response),
            named,
            bytes(response.body),
        )
        conn.appended.append(last.appended(sequence))
        response.headers["Singo-Events"] = f'{named}{sequence}"'

    async def _remember(self, conn: Connection, response: Response) -> None:
        await conn.execute(
            """
            INSERT INTO request (caller, idempotency_key, body_sha256, status, headers, body)
            VALUES ($1, $2, $3, $4, $5, $6)
            """,
            self.actor.subject,
            self.key,
            self.request_sha256,
            response.status_code,
            _kept_headers(response),
            bytes(response.body),
        )


def _kept_headers(response: Response) -> dict[str, str]:
    return {name: text for name, text in response.headers.items() if name != "content-length"}


def _named(event: append.Appended) -> str:
    """Which event a request caused, and where it stands: an item of `Singo-Events`, a structured field (RFC 9651).

    `ReportSubmitted;id="01…";position="reporting/<key>/42"`. A position sent as `Singo-After` makes a read in another
    service wait until it has arrived there.
    """
    return f'{event.type.split(".")[2]};id="{event.id}";position="{event.position}"'


def _few(earlier: list[append.Appended]) -> list[append.Appended]:
    """All that come before the last event; of very many only the last of each key, so that the header stays short."""
    if len(earlier) >= EVENTS_NAMED_MAX:
        earlier = list({event.key: event for event in earlier}.values())[: EVENTS_NAMED_MAX - 1]
    return earlier


@lets_in({SIGNED_IN: Reach.SELF})
@reads_headers("Idempotency-Key")
async def keyed_write(request: Request) -> Write:
    actor = await signed_in(request)
    key = request.headers.get("idempotency-key", "")
    if not 0 < len(key) <= KEY_LENGTH_MAX or not key.isascii() or not key.isprintable():
        raise KeyRequired(
            f"the header `Idempotency-Key` is missing, or not printable ASCII of at most {KEY_LENGTH_MAX} characters"
        )
    await expect_media_type(request)
    digest = hashlib.sha256(f"{request.method} {request.url.path}?{request.url.query}\n".encode())
    digest.update(request.headers.get("if-match", "").encode())
    digest.update(await request.body())
    state: Any = request.app.state
    act = f"{request.method} {route_of(request.scope)}"
    return Write(state.service, state.db, state.clock, actor, key, digest.digest(), act, request.url.path)


KeyedWrite = Annotated[Write, Depends(keyed_write)]
"""A POST, PUT, PATCH or DELETE with its Idempotency-Key (required) and the caller's identity."""


async def forget_old_answers(db: Database, _: Clock) -> None:
    """Answers are kept for repeats, not for ever. By the real time, whatever the domain's clock says."""
    forgotten = FORGOTTEN_AT_ONCE
    while forgotten == FORGOTTEN_AT_ONCE:
        forgotten = await db.pool.fetchval(
            """
            WITH forgotten AS (
                DELETE FROM request WHERE ctid = ANY(ARRAY(
                    SELECT ctid FROM request WHERE at < clock_timestamp() - make_interval(days => $1) LIMIT $2))
                RETURNING 1
            )
            SELECT count(*) FROM forgotten
            """,
            ANSWERS_KEPT_DAYS,
            FORGOTTEN_AT_ONCE,
        )
