"""Amounts and currencies of bodies (V18): exact decimals, never binary fractions."""

from decimal import Decimal
from typing import Annotated, Any, Final

from pydantic import AfterValidator, Field, ValidationError, ValidatorFunctionWrapHandler, WrapValidator

from shared.http.body import broken_rule

CENT: Final = Decimal("0.01")


def _amount(given: Any, validate: ValidatorFunctionWrapHandler) -> Any:
    if isinstance(given, float):
        raise broken_rule("V18", "must be sent as a text, such as `1250.50`: JSON numbers lose digits")
    try:
        return Decimal(validate(given)).quantize(CENT)  # one way to write an amount, also on the wire
    except ValidationError:
        raise broken_rule(
            "V18", "must be an amount from 0 on, with 20 digits and 2 decimals at most, such as `1250.50`"
        ) from None


def _currency(code: str) -> str:
    if len(code) != 3 or not (code.isascii() and code.isalpha() and code.isupper()):
        raise broken_rule("V18", "must be a currency code of ISO 4217, such as `EUR`")
    return code


Amount = Annotated[Decimal, Field(ge=0, max_digits=20, decimal_places=2), WrapValidator(_amount)]

Currency = Annotated[str, Field(max_length=3), AfterValidator(_currency)]
