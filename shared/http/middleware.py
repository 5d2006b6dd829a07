"""Around every request: its id, its log line, its time, bounds on its body; and the headers of every answer."""

import re
import time
from asyncio import timeout
from typing import Any, Final

import structlog
from fastapi import FastAPI, Request
from fastapi.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.errors import BodyTooLarge, BodyTooSlow, TookTooLong, TooManyRequests, Unavailable
from shared.events.append import correlation_id
from shared.http import problems
from shared.http.budgets import charge_address
from shared.http.bulk import body_bytes_max
from shared.http.problems import Refused
from shared.http.verbs import fixed_addresses, verbs_of
from shared.http.writes import Replay
from shared.ids import uuid7
from shared.logging import loggable_path

MAX_BODY_BYTES: Final = 1_048_576
MAX_BODY_SECONDS: Final = 15
RUNNING_MAX: Final = 200
"""Requests that one process works on at once."""

EVERYWHERE: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"strict-transport-security", b"max-age=63072000"),
    (b"cross-origin-resource-policy", b"same-site"),
)
READ_HEADERS: Final = (*EVERYWHERE, (b"cache-control", b"no-cache"))
WRITE_HEADERS: Final = (*EVERYWHERE, (b"cache-control", b"no-store"))
NOTHING_MAY_RUN: Final = (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'")
"""A page that needs more says so itself."""

_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")

log = structlog.get_logger()


class RequestMiddleware:
    """Gives each request an id (the caller's `X-Request-Id` or a new one); its events carry it as correlation id."""

    def __init__(self, inner: ASGIApp, app: FastAPI, seconds_max: float) -> None:
        self._inner = inner
        self._app = app
        self._seconds_max = seconds_max
        self._running = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._inner(scope, receive, send)
            return
        given, declared = _request_id_and_length(scope)
        request_id = given if _REQUEST_ID.fullmatch(given) else str(uuid7())
        token = correlation_id.set(request_id)
        started = time.perf_counter()
        answer = _Answer(send, scope, request_id)
        self._running += 1
        try:
            size_max = body_bytes_max(scope["path"], MAX_BODY_BYTES)
            await self._answer(scope, _Bounded(receive, declared, size_max), answer)
        finally:
            self._running -= 1
            elapsed_ms = round((time.perf_counter() - started) * 1000, 1)
            if not scope["path"].startswith("/health/"):
                log.info(
                    "request",
                    method=scope["method"],
                    path=loggable_path(scope),
                    status=answer.status,
                    elapsed_ms=elapsed_ms,
                )
            correlation_id.reset(token)

    async def _answer(self, scope: Scope, body: "_Bounded", answer: "_Answer") -> None:
        response: Any = self._without_route(scope)
        if response is None:
            try:
                async with timeout(self._seconds_max) as bound:
                    scope["state"]["bound"] = bound  # a download has it anew for each part
                    await self._inner(_as_get(scope), body, answer)
            except Replay as replay:
                response = replay.response
            except Exception as error:  # noqa: BLE001 the last line of defence: Starlette re-raises what it answered
                problem = self._too_long() if bound.expired() else problems.from_unexpected(error)
                response = problems.respond(problem, scope)
            if response is None or answer.status:  # an answer that has begun can only be broken off
                return
        await response(scope, body, answer)

    def _without_route(self, scope: Scope) -> Response | None:
        if self._running > RUNNING_MAX and not scope["path"].startswith("/health/"):
            return problems.respond(
                Unavailable(
                    "too many requests are being worked on at once",
                    indonesian="terlalu banyak permintaan sedang dikerjakan sekaligus",
                    retry_after_seconds=1,
                ),
                scope,
            )
        if scope["method"] == "OPTIONS" and (verbs := verbs_of(self._app, scope["path"])):
            return Response(status_code=204, headers={"Allow": ", ".join(verbs)})
        fixed = fixed_addresses(self._app).get(scope["path"])
        if fixed and scope["method"] not in fixed:  # else a route with a variable part would take it
            return problems.respond(problems.wrong_verb(), scope, {"Allow": ", ".join(fixed)})
        return None

    def _too_long(self) -> TookTooLong:
        """What was under way is rolled back; a commit that the bound cut off is found by the Idempotency-Key."""
        return TookTooLong(
            f"the request was not done within {self._seconds_max:g} seconds",
            indonesian=f"permintaan tidak selesai dalam {self._seconds_max:g} detik",
            retry_after_seconds=5,
        )


def _as_get(scope: Scope) -> Scope:
    """HEAD is answered as GET is (RFC 9110, section 9.3.2); `_Answer` and the server leave the body out."""
    return {**scope, "method": "GET"} if scope["method"] == "HEAD" else scope


def _request_id_and_length(scope: Scope) -> tuple[str, str]:
    request_id = length = b""
    for name, value in scope["headers"]:
        if name == b"x-request-id":
            request_id = value
        elif name == b"content-length":
            length = value
    return request_id.decode("latin-1"), length.decode("latin-1")


class _Answer:
    """Sends an answer with the headers that every answer has. `status` is 0 until it has begun.

    Who was refused before anybody asked who he is (a wrong address or verb, a body that is no JSON) is counted here, by
    his address. Failures of ours are counted for nobody.
    """

    def __init__(self, send: Send, scope: Scope, request_id: str) -> None:
        self._send = send
        self._scope = scope
        self._head = scope["method"] == "HEAD"
        self._state = scope.setdefault("state", {})
        self._request_id = (b"x-request-id", request_id.encode())
        self._reads = scope["method"] in ("GET", "HEAD")
        self._refused = False
        self.status = 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._refused = message["status"] < 500 and await self._refuse_without_budget()
        if not self._refused:
            await self._pass_on(message)

    async def _refuse_without_budget(self) -> bool:
        """Whether another answer was sent in place of this one."""
        if "budget" in self._state:
            return False
        try:
            await charge_address(Request(self._scope))
        except TooManyRequests as problem:
            await problems.respond(problem, self._scope)(self._scope, _nothing, self._pass_on)
            return True
        return False

    async def _pass_on(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = [*message.get("headers", []), self._request_id, *(READ_HEADERS if self._reads else WRITE_HEADERS)]
            if not any(name == b"content-security-policy" for name, _ in headers):
                headers.append(NOTHING_MAY_RUN)
            if budget := self._state.get("budget"):
                headers += budget
            message["headers"] = headers
        elif self._head:
            message["body"] = b""
        await self._send(message)
        if message["type"] == "http.response.start":
            self.status = message["status"]  # only now: where the time ended before, another answer can be given


async def _nothing() -> Message:
    return {"type": "http.disconnect"}


class _Bounded:
    """Receives a body of limited size in limited time."""

    def __init__(self, receive: Receive, declared: str, size_max: int) -> None:
        self._receive = receive
        self._size_max = size_max
        self._declared = int(declared) if declared.isdigit() else 0
        self._size = 0
        self._deadline = time.monotonic() + MAX_BODY_SECONDS
        self._complete = False

    async def __call__(self) -> Message:
        if self._declared > self._size_max:
            raise Refused(_too_large(self._size_max))
        if self._complete:
            return await self._receive()
        try:
            async with timeout(self._deadline - time.monotonic()):
                message = await self._receive()
        except TimeoutError:
            raise Refused(
                BodyTooSlow(
                    f"the body did not arrive within {MAX_BODY_SECONDS} seconds",
                    indonesian=f"isi permintaan tidak tiba dalam {MAX_BODY_SECONDS} detik",
                )
            ) from None
        self._size += len(message.get("body", b""))
        self._complete = not message.get("more_body", False)
        if self._size > self._size_max:
            raise Refused(_too_large(self._size_max))
        return message


def _too_large(size_max: int) -> BodyTooLarge:
    return BodyTooLarge(
        f"the body has more than {size_max} bytes", indonesian=f"isi permintaan lebih dari {size_max} bita"
    )
