"""Who is in post and for how long: PP 59/2016 art. 25 (V12). Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from services.recommendations.dates import months_later
from shared.errors import ActionNotAllowed


class Status(StrEnum):
    EXPECTED = "expected"
    IN_POST = "in_post"
    ENDED = "ended"


class Action(StrEnum):
    ARRIVE = "record the arrival of"
    END = "end the posting of"


NEXT: Final[Mapping[tuple[Status, Action], Status]] = {
    (Status.EXPECTED, Action.ARRIVE): Status.IN_POST,
    # Somebody who never came: the place becomes free.
    (Status.EXPECTED, Action.END): Status.ENDED,
    (Status.IN_POST, Action.END): Status.ENDED,
}


def advance(status: Status, action: Action) -> Status:
    try:
        return NEXT[status, action]
    except KeyError:
        raise ActionNotAllowed(f"cannot {action} somebody who is {status}") from None


@dataclass(frozen=True, slots=True)
class Stay:
    """One person in post, first and last day included. `person`: the same for all passports of one human."""

    person: UUID
    first: date
    last: date


def most_in_post(stays: Iterable[Stay], asked: Stay) -> int:
    """People in post, the one asked for included, on the busiest day of the stay asked for."""
    beside = [s for s in stays if s.first <= asked.last and asked.first <= s.last]
    # The number only rises on a day when somebody starts.
    days = {asked.first, *(s.first for s in beside if s.first > asked.first)}
    return max(len({asked.person, *(s.person for s in beside if s.first <= day <= s.last)}) for day in days)


def exceeds_years(stays: Sequence[Stay], years: int) -> bool:
    """Whether the days in post, each counted once, are more than so many years counted from the first of them."""
    spans = _disjoint((s.first, s.last) for s in stays)
    days = sum((last - first).days + 1 for first, last in spans)
    return days > (months_later(spans[0][0], 12 * years) - spans[0][0]).days


def _disjoint(spans: Iterable[tuple[date, date]]) -> list[tuple[date, date]]:
    merged: list[tuple[date, date]] = []
    for first, last in sorted(spans):
        if merged and first <= merged[-1][1] + timedelta(1):
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return merged
