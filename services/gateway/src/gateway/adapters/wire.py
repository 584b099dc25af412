"""HTTP/1.1 to a service, no more than a gateway needs: a call costs a fifth of what a general client takes.

One connection carries one exchange at a time and is used again only after an exchange that ended as both sides said it
would. Whatever else happens, the connection is dropped, so no answer can ever reach the wrong caller.
"""

from __future__ import annotations

import asyncio
import ssl
import time
from collections import deque
from collections.abc import AsyncIterator, Sequence
from typing import cast
from urllib.parse import urlsplit

import httptools

Header = tuple[bytes, bytes]
Content = bytes | AsyncIterator[bytes] | None

IDLE = 60.0
"""Seconds after which an unused connection is not trusted any more; services keep theirs for 75."""
HELD_BACK = 256 * 1024
"""Bytes of an answer that wait for a slow caller before the service is made to wait too."""
LARGEST_HEAD = 64 * 1024


class BrokenOff(Exception):
    """The connection ended before the exchange did."""


class Connection(asyncio.Protocol):
    """One connection. ``send``, wait until ``answered``, read ``parts`` to the end; then it may be ``reusable``."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._parser = httptools.HttpResponseParser(self)
        self._writable = asyncio.Event()
        self._writable.set()
        self._parts: deque[bytes] = deque()
        self._held = self._head = 0
        self._waiter: asyncio.Future[None] | None = None
        self._begun = self._complete = self._goes_on = False
        self._closed = False
        self._sent = True
        self._bodiless = False
        self.status = 0
        self.headers: list[Header] = []
        self.idle_since = 0.0

    @property
    def reusable(self) -> bool:
        return self._sent and self._complete and self._goes_on and not self._closed

    @property
    def usable(self) -> bool:
        """Whether it can carry a new exchange as far as we know."""
        return not self._closed and time.monotonic() - self.idle_since < IDLE

    async def send(self, head: bytes, content: Content, *, bodiless: bool, patience: float) -> None:
        """Send a request. ``bodiless``: its answer, to HEAD, has no body.

        Raises ``TimeoutError`` if the service does not read for ``patience`` seconds; what a body that flows raises.
        """
        self._parser = httptools.HttpResponseParser(self)
        self._parts.clear()
        self._held = self._head = 0
        self._begun = self._complete = self._goes_on = self._sent = False
        self._bodiless = bodiless
        self.headers = []
        if isinstance(content, AsyncIterator):
            await self._stream(head, content, patience)
        else:
            self._write(head + (content or b""))
            self._sent = True

    async def answered(self) -> None:
        """Wait for the head of the answer."""
        while not self._begun:
            await self._news()

    async def parts(self) -> AsyncIterator[bytes]:
        """The body as it arrives. Raises ``BrokenOff`` if it ends too early."""
        while True:
            while self._parts:
                part = self._parts.popleft()
                self._held -= len(part)
                if self._held <= HELD_BACK // 2 and self._transport is not None and not self._closed:
                    self._transport.resume_reading()
                yield part
            if self._complete:
                return
            await self._news()

    def drop(self) -> None:
        self._closed = True
        if self._transport is not None:
            self._transport.abort()

    async def _stream(self, head: bytes, content: AsyncIterator[bytes], patience: float) -> None:
        """Send as it comes. A service that answers before it has read everything is not sent the rest."""
        chunked = b"\r\ntransfer-encoding: chunked" in head
        self._write(head)
        async for part in content:
            async with asyncio.timeout(patience):
                await self._writable.wait()
            if self._begun:
                return
            self._write(b"%x\r\n%b\r\n" % (len(part), part) if chunked else part)
        if chunked:
            self._write(b"0\r\n\r\n")
        self._sent = True

    def _write(self, data: bytes) -> None:
        if self._closed or self._transport is None:
            raise BrokenOff
        self._transport.write(data)

    async def _news(self) -> None:
        """Wait until something has arrived. Raises ``BrokenOff`` if nothing will."""
        if self._closed:
            raise BrokenOff
        self._waiter = self._loop.create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None

    def _tell(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    # What asyncio calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's are like it without being one

    def connection_lost(self, exc: Exception | None) -> None:
        self._closed = True
        self._writable.set()
        if self._begun and not self._complete and not self._has_length():
            self._complete = True  # a body without a length ends with the connection
        self._tell()

    def pause_writing(self) -> None:
        self._writable.clear()

    def resume_writing(self) -> None:
        self._writable.set()

    def data_received(self, data: bytes) -> None:
        if self._complete:
            self.drop()  # nobody has asked for anything
            return
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self.drop()
        self._tell()

    # What the parser calls.

    def on_message_begin(self) -> None:
        if self._complete:
            self._closed = True  # a second answer to one question: whose would it be?

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._complete or self._closed:
            return
        self._head += len(name) + len(value)
        if self._head > LARGEST_HEAD:
            self.drop()
        self.headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        if self._complete or self._closed:
            return
        self.status = self._parser.get_status_code()
        if self.status < 200:
            self.headers = []
            return
        self._begun = True
        if self._bodiless:
            # The parser waits for the body that the length announces; none will come, and none is waited for.
            self._complete = True
            self._goes_on = not self._has_length() and self._parser.should_keep_alive()

    def on_body(self, part: bytes) -> None:
        if self._complete or self._closed:
            return
        self._parts.append(part)
        self._held += len(part)
        if self._held > HELD_BACK and self._transport is not None:
            self._transport.pause_reading()

    def on_message_complete(self) -> None:
        if self.status >= 200 and not self._complete:
            self._complete = True
            self._goes_on = self._parser.should_keep_alive()

    def _has_length(self) -> bool:
        return any(name in (b"content-length", b"transfer-encoding") for name, _ in self.headers)


class Connections:
    """The connections to one address: those that are free, the last used first, and new ones as needed."""

    def __init__(self, address: str, *, connect_timeout: float) -> None:
        parts = urlsplit(address)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"{address} is no address of a service")
        self._host = parts.hostname
        self._port = parts.port or (443 if parts.scheme == "https" else 80)
        self._tls = ssl.create_default_context() if parts.scheme == "https" else None
        self._prefix = parts.path.rstrip("/").encode()
        self._host_header = b"\r\nhost: " + parts.netloc.rpartition("@")[2].encode()
        self._connect_timeout = connect_timeout
        self._free: list[Connection] = []

    async def take(self) -> Connection:
        """A connection. Raises ``OSError`` or ``TimeoutError`` if there is none to be had."""
        while self._free:
            connection = self._free.pop()
            if connection.usable:
                return connection
            connection.drop()
        async with asyncio.timeout(self._connect_timeout):
            _, made = await asyncio.get_running_loop().create_connection(
                Connection, self._host, self._port, ssl=self._tls
            )
        return made

    def give_back(self, connection: Connection) -> None:
        if connection.reusable:
            connection.idle_since = time.monotonic()
            self._free.append(connection)
        else:
            connection.drop()

    def close(self) -> None:
        while self._free:
            self._free.pop().drop()

    def head(self, method: str, target: bytes, headers: Sequence[Header], content: Content) -> bytes:
        """The first bytes of a request. Raises ``ValueError`` for a header that would be two."""
        lines = [method.encode(), b" ", self._prefix, target, b" HTTP/1.1", self._host_header]
        for name, value in headers:
            lines += (b"\r\n", name, b": ", value)
        if isinstance(content, AsyncIterator):
            if not any(name == b"content-length" for name, _ in headers):
                lines.append(b"\r\ntransfer-encoding: chunked")
        elif content is not None:
            lines.append(b"\r\ncontent-length: %d" % len(content))
        elif method not in ("GET", "HEAD"):
            lines.append(b"\r\ncontent-length: 0")
        if any(b"\n" in value or b"\r" in value or b"\0" in value for _, value in headers):
            raise ValueError("a header holds a line break")
        lines.append(b"\r\n\r\n")
        return b"".join(lines)
