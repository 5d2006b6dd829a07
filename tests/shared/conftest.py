from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.servers import Servers
from tests.shared.shelf import Shelf, filled
from tests.world import World


@pytest.fixture(scope="session")
async def shelf(servers: Servers, template: str, issuer_keys: Path) -> AsyncIterator[Shelf]:
    """Some rows in every list, in one database for all tests here: they only read."""
    async with World.on_fresh_database(servers, template, issuer_keys) as world:
        yield await filled(world)
