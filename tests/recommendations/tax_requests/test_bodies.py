from typing import Any

import pytest
from pydantic import ValidationError

from services.recommendations.tax_requests.bodies import TaxRequest
from shared.ids import uuid7
from tests.recommendations.bodies import goods, share, tax_body
from tests.recommendations.conftest import Ngo

NGO = Ngo(uuid7(), uuid7(), uuid7(), uuid7(), "snv-1")


def test_the_regions_of_a_request_are_those_of_its_distribution() -> None:
    assert TaxRequest.model_validate(tax_body(NGO)).terms().regions == ("53.06", "53.10")


@pytest.mark.parametrize(
    ("changes", "field", "rule"),
    [
        (goods(hs_code="6306220"), ("goods", 0, "hs_code"), "V24"),
        (goods(hs_code="6306.220"), ("goods", 0, "hs_code"), "V24"),
        (goods(value="0"), ("goods", 0, "value"), "V24"),
        (goods(quantity="-1"), ("goods", 0, "quantity"), "V24"),
        (goods(value="1.005"), ("goods", 0, "value"), None),
        (goods(value="NaN"), ("goods", 0, "value"), None),
        (goods(currency="euro"), ("goods", 0, "currency"), None),
        ({"goods": []}, ("goods",), None),
        ({"distribution": [share(goods_index=1)]}, ("distribution",), "V24"),
        ({"distribution": [share(), share()]}, ("distribution",), "V24"),
        ({"distribution": [share(region="53")]}, ("distribution", 0, "region"), "V17"),
        ({"purpose": "sosial"}, (), None),
        ({"disaster_stage": None}, (), None),
    ],
)
def test_a_wrong_field_is_named(changes: dict[str, Any], field: tuple[str | int, ...], rule: str | None) -> None:
    with pytest.raises(ValidationError) as refusal:
        TaxRequest.model_validate(tax_body(NGO, **changes))

    assert (field, rule) in [(e["loc"], e.get("ctx", {}).get("rule")) for e in refusal.value.errors()]
