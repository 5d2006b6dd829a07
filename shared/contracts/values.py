"""What fields of events are made of where a value has a known form: readers find it in the schemas.

No narrower than what the services let in, or an accepted request could not be told of. Free texts are those of the
forms (shared/http/body.py). Vocabularies that grow (sectors, roles) are codes: a new word is no new version.
"""

from decimal import Decimal
from typing import Annotated, Any, Final

from pydantic import AfterValidator, Field, PlainSerializer, StringConstraints, WithJsonSchema

_REGION: Final = r"[0-9]{2}(\.[0-9]{2})?"
_CENT: Final = Decimal("0.01")


def _with_cents(amount: Decimal) -> Decimal:
    return amount.quantize(_CENT)  # one way to write an amount


RegionCode = Annotated[
    str,
    StringConstraints(pattern=f"^{_REGION}$"),
    Field(description="Code of a province (`53`), or of a regency or city (`53.06`)"),
]
Country = Annotated[str, StringConstraints(pattern="^[A-Z]{2}$"), Field(description="ISO 3166-1 alpha-2")]
Currency = Annotated[str, StringConstraints(pattern="^[A-Z]{3}$"), Field(description="ISO 4217")]
Money = Annotated[
    Decimal,
    Field(ge=0, max_digits=20, decimal_places=2),
    AfterValidator(_with_cents),
    WithJsonSchema(
        {"type": "string", "pattern": r"^[0-9]{1,18}\.[0-9]{2}$", "description": "A decimal number, never a float"}
    ),
]
Rate = Annotated[
    Decimal,
    Field(gt=0, max_digits=20, decimal_places=8),
    PlainSerializer(lambda rate: f"{rate:f}", return_type=str, when_used="json"),  # never with an exponent
    WithJsonSchema({"type": "string", "pattern": r"^[0-9]{1,12}(\.[0-9]{1,8})?$", "description": "Rupiah for a unit"}),
]
Sha256 = Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")]
Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_.]{0,59}$")]
"""A word of a vocabulary that may grow."""

Pointer = Annotated[
    str,
    StringConstraints(pattern="^(/[^/]*)+$", max_length=400),
    Field(description="JSON pointer (RFC 6901) into what was submitted"),
]
Year = Annotated[int, Field(ge=1900, le=2200)]
Count = Annotated[int, Field(ge=0)]
Number = Annotated[int, Field(ge=1)]
"""Counted from 1 on."""

EXTENSIONS: Final[dict[str, dict[str, Any]]] = {
    "regions": {
        "type": "string",
        "pattern": f"^{_REGION}(,{_REGION})*$",
        "description": "The payload's `regions`: provinces, regencies and cities that the event concerns.",
    }
}
"""CloudEvents attributes that our events add."""
