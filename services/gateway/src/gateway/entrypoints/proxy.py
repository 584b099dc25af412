"""Passes a call on to the service that answers it, in the caller's name but with a token of our own.

The service gets method, path, query and body as they came, and only those headers that cannot claim anything; its
answer goes back as it is.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from time import perf_counter

from opentelemetry import trace
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from chassis.http.metrics import request_seconds
from chassis.refusals import NotAllowed, TooLarge
from chassis.telemetry import traceparent
from gateway.adapters.wire import Content
from gateway.application.forwarding import Header, passed_in, passed_out
from gateway.application.login import Login
from gateway.application.refusals import MethodNotHere, NoSuchRoute
from gateway.application.routing import Route
from gateway.entrypoints.edge import Edge

HELD = 256 * 1024
"""Bytes of a body that are read before the service is called; a longer one flows through."""
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
        """The route, and who takes it. Raises 401, 403, 404, 405 or 429 as a refusal, in this order of questions:
        does it exist, who are you, may you."""
        edge = self._edge
        found = edge.directory.table.find(scope["method"], scope["raw_path"][_PREFIX:].decode())
        route = found.route
        if route is None or route.permission == "public":
            if not _brings_credentials(scope):
                await edge.limits.spend_guest(edge.address(scope))
            else:
                await edge.login(scope)
            if route is None:
                raise MethodNotHere(list(found.methods)) if found.methods else NoSuchRoute
            return route, scope.get("gateway.login")
        login = await edge.login(scope)
        if route.permission != "signed-in" and not login.principal.may(route.permission):
            raise NotAllowed(permission=route.permission)
        return route, login

    async def _pass_on(
        self, route: Route, login: Login | None, scope: Scope, receive: Receive, send: Send
    ) -> int:
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
            if length is not None and int(length) <= HELD:
                body = await answer.body()
                await send(start)
                await send({"type": "http.response.body", "body": body})
            else:
                await send(start)
                async for part in answer.parts():
                    await send({"type": "http.response.body", "body": part, "more_body": True})
                await send({"type": "http.response.body", "body": b""})
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
        while more and len(held) <= HELD:
            part, more = await _part(receive)
            held += part
        if len(held) > self._edge.settings.largest_body:
            raise TooLarge(most=self._edge.settings.largest_body)
        return self._flowing(held, receive) if more else held or None

    async def _flowing(self, held: bytes, receive: Receive) -> AsyncIterator[bytes]:
        """Counts as it flows. Raises ``TooLarge``, which breaks the call to the service off."""
        most, total, more = self._edge.settings.largest_body, len(held), True
        yield held
        while more:
            part, more = await _part(receive)
            total += len(part)
            if total > most:
                raise TooLarge(most=most)
            if part:
                yield part


async def _part(receive: Receive) -> tuple[bytes, bool]:
    message = await receive()
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
