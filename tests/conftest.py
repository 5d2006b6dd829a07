"""Servers once per run, a database per test. Servers: the given ones, or containers if Docker answers, or embedded."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from shared import logging
from tests.servers import Servers, docker_answers, start_containers, start_embedded, template_database
from tests.world import World


def pytest_configure(config: pytest.Config) -> None:
    """Containers are started once, by the process that the test run's workers come from."""
    logging.configure("tests", "tests", "json")
    if hasattr(config, "workerinput") or config.option.collectonly:
        return
    given = "SINGO_TEST_DSN" in os.environ and "SINGO_TEST_KAFKA" in os.environ
    wish = os.environ.get("SINGO_TEST_SERVERS", "embedded" if given or not docker_answers() else "docker")
    if wish == "docker" and not given:
        servers, stop = start_containers()
        os.environ.update(SINGO_TEST_DSN=servers.dsn, SINGO_TEST_KAFKA=servers.kafka)
        config.add_cleanup(stop)


@pytest.fixture(scope="session")
def servers() -> Servers:
    """A real PostgreSQL and a real Kafka."""
    if dsn := os.environ.get("SINGO_TEST_DSN"):
        return Servers(dsn, os.environ["SINGO_TEST_KAFKA"])
    return start_embedded(Path(__file__).parents[1] / ".run" / "test")


@pytest.fixture(scope="session")
def issuer_keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("issuer")


@pytest.fixture(scope="session")
async def template(servers: Servers) -> str:
    """The name of a database with all schemas migrated, to be copied for each test."""
    return await template_database(servers.dsn)


@pytest.fixture
async def world(servers: Servers, template: str, issuer_keys: Path) -> AsyncIterator[World]:
    """The four services on a database of their own."""
    async with World.on_fresh_database(servers, template, issuer_keys) as world:
        yield world


@pytest.fixture
async def another_world(servers: Servers, template: str, issuer_keys: Path) -> AsyncIterator[World]:
    async with World.on_fresh_database(servers, template, issuer_keys) as world:
        yield world


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Calls to this machine go straight."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
