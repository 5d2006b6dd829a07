"""Around every request: its id, its log line, and bounds on its body. Pure ASGI: nothing is buffered or cancelled."""

import re
import time
from asyncio import timeout
from typing import Any, Final

import structlog
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.events.append import correlation_id
from shared.http import problems
from shared.http.writes import Replay
from shared.ids import uuid7

MAX_BODY_BYTES: Final = 1_048_576
MAX_BODY_SECONDS: Final = 15
_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")

log = structlog.get_logger()


class RequestMiddleware:
    """Gives each request an id (the caller's `X-Request-Id` or a new one); its events carry it as correlation id."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        given = headers.get("x-request-id", "")
        request_id = given if _REQUEST_ID.fullmatch(given) else str(uuid7())
        token = correlation_id.set(request_id)
        started = time.perf_counter()
        status = 0

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [
                    *message.get("headers", []),
                    (b"x-request-id", request_id.encode()),
                    (b"x-content-type-options", b"nosniff"),
                    (b"cache-control", b"no-store" if scope["method"] != "GET" else b"no-cache"),
                ]
            await send(message)

        try:
            await self._answer(scope, _Bounded(receive, headers), send_with_id)
        finally:
            elapsed_ms = round((time.perf_counter() - started) * 1000, 1)
            if not scope["path"].startswith("/health/"):
                log.info(
                    "request",
                    method=scope["method"],
                    path=scope["path"],
                    status=status,
                    elapsed_ms=elapsed_ms,
                )
            correlation_id.reset(token)

    async def _answer(self, scope: Scope, body: "_Bounded", send: Send) -> None:
        response: Any
        started = False

        async def noting_start(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, body, noting_start)
        except Replay as replay:
            response = replay.response
        except Exception as error:  # noqa: BLE001 the last line of defence: Starlette re-raises what it answered
            if started:
                return
            response = problems.respond(problems.from_unexpected(error))
        else:
            return
        await response(scope, body, send)


class _Bounded:
    """Receives a body of limited size in limited time. FastAPI lets only HTTPException pass while it reads a body."""

    def __init__(self, receive: Receive, headers: dict[str, str]) -> None:
        self._receive = receive
        declared = headers.get("content-length", "")
        self._declared = int(declared) if declared.isdigit() else 0
        self._size = 0
        self._deadline = time.monotonic() + MAX_BODY_SECONDS
        self._complete = False

    async def __call__(self) -> Message:
        if self._declared > MAX_BODY_BYTES:
            raise HTTPException(413, f"the body has {self._declared} bytes, {MAX_BODY_BYTES} at most")
        if self._complete:
            return await self._receive()
        try:
            async with timeout(self._deadline - time.monotonic()):
                message = await self._receive()
        except TimeoutError:
            raise HTTPException(408, f"the body did not arrive within {MAX_BODY_SECONDS} seconds") from None
        self._size += len(message.get("body", b""))
        self._complete = not message.get("more_body", False)
        if self._size > MAX_BODY_BYTES:
            raise HTTPException(413, f"the body has more than {MAX_BODY_BYTES} bytes")
        return message
