import httpx
import pytest

from tests.registry.conftest import Json, Make
from tests.world import World

UNIT = "Ditjen Bina Bangda"


@pytest.fixture
async def activity(world: World, registry: httpx.AsyncClient, active: Json, sign: Make) -> Json:
    """Runs from 2023 to 2026, and its plan names PN5-2020 and the goal 6."""
    agreement = await sign(
        active["id"],
        number="DEMO-MSP-2023",
        starts_on="2023-01-01",
        ends_on="2026-12-31",
        override_reason="the permit is being renewed",
    )
    body = {
        "title": "Sanitasi total berbasis masyarakat",
        "detail": "Village-wide sanitation in two regencies",
        "sector": "water_and_sanitation",
        "priority": "PN5-2020",
        "sdgs": [6],
        "regions": ["53.06", "53.10"],
        "from_year": 2023,
        "to_year": 2026,
        "budget": "1250000.50",
        "currency": "EUR",
        "outcome_indicator": "villages free of open defecation",
    }
    response = await registry.post(
        f"/v1/agreements/{agreement['id']}/master-plan",
        json={"activities": [body]},
        headers=world.write("satker_officer", unit=UNIT),
    )
    assert response.status_code == 201, response.text
    plan: Json = response.json()["activities"][0]
    return plan


@pytest.fixture
def address(activity: Json) -> str:
    return f"/v1/plan-activities/{activity['id']}/alignments"
