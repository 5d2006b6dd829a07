"""Shows answers: a table to people, JSON to programs."""

import json
import sys
from collections.abc import Sequence
from typing import Any, Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

PIPE_COLUMNS: Final = 200  # where there is no terminal to ask


def show(answer: Any, rows: Sequence[dict[str, Any]], columns: Sequence[str], *, as_json: bool) -> None:
    """The whole answer as JSON, or some columns of its rows as a table. `a.b` is `b` inside of `a`."""
    if as_json:
        print(json.dumps(answer, ensure_ascii=False))
        return
    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in columns:
        table.add_column(column.split(".")[-1].replace("_", " "), overflow="fold")
    for row in rows:
        table.add_row(*(Text(_cell(_pick(row, column))) for column in columns))
    console = Console(width=None if sys.stdout.isatty() else PIPE_COLUMNS)
    console.print(table if rows else "nothing")


def _pick(row: dict[str, Any], column: str) -> Any:
    value: Any = row
    for part in column.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value


def _cell(value: Any) -> str:
    text = ", ".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)
    # Whatever a service has stored: no control sequences on somebody's terminal.
    return "".join(letter if letter.isprintable() else " " for letter in text)
