"""The states of a visit, and what the regions' answers do to it. Pure."""

from collections.abc import Collection, Iterable
from datetime import date
from enum import StrEnum
from typing import Final, Literal

from services.reporting.visits.content import Stop
from shared.errors import ActionNotAllowed, InvalidInput
from shared.regions import misused_codes, refuse_misused

Answer = Literal["approved", "postponed", "refused"]


class Status(StrEnum):
    ANNOUNCED = "announced"
    ACKNOWLEDGED = "acknowledged"
    POSTPONED = "postponed"
    REJECTED = "rejected"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class Action(StrEnum):
    APPROVE = "approve"
    APPROVE_LAST = "approve as the last region"
    POSTPONE = "postpone"
    REFUSE = "refuse"
    AMEND = "amend"
    RESCHEDULE = "reschedule"
    CANCEL = "cancel"
    COMPLETE = "complete"


NEXT: Final = {
    (Status.ANNOUNCED, Action.APPROVE): Status.ANNOUNCED,
    (Status.ANNOUNCED, Action.APPROVE_LAST): Status.ACKNOWLEDGED,
    (Status.ANNOUNCED, Action.POSTPONE): Status.POSTPONED,
    (Status.ANNOUNCED, Action.REFUSE): Status.REJECTED,
    # The other regions on the way answer too; nothing but a refusal outweighs a postponement.
    (Status.POSTPONED, Action.APPROVE): Status.POSTPONED,
    (Status.POSTPONED, Action.POSTPONE): Status.POSTPONED,
    (Status.POSTPONED, Action.REFUSE): Status.REJECTED,
    # Other guests or another purpose: the regions' answers stand.
    (Status.ANNOUNCED, Action.AMEND): Status.ANNOUNCED,
    (Status.ACKNOWLEDGED, Action.AMEND): Status.ACKNOWLEDGED,
    (Status.POSTPONED, Action.AMEND): Status.POSTPONED,
    # Other dates or stops: the regions answer anew.
    (Status.ANNOUNCED, Action.RESCHEDULE): Status.ANNOUNCED,
    (Status.ACKNOWLEDGED, Action.RESCHEDULE): Status.ANNOUNCED,
    (Status.POSTPONED, Action.RESCHEDULE): Status.ANNOUNCED,
    (Status.ANNOUNCED, Action.CANCEL): Status.CANCELLED,
    (Status.ACKNOWLEDGED, Action.CANCEL): Status.CANCELLED,
    (Status.POSTPONED, Action.CANCEL): Status.CANCELLED,
    # A region that never answers does not hold up the end.
    (Status.ANNOUNCED, Action.COMPLETE): Status.COMPLETED,
    (Status.ACKNOWLEDGED, Action.COMPLETE): Status.COMPLETED,
}

ANNOUNCE_LEAD_DAYS: Final = 14
"""`visit.announce_lead`: what is announced later than this before the arrival is marked, not refused."""


def is_late(starts_on: date, today: date) -> bool:
    """V16."""
    return (starts_on - today).days < ANNOUNCE_LEAD_DAYS


def check_start(starts_on: date, today: date) -> None:
    if starts_on < today:
        raise InvalidInput.field("#/starts_on", f"must not be before today ({today})", rule="V15")


def check_regions(stops: Iterable[Stop]) -> None:
    """V17: each code on the day of its stop."""
    refuse_misused(
        error
        for number, stop in enumerate(stops)
        for error in misused_codes([(f"#/stops/{number}/region", stop.region)], on=stop.on)
    )


def action_of(answer: Answer, *, others: Collection[str], approved_by: Collection[str]) -> Action:
    """What an answer does. `others`: the other regions on the way; `approved_by`: those that have approved."""
    match answer:
        case "postponed":
            return Action.POSTPONE
        case "refused":
            return Action.REFUSE
        case "approved":
            return Action.APPROVE_LAST if set(others) <= set(approved_by) else Action.APPROVE


def check_ended(ends_on: date, today: date) -> None:
    if today <= ends_on:
        raise ActionNotAllowed(f"the visit lasts until {ends_on}; complete it afterwards")
