"""Who asks and does not take the answers holds a connection for a while only."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from typing import Final

import httpx
import pytest
from fastapi import Depends, Response
from structlog.testing import capture_logs

from shared.http import server
from shared.http.auth import public
from shared.http.routing import resource
from shared.service import Service
from shared.settings import ServiceSettings
from tests.shared.raw_http import connection, head
from tests.world import World, serving

LARGE_BYTES: Final = 32 * 1_048_576
"""More than the system's own buffers hold."""
LARGE: Final = head("GET", "/v1/things/large", {})
LIVE: Final = head("GET", "/health/live", {})

router = resource("/things", tag="tests", dependencies=[Depends(public)])


@router.get("/large")
async def read_large() -> Response:
    return Response(b"x" * LARGE_BYTES)


SERVICE: Final = Service("registry", "Things", ServiceSettings, [router])


@pytest.fixture
async def url(world: World, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[httpx.URL]:
    """Of a server with room for one connection: a second one tells whether the first is still held."""
    monkeypatch.setattr(server, "CONNECTIONS_MAX", 1)
    async with serving(SERVICE, world.settings("registry", request_timeout_seconds=1)) as url:
        yield httpx.URL(url)


@pytest.fixture
def slow(url: httpx.URL) -> Iterator[socket.socket]:
    """It is sent answers and reads none."""
    with socket.socket() as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.connect((url.host, url.port))
        yield slow


async def is_free(url: httpx.URL) -> bool:
    async with connection(url) as raw:
        try:
            await raw.send(LIVE)
            return (await raw.answer()).status_code == 200
        except (ConnectionError, asyncio.IncompleteReadError):
            return False


async def test_a_reader_that_takes_nothing_is_cut_off_and_what_it_was_not_sent_is_not_logged_as_done(
    world: World, url: httpx.URL, slow: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "UNREAD_SECONDS", 3)
    monkeypatch.setattr(server, "CLOSING_SECONDS", 600)

    with capture_logs() as logged:
        slow.sendall(LARGE * 3)
        await world.until(lambda: is_free(url), "the connection was given up")

    asked = [entry for entry in logged if entry["event"] == "request" and entry["path"] == "/v1/things/large"]
    assert [entry["status"] for entry in asked] == [200, 503]


async def test_a_connection_that_is_closed_waits_for_a_slow_reader_for_a_short_time_only(
    world: World, url: httpx.URL, slow: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "UNREAD_SECONDS", 600)
    monkeypatch.setattr(server, "CLOSING_SECONDS", 0.5)

    slow.sendall(head("GET", "/v1/things/large", {"Connection": "close"}))

    await world.until(lambda: is_free(url), "the connection was given up")


async def test_a_reader_that_takes_its_time_gets_all(url: httpx.URL, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "UNREAD_SECONDS", 5)

    async with (
        httpx.AsyncClient(base_url=url, timeout=30, trust_env=False) as client,
        client.stream("GET", "/v1/things/large") as answer,
    ):
        received = sum([len(part) async for part in answer.aiter_raw()])

    assert received == LARGE_BYTES
