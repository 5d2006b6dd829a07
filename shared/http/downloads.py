"""Downloads: files of any length, made in one snapshot and sent in constant memory, with a digest of all as their ETag.

    return await download(request, write, media_type="text/csv", filename="register.csv", since=since)

`write` puts the file on disk (small ones stay in memory) from a server-side cursor; only then is it sent. So the
database's connection is free again before the first byte leaves, however slow the reader is, the answer knows its
length and its digest, and a failure on the way is a problem document, not half a file. `since` knows of a digest since
when the file has it, for `Last-Modified`.

The bound on a request's time holds for making the file. What is sent then has it anew for each part: a reader on a thin
line gets all, one that takes nothing is cut off (see `shared.http.server`), and one that takes next to nothing at its
end.
"""

import asyncio
import hashlib
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import datetime
from tempfile import SpooledTemporaryFile
from typing import Any, Final

from fastapi import Request, Response
from starlette.types import Receive, Scope, Send

from shared.errors import TooManyRequests, Unavailable
from shared.http.etags import is_known, validators

PART_BYTES: Final = 65_536
IN_MEMORY_BYTES: Final = 1_048_576
FILE_BYTES_MAX: Final = 256 * 1_048_576
PART_SECONDS: Final = 30.0
SENDING_SECONDS_MAX: Final = 900.0
AT_ONCE_MAX: Final = 20
OF_CALLER_MAX: Final = 3

Writing = Callable[["Spool"], Awaitable[None]]
Since = Callable[[str], Awaitable[datetime | None]]


class FileTooLarge(Exception):
    """A download has grown beyond what this service lets lie on its disk."""


class Spool:
    """What a file is written to, from its start to its end."""

    def __init__(self) -> None:
        self.file: Any = SpooledTemporaryFile(max_size=IN_MEMORY_BYTES)  # noqa: SIM115 (closed by `close`)
        self.size = 0
        self._digest = hashlib.sha256()

    def write(self, part: bytes) -> None:
        self.size += len(part)
        if self.size > FILE_BYTES_MAX:
            raise FileTooLarge(f"more than {FILE_BYTES_MAX} bytes")
        self._digest.update(part)
        self.file.write(part)

    @property
    def tag(self) -> str:
        """Strong: other bytes have another one."""
        return f'"0-{self._digest.hexdigest()[:16]}"'

    def close(self) -> None:
        self.file.close()


class Places:
    """How many files are made and sent at once: slow readers must leave room for others, and for all other requests."""

    def __init__(self) -> None:
        self._taken = Counter[str]()

    def take(self, caller: str) -> None:
        if self._taken[caller] >= OF_CALLER_MAX:
            raise TooManyRequests(
                f"{OF_CALLER_MAX} downloads from your address are under way already",
                indonesian=f"{OF_CALLER_MAX} unduhan dari alamat Anda sedang berjalan",
                retry_after_seconds=5,
            )
        if self._taken.total() >= AT_ONCE_MAX:
            raise Unavailable(
                "too many downloads are under way at once",
                indonesian="terlalu banyak unduhan berjalan sekaligus",
                retry_after_seconds=5,
            )
        self._taken[caller] += 1

    def leave(self, caller: str) -> None:
        self._taken[caller] -= 1
        if not self._taken[caller]:
            del self._taken[caller]


async def download(
    request: Request, write: Writing, *, media_type: str, filename: str, links: str = "", since: Since | None = None
) -> Response:
    """The file that `write` makes, or 304 to who has just this. `links`: a `Link` header (RFC 8288)."""
    places: Places = request.app.state.downloads
    caller = request.client.host if request.client else ""
    places.take(caller)
    spool = Spool()

    def done() -> None:
        spool.close()
        places.leave(caller)

    try:
        await write(spool)
        changed_at = await since(spool.tag) if since else None
        headers = validators(spool.tag, changed_at) | ({"Link": links} if links else {})
        has_it = is_known(request, spool.tag, changed_at)
    except BaseException:
        done()
        raise
    if has_it:
        done()
        return Response(status_code=304, headers=headers)
    headers |= {"Content-Disposition": f'attachment; filename="{filename}"', "Content-Length": str(spool.size)}
    return _Sending(spool, done, headers, media_type)


class _Sending(Response):
    def __init__(self, spool: Spool, done: Callable[[], None], headers: dict[str, str], media_type: str) -> None:
        super().__init__(headers=headers, media_type=media_type)
        self._spool = spool
        self._done = done

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        del receive
        bound: asyncio.Timeout | None = scope.get("state", {}).get("bound")
        loop = asyncio.get_running_loop()
        end = loop.time() + SENDING_SECONDS_MAX
        try:
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            self._spool.file.seek(0)
            while part := self._spool.file.read(PART_BYTES):
                if bound is not None:
                    bound.reschedule(min(loop.time() + PART_SECONDS, end))
                await send({"type": "http.response.body", "body": part, "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            self._done()
