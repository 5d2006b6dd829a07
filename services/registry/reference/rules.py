"""The form of region codes (V17), and rules whose numbers are dated. Pure."""

import re
from dataclasses import dataclass
from typing import Annotated, Final

from pydantic import AfterValidator, Field, StringConstraints

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
