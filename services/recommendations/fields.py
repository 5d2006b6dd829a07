"""Fields that several bodies share."""

import re
from datetime import date
from typing import Annotated, Final

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from shared.http.body import broken_rule

_REGENCY: Final = re.compile(r"[0-9]{2}\.[0-9]{2}")


def _regency(code: str) -> str:
    if not _REGENCY.fullmatch(code):
        raise broken_rule("V17", "must be the code of a regency or city, such as 53.06")
    return code


def _foreign(country: str) -> str:
    if country == "ID":
        raise PydanticCustomError("not_foreign", "must be another country than Indonesia")
    return country


Regency = Annotated[str, StringConstraints(max_length=13), AfterValidator(_regency)]
"""Code of a regency or city, of its form only: on which days it must hold (V17) depends on the request."""

Day = Annotated[date, Field(ge=date(1900, 1, 1), le=date(2199, 12, 31))]
"""A date that a person may mean; arithmetic on it stays within the calendar."""

Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$", max_length=2)]
"""ISO 3166-1 alpha-2."""

ForeignCountry = Annotated[Country, AfterValidator(_foreign)]

Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$", max_length=3)]
"""ISO 4217."""
