"""What an announcement of a visit says."""

from datetime import date
from typing import Annotated

from pydantic import Field, StringConstraints, field_validator, model_validator

from services.reporting.fields import RegencyCode
from shared.http.body import Body, Line, Text, broken_rule
from shared.http.values import wrong

Nationality = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Z]{2}$", max_length=2),
    Field(description="ISO 3166-1 alpha-2 code of the country"),
]
PassportNumber = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{5,20}$", max_length=20)]


class Guest(Body):
    """Personal data: kept apart, never in events, shown only to those who need it."""

    name: Line
    nationality: Nationality
    passport_number: PassportNumber
    institution: Line | None = None


class Stop(Body):
    region: RegencyCode
    on: date
    place: Line


class Announcement(Body):
    purpose: Text
    starts_on: date
    ends_on: date
    guests: Annotated[list[Guest], Field(min_length=1, max_length=50)]
    stops: Annotated[list[Stop], Field(min_length=1, max_length=100)]

    @field_validator("guests")
    @classmethod
    def _each_passport_once(cls, guests: list[Guest]) -> list[Guest]:
        if len({(guest.nationality, guest.passport_number) for guest in guests}) < len(guests):
            raise broken_rule("V15", "must name each guest once")
        return guests

    @model_validator(mode="after")
    def _stops_lie_inside(self) -> "Announcement":
        if self.ends_on < self.starts_on:
            raise wrong("must not be before `starts_on`", "ends_on", rule="V15")
        for place, stop in enumerate(self.stops):
            if not self._covers(stop.on):
                raise wrong(
                    f"must lie inside the visit, {self.starts_on} to {self.ends_on}", "stops", place, "on", rule="V15"
                )
        return self

    def _covers(self, day: date) -> bool:
        return self.starts_on <= day <= self.ends_on

    @property
    def regions(self) -> tuple[str, ...]:
        return tuple(sorted({stop.region for stop in self.stops}))

    @property
    def nationalities(self) -> tuple[str, ...]:
        return tuple(sorted({guest.nationality for guest in self.guests}))
