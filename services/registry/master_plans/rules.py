"""What a master plan may hold: nothing beyond its agreement (V04). Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from shared.errors import FieldError, InvalidInput


@dataclass(frozen=True, slots=True)
class Frame:
    """The agreement's regions and period, within which every activity stays."""

    regions: frozenset[str]
    starts_on: date
    ends_on: date


@dataclass(frozen=True, slots=True)
class Place:
    """Where and when an activity takes place, and the national priority that it serves."""

    regions: Sequence[str]
    from_year: int
    to_year: int
    priority: str


def check_activities(activities: Sequence[Place], frame: Frame, priority_years: Mapping[str, tuple[int, int]]) -> None:
    """`priority_years`: first and last year of each known priority's framework."""
    wrong = [
        error
        for index, activity in enumerate(activities)
        for error in _errors(f"#/activities/{index}", activity, frame, priority_years)
    ]
    if wrong:
        raise InvalidInput("activities must stay within their agreement", errors=wrong, rule="V04")


def _errors(
    pointer: str, activity: Place, frame: Frame, priority_years: Mapping[str, tuple[int, int]]
) -> Iterator[FieldError]:
    yield from _regions_outside(pointer, activity.regions, frame.regions)
    first, last = frame.starts_on.year, frame.ends_on.year
    if activity.from_year < first:
        yield FieldError(f"{pointer}/from_year", f"must be {first} or later: the agreement starts then", "V04")
    if activity.to_year > last:
        yield FieldError(f"{pointer}/to_year", f"must be {last} or earlier: the agreement ends then", "V04")
    years = priority_years.get(activity.priority)
    if years is None:
        yield FieldError(f"{pointer}/priority", "must be the code of a national priority", "V04")
    elif activity.to_year < years[0] or years[1] < activity.from_year:
        yield FieldError(
            f"{pointer}/priority",
            f"holds from {years[0]} to {years[1]}, the activity in no year of these",
            "V04",
        )


def _regions_outside(pointer: str, regions: Sequence[str], covered: frozenset[str]) -> Iterator[FieldError]:
    for index, region in enumerate(regions):
        if region not in covered:
            yield FieldError(f"{pointer}/regions/{index}", f"`{region}` is not in the agreement", "V04")


def may_approve(role: str, unit: str, counterpart_unit: str) -> bool:
    """A technical unit approves for its own partners only; the Centre for all."""
    return role == "fasker_officer" or unit == counterpart_unit
