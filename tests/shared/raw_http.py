"""HTTP by hand, for what no well-behaved client sends."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx

READ_SECONDS = 20


@dataclass
class Connection:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def answer(self) -> httpx.Response:
        """The next answer on this connection."""
        async with asyncio.timeout(READ_SECONDS):
            head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            status, *lines = head.rstrip().split("\r\n")
            headers = httpx.Headers(
                [(name, value.strip()) for name, _, value in (line.partition(":") for line in lines)]
            )
            content = await self.reader.readexactly(int(headers.get("content-length", 0)))
        return httpx.Response(int(status.split()[1]), headers=headers, content=content)

    async def closed(self) -> bool:
        """Wait until the other side has closed it, without a further answer."""
        async with asyncio.timeout(READ_SECONDS):
            try:
                return await self.reader.read() == b""
            except ConnectionResetError:
                return True


@asynccontextmanager
async def connection(url: httpx.URL | str) -> AsyncIterator[Connection]:
    address = httpx.URL(url)
    reader, writer = await asyncio.open_connection(address.host, address.port)
    try:
        yield Connection(reader, writer)
    finally:
        writer.close()


def head(verb: str, path: str, headers: Mapping[str, str]) -> bytes:
    lines = [f"{verb} {path} HTTP/1.1", "Host: singo.test", *(f"{name}: {value}" for name, value in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()
