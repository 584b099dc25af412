"""The connection to one service. What goes wrong with it concerns nobody who asks another service.

Each service has its own client, its own limit of calls at a time and its own circuit.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2

from gateway.application.circuit import Circuit
from gateway.application.forwarding import Header
from gateway.application.refusals import ServiceAway, ServiceBrokeOff, ServiceBusy, ServiceSilent

Content = bytes | AsyncIterator[bytes] | None

REPEATABLE = frozenset({"GET", "HEAD"})
WAIT_FOR_TURN = 1.0
"""Seconds a call waits for one of the service's places."""


class Upstream:
    """One service by name and address."""

    def __init__(
        self, name: str, address: str, *, connect_timeout: float, answer_timeout: float, calls_at_once: int
    ) -> None:
        self.name = name
        self.circuit = Circuit()
        self._base = httpx2.URL(address)
        self._path = self._base.raw_path.rstrip(b"/")
        self._places = asyncio.Semaphore(calls_at_once)
        self._at_once = calls_at_once
        self._waiting = 0
        timeout = httpx2.Timeout(answer_timeout, connect=connect_timeout, pool=connect_timeout)
        # Requests are made without the client, which would add headers of its own; so they carry its timeout too.
        self._extensions = {"timeout": timeout.as_dict()}
        self._client = httpx2.AsyncClient(
            timeout=timeout,
            limits=httpx2.Limits(
                max_connections=calls_at_once + 4, max_keepalive_connections=calls_at_once, keepalive_expiry=60
            ),
            follow_redirects=False,
            trust_env=False,
        )

    @asynccontextmanager
    async def call(
        self, method: str, target: bytes, headers: list[Header], content: Content
    ) -> AsyncIterator[httpx2.Response]:
        """The service's answer, its body still to be read; the place is taken until the block ends.

        ``target`` is path and query as they go on the wire. Raises one of the refusals about services.
        """
        if not self.circuit.allows():
            raise ServiceAway(self.name)
        async with self._place():
            response = await self._send(method, target, headers, content)
            try:
                yield response
            except (httpx2.ReadTimeout, httpx2.WriteTimeout) as error:
                self.circuit.silent()
                raise ServiceSilent(self.name) from error
            except httpx2.TransportError as error:
                raise ServiceBrokeOff(self.name) from error
            finally:
                await response.aclose()

    async def close(self) -> None:
        await self._client.aclose()

    async def _send(self, method: str, target: bytes, headers: list[Header], content: Content) -> httpx2.Response:
        url = self._base.copy_with(raw_path=self._path + target)
        again = self._may_repeat(method, headers) and not isinstance(content, AsyncIterator)
        while True:
            request = httpx2.Request(method, url, headers=headers, content=content, extensions=self._extensions)
            try:
                response = await self._client.send(request, stream=True)
            except (httpx2.ConnectTimeout, httpx2.PoolTimeout) as error:
                self.circuit.silent()
                raise ServiceAway(self.name) from error
            except httpx2.ConnectError as error:
                raise ServiceAway(self.name) from error
            except (httpx2.ReadTimeout, httpx2.WriteTimeout) as error:
                self.circuit.silent()
                raise ServiceSilent(self.name) from error
            except httpx2.TransportError as error:
                # The service may have closed an idle connection in the moment in which we used it again.
                if again:
                    again = False
                    continue
                raise ServiceBrokeOff(self.name) from error
            self.circuit.answered()
            return response

    @staticmethod
    def _may_repeat(method: str, headers: list[Header]) -> bool:
        """What can be sent twice with one effect: what only reads, and commands that carry a key."""
        return method in REPEATABLE or any(name == b"idempotency-key" for name, _ in headers)

    @asynccontextmanager
    async def _place(self) -> AsyncIterator[None]:
        if self._places.locked():
            if self._waiting >= self._at_once:
                raise ServiceBusy(self.name)
            self._waiting += 1
            try:
                async with asyncio.timeout(WAIT_FOR_TURN):
                    await self._places.acquire()
            except TimeoutError:
                raise ServiceBusy(self.name) from None
            finally:
                self._waiting -= 1
        else:
            await self._places.acquire()
        try:
            yield
        finally:
            self._places.release()
