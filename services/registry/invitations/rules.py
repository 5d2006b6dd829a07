"""States of an invitation. Pure: no clock, no database."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from shared.errors import ActionNotAllowed

VALID_FOR: Final = timedelta(days=14)


class Status(StrEnum):
    OPEN = "open"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class Action(StrEnum):
    ACCEPT = "accept"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"


NEXT: Final[Mapping[tuple[Status, Action], Status]] = {
    (Status.OPEN, Action.ACCEPT): Status.ACCEPTED,
    (Status.OPEN, Action.REFUSE): Status.REFUSED,
    (Status.OPEN, Action.WITHDRAW): Status.WITHDRAWN,
}


def status_at(status: Status, expires_at: datetime, now: datetime) -> Status:
    """What is still open when its time is over has expired, whether or not that was written down."""
    return Status.EXPIRED if status is Status.OPEN and expires_at <= now else status


def advance(status: Status, action: Action) -> Status:
    try:
        return NEXT[status, action]
    except KeyError:
        allowed = ", ".join(sorted(a for s, a in NEXT if s is status)) or "nothing"
        raise ActionNotAllowed(f"cannot {action} an invitation that is {status}; open now: {allowed}") from None
