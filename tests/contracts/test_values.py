from decimal import Decimal

import pytest
from pydantic import TypeAdapter, ValidationError

from shared.contracts.values import Money

MONEY: TypeAdapter[Decimal] = TypeAdapter(Money)


@pytest.mark.parametrize(
    ("amount", "text"), [("5", "5.00"), ("1E+3", "1000.00"), ("0", "0.00"), ("9" * 18 + ".99", "9" * 18 + ".99")]
)
def test_there_is_one_way_to_write_an_amount(amount: str, text: str) -> None:
    written = MONEY.dump_python(MONEY.validate_python(Decimal(amount)), mode="json")

    assert written == text


@pytest.mark.parametrize("amount", ["-0.01", "0.001", "1" + "0" * 18, "NaN", "Infinity"])
def test_what_is_no_amount_is_refused(amount: str) -> None:
    with pytest.raises(ValidationError):
        MONEY.validate_python(Decimal(amount))
