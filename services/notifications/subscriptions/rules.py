"""States and filters of a subscription. Pure: no clock, no database."""

import re
from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from lokal.wilayah import wilayah_name

from shared.errors import ActionNotAllowed

PER_OWNER_MAX: Final = 50

TYPE: Final = r"\*|[A-Z][A-Za-z]{1,60}|singo\.[a-z]{1,30}\.[A-Z][A-Za-z]{1,60}\.v[1-9][0-9]{0,3}"
"""All (`*`), a name (`VisitAnnounced`, any version) or one version (`singo.reporting.VisitAnnounced.v1`)."""

_REGION: Final = re.compile(r"[0-9]{2}(\.[0-9]{2})?")


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


def is_region(code: str) -> bool:
    """Whether this is a province, regency or city that exists."""
    return _REGION.fullmatch(code) is not None and wilayah_name(code) is not None


def with_around(regions: Iterable[str]) -> list[str]:
    """The regions and those that they lie in: `53.06` gives `53` and `53.06`."""
    parts = [region.split(".") for region in regions]
    return sorted({".".join(part[:length]) for part in parts for length in range(1, len(part) + 1)})
