"""Asking over HTTP as cheaply as Python can, so that what asks is not what is measured.

A connection carries one exchange at a time. The request is made before it is timed; of an answer only the status and
where it ends are looked at.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast

import httptools

Request = Callable[[int], bytes]
"""Makes the n-th request, head and body."""


class Exchange(asyncio.Protocol):
    """One connection."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._parser = httptools.HttpResponseParser(self)
        self._answer: asyncio.Future[tuple[int, bytes]] | None = None
        self._body = bytearray()

    async def ask(self, request: bytes) -> tuple[int, bytes]:
        """Status and body. Raises ``ConnectionError`` if the other side hangs up."""
        if self._transport is None or self._transport.is_closing():
            raise ConnectionResetError("the connection is closed")
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._answer

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(ConnectionResetError("the other side hung up"))

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_message_begin(self) -> None:
        self._body.clear()

    def on_body(self, part: bytes) -> None:
        self._body += part

    def on_message_complete(self) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_result((self._parser.get_status_code(), bytes(self._body)))


@dataclass
class Asked:
    """What came of it. ``seconds`` are those of the answers below 400; others are counted by status."""

    begun: float
    ended: float = 0.0
    seconds: list[float] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    refused: dict[int, int] = field(default_factory=dict)

    @property
    def rate(self) -> float:
        return len(self.seconds) / (self.ended - self.begun)

    def note(self, took: float, status: int, body: bytes, *, keep: bool) -> None:
        if status >= 400:
            self.refused[status] = self.refused.get(status, 0) + 1
            return
        self.seconds.append(took)
        if keep:
            self.bodies.append(body)


async def closed_loop(
    host: str, port: int, request: Request, *, connections: int, seconds: float, keep: bool = False
) -> Asked:
    """Every connection asks again as soon as it is answered, for so many seconds."""
    loop, counter = asyncio.get_running_loop(), iter(range(1 << 62))
    opened = [(await loop.create_connection(Exchange, host, port))[1] for _ in range(connections)]
    asked = Asked(time.perf_counter())
    until = asked.begun + seconds

    async def one(exchange: Exchange) -> None:
        while (began := time.perf_counter()) < until:
            status, body = await exchange.ask(request(next(counter)))
            asked.note(time.perf_counter() - began, status, body, keep=keep)

    try:
        await asyncio.gather(*map(one, opened))
    finally:
        for exchange in opened:
            exchange.close()
    asked.ended = time.perf_counter()
    return asked


def request_bytes(method: str, target: str, headers: dict[str, str], body: bytes | None = None) -> bytes:
    """A whole request."""
    lines = [f"{method} {target} HTTP/1.1", "host: bench", *(f"{name}: {value}" for name, value in headers.items())]
    if body is not None:
        lines += ["content-type: application/json", f"content-length: {len(body)}"]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + (body or b"")
