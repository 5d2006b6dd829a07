"""Forms and states of agreements (MSP), and the permit that they need (V02). Pure.

    signed --------------> expired      its last day is over, and none carries on
    signed, expired -----> extended     its last day is over, and a new agreement carries on
    signed --------------> terminated   before its time, with a reason
    signed --------------> passed_on    with a merger; it ends as others do
    extended ------------> expired      what carried it on was taken back
    any but retracted ---> retracted    its record was a mistake, on which nothing rests

An agreement that has a successor stays signed until its own last day.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from shared.errors import ActionNotAllowed, FieldError, InvalidInput

PERMIT_LAW: Final = "PP 59/2016"
DIRECTION_LAW: Final = "Permendagri on cooperation with foreign NGOs: the AP is an inseparable part of the MSP"

ROUNDING: Final = Decimal("0.01")
"""How far an amount in rupiah may be from the amount at its rate, as a share."""

Period = tuple[date, date]
"""First and last day."""


class Status(StrEnum):
    SIGNED = "signed"
    PASSED_ON = "passed_on"
    TERMINATED = "terminated"
    EXPIRED = "expired"
    EXTENDED = "extended"
    RETRACTED = "retracted"


class Action(StrEnum):
    PASS_ON = "pass on"  # noqa: S105 (no password)
    EXPIRE = "expire"
    SUCCEED = "succeed"
    TERMINATE = "terminate"
    LOSE_SUCCESSOR = "take the successor from"
    RETRACT = "retract"


RUNNING: Final = (Status.SIGNED, Status.PASSED_ON)

NEXT: Final[Mapping[tuple[Status, Action], Status]] = {
    (Status.SIGNED, Action.PASS_ON): Status.PASSED_ON,
    **{(status, Action.EXPIRE): Status.EXPIRED for status in RUNNING},
    **{(status, Action.SUCCEED): Status.EXTENDED for status in RUNNING},
    # The new agreement may be signed late.
    (Status.EXPIRED, Action.SUCCEED): Status.EXTENDED,
    **{(status, Action.TERMINATE): Status.TERMINATED for status in RUNNING},
    (Status.EXTENDED, Action.LOSE_SUCCESSOR): Status.EXPIRED,
    **{(status, Action.RETRACT): Status.RETRACTED for status in Status if status is not Status.RETRACTED},
}


def advance(status: Status, action: Action) -> Status:
    try:
        return NEXT[status, action]
    except KeyError:
        allowed = ", ".join(sorted(a for s, a in NEXT if s is status)) or "nothing"
        raise ActionNotAllowed(f"cannot {action} an agreement that is {status}; open now: {allowed}") from None


def provinces_of(regions: list[str]) -> list[str]:
    """The provinces in which these regencies and cities lie."""
    return sorted({code[:2] for code in regions})


def lies_in(period: Period, permits: Iterable[Period]) -> bool:
    """Whether one of them lasts the whole period: two that follow each other are two decisions."""
    return any(first <= period[0] and period[1] <= last for first, last in permits)


def check_permit(starts_on: date, ends_on: date, permits: Iterable[Period]) -> None:
    """One izin prinsip is valid during the whole period."""
    if not lies_in((starts_on, ends_on), permits):
        raise InvalidInput.field(
            "#/ends_on",
            "the agreement must lie within the period of an izin prinsip; else give an `override_reason`",
            rule="V02",
            legal_basis=PERMIT_LAW,
        )


def check_conversion(terms: Mapping[str, Any], today: date) -> None:
    """The rupiah are the amount at its rate, of a day that has come; a little apart, as somebody rounded them (V19)."""
    if terms["rate"] is None:
        return
    if terms["currency"] == "IDR" and terms["rate"] != 1:
        raise InvalidInput.field("#/rate", "must be 1 or absent: the amount is in rupiah", rule="V19")
    if terms["rate_date"] > today:
        raise InvalidInput.field("#/rate_date", "must not lie in the future: nobody knows that rate", rule="V19")
    converted = terms["amount"] * terms["rate"]
    if abs(terms["amount_idr"] - converted) > converted * ROUNDING:
        raise InvalidInput.field("#/amount_idr", f"must be `amount` times `rate`, about {converted:.2f}", rule="V19")


def check_extension(extension: Period, predecessor: Period) -> None:
    errors = []
    if extension[0] <= predecessor[0]:
        errors.append(FieldError("#/starts_on", f"must be after {predecessor[0]}, when the predecessor starts"))
    if extension[1] <= predecessor[1]:
        errors.append(FieldError("#/ends_on", f"must be after {predecessor[1]}, when the predecessor ends"))
    if errors:
        raise InvalidInput("an extension carries on what it extends", errors=errors)


def check_termination(ended_on: date, agreement: Period, today: date) -> None:
    """One that has not begun ends with its first day: it is never carried out, and nobody waits for that day."""
    first, last = agreement
    if not first <= ended_on <= max(first, min(last, today)):
        raise InvalidInput.field(
            "#/ended_on", f"must be a day of the agreement ({first} to {last}), and not after today ({today})"
        )


def check_nothing_rests(*, has_master_plan: bool, is_carried_on: bool, activities: int) -> None:
    """What others have decided on stays: with a master plan the agreement was carried out, and it can only end."""
    if has_master_plan:
        raise ActionNotAllowed("this agreement has its master plan: it can be terminated, not taken back")
    if is_carried_on:
        raise ActionNotAllowed("another agreement carries this one on: that one must be taken back first")
    if activities:
        raise ActionNotAllowed(
            f"notified activities name this agreement ({activities}); they must be withdrawn or name another first"
        )


def check_direction(direction: Period, agreement: Period) -> None:
    """A programme direction (AP) is part of its agreement, also in time."""
    errors = []
    if direction[0] < agreement[0]:
        errors.append(FieldError("#/starts_on", f"must be {agreement[0]} or later: the agreement starts then"))
    if direction[1] > agreement[1]:
        errors.append(FieldError("#/ends_on", f"must be {agreement[1]} or earlier: the agreement ends then"))
    if errors:
        raise InvalidInput(
            "the programme direction must lie within its agreement", errors=errors, legal_basis=DIRECTION_LAW
        )
