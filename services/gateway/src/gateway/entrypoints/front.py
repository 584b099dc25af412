"""The first to see a request and the last to see its answer.

Invariant: what the table of routes does not name, and what only services ask each other, is not reachable from here.
"""

from __future__ import annotations

import re
import uuid

from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.http.routes import answer
from gateway.application.paths import is_plain, is_plain_query
from gateway.application.refusals import AddressRefused, NoSuchRoute
from gateway.application.routing import OWN_PATHS
from gateway.entrypoints.edge import Edge
from gateway.entrypoints.proxy import Proxy

INSIDE = "gateway.inside"
"""Marks a call the gateway makes to itself."""
PROBES = ("/health/live", "/health/ready", "/metrics")
_OUR_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}\Z")

_ALWAYS = [
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
]
_UNLESS_SAID = {
    b"content-security-policy": b"default-src 'none'; frame-ancestors 'none'",
    b"cache-control": b"no-store",
}


class Front:
    """Middleware around the application: judges the address, names the request, dresses the answer for browsers."""

    def __init__(self, app: ASGIApp, edge: Edge) -> None:
        self._app = app
        self._edge = edge
        self._proxy = Proxy(edge)
        secure = edge.settings.public_url.startswith("https:")
        self._always = [*_ALWAYS, *([(b"strict-transport-security", b"max-age=31536000")] if secure else [])]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope.get(INSIDE) or scope["path"] in PROBES:
            await self._app(scope, receive, send)
            return
        request_id = _request_id(scope)
        scope["gateway.request_id"] = request_id
        started = False

        async def dressed(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = message["headers"] = list(message.get("headers", ()))
                said = {name for name, _ in headers}
                headers += self._always
                headers += [header for header in _UNLESS_SAID.items() if header[0] not in said]
                headers.append((b"x-request-id", request_id))
            await send(message)

        try:
            if self._is_passed_on(scope):
                await self._proxy(scope, receive, dressed)
            else:
                await self._app(self._told_from_where(scope), receive, dressed)
        except ClientDisconnect:
            return
        except Exception as error:
            if started:
                raise
            await answer(Request(scope, receive), error)(scope, receive, dressed)

    def _told_from_where(self, scope: Scope) -> Scope:
        """Our own routes note the address in the audit trail; a caller must not be able to choose it."""
        headers = [header for header in scope["headers"] if header[0] != b"x-forwarded-for"]
        headers.append((b"x-forwarded-for", self._edge.address(scope).encode("latin-1", "replace")))
        return {**scope, "headers": headers}

    @staticmethod
    def _is_passed_on(scope: Scope) -> bool:
        """Whether a service answers. Raises a refusal for what nobody answers."""
        raw: bytes = scope.get("raw_path") or scope["path"].encode()
        if not is_plain(raw) or not is_plain_query(scope.get("query_string", b"")):
            raise AddressRefused
        step, _, rest = raw.removeprefix(b"/").partition(b"/")
        if step != b"api":
            raise NoSuchRoute
        return rest.partition(b"/")[0].decode() not in OWN_PATHS


def _request_id(scope: Scope) -> bytes:
    """The caller's name for his request, if it is harmless text; else one of ours."""
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _OUR_ID.match(value):
            return bytes(value)
    return uuid.uuid4().hex.encode()
