import pytest

from tests.registry.conftest import Json


@pytest.fixture
def activity() -> Json:
    return {
        "title": "Sanitasi total berbasis masyarakat",
        "detail": "Village-wide sanitation in two regencies",
        "sector": "water_and_sanitation",
        "priority": "PN5-2020",
        "sdgs": [6],
        "regions": ["53.06", "53.10"],
        "from_year": 2020,
        "to_year": 2022,
        "budget": "1250000.50",
        "currency": "EUR",
        "outcome_indicator": "villages free of open defecation",
        "targets": [
            {"year": 2020, "region": "53.06", "value": "4.00", "unit": "village"},
            {"year": 2021, "region": "53.10", "value": "12.50", "unit": "village"},
        ],
    }


@pytest.fixture
def address(agreement: Json) -> str:
    return f"/v1/agreements/{agreement['id']}/master-plan"
