from typing import Any

import pytest
from pydantic import ValidationError

from services.recommendations.staff_requests.bodies import StaffRequest
from shared.ids import uuid7
from tests.recommendations.bodies import person, staff_body
from tests.recommendations.conftest import Ngo

NGO = Ngo(uuid7(), uuid7(), uuid7(), uuid7(), "snv-1")


def test_a_complete_body_states_the_terms() -> None:
    terms = StaffRequest.model_validate(staff_body(NGO)).terms()

    assert (terms.agreement_id, terms.regions) == (NGO.agreement_id, ("53.06",))


@pytest.mark.parametrize(
    ("changes", "field", "rule"),
    [
        ({"duty_region": "53"}, ("duty_region",), "V17"),
        ({"duty_region": "53.06.01"}, ("duty_region",), "V17"),
        ({"ends_on": "2020-03-31"}, ("ends_on",), None),
        ({"ends_on": "9999-12-31"}, ("ends_on",), None),
        ({"starts_on": "soon"}, ("starts_on",), None),
        ({"permit_route": "VISA"}, ("permit_route",), None),
        ({"person": person(nationality="ID")}, ("person", "nationality"), None),
        ({"person": person(nationality="nl")}, ("person", "nationality"), None),
        ({"person": person(passport_number="A 1")}, ("person", "passport_number"), None),
        ({"person": person(passport_valid_to="2018-01-01")}, ("person", "passport_valid_to"), None),
        ({"position": " "}, ("position",), None),
        ({"position": "Adviser\x00"}, ("position",), None),
        ({"knowledge_transfer_plan": "x" * 5001}, ("knowledge_transfer_plan",), None),
        ({"visa": "approved"}, ("visa",), None),
    ],
)
def test_a_wrong_field_is_named(changes: dict[str, Any], field: tuple[str, ...], rule: str | None) -> None:
    with pytest.raises(ValidationError) as refusal:
        StaffRequest.model_validate(staff_body(NGO, **changes))

    assert [(e["loc"], e.get("ctx", {}).get("rule")) for e in refusal.value.errors()] == [(field, rule)]
