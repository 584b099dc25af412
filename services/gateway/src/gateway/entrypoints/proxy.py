"""Passes a call on to the service that answers it, in the caller's name but with a token of our own.

The service gets method, path, query and body as they came, and only those headers that cannot claim anything; its
answer goes back as it is. No caller, however slow, keeps one of the service's places for longer than its patience.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from time import perf_counter

from opentelemetry import trace
from starlette.requests import ClientDisconnect
from starlette.types import Message, Receive, Scope, Send

from chassis.http.metrics import request_seconds
from chassis.refusals import CallerSilent, NotAllowed, TooLarge
from chassis.telemetry import traceparent
from gateway.adapters.upstream import Answer
from gateway.adapters.wire import Content
from gateway.application.forwarding import Header, passed_in, passed_out
from gateway.application.login import Login
from gateway.application.refusals import MethodNotHere, NoSuchRoute, ServiceAway
from gateway.application.routing import Route
from gateway.entrypoints.edge import Edge

HELD = 256 * 1024
"""Bytes of a body that are read before the service is called, and of an answer before the caller gets it; a longer one
flows through and keeps a place meanwhile."""
CALLER_PATIENCE = 30.0
"""Seconds a caller has for the next part of his body, or to take the next part of an answer."""
UPLOAD_WITHIN = 120.0
"""Seconds for the whole of a body."""
_PREFIX = len("/api")


class Proxy:
    """An ASGI application for every address below ``/api`` that is not the gateway's own."""

    def __init__(self, edge: Edge) -> None:
        self._edge = edge

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started, status, template = perf_counter(), 500, "unknown"
        try:
            route, login = await self._admitted(scope)
            template = "/api" + route.template
            _name_span(scope["method"], template, route.service)
            status = await self._pass_on(route, login, scope, receive, send)
        except Exception as error:
            status = getattr(error, "status", 500)
            raise
        finally:
            request_seconds.labels(scope["method"], template, status).observe(perf_counter() - started)

    async def _admitted(self, scope: Scope) -> tuple[Route, Login | None]:
        """The route, and who takes it. Raises a refusal: who are you, does it exist, may you."""
        edge = self._edge
        found = edge.directory.table.find(scope["method"], scope["raw_path"][_PREFIX:].decode())
        route = found.route
        login: Login | None = None
        if (route is not None and route.permission != "public") or _brings_credentials(scope):
            login = await edge.login(scope)
        else:
            await edge.limits.spend_guest(edge.address(scope))
        if route is None:
            raise self._no_route(found.methods)
        if login is not None and ":" in route.permission and not login.principal.may(route.permission):
            raise NotAllowed(permission=route.permission)
        return route, login

    def _no_route(self, methods: tuple[str, ...]) -> Exception:
        """A path nobody serves; unless a service has never told what it serves: then it may be its."""
        if methods:
            return MethodNotHere(list(methods))
        unheard = [name for name in self._edge.upstreams if not self._edge.directory.knows(name)]
        return ServiceAway(unheard[0]) if unheard else NoSuchRoute()

    async def _pass_on(self, route: Route, login: Login | None, scope: Scope, receive: Receive, send: Send) -> int:
        target: bytes = scope["raw_path"][_PREFIX:]
        if scope["query_string"]:
            target = target + b"?" + scope["query_string"]
        announced = self._announced_length(scope)
        content = await self._content(receive)
        headers = self._headers(route.service, login, scope)
        if isinstance(content, AsyncIterator) and announced is not None:
            headers.append((b"content-length", str(announced).encode()))
        async with self._edge.upstreams[route.service].call(scope["method"], target, headers, content) as answer:
            start = {"type": "http.response.start", "status": answer.status, "headers": passed_out(answer.headers)}
            length = answer.header(b"content-length")
            if length is None or int(length) > HELD:
                await self._flow_out(answer, start, send)
                return answer.status
            body = await answer.body()
        await send(start)
        await send({"type": "http.response.body", "body": body})
        return answer.status

    def _headers(self, service: str, login: Login | None, scope: Scope) -> list[Header]:
        headers = passed_in(scope["headers"])
        headers.append((b"x-forwarded-for", self._edge.address(scope).encode("latin-1", "replace")))
        headers.append((b"x-request-id", scope["gateway.request_id"]))
        if login is not None:
            token = login.token_for(service, self._edge.keys.current())
            headers.append((b"authorization", b"Bearer " + token.encode()))
        if context := traceparent():
            headers.append((b"traceparent", context.encode()))
        return headers

    def _announced_length(self, scope: Scope) -> int | None:
        """What the caller says his body has. Raises ``TooLarge`` before a byte of it is read."""
        for name, value in scope["headers"]:
            if name == b"content-length":
                length = int(value) if value.isdigit() and len(value) < 19 else self._edge.settings.largest_body + 1
                if length > self._edge.settings.largest_body:
                    raise TooLarge(most=self._edge.settings.largest_body)
                return length
        return None

    async def _content(self, receive: Receive) -> Content:
        """The whole body if it is small, else what reads it while it arrives."""
        held, more = b"", True
        ends = perf_counter() + UPLOAD_WITHIN
        while more and len(held) <= HELD:
            part, more = await _part(receive, ends)
            held += part
        if len(held) > self._edge.settings.largest_body:
            raise TooLarge(most=self._edge.settings.largest_body)
        return self._flowing_in(held, receive, ends) if more else held or None

    async def _flowing_in(self, held: bytes, receive: Receive, ends: float) -> AsyncIterator[bytes]:
        """Counts as it flows. Raises ``TooLarge`` or ``CallerSilent``, which breaks the call to the service off."""
        most, total, more = self._edge.settings.largest_body, len(held), True
        yield held
        while more:
            part, more = await _part(receive, ends)
            total += len(part)
            if total > most:
                raise TooLarge(most=most)
            if part:
                yield part

    @staticmethod
    async def _flow_out(answer: Answer, start: Message, send: Send) -> None:
        """What is too long to be held. A caller who does not take it is left."""
        await send(start)
        async for part in answer.parts():
            async with asyncio.timeout(CALLER_PATIENCE):
                await send({"type": "http.response.body", "body": part, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


async def _part(receive: Receive, ends: float) -> tuple[bytes, bool]:
    """The next part of a body that has to be whole by then. Raises ``CallerSilent``."""
    try:
        async with asyncio.timeout(min(CALLER_PATIENCE, ends - perf_counter())):
            message = await receive()
    except TimeoutError:
        raise CallerSilent from None
    if message["type"] == "http.disconnect":
        raise ClientDisconnect
    return message.get("body", b""), message.get("more_body", False)


def _brings_credentials(scope: Scope) -> bool:
    return any(name in (b"authorization", b"x-api-key") for name, _ in scope["headers"])


def _name_span(method: str, template: str, service: str) -> None:
    span = trace.get_current_span()
    if span.is_recording():
        span.update_name(f"{method} {template}")
        span.set_attribute("http.route", template)
        span.set_attribute("peer.service", service)
