"""The connection to one service. What goes wrong with it concerns nobody who asks another service.

Each service has its own connections, its own limit of calls at a time and its own circuit.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from prometheus_client import Counter, Gauge

from chassis.refusals import Refusal
from gateway.adapters.wire import BrokenOff, Connection, Connections, Content, Header
from gateway.application.circuit import Circuit
from gateway.application.refusals import ServiceAway, ServiceBrokeOff, ServiceBusy, ServiceSilent

refused_total = Counter("gateway_upstream_refusals_total", "Calls a service gave no answer to.", ["service", "code"])
circuit_open = Gauge("gateway_circuit_open", "1 while a service says nothing and is not asked.", ["service"])

REPEATABLE = frozenset({"GET", "HEAD"})
WAIT_FOR_TURN = 1.0
"""Seconds a call waits for one of the service's places."""


class Answer:
    """What the service says: status and headers at once, the body as it comes."""

    def __init__(self, connection: Connection, upstream: Upstream) -> None:
        self.status = connection.status
        self.headers = connection.headers
        self._connection = connection
        self._upstream = upstream

    def header(self, name: bytes) -> bytes | None:
        return next((value for each, value in self.headers if each == name), None)

    async def parts(self) -> AsyncIterator[bytes]:
        """Raises a refusal if the body stops coming. Whoever has sent the head on already can only break off."""
        upstream, parts = self._upstream, self._connection.parts()
        while True:
            try:
                async with asyncio.timeout(upstream.answer_timeout):
                    part = await anext(parts, None)
            except TimeoutError:
                upstream.circuit.silent()
                raise ServiceSilent(upstream.name) from None
            except BrokenOff:
                raise ServiceBrokeOff(upstream.name) from None
            if part is None:
                return
            yield part

    async def body(self) -> bytes:
        return b"".join([part async for part in self.parts()])


class Upstream:
    """One service by name and address."""

    def __init__(
        self, name: str, address: str, *, connect_timeout: float, answer_timeout: float, calls_at_once: int
    ) -> None:
        self.name = name
        self.answer_timeout = answer_timeout
        self.circuit = Circuit()
        self._connections = Connections(address, connect_timeout=connect_timeout)
        self._places = asyncio.Semaphore(calls_at_once)
        self._at_once = calls_at_once
        self._waiting = 0
        circuit_open.labels(name).set_function(lambda: float(self.circuit.open))

    @asynccontextmanager
    async def call(self, method: str, target: bytes, headers: list[Header], content: Content) -> AsyncIterator[Answer]:
        """The service's answer, its body still to be read; the place is taken until the block ends.

        ``target`` is path and query as they go on the wire. Raises one of the refusals about services.
        """
        try:
            async with self._answer(method, target, headers, content) as answer:
                yield answer
        except Refusal as refusal:
            if refusal.params.get("service") == self.name:
                refused_total.labels(self.name, refusal.code).inc()
            raise

    @asynccontextmanager
    async def _answer(
        self, method: str, target: bytes, headers: list[Header], content: Content
    ) -> AsyncIterator[Answer]:
        if not self.circuit.allows():
            raise ServiceAway(self.name)
        await self._take_place()
        connection: Connection | None = None
        try:
            connection = await self._asked(method, target, headers, content)
            yield Answer(connection, self)
        except BaseException:
            if connection is not None:
                connection.drop()
            raise
        else:
            self._connections.give_back(connection)
        finally:
            self._places.release()

    def close(self) -> None:
        self._connections.close()

    async def _asked(self, method: str, target: bytes, headers: list[Header], content: Content) -> Connection:
        """A connection on which the answer has begun."""
        head = self._connections.head(method, target, headers, content)
        again = self._may_repeat(method, headers) and not isinstance(content, AsyncIterator)
        while True:
            connection = await self._connected()
            try:
                await connection.send(head, content, bodiless=method == "HEAD", patience=self.answer_timeout)
                async with asyncio.timeout(self.answer_timeout):
                    await connection.answered()
            except TimeoutError:
                connection.drop()
                self.circuit.silent()
                raise ServiceSilent(self.name) from None
            except BrokenOff:
                # The service may have closed an idle connection in the moment in which we used it again.
                connection.drop()
                if not again:
                    raise ServiceBrokeOff(self.name) from None
                again = False
            except BaseException:
                connection.drop()
                raise
            else:
                self.circuit.answered()
                return connection

    async def _connected(self) -> Connection:
        try:
            return await self._connections.take()
        except TimeoutError:
            self.circuit.silent()
            raise ServiceAway(self.name) from None
        except OSError:
            raise ServiceAway(self.name) from None

    @staticmethod
    def _may_repeat(method: str, headers: list[Header]) -> bool:
        """What can be sent twice with one effect: what only reads, and commands that carry a key."""
        return method in REPEATABLE or any(name == b"idempotency-key" for name, _ in headers)

    async def _take_place(self) -> None:
        if not self._places.locked():
            await self._places.acquire()
            return
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
