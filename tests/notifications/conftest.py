from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from tests.world import World

Subscribe = Callable[..., Awaitable[dict[str, Any]]]


@pytest.fixture
async def api(world: World) -> httpx.AsyncClient:
    return await world.api("notifications")


@pytest.fixture
async def subscribe(world: World, api: httpx.AsyncClient) -> Subscribe:
    """Makes a subscription of `owner`, an integrator for the whole country."""

    async def make(
        types: tuple[str, ...] = ("*",), regions: tuple[str, ...] = (), owner: str = "integrator-1"
    ) -> dict[str, Any]:
        response = await api.post(
            "/v1/subscriptions",
            json={"name": "SIPD", "types": [*types], "regions": [*regions]},
            headers=world.write("integrator", sub=owner),
        )
        assert response.status_code == 201, response.text
        created: dict[str, Any] = response.json()
        return created

    return make
