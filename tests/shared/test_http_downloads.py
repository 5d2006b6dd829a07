"""A download takes what memory and connections a small answer takes, however long it is and however slow its reader."""

import asyncio
import socket
from collections.abc import AsyncIterator
from typing import Final

import httpx
import pytest
from fastapi import Depends, Request, Response

from shared.errors import NotFound
from shared.http import downloads, server
from shared.http.auth import public
from shared.http.database import Db
from shared.http.downloads import OF_CALLER_MAX, Spool, download
from shared.http.routing import resource
from shared.service import Service
from shared.settings import ServiceSettings
from tests.shared.raw_http import head
from tests.world import World, serving

PART: Final = b"x" * 65_536
PARTS: Final = 512
"""32 MiB: more than the system's own buffers hold."""
LARGE: Final = head("GET", "/v1/things/large", {})

router = resource("/things", tag="tests", dependencies=[Depends(public)])


@router.get("/large")
async def download_large(request: Request, db: Db) -> Response:
    async def write(spool: Spool) -> None:
        async with db.read() as conn:
            await conn.fetchval("SELECT 1")
            for _ in range(PARTS):
                spool.write(PART)

    return await download(request, write, media_type="text/plain", filename="large.txt")


@router.get("/small")
async def download_small(request: Request) -> Response:
    async def write(spool: Spool) -> None:
        spool.write(b"a,b\r\n")

    return await download(request, write, media_type="text/csv", filename="small.csv", links='</d>; rel="describedby"')


@router.get("/broken")
async def download_broken(request: Request) -> Response:
    async def write(spool: Spool) -> None:
        spool.write(b"half of")
        raise NotFound("the other half is not there")

    return await download(request, write, media_type="text/csv", filename="broken.csv")


SERVICE: Final = Service("registry", "Things", ServiceSettings, [router])


@pytest.fixture
async def url(world: World) -> AsyncIterator[httpx.URL]:
    """Of a server with two connections to its database, that works on a request for a second."""
    settings = world.settings("registry", request_timeout_seconds=1, pool_size=2)
    async with serving(SERVICE, settings) as url:
        yield httpx.URL(url)


@pytest.fixture
async def client(url: httpx.URL) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=url, timeout=30, trust_env=False) as client:
        yield client


class Slow:
    """Readers that take nothing of what they are sent."""

    def __init__(self, url: httpx.URL, world: World, client: httpx.AsyncClient) -> None:
        self.url, self.world, self.client = url, world, client
        self.open: list[socket.socket] = []

    async def ask(self) -> None:
        slow = socket.socket()
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.connect((self.url.host, self.url.port))
        slow.sendall(LARGE)
        slow.setblocking(False)
        self.open.append(slow)
        loop = asyncio.get_running_loop()
        assert (await loop.sock_recv(slow, 12)) == b"HTTP/1.1 200"  # it is being sent


@pytest.fixture
async def slow(url: httpx.URL, world: World, client: httpx.AsyncClient) -> AsyncIterator[Slow]:
    readers = Slow(url, world, client)
    yield readers
    for each in readers.open:
        each.close()


async def test_slow_readers_hold_no_connection_of_the_database(client: httpx.AsyncClient, slow: Slow) -> None:
    for _ in range(OF_CALLER_MAX):
        await slow.ask()

    assert (await client.get("/health/ready")).status_code == 200


async def test_a_caller_has_few_downloads_at_once_and_gets_their_places_back(
    world: World, client: httpx.AsyncClient, slow: Slow
) -> None:
    for _ in range(OF_CALLER_MAX):
        await slow.ask()

    refused = await client.get("/v1/things/small")
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "5")

    slow.open.pop().close()

    async def served() -> bool:
        return (await client.get("/v1/things/small")).status_code == 200

    await world.until(served, "a place became free")


async def test_all_callers_together_have_a_bound(
    client: httpx.AsyncClient, slow: Slow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(downloads, "AT_ONCE_MAX", 1)
    await slow.ask()

    assert (await client.get("/v1/things/small")).status_code == 503


async def test_who_takes_longer_than_a_request_may_last_gets_all_of_it(client: httpx.AsyncClient) -> None:
    received = 0
    async with client.stream("GET", "/v1/things/large") as answer:
        async for part in answer.aiter_raw(chunk_size=8 * 1_048_576):
            received += len(part)
            await asyncio.sleep(0.5)

    assert received == len(PART) * PARTS


async def test_a_reader_that_takes_nothing_is_cut_off(
    world: World, client: httpx.AsyncClient, slow: Slow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "UNREAD_SECONDS", 0.5)
    for _ in range(OF_CALLER_MAX):
        await slow.ask()

    async def served() -> bool:
        return (await client.get("/v1/things/small")).status_code == 200

    await world.until(served, "the slow readers were given up")


async def test_a_download_that_takes_too_long_is_broken_off(
    client: httpx.AsyncClient, slow: Slow, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(downloads, "SENDING_SECONDS_MAX", 0.5)
    for _ in range(OF_CALLER_MAX):
        await slow.ask()

    async def served() -> bool:
        return (await client.get("/v1/things/small")).status_code == 200

    await world.until(served, "the time was over")


async def test_a_file_has_its_digest_as_tag_its_name_and_its_length(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/things/small")
    same = await client.get("/v1/things/small", headers={"If-None-Match": answer.headers["etag"]})
    head_only = await client.head("/v1/things/small")

    assert answer.text == "a,b\r\n"
    assert answer.headers["content-disposition"] == 'attachment; filename="small.csv"'
    assert answer.headers["content-length"] == "5"
    assert answer.headers["link"] == '</d>; rel="describedby"'
    assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", answer.headers["etag"])
    assert (head_only.content, head_only.headers["content-length"]) == (b"", "5")


async def test_a_date_that_is_none_is_ignored_and_an_endless_one_refused(client: httpx.AsyncClient) -> None:
    ignored = await client.get("/v1/things/small", headers={"If-Modified-Since": "0" * 100})
    refused = await client.get("/v1/things/small", headers={"If-Modified-Since": "0" * 101})

    assert ignored.status_code == 200
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == "header:If-Modified-Since"


async def test_what_fails_on_the_way_is_a_problem_and_not_half_a_file(client: httpx.AsyncClient) -> None:
    for _ in range(OF_CALLER_MAX + 1):
        answer = await client.get("/v1/things/broken")

        assert answer.status_code == 404
        assert answer.json()["detail"] == "the other half is not there"


async def test_a_file_that_would_fill_the_disk_is_not_made(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(downloads, "FILE_BYTES_MAX", 100_000)

    assert (await client.get("/v1/things/large")).status_code == 500
