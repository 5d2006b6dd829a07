"""The form of region codes and the days on which they hold (V17), and rules whose numbers are dated. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final

from pydantic import AfterValidator, Field, StringConstraints

from shared.errors import FieldError
from shared.http.body import broken_rule

REGENCIES_MAX: Final = 514
"""There are no more regencies and cities."""

_REGENCY: Final = re.compile(r"[0-9]{2}\.[0-9]{2}")


def _regency(code: str) -> str:
    if not _REGENCY.fullmatch(code):
        raise broken_rule("V17", "must be the code of a regency or city, such as `53.06`")
    return code


def _distinct(codes: list[str]) -> list[str]:
    if len(set(codes)) < len(codes):
        raise broken_rule("V17", "must name each region once")
    return codes


RegionCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{2}(\.[0-9]{2})?$", max_length=5)]
"""A province, a regency or a city; as a filter also all within it."""

Regencies = Annotated[
    list[Annotated[str, Field(max_length=5), AfterValidator(_regency)]],
    Field(min_length=1, max_length=REGENCIES_MAX),
    AfterValidator(_distinct),
]
"""Codes of regencies and cities."""


@dataclass(frozen=True, slots=True)
class DatedRule:
    """A number of the law, as it was on some day."""

    value: int
    legal_basis: str


@dataclass(frozen=True, slots=True)
class Validity:
    """The days on which a code holds, both included; None: from before our records, or until further notice."""

    valid_from: date | None = None
    valid_to: date | None = None
    moved_to: tuple[str, ...] = ()
    moved_from: tuple[str, ...] = ()

    def holds(self, on: date) -> bool:
        return (self.valid_from is None or self.valid_from <= on) and (self.valid_to is None or on <= self.valid_to)


def misused_codes(
    codes: Sequence[str], known: Mapping[str, Validity], pointer: str, *, on: date
) -> Iterator[FieldError]:
    """What is wrong with each code that does not exist, or not on the day, and which code was meant (V17)."""
    for index, code in enumerate(codes):
        found = known.get(code)
        if found is None:
            detail, indonesian = f"`{code}` is no region code", f"`{code}` bukan kode wilayah"
        elif found.holds(on):
            continue
        elif found.valid_to is not None and found.valid_to < on:
            detail = f"`{code}` held until {found.valid_to}{_instead('; since then it is', found.moved_to)}"
            indonesian = f"`{code}` berlaku sampai {found.valid_to}{_instead('; sejak itu', found.moved_to)}"
        else:
            detail = f"`{code}` holds from {found.valid_from}{_instead('; before that it was', found.moved_from)}"
            indonesian = f"`{code}` berlaku sejak {found.valid_from}{_instead('; sebelumnya', found.moved_from)}"
        yield FieldError(f"{pointer}/{index}", f"{detail} (asked for {on})", "V17", indonesian=indonesian)


def _instead(words: str, codes: Sequence[str]) -> str:
    return f"{words} {', '.join(f'`{code}`' for code in codes)}" if codes else ""
