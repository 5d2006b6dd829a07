"""What a master plan may hold: nothing beyond its agreement (V04); what an amendment keeps. Pure."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from shared.errors import FieldError, InvalidInput


@dataclass(frozen=True, slots=True)
class Frame:
    """The agreement's regions and period, within which every activity stays."""

    regions: frozenset[str]
    starts_on: date
    ends_on: date


@dataclass(frozen=True, slots=True)
class Place:
    """Where and when an activity takes place, and the national priority that it serves.

    `targets`: the year and the region of each.
    """

    regions: Sequence[str]
    from_year: int
    to_year: int
    priority: str
    targets: Sequence[tuple[int, str]] = ()


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
    yield from _targets_elsewhere(pointer, activity)


def _targets_elsewhere(pointer: str, activity: Place) -> Iterator[FieldError]:
    """A target is of one year and one regency of its activity."""
    seen: set[tuple[int, str]] = set()
    for index, (year, region) in enumerate(activity.targets):
        if not activity.from_year <= year <= activity.to_year:
            detail = f"must be a year of the activity, {activity.from_year} to {activity.to_year}"
            yield FieldError(f"{pointer}/targets/{index}/year", detail, "V04")
        if region not in activity.regions:
            yield FieldError(f"{pointer}/targets/{index}/region", f"`{region}` is not in the activity", "V04")
        if (year, region) in seen:
            detail = f"there is another target of {year} in `{region}`"
            yield FieldError(f"{pointer}/targets/{index}", detail, "V04")
        seen.add((year, region))


def _regions_outside(pointer: str, regions: Sequence[str], covered: frozenset[str]) -> Iterator[FieldError]:
    for index, region in enumerate(regions):
        if region not in covered:
            yield FieldError(f"{pointer}/regions/{index}", f"`{region}` is not in the agreement", "V04")


def may_approve(role: str, unit: str, counterpart_unit: str) -> bool:
    """A technical unit approves for its own partners only; the Centre for all."""
    return role == "fasker_officer" or unit == counterpart_unit


def check_identity(ids: Sequence[UUID | None], current: Collection[UUID]) -> None:
    """An activity that an amendment goes on with keeps its id: work plans point to it. A new one has none yet."""
    wrong = [
        FieldError(f"#/activities/{index}/id", "must be the id of an activity in force, once, or absent", "V04")
        for index, id_ in enumerate(ids)
        if id_ is not None and (id_ not in current or id_ in ids[:index])
    ]
    if wrong:
        raise InvalidInput("an amendment names activities of the version in force", errors=wrong, rule="V04")
