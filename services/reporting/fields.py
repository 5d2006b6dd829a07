"""What this service's bodies are made of: region codes and money."""

import re
from decimal import Decimal
from typing import Annotated, Final

from pydantic import AfterValidator, Field, StringConstraints

from shared.http.body import broken_rule
from shared.regions import present_code

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


def _each_once(codes: list[str]) -> list[str]:
    if len(set(map(present_code, codes))) < len(codes):
        raise broken_rule("V17", "must name each region once")
    return codes


_CODE = StringConstraints(max_length=13)
_SOME = Field(min_length=1, max_length=100)

RegencyCode = Annotated[str, _CODE, AfterValidator(_regency)]
AreaCode = Annotated[str, _CODE, AfterValidator(_area)]
Regencies = Annotated[list[RegencyCode], _SOME, AfterValidator(_each_once)]
Areas = Annotated[list[AreaCode], _SOME, AfterValidator(_each_once)]
"""Of their form only: on which day they must hold (V17) is said by the commands."""

Money = Annotated[Decimal, Field(ge=0, max_digits=20, decimal_places=2)]
Quantity = Annotated[Decimal, Field(ge=0, max_digits=14, decimal_places=2)]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$", max_length=3)]
