"""Bulk imports: CSV (RFC 4180) or JSON lines, read row by row, written in chunks, in the request's transaction.

`mode=atomic` (the default) writes all rows or, if one is bad, none (422); `mode=partial` writes the good ones.
`dry_run=true` does all that it would do and undoes it. What is wrong with a row names its line and column. A cell is
data: `=SUM(A1)` is stored as it stands; what makes a formula harmless belongs where CSV is written for a spreadsheet.
"""

import asyncio
import csv
import io
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final, Generic, Literal, TypeVar

from fastapi import Depends, Request
from pydantic import BaseModel, Field, ValidationError
from pydantic_core import from_json

from shared.db import Connection, savepoint
from shared.errors import FieldError, InvalidInput, TookTooLong, is_field_name
from shared.http import media
from shared.http.body import View
from shared.http.indonesian import field_detail
from shared.http.problems import said

Row = TypeVar("Row", bound=BaseModel)

CSV: Final = "text/csv"
JSON_LINES: Final = ("application/jsonl", "application/x-ndjson")
PATH_END: Final = "/imports"
BODY_BYTES_MAX: Final = 8 * 1_048_576
ROWS_MAX: Final = 10_000
ROW_LENGTH_MAX: Final = 65_536
"""Bytes of a JSON line, characters of a CSV record."""
CHUNK_ROWS: Final = 200
SECONDS_MAX: Final = 20
TURN_SECONDS: Final = 0.05
ROW_PROBLEMS_MAX: Final = 20
PROBLEMS_MAX: Final = 1000
ERRORS_MAX: Final = 100

Mode = Literal["atomic", "partial"]


def body_bytes_max(path: str, usual: int) -> int:
    return BODY_BYTES_MAX if path.endswith(PATH_END) else usual


@dataclass(frozen=True, slots=True)
class RowError:
    """What is wrong with a row. No `column`: the whole row."""

    line: int
    column: str | None
    detail: str
    rule: str | None = None
    indonesian: str | None = None
    """`detail` in Indonesian, where it is not found by the English."""


class RowProblem(View):
    line: int = Field(ge=1, lt=2**31, description="Where the row begins, from 1, the header included")
    column: str | None = Field(max_length=100, description="Null: the whole row")
    detail: str = Field(max_length=2000)
    rule: str | None = Field(default=None, max_length=20)


class ImportReport(View):
    mode: Mode
    dry_run: bool = Field(description="True: nothing was written; the numbers are what would have been")
    rows: int = Field(ge=0, le=ROWS_MAX)
    imported: int = Field(ge=0, le=ROWS_MAX)
    refused: int = Field(ge=0, le=ROWS_MAX)
    problems: list[RowProblem] = Field(max_length=PROBLEMS_MAX, description="What is wrong with the refused rows")
    problems_left_out: int = Field(ge=0, lt=2**31, description=f"Beyond the first {PROBLEMS_MAX}")


@dataclass(frozen=True, slots=True)
class Parsed(Generic[Row]):
    """A row as it should be, or what is wrong with it."""

    line: int
    row: Row | None = None
    problems: tuple[RowError, ...] = ()
    problems_left_out: int = 0


Write = Callable[[Sequence[tuple[int, Row]]], Awaitable[Sequence[RowError]]]
"""Takes a chunk of good rows, each with its line, and tells which of them it refused."""


@dataclass(slots=True)
class _Tally:
    rows: int = 0
    refused: set[int] = field(default_factory=set)
    problems: list[RowError] = field(default_factory=list)
    problems_left_out: int = 0

    def add(self, problems: Sequence[RowError], left_out: int = 0) -> None:
        self.refused |= {problem.line for problem in problems}
        kept = problems[: PROBLEMS_MAX - len(self.problems)]
        self.problems += kept
        self.problems_left_out += left_out + len(problems) - len(kept)


async def accepts_rows(request: Request) -> None:
    """Marks a route whose body is CSV or JSON lines; `keyed_write` refuses other types."""
    media.accept(request, CSV, *JSON_LINES)


ACCEPTS_ROWS: Final = Depends(accepts_rows)

REQUEST_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "description": f"At most {ROWS_MAX} rows of {ROW_LENGTH_MAX // 1024} KiB, {BODY_BYTES_MAX // 1_048_576} MiB, "
        "UTF-8. CSV: the first line names the columns; commas, or semicolons; several values in a cell stand with "
        "blanks between them",
        "content": {type_: {"schema": {"type": "string"}} for type_ in (CSV, *JSON_LINES)},
    }
}


