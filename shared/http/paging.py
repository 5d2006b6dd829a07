"""Pages by key, not by offset: rows that come or go meanwhile are neither repeated nor skip others.

Lists are ordered by a UUIDv7 id, newest first; the cursor is the last id shown.
"""

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar
from uuid import UUID

from fastapi import Depends, Query

from shared.errors import InvalidInput
from shared.http.body import Page

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class PageRequest:
    limit: int
    before: UUID | None

    @property
    def fetch(self) -> int:
        """Rows to fetch: one more than shown tells whether there is a next page."""
        return self.limit + 1


def _page_request(
    limit: Annotated[int, Query(ge=1, le=100, description="Items per page")] = 50,
    cursor: Annotated[str | None, Query(max_length=200, description="`next_cursor` of the page before")] = None,
) -> PageRequest:
    return PageRequest(limit, _decode(cursor) if cursor else None)


PageQuery = Annotated[PageRequest, Depends(_page_request)]


def page(rows: Sequence[Any], request: PageRequest, view: Callable[[Any], Item], *, key: str = "id") -> Page[Item]:
    """`rows`: up to `request.fetch` of them, ordered by `key` descending, below `request.before`."""
    shown = rows[: request.limit]
    more = len(rows) > request.limit
    return Page(items=[view(row) for row in shown], next_cursor=_encode(shown[-1][key]) if more else None)


def _encode(last: UUID) -> str:
    return base64.urlsafe_b64encode(last.bytes).decode().rstrip("=")


def _decode(cursor: str) -> UUID:
    try:
        return UUID(bytes=base64.urlsafe_b64decode(cursor + "=="))
    except (ValueError, binascii.Error):
        raise InvalidInput.field("query:cursor", "must be `next_cursor` of the page before, unchanged") from None
