"""Pages by key, not by offset: rows that come or go meanwhile are neither repeated nor skip others.

A list is ordered by one of its allowed keys and then by id, which makes the order total; the cursor names the order and
the last row shown. Ids are UUIDv7, so the default, `-id`, is newest first. A row that is there all the time and keeps
its key is shown exactly once; one whose key changes meanwhile (a due date that is put off) moves with it.
"""

import base64
import binascii
import json
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal
from uuid import UUID

import asyncpg
from fastapi import Depends, Query, Request, Response
from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import to_json

from shared.errors import InvalidInput
from shared.http.etags import tagged
from shared.http.selection import Selection

CURSOR_LENGTH_MAX: Final = 1500
"""Holds a sort key of 200 characters, four bytes each."""

NEWEST_FIRST: Final = "-id"


@dataclass(frozen=True, slots=True)
class Key:
    """What a list can be sorted by: an SQL expression that is never null, and its type."""

    sql: str
    type: TypeAdapter[Any]


@dataclass(frozen=True, slots=True)
class After:
    """The last row shown: the value of its sort key, and its id."""

    value: Any
    id: UUID


@dataclass(frozen=True, slots=True)
class PageRequest:
    limit: int
    sort: str = NEWEST_FIRST
    after: After | None = None

    @property
    def key(self) -> str:
        return self.sort.removeprefix("-")


class Sorting:
    """The orders that a list allows. `id`: the SQL of its id; then a key for each column of its rows to sort by."""

    def __init__(self, id: str = "id", /, **keys: tuple[str, type]) -> None:
        self._id = id
        self._keys = {"id": Key(id, TypeAdapter(UUID))}
        self._keys |= {name: Key(sql, TypeAdapter(kind)) for name, (sql, kind) in keys.items()}
        self.choices: Final = tuple(sign + name for name in self._keys for sign in ("-", ""))

    def tail(self, page: PageRequest, number: int) -> tuple[str, list[Any]]:
        """The end of a list's statement whose WHERE has `number` parameters, and the parameters that it adds."""
        sql = self._keys[page.key].sql
        way, below = ("DESC", "<") if page.sort.startswith("-") else ("ASC", ">")
        condition, values = "", []
        if page.after:
            condition = f" AND ({sql}, {self._id}) {below} (${number + 1}, ${number + 2})"
            values = [page.after.value, page.after.id]
        # One more than is shown tells whether there is a next page.
        tail = f"{condition} ORDER BY {sql} {way}, {self._id} {way} LIMIT {page.limit + 1:d}"
        return tail, values

    def encode(self, page: PageRequest, last: Any) -> str:
        value = self._keys[page.key].type.dump_python(last[page.key], mode="json")
        text = json.dumps([page.sort, value, str(last["id"])], ensure_ascii=False, separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    def decode(self, cursor: str, sort: str | None) -> tuple[str, After]:
        """The order that the cursor belongs to, and where it stands in it."""
        unreadable = InvalidInput.field("query:cursor", "must be `next_cursor` of the page before, unchanged")
        try:
            own, value, id_ = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), b"-_", validate=True))
            if own not in self.choices or "\0" in str(value):
                raise unreadable
            after = After(self._keys[own.removeprefix("-")].type.validate_json(json.dumps(value)), UUID(id_))
        except (ValueError, TypeError, AttributeError, RecursionError, binascii.Error, ValidationError):
            raise unreadable from None
        if sort not in (None, own):
            raise InvalidInput.field("query:cursor", f"belongs to a list sorted by `{own}`, not by `{sort}`")
        return own, after


BY_ID: Final = Sorting()


def paged(sorting: Sorting = BY_ID) -> Callable[..., Coroutine[Any, Any, PageRequest]]:
    """A dependency that reads `limit`, `cursor` and, where a list has several orders, `sort`."""
    choice: Any = Literal[sorting.choices]
    limit_query = Query(ge=1, le=100, description="Items per page")
    cursor_query = Query(max_length=CURSOR_LENGTH_MAX, description="`next_cursor` of the page before")
    sort_query = Query(description=f"Order, `-` for descending; then by id. Without: the cursor's, or {NEWEST_FIRST}")

    async def in_one_order(
        limit: Annotated[int, limit_query] = 50, cursor: Annotated[str | None, cursor_query] = None
    ) -> PageRequest:
        return _request(sorting, limit, cursor, None)

    async def in_some_order(
        limit: Annotated[int, limit_query] = 50,
        cursor: Annotated[str | None, cursor_query] = None,
        sort: Annotated[choice | None, sort_query] = None,
    ) -> PageRequest:
        return _request(sorting, limit, cursor, sort)

    return in_one_order if sorting is BY_ID else in_some_order


def _request(sorting: Sorting, limit: int, cursor: str | None, sort: str | None) -> PageRequest:
    if cursor:
        own, after = sorting.decode(cursor, sort)
        return PageRequest(limit, own, after)
    return PageRequest(limit, sort or NEWEST_FIRST)


PageQuery = Annotated[PageRequest, Depends(paged())]
"""A page of a list that knows one order: newest first."""

ONE: Final = PageRequest(limit=1)


async def fetch_page(
    conn: Any, page: PageRequest, sql: str, *values: Any, sorting: Sorting = BY_ID
) -> list[asyncpg.Record]:
    """The rows of a page and one more if there is. `sql` is a SELECT that ends with its WHERE conditions."""
    tail, own = sorting.tail(page, len(values))
    rows: list[asyncpg.Record] = await conn.fetch(sql + tail, *values, *own)
    return rows


def page_response(
    request: Request,
    page: PageRequest,
    rows: Sequence[Any],
    view: Callable[[Any], BaseModel],
    *,
    chosen: Selection | None = None,
    sorting: Sorting = BY_ID,
) -> Response:
    """The page with an ETag over its content, or 304. `rows`: as `fetch_page` gave them."""
    shown = rows[: page.limit]
    cursor = sorting.encode(page, shown[-1]) if len(rows) > page.limit else None
    views = [view(row) for row in shown]
    included = chosen.of(type(views[0])) if chosen and views else None
    items = to_json(views, include={"__all__": included} if included else None)
    return tagged(request, b'{"items":%b,"next_cursor":%b}' % (items, json.dumps(cursor).encode()))
