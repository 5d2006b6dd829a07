"""Amounts and currencies of bodies (V18): exact decimals, never binary fractions."""

from decimal import Decimal
from typing import Annotated, Any, Final

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)

from shared.http.body import broken_rule

CENT: Final = Decimal("0.01")

CURRENCIES: Final = frozenset(
    (  # noqa: SIM905 (as the list is printed)
        "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF "
        "CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD "
        "HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD "
        "MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN "
        "PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY "
        "TTD TWD TZS UAH UGX USD UYU UZS VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWG"
    ).split(" ")
)
"""Money that is paid with: ISO 4217 without funds, metals and test codes."""


def _exact(given: Any) -> Any:
    if isinstance(given, float):
        raise broken_rule("V18", "must be sent as a text, such as `1250.50`: JSON numbers lose digits")
    return given


def _amount(given: Any, validate: ValidatorFunctionWrapHandler) -> Any:
    try:
        # One way to write an amount, also on the wire; `-0` is 0.
        return abs(Decimal(validate(_exact(given)))).quantize(CENT)
    except ValidationError:
        raise broken_rule(
            "V18", "must be an amount from 0 on, with 20 digits and 2 decimals at most, such as `1250.50`"
        ) from None


def _currency(code: str) -> str:
    if code not in CURRENCIES:
        raise broken_rule("V18", "must be a currency code of ISO 4217, such as `EUR`")
    return code


Amount = Annotated[Decimal, Field(ge=0, max_digits=20, decimal_places=2), WrapValidator(_amount)]

Rate = Annotated[Decimal, Field(gt=0, max_digits=20, decimal_places=8), BeforeValidator(_exact)]
"""Rupiah for one unit of a currency."""

Currency = Annotated[str, Field(max_length=3), AfterValidator(_currency)]
