"""How a state machine that is written as a table is asked for the next status."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from shared.errors import ActionNotAllowed

Status = TypeVar("Status", bound=StrEnum)
Action = TypeVar("Action", bound=StrEnum)


def advance(table: Mapping[tuple[Status, Action], Status], status: Status, action: Action, *, of: str) -> Status:
    """The status after the action; ActionNotAllowed, naming what is open now, where the table has none."""
    try:
        return table[status, action]
    except KeyError:
        open_now = ", ".join(sorted(a for s, a in table if s == status)) or "nothing"
        raise ActionNotAllowed(f"cannot {action} {of} that is {status}; open now: {open_now}") from None
