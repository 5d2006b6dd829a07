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

from fastapi import Depends, Header, Request, Response
from pydantic import BaseModel

from shared.clock import Clock
from shared.db import Connection, Database
from shared.errors import WRITING_IS_HALTED, KeyInFlight, KeyRequired, KeyReused, Unavailable
from shared.events import append
from shared.http.auth import Actor, SignedIn
from shared.http.etags import etag
from shared.http.problems import UnsupportedMediaType

REPLAYED: Final = "Idempotent-Replayed"


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
        headers = {"ETag": etag(version)} if version is not None else {}
        if location:
            headers["Location"] = location
        if view is None:
            self.response = Response(status_code=204, headers=headers)
        else:
            self.response = Response(view.model_dump_json(), status, headers, "application/json")


@dataclass(frozen=True, slots=True)
class Write:
    service: str
    db: Database
    clock: Clock
    actor: Actor
    key: str
    request_sha256: bytes

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Transaction]:
        async with self.db.transaction() as conn:
            await self._claim(conn)
            transaction = Transaction(conn, self.actor, await self.clock.now(conn))
            yield transaction
            await append.flush(conn)
            _name_events(transaction.response, conn.appended)
            await self._remember(conn, transaction.response)

    async def _claim(self, conn: Connection) -> None:
        """Have the key to ourselves until the commit, or raise: Replay, KeyReused, KeyInFlight, Unavailable."""
        scope = f"{self.service}\n{self.actor.subject}\n{self.key}"  # advisory locks are the whole database's
        now = await conn.fetchrow(
            "SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0)) AS ours, (SELECT reason FROM halt) AS halted",
            scope,
        )
        if not now["ours"]:
            raise KeyInFlight("the first request with this key is still being worked on", retry_after_seconds=1)
        done = await conn.fetchrow(
            "SELECT body_sha256, status, headers, body FROM request WHERE caller = $1 AND idempotency_key = $2",
            self.actor.subject,
            self.key,
        )
        if done is None and now["halted"]:  # a change without events would not be refused by `append`
            raise Unavailable(WRITING_IS_HALTED, retry_after_seconds=60)
        if done is None:
            return
        if done["body_sha256"] != self.request_sha256:
            raise KeyReused("this key came with another request before")
        raise Replay(Response(done["body"], done["status"], {**done["headers"], REPLAYED: "true"}))

    async def _remember(self, conn: Connection, response: Response) -> None:
        headers = {name: text for name, text in response.headers.items() if name != "content-length"}
        await conn.execute(
            """
            INSERT INTO request (caller, idempotency_key, body_sha256, status, headers, body)
            VALUES ($1, $2, $3, $4, $5, $6)
            """,
            self.actor.subject,
            self.key,
            self.request_sha256,
            response.status_code,
            headers,
            bytes(response.body),
        )


def _name_events(response: Response, appended: list[append.Appended]) -> None:
    """Tell the caller which events its request caused, and where they stand: a structured field (RFC 9651).

    `Singo-Events: ReportSubmitted;id="01…";position="reporting/<key>/42"`. A position sent as `Singo-After` makes a
    read in another service wait until it has arrived there.
    """
    if appended:
        response.headers["Singo-Events"] = ", ".join(
            f'{event.type.split(".")[2]};id="{event.id}";position="{event.position}"' for event in appended
        )


async def keyed_write(
    request: Request,
    actor: SignedIn,
    idempotency_key: Annotated[
        str | None,
        Header(description="A new random value for each intent; the same one on a repeat", max_length=100),
    ] = None,
) -> Write:
    if not idempotency_key or not idempotency_key.isascii() or not idempotency_key.isprintable():
        raise KeyRequired("the header `Idempotency-Key` is missing, or not printable ASCII of at most 100 characters")
    if request.headers.get("content-type", "application/json").split(";")[0].strip() != "application/json":
        raise UnsupportedMediaType(f"the body is {request.headers['content-type'][:100]}, not application/json")
    digest = hashlib.sha256(f"{request.method} {request.url.path}?{request.url.query}\n".encode())
    digest.update(request.headers.get("if-match", "").encode())
    digest.update(await request.body())
    state: Any = request.app.state
    return Write(state.service, state.db, state.clock, actor, idempotency_key, digest.digest())


KeyedWrite = Annotated[Write, Depends(keyed_write)]
"""A POST, PUT, PATCH or DELETE with its Idempotency-Key (required) and the caller's identity."""
