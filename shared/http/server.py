"""The HTTP server: uvicorn, with the bounds that it leaves open. Its own refusals are problem documents, too.

A request's head (request line and headers) is bounded in size, number and time, as are connections, and what still
comes of a body after it was refused; and so is the time in which answers must be taken. Bodies are bounded by the
middleware.
"""

import asyncio
from collections.abc import Sequence
from typing import Any, Final

import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from shared.errors import AddressTooLong, HeadersTooLarge, HeadersTooSlow, NotHttp, Problem, Unavailable
from shared.http import language, problems
from shared.http.middleware import NOTHING_MAY_RUN, WRITE_HEADERS
from shared.ids import uuid7

ADDRESS_BYTES_MAX: Final = 8_192
HEADERS_MAX: Final = 100
HEAD_BYTES_MAX: Final = 32_768
HEAD_SECONDS: Final = 10.0
KEEP_ALIVE_SECONDS: Final = 30
UNREAD_SECONDS: Final = 30.0
"""So long may a reader leave answers standing that fill the buffer."""
CLOSING_SECONDS: Final = 30.0
"""So long may a reader take for the end of what was written before its connection was closed."""
CONNECTIONS_MAX: Final = 800
REFUSED_BYTES_MAX: Final = 8 * 1_048_576
"""Read and thrown away of a refused body, so that its sender gets to read the refusal."""

_NOT_HTTP: Final = NotHttp(
    "what arrived cannot be read as HTTP/1.1", indonesian="yang tiba tidak terbaca sebagai HTTP/1.1"
)
_ADDRESS: Final = AddressTooLong(
    f"the address has more than {ADDRESS_BYTES_MAX} bytes", indonesian=f"alamatnya lebih dari {ADDRESS_BYTES_MAX} bita"
)
_HEADERS: Final = HeadersTooLarge(
    f"{HEADERS_MAX} headers at most, with {HEAD_BYTES_MAX} bytes together",
    indonesian=f"paling banyak {HEADERS_MAX} header, seluruhnya {HEAD_BYTES_MAX} bita",
)
_SLOW: Final = HeadersTooSlow(
    f"the headers did not arrive within {HEAD_SECONDS:g} seconds",
    indonesian=f"header tidak tiba dalam {HEAD_SECONDS:g} detik",
)
_FULL: Final = Unavailable(
    "too many connections are open", indonesian="terlalu banyak sambungan terbuka", retry_after_seconds=1
)


class BoundedProtocol(HttpToolsProtocol):
    """One connection. The clock runs while a head, or what is left of a refused body, is awaited."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._refusal: Problem = _NOT_HTTP
        self._clock: asyncio.TimerHandle | None = None
        self._unread: asyncio.TimerHandle | None = None
        self._closing: asyncio.TimerHandle | None = None
        self._in_message = False  # between the end of a head and the end of its body
        self._head_begun = False
        self._head_bytes = 0
        self._thrown_away = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        super().connection_made(transport)
        if len(self.connections) > CONNECTIONS_MAX:
            self._refuse(_FULL)
        else:
            self._start_clock()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_clock()
        for timer in (self._unread, self._closing):
            if timer is not None:
                timer.cancel()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._unread = self.loop.call_later(UNREAD_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._expect_end()

    def timeout_keep_alive_handler(self) -> None:
        super().timeout_keep_alive_handler()
        self._expect_end()

    def shutdown(self) -> None:
        super().shutdown()
        self._expect_end()

    def _expect_end(self) -> None:
        """A transport that is to close waits until all is read that was written, if need be for ever."""
        if self._closing is None and self.transport.is_closing():
            self._closing = self.loop.call_later(CLOSING_SECONDS, self.transport.abort)

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            return
        self._start_clock()
        began_before = self._head_begun
        super().data_received(data)
        if self._head_begun and began_before:
            self._head_bytes += len(data)
            if self._head_bytes > HEAD_BYTES_MAX and not self.transport.is_closing():
                self._refuse(_HEADERS)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._head_begun = True
        self._head_bytes = 0

    def on_url(self, url: bytes) -> None:
        super().on_url(url)
        if len(self.url) > ADDRESS_BYTES_MAX:
            self._give_up(_ADDRESS)

    def on_header(self, name: bytes, value: bytes) -> None:
        super().on_header(name, value)
        if len(self.headers) > HEADERS_MAX:
            self._give_up(_HEADERS)

    def on_headers_complete(self) -> None:
        if len(self.url) + sum(len(name) + len(value) for name, value in self.headers) > HEAD_BYTES_MAX:
            self._give_up(_HEADERS)
        self._head_begun = False
        self._in_message = True
        self._thrown_away = 0
        self._stop_clock()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        super().on_body(body)
        if self.cycle.response_complete:
            self._thrown_away += len(body)
            if self._thrown_away > REFUSED_BYTES_MAX:
                self._close()

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._in_message = False
        self._stop_clock()

    def send_400_response(self, msg: str) -> None:
        """Called by uvicorn when the parser gives up, also because one of the above told it to."""
        del msg
        self._refuse(self._refusal)

    def _give_up(self, refusal: Problem) -> None:
        self._refusal = refusal
        raise ValueError(refusal.detail)  # to the parser, which passes it on as an error of its own

    def _refuse(self, refusal: Problem) -> None:
        self._stop_clock()
        wanted = language.of_headers(self.headers or ())
        request_id = str(uuid7())
        content, headers = problems.document(refusal, wanted, request_id)
        headers |= {"Content-Type": problems.MEDIA_TYPE, "Content-Length": str(len(content)), "Connection": "close"}
        lines = [
            (name.lower().encode(), value.encode()) for name, value in (headers | {"X-Request-Id": request_id}).items()
        ]
        lines += [*WRITE_HEADERS, NOTHING_MAY_RUN]
        head = b"".join(b"%b: %b\r\n" % line for line in lines)
        if not self._answering():  # else the answer under way would get a second one in its middle
            self.transport.write(STATUS_LINE[refusal.status] + head + b"\r\n" + content)
        self._close()

    def _close(self) -> None:
        self.transport.close()
        self._expect_end()

    def _answering(self) -> bool:
        cycle: RequestResponseCycle | None = self.cycle
        return cycle is not None and not cycle.response_complete

    def _start_clock(self) -> None:
        if self._clock is None and not (self._in_message and self._answering()):
            self._clock = self.loop.call_later(HEAD_SECONDS, self._time_is_over)

    def _stop_clock(self) -> None:
        if self._clock is not None:
            self._clock.cancel()
            self._clock = None

    def _time_is_over(self) -> None:
        self._clock = None
        if self._answering():  # the next request waits for its turn
            self._start_clock()
        elif self._head_begun:
            self._refuse(_SLOW)
        else:
            self._close()


def configuration(
    app: FastAPI, *, host: str, port: int, stop_seconds: int, trusted_proxies: Sequence[str] = ()
) -> uvicorn.Config:
    """`trusted_proxies`: whose word is taken for the address that a request comes from."""
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        http=BoundedProtocol,
        ws="none",
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=bool(trusted_proxies),
        forwarded_allow_ips=list(trusted_proxies),
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=stop_seconds,
    )
