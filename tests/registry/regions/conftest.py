"""All codes, in one database for all tests here: they only read."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from tests.servers import Servers, template_with_data
from tests.world import World


@pytest.fixture(scope="session")
async def all_codes(servers: Servers, template: str, issuer_keys: Path) -> AsyncIterator[World]:
    full = await template_with_data(servers, template)
    async with World.on_fresh_database(servers, full, issuer_keys) as world:
        yield world


@pytest.fixture
async def regions(all_codes: World) -> httpx.AsyncClient:
    return await all_codes.api("registry")