def parse(
    request: Request, content: bytes, model: type[Row], lists: frozenset[str] = frozenset()
) -> Iterator[Parsed[Row]]:
    """Row by row. `lists`: columns that hold several values."""
    is_csv = media.type_of(request) == CSV
    raw = _csv_rows(content, model, lists) if is_csv else _json_rows(content)
    count = blank = 0
    for line, values in raw:
        if values is None:
            blank += 1
        else:
            count += 1
        if count > ROWS_MAX or blank > ROWS_MAX:
            raise InvalidInput.field(
                "#", f"must be at most {ROWS_MAX} rows, and as many blank lines; send the rest in another request"
            )
        if values is not None:
            yield values if isinstance(values, Parsed) else _validated(line, values, model)


def _validated(line: int, values: Any, model: type[Row]) -> Parsed[Row]:
    try:
        return Parsed(line, model.model_validate(values))
    except ValidationError as error:
        first = islice(error.errors(include_url=False, include_input=False), ROW_PROBLEMS_MAX)
        problems = tuple(_of_field(line, each) for each in first)
        return Parsed(line, problems=problems, problems_left_out=error.error_count() - len(problems))


def _of_field(line: int, error: Any) -> RowError:
    context = error.get("ctx") or {}
    detail = str(error["msg"])[:2000]
    return RowError(
        line, _column(error["loc"]), detail, context.get("rule"), field_detail(error["type"], detail, context)
    )


def _column(path: Sequence[int | str]) -> str | None:
    """None also for an unknown key that may be data."""
    return str(path[0]) if path and is_field_name(str(path[0])) else None


def _wrong(line: int, detail: str) -> tuple[int, Parsed[Any]]:
    return line, Parsed(line, problems=(RowError(line, None, detail),))


def _json_rows(content: bytes) -> Iterator[tuple[int, Any]]:
    """With their lines. None: a blank line."""
    for line, text in enumerate(io.BytesIO(content), start=1):
        if len(text) > ROW_LENGTH_MAX:
            yield _wrong(line, f"is longer than {ROW_LENGTH_MAX} bytes")
            continue
        if not text.strip():
            yield line, None
            continue
        try:
            values = from_json(text)
        except ValueError:
            yield _wrong(line, "is not valid JSON")
            continue
        yield (line, values) if isinstance(values, dict) else _wrong(line, "must be a JSON object")


class _Lines(Iterator[str]):
    """The lines of a CSV text, for a reader that would take a record of any length. Raises csv.Error."""

    def __init__(self, text: Iterator[str]) -> None:
        self._text = text
        self._of_record = 0
        self.number = 0

    def begin_record(self) -> int:
        """The number of its first line."""
        self._of_record = 0
        return self.number + 1

    def __next__(self) -> str:
        line = next(self._text)
        self.number += 1
        self._of_record += len(line)
        if self._of_record > ROW_LENGTH_MAX:
            raise csv.Error(f"longer than {ROW_LENGTH_MAX} characters")
        return line


def _csv_rows(content: bytes, model: type[BaseModel], lists: frozenset[str]) -> Iterator[tuple[int, Any]]:
    # A byte that is not UTF-8 becomes a lone surrogate, which no text of ours may hold: its own cell is refused.
    lines = _Lines(io.TextIOWrapper(io.BytesIO(content), "utf-8-sig", errors="surrogateescape", newline=""))
    heading = content.split(b"\n", 1)[0]
    reader = csv.reader(lines, strict=True, delimiter=";" if b";" in heading and b"," not in heading else ",")
    try:
        columns = _columns(next(reader, []), model)
    except csv.Error as error:
        raise InvalidInput.field("line:1", f"is not valid CSV: {error}") from None
    while True:
        line = lines.begin_record()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield _wrong(line, f"is not valid CSV: {error}")
            continue
        if not cells:
            yield line, None
            continue
        if len(cells) != len(columns):
            yield _wrong(line, f"has {len(cells)} cells; the first line names {len(columns)} columns")
            continue
        filled = {name: cell for name, cell in zip(columns, cells, strict=True) if cell.strip()}
        yield line, {name: cell.split() if name in lists else cell for name, cell in filled.items()}


