"""Validators (RFC 9110, section 8.8): `"<version>-<digest>"`, a version and a digest of what is shown of it.

`If-Match` asks for the version only: a change rests on the resource as it was, whatever its reader was shown of it.
`If-None-Match` asks for the whole: what is shown may change while the version stays (a letter expires, a name that is
copied from elsewhere changes, another caller sees less). Version 0: a list, or a resource that nobody changes.
`If-Modified-Since` counts only where it is known since when all of it is as it is, and without `If-None-Match`.
"""

import hashlib
import re
from contextlib import suppress
from datetime import UTC, datetime
from typing import Annotated, Final

from fastapi import Depends, Request, Response
from pydantic import BaseModel

from shared.errors import Problem, VersionRequired
from shared.http.headers import bounded, reads_headers
from shared.http.selection import Selection

HTTP_DATES: Final = ("%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %d %H:%M:%S %Y")
"""The one in which dates are written, and two of old that are understood (RFC 9110, section 5.6.7)."""

_TAG: Final = re.compile(r'"([1-9][0-9]{0,17})(?:-[0-9a-f]{16})?"')


def etag(version: int, content: bytes | None = None) -> str:
    """Without the content: a tag that is good for `If-Match` only."""
    if content is None:
        return f'"{version}"'
    return f'"{version}-{hashlib.sha256(content).hexdigest()[:16]}"'


def version_of(tag: str) -> int | None:
    """The version that a tag names; none if it is not one of ours, or one of version 0."""
    found = _TAG.fullmatch(tag.strip())
    return int(found[1]) if found else None


@reads_headers("If-Match")
async def expected_version(request: Request) -> int:
    given = request.headers.get("if-match")
    if given is None:
        raise VersionRequired("`If-Match` is missing")
    if (version := version_of(given)) is None:
        raise Problem('`If-Match` must be one ETag as it was read, such as "3"')
    return version


ExpectedVersion = Annotated[int, Depends(expected_version)]
"""The version that the caller's change is based on. Absent: 428."""


def known_tags(request: Request) -> list[str]:
    """What the reader has, of any version."""
    return [part.strip().removeprefix("W/") for part in bounded(request, "If-None-Match").split(",")]


def is_known(request: Request, tag: str, since: datetime | None = None) -> bool:
    """Whether the reader has just this (RFC 9110, section 13.2.2): the tag decides, the time only for want of tags."""
    known, read_at = known_tags(request), _http_date(bounded(request, "If-Modified-Since"))
    if "if-none-match" in request.headers:
        return tag in known or "*" in known
    return since is not None and read_at is not None and since <= read_at


def validators(tag: str, since: datetime | None) -> dict[str, str]:
    return {"ETag": tag} | ({"Last-Modified": since.astimezone(UTC).strftime(HTTP_DATES[0])} if since else {})


def _http_date(text: str) -> datetime | None:
    """None for what is no date, which is to be ignored."""
    for form in HTTP_DATES:
        with suppress(ValueError):
            return datetime.strptime(text, form).replace(tzinfo=UTC)
    return None


def tagged(request: Request, content: bytes, version: int = 0) -> Response:
    """The content with its ETag, or 304 when the reader has just this."""
    tag = etag(version, content)
    if is_known(request, tag):
        return Response(status_code=304, headers={"ETag": tag})
    return Response(content, media_type="application/json", headers={"ETag": tag})


def read_response(request: Request, view: BaseModel, version: int = 0, *, chosen: Selection | None = None) -> Response:
    """The resource, or its chosen fields, with its ETag, or 304."""
    return tagged(request, chosen.json(view) if chosen else view.model_dump_json().encode(), version)
