"""Files that leave in parts: whole, or from where a line broke off (RFC 9110, section 14). Never shown in a browser.

A range that cannot be read or is not there is ignored, as section 14.2 lets a server do: the whole comes.
"""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Final
from urllib.parse import quote

from fastapi import Request, Response
from fastapi.responses import StreamingResponse

from shared.http.etags import is_known

_RANGE: Final = re.compile(r"bytes=([0-9]{1,18})-([0-9]{0,18})")


def wanted_range(given: str, size: int) -> tuple[int, int] | None:
    """First and last byte of the one range that is asked for; None: all of it."""
    found = _RANGE.fullmatch(given.replace(" ", ""))
    if found is None:
        return None
    first, last = int(found[1]), min(int(found[2] or size - 1), size - 1)
    return (first, last) if first <= last else None


def download_response(
    request: Request,
    fetch_part: Callable[[int], Awaitable[bytes]],
    *,
    name: str,
    media_type: str,
    size_bytes: int,
    part_bytes: int,
    tag: str,
) -> Response:
    """`fetch_part`: gives part n, from 1; all but the last have `part_bytes`."""
    if is_known(request, tag):
        return Response(status_code=304, headers={"ETag": tag})
    headers = {
        "ETag": tag,
        "Accept-Ranges": "bytes",
        "Content-Disposition": f"attachment; filename=\"file\"; filename*=UTF-8''{quote(name, safe='')}",
    }
    whole = request.headers.get("if-range", tag) != tag
    wanted = None if whole else wanted_range(request.headers.get("range", ""), size_bytes)
    first, last = wanted or (0, size_bytes - 1)
    headers["Content-Length"] = str(last - first + 1)
    if wanted:
        headers["Content-Range"] = f"bytes {first}-{last}/{size_bytes}"
    content = _bytes_between(fetch_part, part_bytes, first, last)
    return StreamingResponse(content, 206 if wanted else 200, headers, media_type)


async def _bytes_between(
    fetch_part: Callable[[int], Awaitable[bytes]], part_bytes: int, first: int, last: int
) -> AsyncIterator[bytes]:
    for place in range(first // part_bytes, last // part_bytes + 1):
        content = await fetch_part(place + 1)
        start = place * part_bytes
        yield content[max(first - start, 0) : last - start + 1]
