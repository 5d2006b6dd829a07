"""Entity tags (RFC 9110, section 8.8): a resource's version in quotes."""

import re
from typing import Annotated, Final

from fastapi import Depends, Header, Request, Response
from pydantic import BaseModel

from shared.errors import Problem, VersionRequired

_TAG: Final = re.compile(r'"([1-9][0-9]{0,17})"')


def etag(version: int) -> str:
    return f'"{version}"'


def _if_match(
    if_match: Annotated[str | None, Header(description="The ETag that you read", max_length=40)] = None,
) -> int:
    if if_match is None:
        raise VersionRequired("`If-Match` is missing")
    if not (tag := _TAG.fullmatch(if_match.strip())):
        raise Problem('`If-Match` must be one ETag as it was read, such as "3"')
    return int(tag[1])


ExpectedVersion = Annotated[int, Depends(_if_match)]
"""The version that the caller's change is based on. Absent: 428."""


def read_response(request: Request, view: BaseModel, version: int) -> Response:
    """The resource with its ETag, or 304 when the reader has this version."""
    tag = etag(version)
    known = [part.strip().removeprefix("W/") for part in request.headers.get("if-none-match", "").split(",")]
    if tag in known or "*" in known:
        return Response(status_code=304, headers={"ETag": tag})
    return Response(view.model_dump_json(), media_type="application/json", headers={"ETag": tag})
