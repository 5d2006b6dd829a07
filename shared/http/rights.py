"""What a table of rights is made of.

Each service has one, `RIGHTS` in its `rights.py`: route -> who may call it, and how far that reaches. The dependencies
that guard the routes say whom they let in (`lets_in`); a test holds one against the other, for every route.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, TypeVar

Guard = TypeVar("Guard", bound=Callable[..., Any])


class Reach(StrEnum):
    """Whose rows a role reaches by a route. To whom it does not reach, they do not exist (404)."""

    ALL = "all"
    REGIONS = "regions"
    OWN = "own organisation"
    SELF = "self"


ANYBODY: Final = "anybody"
"""Needs no token."""

SIGNED_IN: Final = "signed_in"
"""Any valid token, whatever its roles."""

Grants = Mapping[str, Reach]
"""Role -> reach. Who has several roles has what any of them gives."""


@dataclass(frozen=True, slots=True)
class Right:
    """A row of the table. `four_eyes`: not by whoever handed it in (V23). `personal`: shows who a person is; logged."""

    grants: Grants
    four_eyes: bool = False
    personal: bool = False
    note: str = ""


Rights = Mapping[str, Right]
"""By route, as `GET /v1/organisations/{ngo_id}`."""

_lets_in: Final[dict[Callable[..., Any], Grants]] = {}


def lets_in(grants: Grants) -> Callable[[Guard], Guard]:
    """Says of a dependency whom it lets pass."""

    def says(guard: Guard) -> Guard:
        _lets_in[guard] = dict(grants)
        return guard

    return says


def let_in_by(guard: Callable[..., Any]) -> Grants | None:
    """Whom a dependency says that it lets pass; None if it guards nothing."""
    return _lets_in.get(guard)


def all_of(*roles: str) -> dict[str, Reach]:
    return dict.fromkeys(roles, Reach.ALL)


def own_of(*roles: str) -> dict[str, Reach]:
    return dict.fromkeys(roles, Reach.OWN)


def in_regions(*roles: str) -> dict[str, Reach]:
    return dict.fromkeys(roles, Reach.REGIONS)


PUBLIC: Final = Right({ANYBODY: Reach.ALL})
BY_OPERATOR: Final = Right(all_of("operator"))
OPERATIONS: Final[Rights] = {
    **dict.fromkeys(
        (
            "GET /health/live",
            "GET /health/ready",
            "GET /docs",
            "GET /openapi.json",
            "GET /problems",
            "GET /problems/{slug}",
        ),
        PUBLIC,
    ),
    **dict.fromkeys(
        (
            "GET /ops/v1/outbox",
            "GET /ops/v1/watermarks",
            "GET /ops/v1/lag",
            "GET /ops/v1/parked",
            "GET /ops/v1/quarantine",
            "GET /ops/v1/events/{event_id}",
            "POST /ops/v1/parked/{source}/{key}/{sequence}/redrive",
            "POST /ops/v1/parked/{source}/{key}/{sequence}/skip",
            "POST /ops/v1/parked/{source}/{key}/{sequence}/discard",
            "POST /ops/v1/sources/{source}/pause",
            "POST /ops/v1/sources/{source}/resume",
            "POST /ops/v1/sources/{source}/rewind",
            "GET /ops/v1/clock",
            "PUT /ops/v1/clock",
        ),
        BY_OPERATOR,
    ),
}
"""What every service has. An operator's acts need a reason, and are kept in `operator_act`."""
