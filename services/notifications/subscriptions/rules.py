"""States and filters of a subscription. Pure: no clock, no database."""

from enum import StrEnum
from typing import Final

from shared.errors import ActionNotAllowed

PER_OWNER_MAX: Final = 50

TYPE: Final = r"\*|[A-Z][A-Za-z]{1,60}|singo\.[a-z]{1,30}\.[A-Z][A-Za-z]{1,60}\.v[1-9][0-9]{0,3}"
"""All (`*`), a name (`VisitAnnounced`, any version) or one version (`singo.reporting.VisitAnnounced.v1`)."""


class Status(StrEnum):
    ACTIVE = "active"
    PAUSED = "paused"


class Action(StrEnum):
    PAUSE = "pause"
    RESUME = "resume"


NEXT: Final = {
    (Status.ACTIVE, Action.PAUSE): Status.PAUSED,
    (Status.PAUSED, Action.RESUME): Status.ACTIVE,
}


def advance(status: Status, action: Action) -> Status:
    try:
        return NEXT[status, action]
    except KeyError:
        is_open = ", ".join(a for s, a in NEXT if s is status)
        raise ActionNotAllowed(f"cannot {action} a subscription that is {status}; open now: {is_open}") from None
