"""States of a local partner, and the registration it needs (V20). Pure."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Final

from shared.errors import ActionNotAllowed, InvalidInput


class Status(StrEnum):
    PROPOSED = "proposed"
    APPROVED = "approved"
    APPROVED_WITH_NOTES = "approved_with_notes"
    REJECTED = "rejected"


class Decision(StrEnum):
    APPROVED = "approved"
    APPROVED_WITH_NOTES = "approved_with_notes"
    REJECTED = "rejected"


NEXT: Final[Mapping[tuple[Status, Decision], Status]] = {
    (Status.PROPOSED, Decision.APPROVED): Status.APPROVED,
    (Status.PROPOSED, Decision.APPROVED_WITH_NOTES): Status.APPROVED_WITH_NOTES,
    (Status.PROPOSED, Decision.REJECTED): Status.REJECTED,
}


def decide(status: Status, decision: Decision) -> Status:
    try:
        return NEXT[status, decision]
    except KeyError:
        raise ActionNotAllowed(f"this local partner is decided already: it is {status}") from None


def check_registration(valid_to: date, on: date) -> None:
    if valid_to < on:
        raise InvalidInput.field(
            "#/registration_valid_to",
            f"the registration (SKT or AHU) must be valid on {on}; it ended on {valid_to}",
            rule="V20",
            legal_basis="UU 17/2013 art. 48",
        )
