from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from shared import migrate
from shared.events import relay
from tests.hazards.line import Line, OwnServers
from tests.servers import template_database
from tests.shared.test_inbox import Reader, reader
from tests.world import World

__all__ = ["reader"]  # a fixture: a reader in reporting's schema, and its table of effects


@pytest.fixture
async def line(world: World, reader: Reader) -> Line:
    await migrate.create_topic(world.settings("registry"), "registry")
    return Line(world, reader=reader)


@pytest.fixture
def short_lease(monkeypatch: pytest.MonkeyPatch) -> None:
    """A frozen or unreachable leader is given up after one second."""
    monkeypatch.setattr(relay, "LEASE_SECONDS", 1)
    monkeypatch.setattr(relay, "POLL_SECONDS", 0.2)  # what keeps the lease


@pytest.fixture(scope="module")
def own_servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnServers]:
    """A PostgreSQL and a Kafka for this module alone, which its tests may kill."""
    own = OwnServers(tmp_path_factory.mktemp("hazards").resolve())
    own.start()
    yield own
    own.remove()


@pytest.fixture
async def own_world(own_servers: OwnServers, issuer_keys: Path) -> AsyncIterator[World]:
    """The four services on a database of their own, on servers of their own."""
    servers = own_servers.servers
    async with World.on_fresh_database(servers, await template_database(servers.dsn), issuer_keys) as world:
        yield world
