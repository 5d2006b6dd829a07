"""States of a local partner, what it must show of itself, and the registration it needs (V20). Pure."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from enum import StrEnum
from typing import Any, Final

from shared.errors import ActionNotAllowed, InvalidInput

ORIENTATION_REQUIRED: Final = "local_partner.orientation_required"
"""Key of a dated rule: 1 while nobody is approved before the orientation. Not set: it may be left out."""

UNDER_LAW: Final = "UU 17/2013 art. 48"


class Status(StrEnum):
    PROPOSED = "proposed"
    PRE_ORIENTATION = "pre_orientation"
    ORIENTATION = "orientation"
    APPROVED = "approved"
    APPROVED_WITH_NOTES = "approved_with_notes"
    REJECTED = "rejected"
    ACTIVE = "active"
    ENDED = "ended"


class Action(StrEnum):
    CHANGE = "change"
    RECORD_OPINION = "record an opinion on"
    PRE_ORIENT = "begin the pre-orientation of"
    ORIENT = "begin the orientation of"
    APPROVE = "approve"
    APPROVE_WITH_NOTES = "approve with notes"
    REJECT = "reject"
    START = "start with"
    END = "end with"
    GIVE_RENEWAL = "give a renewed registration of"
    CONFIRM_RENEWAL = "confirm the renewed registration of"
    REFUSE_RENEWAL = "refuse the renewed registration of"


class Decision(StrEnum):
    APPROVED = "approved"
    APPROVED_WITH_NOTES = "approved_with_notes"
    REJECTED = "rejected"


class RenewalState(StrEnum):
    """`given`: it waits for a decision; `replaced`: another one was given before there was any."""

    GIVEN = "given"
    REPLACED = "replaced"
    CONFIRMED = "confirmed"
    REFUSED = "refused"


class Stance(StrEnum):
    IN_FAVOUR = "in_favour"
    WITH_NOTES = "with_notes"
    AGAINST = "against"


DECISIONS: Final[Mapping[Decision, Action]] = {
    Decision.APPROVED: Action.APPROVE,
    Decision.APPROVED_WITH_NOTES: Action.APPROVE_WITH_NOTES,
    Decision.REJECTED: Action.REJECT,
}

USABLE: Final = (Status.APPROVED, Status.APPROVED_WITH_NOTES, Status.ACTIVE)
"""Whom work plans and regional activities may name, as long as the registration is valid (V20)."""

NEXT: Final[Mapping[tuple[Status, Action], Status]] = {
    (Status.PROPOSED, Action.CHANGE): Status.PROPOSED,
    (Status.PROPOSED, Action.RECORD_OPINION): Status.PROPOSED,
    (Status.PROPOSED, Action.PRE_ORIENT): Status.PRE_ORIENTATION,
    # Without orientation, unless the rule of the day requires it (`check_orientation`).
    (Status.PROPOSED, Action.APPROVE): Status.APPROVED,
    (Status.PROPOSED, Action.APPROVE_WITH_NOTES): Status.APPROVED_WITH_NOTES,
    (Status.PROPOSED, Action.REJECT): Status.REJECTED,
    # Once begun, the clearance is gone through; a partner that fails in it is rejected at once.
    (Status.PRE_ORIENTATION, Action.CHANGE): Status.PRE_ORIENTATION,
    (Status.PRE_ORIENTATION, Action.RECORD_OPINION): Status.PRE_ORIENTATION,
    (Status.PRE_ORIENTATION, Action.ORIENT): Status.ORIENTATION,
    (Status.PRE_ORIENTATION, Action.REJECT): Status.REJECTED,
    (Status.ORIENTATION, Action.RECORD_OPINION): Status.ORIENTATION,
    (Status.ORIENTATION, Action.APPROVE): Status.APPROVED,
    (Status.ORIENTATION, Action.APPROVE_WITH_NOTES): Status.APPROVED_WITH_NOTES,
    (Status.ORIENTATION, Action.REJECT): Status.REJECTED,
    (Status.APPROVED, Action.START): Status.ACTIVE,
    (Status.APPROVED_WITH_NOTES, Action.START): Status.ACTIVE,
    (Status.APPROVED, Action.END): Status.ENDED,
    (Status.APPROVED_WITH_NOTES, Action.END): Status.ENDED,
    (Status.ACTIVE, Action.END): Status.ENDED,
    **{
        (status, action): status
        for status in USABLE
        for action in (Action.GIVE_RENEWAL, Action.CONFIRM_RENEWAL, Action.REFUSE_RENEWAL)
    },
}


def advance(status: Status, action: Action) -> Status:
    try:
        return NEXT[status, action]
    except KeyError:
        allowed = ", ".join(sorted(a for s, a in NEXT if s is status)) or "nothing"
        raise ActionNotAllowed(f"cannot {action} a local partner: it is {status}; open now: {allowed}") from None


def check_orientation(status: Status, action: Action, *, required: bool) -> None:
    approves = action in (Action.APPROVE, Action.APPROVE_WITH_NOTES)
    if required and approves and status is not Status.ORIENTATION:
        raise ActionNotAllowed(f"a local partner is approved after its orientation only; this one is {status}")


def check_registration(valid_to: date, on: date) -> None:
    if valid_to < on:
        raise InvalidInput.field(
            "#/registration_valid_to",
            f"the registration (SKT or AHU) must be valid on {on}; it ended on {valid_to}",
            rule="V20",
            legal_basis=UNDER_LAW,
        )


def check_renewal(valid_to: date, present: date, on: date) -> None:
    """`present`: the last day of the registration as it is."""
    check_registration(valid_to, on)
    if valid_to <= present:
        raise InvalidInput.field("#/registration_valid_to", f"must be after {present}, when the present one ends")


def check_day(pointer: str, day: date, *, earliest: date, today: date) -> None:
    """What is recorded has happened, and not before what made it possible."""
    if not earliest <= day <= today:
        raise InvalidInput.field(pointer, f"must be from {earliest} to {today}")


def check_consents(consents: Iterable[tuple[str, date]], regions: Collection[str], today: date) -> None:
    """A local government consents to work in its own area, and has done so."""
    for place, (region, issued_on) in enumerate(consents):
        if region not in regions:
            raise InvalidInput.field(
                f"#/consents/{place}/region", f"must be one of the partner's regions: {', '.join(regions)}"
            )
        if issued_on > today:
            raise InvalidInput.field(f"#/consents/{place}/issued_on", "must not lie in the future")


def missing(partner: Mapping[str, Any], consented: Collection[str]) -> list[str]:
    """What the form asks for and the partner has not shown yet: to be looked at, not a reason to refuse."""
    return [*_missing_fields(partner), *(f"consents/{code}" for code in partner["regions"] if code not in consented)]


def _missing_fields(partner: Mapping[str, Any]) -> Iterator[str]:
    for name in ("address", "npwp", "funding_amount", "starts_on", "ends_on"):
        if partner[name] is None:
            yield name
    if not partner["has_bank_account"]:
        yield "has_bank_account"
