"""States of an organisation. Pure: no clock, no database."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from shared.errors import ActionNotAllowed


class Status(StrEnum):
    APPLIED = "applied"
    ACTIVE = "active"
    REJECTED = "rejected"
    SUSPENDED = "suspended"
    CLOSED = "closed"
    MERGED = "merged"


class Action(StrEnum):
    ACCEPT = "accept"
    REJECT = "reject"
    SUSPEND = "suspend"
    REINSTATE = "reinstate"
    CLOSE = "close"
    MERGE = "merge"


NEXT: Final[Mapping[tuple[Status, Action], Status]] = {
    (Status.APPLIED, Action.ACCEPT): Status.ACTIVE,
    (Status.APPLIED, Action.REJECT): Status.REJECTED,
    (Status.ACTIVE, Action.SUSPEND): Status.SUSPENDED,
    (Status.ACTIVE, Action.CLOSE): Status.CLOSED,
    (Status.ACTIVE, Action.MERGE): Status.MERGED,
    (Status.SUSPENDED, Action.REINSTATE): Status.ACTIVE,
    (Status.SUSPENDED, Action.CLOSE): Status.CLOSED,
    (Status.SUSPENDED, Action.MERGE): Status.MERGED,
}

PUBLIC_STATUSES: Final = (Status.ACTIVE, Status.SUSPENDED, Status.CLOSED, Status.MERGED)
"""Who has ever been accepted stays findable; an application is between the applicant and the ministry."""


def advance(status: Status, action: Action) -> Status:
    try:
        return NEXT[status, action]
    except KeyError:
        allowed = ", ".join(sorted(a for s, a in NEXT if s is status)) or "nothing"
        raise ActionNotAllowed(f"cannot {action} an organisation that is {status}; open now: {allowed}") from None


def require_active(status: Status, what: str) -> None:
    """Only an active organisation may start something new: `what`."""
    if status is not Status.ACTIVE:
        raise ActionNotAllowed(f"{what} needs an active organisation; this one is {status}")
