"""How long a permit may last (V01), when its end is warned of, and what becomes of it. Pure: no clock, no database.

MSP, AP and RIK are agreements with the ministry itself and have records of their own; what is kept here others issued.
A licence is valid until midnight in Jakarta of its last day.
"""

from calendar import monthrange
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from services.registry.agreements.rules import PERMIT_LAW, Period, lies_in
from services.registry.reference.rules import DatedRule
from shared.errors import ActionNotAllowed, InvalidInput


class Kind(StrEnum):
    IZIN_PRINSIP = "IZIN_PRINSIP"
    IZIN_OPERASIONAL = "IZIN_OPERASIONAL"
    SKT_MITRA = "SKT_MITRA"


FOLLOWED: Final = (Kind.IZIN_PRINSIP, Kind.IZIN_OPERASIONAL)
"""One follows another of its kind. An SKT_MITRA is some partner's: a newer one may be of another partner."""


class Status(StrEnum):
    VALID = "VALID"
    EXPIRING = "EXPIRING"
    EXPIRED = "EXPIRED"
    REVOKED = "REVOKED"
    RETRACTED = "RETRACTED"
    """Its record was a mistake: nothing of it counts."""


RUNNING: Final = (Status.VALID, Status.EXPIRING)


class Action(StrEnum):
    WARN = "warn"
    EXPIRE = "expire"
    REVOKE = "revoke"
    RETRACT = "retract"


NEXT: Final[Mapping[tuple[Status, Action], Status]] = {
    (Status.VALID, Action.WARN): Status.EXPIRING,
    (Status.EXPIRING, Action.WARN): Status.EXPIRING,
    (Status.VALID, Action.EXPIRE): Status.EXPIRED,
    (Status.EXPIRING, Action.EXPIRE): Status.EXPIRED,
    (Status.VALID, Action.REVOKE): Status.REVOKED,
    (Status.EXPIRING, Action.REVOKE): Status.REVOKED,
    # Word of a revocation may come when the licence would have been over anyway.
    (Status.EXPIRED, Action.REVOKE): Status.REVOKED,
    **{(status, Action.RETRACT): Status.RETRACTED for status in Status if status is not Status.RETRACTED},
}


def advance(status: Status, action: Action) -> Status:
    try:
        return NEXT[status, action]
    except KeyError:
        allowed = ", ".join(sorted(a for s, a in NEXT if s is status)) or "nothing"
        raise ActionNotAllowed(f"cannot {action} a licence that is {status}; open now: {allowed}") from None


def status_when_recorded(valid_to: date, today: date) -> Status:
    """What was over before it was recorded is history: nobody waits for word of its expiry."""
    return Status.EXPIRED if valid_to < today else Status.VALID


def years_later(day: date, years: int) -> date:
    """The same day so many years later; for 29 February the last of that month."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def months_before(day: date, months: int) -> date:
    """The same day so many months earlier, or the last day of that month if it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def check_principle_permit_period(valid_from: date, valid_to: date, longest: DatedRule | None, pointer: str) -> None:
    """`longest`: the rule, in years, of the day from which the permit is valid; none: there was no limit then."""
    if longest and valid_to > (end := years_later(valid_from, longest.value)):
        raise InvalidInput.field(
            f"{pointer}/valid_to",
            f"must be {end} at the latest: an izin prinsip is valid for {longest.value} years at most",
            rule="V01",
            legal_basis=longest.legal_basis,
        )


def ends_in_time(valid_to: date, principle_permit_ends_on: date | None, margin: DatedRule | None) -> bool:
    """`margin`: how many days an izin operasional may outlast the izin prinsip; none: there was no such limit then."""
    if margin is None:
        return True
    return principle_permit_ends_on is not None and valid_to <= principle_permit_ends_on + timedelta(days=margin.value)


def check_operational_permit_end(
    valid_to: date, principle_permit_ends_on: date | None, margin: DatedRule | None, pointer: str
) -> None:
    if margin is None or ends_in_time(valid_to, principle_permit_ends_on, margin):
        return
    if principle_permit_ends_on is None:
        raise InvalidInput.field(
            f"{pointer}/kind", "needs an izin prinsip that is not revoked", legal_basis=margin.legal_basis
        )
    end = principle_permit_ends_on + timedelta(days=margin.value)
    raise InvalidInput.field(
        f"{pointer}/valid_to",
        f"must be {end} at the latest: an izin operasional ends with the izin prinsip",
        legal_basis=margin.legal_basis,
    )


def check_revocation(earliest: date, valid_to: date, revoked_on: date, today: date) -> None:
    """`earliest`: the day of its issue: one that is to follow another may be taken back before it begins."""
    if not earliest <= revoked_on <= min(valid_to, today):
        raise InvalidInput.field("#/revoked_on", f"must be from {earliest} to {valid_to}, and not after today")


@dataclass(frozen=True, slots=True)
class OperationalPermit:
    number: str
    valid_to: date
    margin: DatedRule | None


def check_nothing_rests(
    permit: Period,
    agreements: Iterable[tuple[str, Period]],
    operational: Iterable[OperationalPermit],
    others: Collection[Period],
    activities: int,
) -> None:
    """`agreements` lie within an izin prinsip, this or one of the `others` (V02), and izin `operational` end with the
    last of them; `activities` name this licence.
    """
    resting = [number for number, period in agreements if lies_in(period, [permit]) and not lies_in(period, others)]
    if resting:
        raise ActionNotAllowed(
            f"no other izin prinsip covers the agreements {', '.join(resting)}; record the right one first",
            rule="V02",
            legal_basis=PERMIT_LAW,
        )
    last = max((end for _, end in others), default=None)
    ending = [
        each.number
        for each in operational
        if ends_in_time(each.valid_to, permit[1], each.margin) and not ends_in_time(each.valid_to, last, each.margin)
    ]
    if ending:
        raise ActionNotAllowed(
            f"the izin operasional {', '.join(ending)} would outlast every other izin prinsip; "
            "record the right one first",
            legal_basis=PERMIT_LAW,
        )
    if activities:
        raise ActionNotAllowed(f"notified activities name this licence ({activities}); they must name another first")


@dataclass(frozen=True, slots=True)
class LeadTime:
    """So many months before the end of a licence there is a warning; the law and the time in which that holds."""

    months: int
    valid_from: date
    valid_to: date | None
    legal_basis: str

    def falls_on(self, licence_ends_on: date) -> date:
        return months_before(licence_ends_on, self.months)

    def is_due(self, licence_ends_on: date, today: date) -> bool:
        """The lead times of the day of the warning count: a new one never reaches back."""
        day = self.falls_on(licence_ends_on)
        return day <= today and self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Warnings:
    """What is to be said now, and of which lead times nothing will ever be said."""

    tell: LeadTime | None
    passed_over: tuple[int, ...]


def warnings_due(
    licence_ends_on: date, today: date, lead_times: Iterable[LeadTime], noted: Collection[int]
) -> Warnings:
    """`noted`: the months of which something was said, or which were passed over, before.

    After a long pause only the nearest warning is told. Four at once would say the same, and "nine months" is wrong
    when three are left; what was passed over is noted, so that nobody is told of it later.
    """
    due = {lead.months: lead for lead in lead_times if lead.months not in noted and lead.is_due(licence_ends_on, today)}
    if not due:
        return Warnings(None, ())
    nearest = min(due)
    tell = due[nearest] if nearest < min(noted, default=nearest + 1) else None
    return Warnings(tell, tuple(sorted(months for months in due if tell is None or months != nearest)))
