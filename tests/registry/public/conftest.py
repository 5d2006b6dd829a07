from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import httpx
import pytest

from tests.registry.conftest import Json, Make
from tests.world import World

START = datetime(2020, 8, 12, 3, tzinfo=UTC)

Find = Callable[[str], Awaitable[list[str]]]


@pytest.fixture(autouse=True)
async def _in_2020(world: World) -> None:
    """Agreements of the story are in force then."""
    await world.set_clock("registry", START)


@pytest.fixture
async def asb(activate: Make) -> Json:
    """Without the alias that the ministry's own announcement would be found by."""
    return await activate(
        "asb-1",
        name="Arbeiter-Samariter-Bund Deutschland e.V.",
        name_en="Workers' Samaritan Federation Germany",
        acronym="ASB",
        aliases=[],
        origin_country="DE",
        sectors=["disaster_management"],
    )


@pytest.fixture
def find(registry: httpx.AsyncClient) -> Find:
    """The acronyms that a query of the register finds, in its order."""

    async def acronyms(query: str) -> list[str]:
        response = await registry.get(f"/v1/register?{query}")
        assert response.status_code == 200, response.text
        return [item["acronym"] for item in response.json()["items"]]

    return acronyms
