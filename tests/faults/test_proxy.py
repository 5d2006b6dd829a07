"""The proxy is only as good as its bad network: each kind is seen to do what it says."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest

from tests.faults.proxy import Proxy


@asynccontextmanager
async def echoing() -> AsyncIterator[Proxy]:
    """A proxy before a server that sends everything back."""

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(65536):
                writer.write(data)
        writer.transport.abort()

    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    proxy = Proxy(server.sockets[0].getsockname()[1])
    await proxy.start(0)
    try:
        yield proxy
    finally:
        await proxy.stop()
        server.close()
        await server.wait_closed()


@asynccontextmanager
async def connected(proxy: Proxy) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
    try:
        yield reader, writer
    finally:
        writer.transport.abort()


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, data: bytes) -> bytes:
    writer.write(data)
    return await asyncio.wait_for(reader.readexactly(len(data)), 10)


async def silent(reader: asyncio.StreamReader) -> bool:
    """Whether nothing at all comes for a moment, not even an end."""
    waiting = asyncio.ensure_future(reader.read(1))
    done, _ = await asyncio.wait([waiting], timeout=0.2)
    waiting.cancel()
    return not done


async def test_a_good_network_passes_everything_on_in_order() -> None:
    data = bytes(range(256)) * 20_000

    async with echoing() as proxy, connected(proxy) as (reader, writer):
        assert await answer(reader, writer, data) == data


async def test_a_slow_network_delays_both_directions_and_keeps_the_order() -> None:
    async with echoing() as proxy, connected(proxy) as (reader, writer):
        proxy.slow_down(0.1)
        started = time.monotonic()
        writer.write(b"one ")
        await asyncio.sleep(0)
        assert await answer(reader, writer, b"two") == b"one"
        assert await asyncio.wait_for(reader.readexactly(4), 10) == b" two"
        assert time.monotonic() - started >= 0.2


async def test_what_was_stalled_arrives_late_and_whole() -> None:
    async with echoing() as proxy, connected(proxy) as (reader, writer):
        assert await answer(reader, writer, b"before") == b"before"
        proxy.stall()
        writer.write(b"during")
        assert await silent(reader)

        proxy.heal()

        assert await asyncio.wait_for(reader.readexactly(6), 10) == b"during"


async def test_half_open_connections_lose_what_is_sent_and_are_reset_when_healed() -> None:
    async with echoing() as proxy, connected(proxy) as (reader, writer):
        assert await answer(reader, writer, b"before") == b"before"
        proxy.go_deaf()
        writer.write(b"lost")
        assert await silent(reader)

        proxy.heal()

        with pytest.raises(ConnectionResetError):
            await asyncio.wait_for(reader.read(1), 10)


async def test_a_cut_resets_what_is_connected_and_lets_new_connections_in() -> None:
    async with echoing() as proxy:
        async with connected(proxy) as (reader, writer):
            assert await answer(reader, writer, b"before") == b"before"
            proxy.cut()
            with pytest.raises(ConnectionResetError):
                await asyncio.wait_for(reader.read(1), 10)
        async with connected(proxy) as (reader, writer):
            assert await answer(reader, writer, b"after") == b"after"


async def test_a_refusing_network_lets_nobody_in() -> None:
    async with echoing() as proxy:
        proxy.refuse()
        with pytest.raises(OSError, match=r"reset|refused|lost"):
            async with connected(proxy) as (reader, writer):
                await answer(reader, writer, b"anybody?")
        proxy.heal()
        async with connected(proxy) as (reader, writer):
            assert await answer(reader, writer, b"anybody?") == b"anybody?"


async def test_the_client_behind_a_connection_that_the_server_sees_is_known() -> None:
    seen: list[int] = []

    async def note(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(writer.get_extra_info("peername")[1])
        writer.write(b"!")
        with suppress(ConnectionError):
            await reader.read()
        writer.transport.abort()

    server = await asyncio.start_server(note, "127.0.0.1", 0)
    proxy = Proxy(server.sockets[0].getsockname()[1])
    await proxy.start(0)
    async with connected(proxy) as (reader, writer):
        assert await answer(reader, writer, b"?") == b"!"
        assert proxy.client_port(seen[0]) == writer.get_extra_info("sockname")[1]

    await proxy.stop()
    server.close()
    await server.wait_closed()
