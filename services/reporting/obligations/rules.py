"""When what is due, by dated rules, and the states of an obligation. Pure: no clock, no database.

All due dates end at midnight in Jakarta: the day after is the first one late.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final, Literal

from shared.errors import InvalidInput

Kind = Literal["work_plan", "semester_report", "annual_report"]


class Status(StrEnum):
    OPEN = "open"
    DUE_SOON = "due_soon"
    OVERDUE = "overdue"
    FULFILLED = "fulfilled"
    WAIVED = "waived"


class Action(StrEnum):
    REMIND = "remind"
    MISS = "miss"
    FULFIL = "fulfil"
    EXTEND = "extend"
    WAIVE = "waive"
    REOPEN = "reopen"


UNMET: Final = (Status.OPEN, Status.DUE_SOON, Status.OVERDUE)

NEXT: Final = {
    (Status.OPEN, Action.REMIND): Status.DUE_SOON,
    (Status.OPEN, Action.MISS): Status.OVERDUE,
    (Status.DUE_SOON, Action.MISS): Status.OVERDUE,
    **{(status, Action.FULFIL): Status.FULFILLED for status in UNMET},
    # A new due date starts anew; what is soon due or overdue by it is found by the same look at the calendar.
    **{(status, Action.EXTEND): Status.OPEN for status in UNMET},
    **{(status, Action.WAIVE): Status.WAIVED for status in UNMET},
    # What fulfilled it was withdrawn or rejected.
    (Status.FULFILLED, Action.REOPEN): Status.OPEN,
}

REMIND_DAYS: Final = 30
"""How long before its due date an obligation is called due soon."""

NOTICE_DAYS: Final = 30
"""Nothing is due earlier than this after the agreement's start: a plan must not be late from the outset."""


@dataclass(frozen=True, slots=True)
class DueRule:
    """What is due for each period that begins while the rule is valid, on a day of its year or the next."""

    key: str
    kind: Kind
    part: Literal["", "S1", "S2"]
    month: int
    day: int
    next_year: bool
    valid_from: date
    valid_to: date | None
    legal_basis: str

    def applies_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


_PLANNING: Final = "Permendagri on cooperation with foreign NGOs: annual plan (RKT); due date set by Fasker"
_REPORTING: Final = "UU 17/2013 art. 51(e) and (f): periodic reports; due date set by Fasker"
_FROM: Final = date(2020, 1, 1)

RULES: Final = (
    DueRule("rkt.due", "work_plan", "", 1, 31, False, _FROM, None, _PLANNING),
    DueRule("report.semester1.due", "semester_report", "S1", 7, 31, False, _FROM, None, _REPORTING),
    DueRule("report.semester2.due", "semester_report", "S2", 1, 31, True, _FROM, None, _REPORTING),
    DueRule("report.annual.due", "annual_report", "", 3, 31, True, _FROM, None, _REPORTING),
)


@dataclass(frozen=True, slots=True)
class Due:
    kind: Kind
    period: str
    due_on: date
    rule: str
    legal_basis: str


def period_dates(period: str) -> tuple[date, date]:
    """First and last day of `2020`, `2020-S1` or `2020-S2`."""
    year, _, part = period.partition("-")
    first = date(int(year), 7 if part == "S2" else 1, 1)
    last = date(int(year), 6, 30) if part == "S1" else date(int(year), 12, 31)
    return first, last


def due_under(starts_on: date, ends_on: date, rules: Sequence[DueRule] = RULES) -> list[Due]:
    """All that an agreement makes due, for the periods that it overlaps, by the rules of those periods."""
    return [
        due
        for year in range(starts_on.year, ends_on.year + 1)
        for rule in rules
        for due in _due_by(rule, year, starts_on, ends_on)
    ]


def _due_by(rule: DueRule, year: int, starts_on: date, ends_on: date) -> Iterator[Due]:
    period = f"{year}-{rule.part}" if rule.part else str(year)
    first, last = period_dates(period)
    if starts_on <= last and first <= ends_on and rule.applies_on(first):
        due_on = date(year + rule.next_year, rule.month, rule.day)
        due_on = max(due_on, starts_on + timedelta(days=NOTICE_DAYS))
        yield Due(rule.kind, period, due_on, rule.key, rule.legal_basis)


def time_passes(due_on: date, today: date) -> Action | None:
    """What the calendar does to an obligation that is not met."""
    if today > due_on:
        return Action.MISS
    if (due_on - today).days <= REMIND_DAYS:
        return Action.REMIND
    return None


def days_late(due_on: date, day: date) -> int:
    return max(0, (day - due_on).days)


def check_extension(due_on: date, new_due_on: date, today: date) -> None:
    if new_due_on <= due_on or new_due_on < today:
        raise InvalidInput.field(
            "#/due_on", f"must be after the present due date ({due_on}) and not before today ({today})"
        )
