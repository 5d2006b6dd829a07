"""What a measure must be like, what it does to the organisation, and when it may be lifted. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from services.registry.organisations.rules import Action as OrganisationAction
from services.registry.organisations.rules import Status as OrganisationStatus
from shared.errors import ActionNotAllowed, InvalidInput


class Origin(StrEnum):
    OWN = "own"
    EXTERNAL = "external"


class Effect(StrEnum):
    NONE = "none"
    SUSPENDS = "suspends"
    CLOSES = "closes"


@dataclass(frozen=True, slots=True)
class Kind:
    """A measure that the law of some day knows."""

    code: str
    effect: Effect
    legal_basis: str


TAKING: Final[Mapping[tuple[OrganisationStatus, Effect], OrganisationAction | None]] = {
    (OrganisationStatus.ACTIVE, Effect.NONE): None,
    (OrganisationStatus.ACTIVE, Effect.SUSPENDS): OrganisationAction.SUSPEND,
    (OrganisationStatus.ACTIVE, Effect.CLOSES): OrganisationAction.CLOSE,
    (OrganisationStatus.SUSPENDED, Effect.NONE): None,
    # Suspended at once, and the measure follows: from then on only its lifting reinstates.
    (OrganisationStatus.SUSPENDED, Effect.SUSPENDS): None,
    (OrganisationStatus.SUSPENDED, Effect.CLOSES): OrganisationAction.CLOSE,
}
"""What taking a measure does to an organisation in this status."""

LIFTING: Final[Mapping[tuple[OrganisationStatus, Effect], OrganisationAction | None]] = {
    **{(status, Effect.NONE): None for status in OrganisationStatus},
    (OrganisationStatus.SUSPENDED, Effect.SUSPENDS): OrganisationAction.REINSTATE,
    # It has ended meanwhile: nothing is left to reinstate.
    (OrganisationStatus.CLOSED, Effect.SUSPENDS): None,
    (OrganisationStatus.MERGED, Effect.SUSPENDS): None,
}
"""What lifting a measure does to an organisation in this status. Closing is for ever."""


def taking(status: OrganisationStatus, effect: Effect) -> OrganisationAction | None:
    try:
        return TAKING[status, effect]
    except KeyError:
        raise ActionNotAllowed(f"no measure can be taken against an organisation that is {status}") from None


def lifting(status: OrganisationStatus, effect: Effect) -> OrganisationAction | None:
    try:
        return LIFTING[status, effect]
    except KeyError:
        raise ActionNotAllowed(f"a measure that {effect} cannot be lifted while the organisation is {status}") from None


def check_dates(decided_on: date, starts_on: date, effect: Effect, today: date) -> None:
    if decided_on > today:
        raise InvalidInput.field("#/decided_on", "must not lie in the future")
    if effect is not Effect.NONE and starts_on > today:
        detail = "must not lie in the future: what suspends or closes takes effect when it is recorded"
        raise InvalidInput.field("#/starts_on", detail)


def check_lifting(lifted_on: date, *, starts_on: date, effect: Effect, today: date) -> None:
    if not starts_on <= lifted_on <= today:
        raise InvalidInput.field("#/lifted_on", f"must be from {starts_on} to {today}")
    if effect is Effect.SUSPENDS and lifted_on != today:
        raise InvalidInput.field("#/lifted_on", f"must be today ({today}): the organisation is reinstated with it")


def is_in_force(*, starts_on: date, ends_on: date | None, effect: Effect, is_lifted: bool, on: date) -> bool:
    """What suspends or closes lasts until it is lifted, whatever end it was given: no calendar reinstates."""
    if is_lifted or on < starts_on:
        return False
    return effect is not Effect.NONE or ends_on is None or on <= ends_on
