"""How much a process takes on at once. What comes on top is refused at once: a queue that only grows serves nobody."""

from __future__ import annotations

from prometheus_client import Counter, Gauge
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.http.routes import answer
from chassis.refusals import Unavailable

PROBES = frozenset({"/health/live", "/health/ready", "/metrics"})
"""Answered even then: who watches an overloaded process must not take it for a dead one."""

IN_WORK = Gauge("chassis_requests_in_work", "Requests that are being answered or wait for a connection")
REFUSED = Counter("chassis_requests_refused_total", "Requests refused because too many were in work")


class Admission:
    """Outermost, so that a refusal costs next to nothing.

    A request takes a place from its arrival until its answer begins, but for the time it waits for its own caller:
    neither a slow upload nor a stream without end keeps others out.
    """

    def __init__(self, app: ASGIApp, *, most: int) -> None:
        self._app = app
        self._most = most
        self._taken = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in PROBES:
            await self._app(scope, receive, send)
        elif self._taken >= self._most:
            REFUSED.inc()
            refusal = Unavailable("overloaded", retry_after=1)
            await answer(Request(scope, receive), refusal)(scope, receive, send)
        else:
            await self._admitted(scope, receive, send)

    async def _admitted(self, scope: Scope, receive: Receive, send: Send) -> None:
        holds, body_is_here, answering = True, False, False
        self._take(1)

        async def from_caller() -> Message:
            nonlocal holds, body_is_here
            if body_is_here or not holds:
                return await receive()
            holds = False
            self._take(-1)
            try:
                message = await receive()
            finally:
                if not answering:
                    holds = True
                    self._take(1)
            body_is_here = not message.get("more_body", False)
            return message

        async def to_caller(message: Message) -> None:
            nonlocal holds, answering
            answering = True
            if holds:
                holds = False
                self._take(-1)
            await send(message)

        try:
            await self._app(scope, from_caller, to_caller)
        finally:
            if holds:
                self._take(-1)

    def _take(self, places: int) -> None:
        self._taken += places
        IN_WORK.set(self._taken)
