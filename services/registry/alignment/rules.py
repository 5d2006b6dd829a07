"""States of an alignment, how weights share out, and what counts in which year. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from shared.errors import ActionNotAllowed, InvalidInput

WHOLE: Final = 100
"""Weights of one framework's items are shares of the activity, in per cent."""


class Status(StrEnum):
    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class Action(StrEnum):
    CONFIRM = "confirm"
    REJECT = "reject"
    WITHDRAW = "withdraw"


NEXT: Final[Mapping[tuple[Status, Action], Status]] = {
    (Status.PROPOSED, Action.CONFIRM): Status.CONFIRMED,
    (Status.PROPOSED, Action.REJECT): Status.REJECTED,
    (Status.PROPOSED, Action.WITHDRAW): Status.WITHDRAWN,
    (Status.CONFIRMED, Action.WITHDRAW): Status.WITHDRAWN,
}
LIVE: Final = frozenset({Status.PROPOSED, Status.CONFIRMED})


def advance(status: Status, action: Action) -> Status:
    try:
        return NEXT[status, action]
    except KeyError:
        opened = sorted(open_ for state, open_ in NEXT if state is status)
        raise ActionNotAllowed(
            f"cannot {action} an alignment that is {status}; open now: {', '.join(opened) or 'nothing'}"
        ) from None


def check_weight(weight: int, others: Iterable[int]) -> None:
    """`others`: weights of the activity's other live alignments with the same framework."""
    left = WHOLE - sum(others)
    if weight > left:
        raise InvalidInput.field("#/weight", f"must be {left} at most: weights within a framework make up 100")


@dataclass(frozen=True, slots=True)
class Framework:
    """`kind`: frameworks of one kind follow each other."""

    code: str
    kind: str
    first_year: int
    last_year: int

    def years(self, first: int, last: int) -> tuple[int, ...]:
        """Those from `first` to `last` in which it holds."""
        return tuple(range(max(first, self.first_year), min(last, self.last_year) + 1))


@dataclass(frozen=True, slots=True)
class Link:
    """That a framework's item is continued by an item of the next one."""

    earlier: str
    later: str
    kind: str


@dataclass(frozen=True, slots=True)
class Count:
    """That an activity counts for an item in some years: as it was named, or by what links it to the named one."""

    item: str
    framework: str
    years: tuple[int, ...]
    link: Link | None = None


@dataclass(frozen=True, slots=True)
class Frameworks:
    """All frameworks, which of them each item belongs to, and how they continue each other."""

    by_code: Mapping[str, Framework]
    of_item: Mapping[str, str]
    links: Sequence[Link] = ()

    def of(self, item: str) -> Framework:
        return self.by_code[self.of_item[item]]

    def linked(self, item: str, framework: str) -> list[tuple[str, Link]]:
        """Items of the framework that continue this one, or that it continues."""
        found = [(link.later, link) for link in self.links if link.earlier == item]
        found += [(link.earlier, link) for link in self.links if link.later == item]
        return [(other, link) for other, link in found if self.of_item[other] == framework]

    def counts(self, item: str, first: int, last: int, *, named: Collection[str] = ()) -> list[Count]:
        """For what an activity of these years counts that serves the item.

        `named`: all items that count for it. Where one of them is of another framework of this kind, that one speaks
        for its years, and the crosswalk does not.
        """
        own = self.of(item)
        found = [Count(item, own.code, years)] if (years := own.years(first, last)) else []
        spoken_for = {self.of_item[each] for each in named} | {own.code}
        for other in self._others(own):
            if other.code in spoken_for or not (years := other.years(first, last)):
                continue
            found += [Count(linked, other.code, years, link) for linked, link in self.linked(item, other.code)]
        return found

    def years_left_out(self, item: str, first: int, last: int, *, named: Collection[str] = ()) -> list[int]:
        """Years of the activity in which the item counts for nothing: none of its kind holds, or none continues it."""
        counted = {
            year for each in (item, *self._of_kind(item, named)) for year in self.of(each).years(first, last)
        } | {year for count in self.counts(item, first, last, named=named) for year in count.years}
        return [year for year in range(first, last + 1) if year not in counted]

    def _others(self, own: Framework) -> list[Framework]:
        others = (each for each in self.by_code.values() if each.kind == own.kind and each.code != own.code)
        return sorted(others, key=lambda each: each.first_year)

    def _of_kind(self, item: str, named: Collection[str]) -> list[str]:
        return [each for each in named if self.of(each).kind == self.of(item).kind]


def may_decide(role: str, unit: str, counterpart_unit: str) -> bool:
    """A technical unit decides for its own partners only; the Centre for all."""
    return role == "fasker_officer" or unit == counterpart_unit
