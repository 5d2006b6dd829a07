"""A TCP proxy whose network can be made bad: slow, stalled, half-open, cut, refusing."""

import asyncio
import socket
import struct
from collections import deque
from typing import Final, cast

MAX_WAITING_BYTES: Final = 1 << 20
RESET_ON_CLOSE: Final = struct.pack("ii", 1, 0)  # linger on, for no time


class Proxy:
    """Passes every connection on to a server, unless told otherwise. One per server; clients know only its port."""

    def __init__(self, server_port: int) -> None:
        self._server_port = server_port
        self._links: set[_Link] = set()
        self._listener: asyncio.Server | None = None
        self.delay_seconds = 0.0
        self.stalled = False
        self.deaf = False
        self.refusing = False

    async def start(self, port: int) -> None:
        loop = asyncio.get_running_loop()
        self._listener = await loop.create_server(lambda: _Link(self).client, "127.0.0.1", port)

    async def stop(self) -> None:
        if self._listener:
            self._listener.close()
            self.cut()
            await self._listener.wait_closed()

    @property
    def port(self) -> int:
        if self._listener is None:
            raise RuntimeError("the proxy has not been started")
        return int(self._listener.sockets[0].getsockname()[1])

    def cut(self) -> None:
        """Reset every connection, on both sides."""
        for link in list(self._links):
            link.abort()

    def refuse(self) -> None:
        """Reset what is connected and whatever connects, until healed."""
        self.refusing = True
        self.cut()

    def slow_down(self, seconds: float) -> None:
        """Everything takes that much longer, in each direction."""
        self.delay_seconds = seconds

    def stall(self) -> None:
        """Nothing passes until healed, not even an end of a connection; then everything arrives, late."""
        self.stalled = True
        self._reconsider()

    def go_deaf(self) -> None:
        """Half-open connections: what is sent is lost, and nobody is told. Once healed they are reset."""
        self.deaf = True

    def heal(self) -> None:
        """A good network again."""
        if self.deaf:
            self.cut()
        self.delay_seconds, self.stalled, self.deaf, self.refusing = 0.0, False, False, False
        self._reconsider()

    def client_port(self, port_at_server: int) -> int | None:
        """Which client's port is behind a connection that the server sees coming from this port."""
        for link in self._links:
            if link.server.local_port == port_at_server:
                return link.client.peer_port
        return None

    async def connect(self, link: "_Link") -> None:
        try:
            loop = asyncio.get_running_loop()
            await loop.create_connection(lambda: link.server, "127.0.0.1", self._server_port)
        except OSError:
            link.abort()

    def opened(self, link: "_Link") -> None:
        self._links.add(link)

    def closed(self, link: "_Link") -> None:
        self._links.discard(link)

    def _reconsider(self) -> None:
        for link in list(self._links):
            link.client.reconsider_reading()
            link.server.reconsider_reading()


class _Link:
    """A client's connection, and ours to the server on its behalf."""

    def __init__(self, proxy: Proxy) -> None:
        self.proxy = proxy
        self.client = _End(self)
        self.server = _End(self)
        self.connecting: asyncio.Task[None] | None = None

    def other(self, end: "_End") -> "_End":
        return self.server if end is self.client else self.client

    def abort(self) -> None:
        self.proxy.closed(self)
        if self.connecting:
            self.connecting.cancel()
        self.client.reset()
        self.server.reset()


class _End(asyncio.Protocol):
    """One side of a link. What it receives waits in `_underway` for its time and goes to the other side."""

    def __init__(self, link: _Link) -> None:
        self._link = link
        self._underway: deque[tuple[float, bytes | None]] = deque()  # None: the end of the connection
        self._timer: asyncio.TimerHandle | None = None
        self._other_is_full = False
        self.transport: asyncio.Transport | None = None
        self.peer_port = 0
        self.local_port = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self.transport.set_write_buffer_limits(high=MAX_WAITING_BYTES)
        peer = transport.get_extra_info("peername")
        if peer is None:  # it has gone already
            self._link.abort()
            return
        self.peer_port, self.local_port = peer[1], transport.get_extra_info("sockname")[1]
        link, proxy = self._link, self._link.proxy
        if self is link.client:
            if proxy.refusing:
                self.reset()
                return
            proxy.opened(link)
            self.transport.pause_reading()  # until the server is there
            link.connecting = asyncio.get_running_loop().create_task(proxy.connect(link))
        else:
            self.reconsider_reading()
            link.client.reconsider_reading()

    def data_received(self, data: bytes) -> None:
        if not self._link.proxy.deaf:
            self._pass_on(data)

    def eof_received(self) -> bool:
        return False  # an end of one direction ends both

    def connection_lost(self, _: Exception | None) -> None:
        if self._link.proxy.deaf:
            return  # the other side is not told; healing resets it
        self._pass_on(None)

    def reset(self) -> None:
        if self.transport and not self.transport.is_closing():
            self.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
            self.transport.abort()

    def pause_writing(self) -> None:
        other = self._link.other(self)
        other._other_is_full = True
        other.reconsider_reading()

    def resume_writing(self) -> None:
        other = self._link.other(self)
        other._other_is_full = False
        other.reconsider_reading()

    def reconsider_reading(self) -> None:
        transport = self.transport
        if transport is None or transport.is_closing():
            return
        wanted = not (self._link.proxy.stalled or self._other_is_full) and self._link.other(self).transport is not None
        if wanted and not transport.is_reading():
            transport.resume_reading()
        elif not wanted and transport.is_reading():
            transport.pause_reading()

    def _pass_on(self, data: bytes | None) -> None:
        delay = self._link.proxy.delay_seconds
        if not delay and not self._underway:
            self._deliver(data)
            return
        loop = asyncio.get_running_loop()
        self._underway.append((loop.time() + delay, data))
        if self._timer is None:
            self._timer = loop.call_later(delay, self._deliver_what_is_due)

    def _deliver_what_is_due(self) -> None:
        loop = asyncio.get_running_loop()
        self._timer = None
        while self._underway and self._underway[0][0] <= loop.time():
            self._deliver(self._underway.popleft()[1])
        if self._underway:
            self._timer = loop.call_at(self._underway[0][0], self._deliver_what_is_due)

    def _deliver(self, data: bytes | None) -> None:
        other = self._link.other(self).transport
        if data is None:
            self._link.proxy.closed(self._link)
            if other is None:
                self._link.abort()
            else:
                other.close()
        elif other and not other.is_closing():
            other.write(data)