def _columns(named: list[str], model: type[BaseModel]) -> list[str]:
    columns = [name.strip() for name in named]
    required = {name for name, field_ in model.model_fields.items() if field_.is_required()}
    wrong = [FieldError("line:1", f"the column `{name}` is missing") for name in sorted(required - set(columns))]
    wrong += [
        FieldError(
            f"line:1:{name if is_field_name(name) else place + 1}",
            f"must be one of {', '.join(model.model_fields)}, once",
        )
        for place, name in enumerate(columns[:100])
        if name not in model.model_fields or name in columns[:place]
    ]
    if wrong:
        raise InvalidInput("the first line must name the columns", errors=wrong[:ERRORS_MAX])
    return columns


class _Undo(Exception):
    """A dry run has come to its end."""


async def carry_out(
    request: Request,
    conn: Connection,
    rows: Iterator[Parsed[Row]],
    write: Write[Row],
    finish: Callable[[], None],
    *,
    mode: Mode,
    dry_run: bool,
) -> ImportReport:
    """`finish` emits the events, once all rows are written.

    Raises InvalidInput if the import is atomic and a row is bad: then the transaction must end without a commit.
    """
    tally = _Tally()
    bound = asyncio.timeout(SECONDS_MAX)
    try:
        with suppress(_Undo):  # the savepoint is rolled back by now, which was all that it was raised for
            async with bound, savepoint(conn):
                await _write_all(rows, write, tally)
                _undo(tally, mode=mode, dry_run=dry_run)
                finish()
    except TimeoutError:
        if not bound.expired():
            raise
        raise TookTooLong(
            f"the import was not done within {SECONDS_MAX} seconds, so nothing was imported; send fewer rows at once",
            indonesian=f"impor tidak selesai dalam {SECONDS_MAX} detik, tidak ada yang disimpan; kurangi barisnya",
            retry_after_seconds=5,
        ) from None
    refused = len(tally.refused)
    return ImportReport(
        mode=mode,
        dry_run=dry_run,
        rows=tally.rows,
        imported=0 if mode == "atomic" and refused else tally.rows - refused,
        refused=refused,
        problems=[_said(request, problem) for problem in sorted(tally.problems, key=lambda problem: problem.line)],
        problems_left_out=tally.problems_left_out,
    )


def _said(request: Request, problem: RowError) -> RowProblem:
    """In the language that is asked for."""
    detail = said(problem.detail, problem.indonesian, request.scope)
    return RowProblem(line=problem.line, column=problem.column, detail=detail, rule=problem.rule)


def _undo(tally: _Tally, *, mode: Mode, dry_run: bool) -> None:
    """Raise what makes the savepoint, or the whole transaction, as if nothing had been written."""
    if dry_run:
        raise _Undo
    if tally.refused and mode == "atomic":
        raise _refusal(tally)


async def _write_all(
    rows: Iterator[Parsed[Row]],
    write: Write[Row],
    tally: _Tally,
) -> None:
    chunk: list[tuple[int, Row]] = []
    turn_ends = time.monotonic() + TURN_SECONDS
    for parsed in rows:
        tally.rows += 1
        if time.monotonic() > turn_ends:  # bad rows wait for nothing: others, and the time limit, get their turn here
            await asyncio.sleep(0)
            turn_ends = time.monotonic() + TURN_SECONDS
        if parsed.row is None:
            tally.add(parsed.problems, parsed.problems_left_out)
            continue
        chunk.append((parsed.line, parsed.row))
        if len(chunk) == CHUNK_ROWS:
            tally.add(await write(chunk))
            chunk = []
    if chunk:
        tally.add(await write(chunk))


def _refusal(tally: _Tally) -> InvalidInput:
    first = sorted(tally.problems, key=lambda problem: problem.line)[:ERRORS_MAX]
    errors = [
        FieldError(f"line:{p.line}:{p.column}" if p.column else f"line:{p.line}", p.detail, p.rule, p.indonesian)
        for p in first
    ]
    return InvalidInput(
        f"{len(tally.refused)} of {tally.rows} rows are not as they must be, so nothing was imported; "
        "`dry_run=true` names them all",
        errors=errors,
        indonesian=f"{len(tally.refused)} dari {tally.rows} baris tidak sebagaimana mestinya, tidak ada yang disimpan; "
        "`dry_run=true` menyebut semuanya",
    )
