"""Bodies as an NGO would send them; the people are made up."""

from typing import Any

from tests.recommendations.conftest import Ngo


def staff_body(ngo: Ngo, number: int = 1, **changes: Any) -> dict[str, Any]:
    """`number`: another one, another person."""
    return {
        "agreement_id": str(ngo.agreement_id),
        "work_plan_activity_id": str(ngo.activity_id),
        "person": person(number),
        "position": "Sanitation adviser",
        "duty_region": "53.06",
        "starts_on": "2020-04-01",
        "ends_on": "2022-03-31",
        "counterpart_position": "Head of sanitation, district health office",
        "knowledge_transfer_plan": "Monthly on-the-job training of the counterpart.",
        "permit_route": "SETNEG_KTLN",
    } | changes


def person(number: int = 1, **changes: Any) -> dict[str, Any]:
    return {
        "name": f"Demo Person {'ABCDEFGH'[number]}",
        "sex": "F",
        "birth_date": f"1980-01-{number:02d}",
        "birth_place": "Utrecht",
        "nationality": "NL",
        "passport_number": f"NX{number:06d}",
        "passport_valid_from": "2019-01-01",
        "passport_valid_to": "2029-01-01",
    } | changes


def tax_body(ngo: Ngo, **changes: Any) -> dict[str, Any]:
    return {
        "agreement_id": str(ngo.agreement_id),
        "work_plan_activity_id": str(ngo.activity_id),
        "kind": "BEA_MASUK_CUKAI",
        "purpose": "bencana_alam",
        "disaster_stage": "tanggap",
        **goods(),
        "distribution": [share(quantity="300"), share(region="53.10", quantity="200")],
        "gift_certificate_number": "GC-2020-001",
        "sender": "SNV Netherlands",
        "port_of_entry": "Tanjung Perak",
        "estimated_arrival_on": "2020-05-01",
    } | changes


def goods(**changes: Any) -> dict[str, Any]:
    tents: dict[str, Any] = {
        "description": "Family tents",
        "hs_code": "63062200",
        "quantity": "500",
        "unit": "piece",
        "condition": "new",
        "value": "75000.00",
        "currency": "EUR",
        "origin": "NL",
    }
    return {"goods": [tents | changes]}


def share(**changes: Any) -> dict[str, Any]:
    return {"region": "53.06", "goods_index": 0, "quantity": "500"} | changes
