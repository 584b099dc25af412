"""Reading a body so that nothing in it can upset the database, and so that nobody keeps us waiting for it."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.domain import Reason
from chassis.refusals import CallerSilent, TooLarge, Unprocessable
from chassis.storable import parsed

BODY_WITHIN = 60.0
"""Seconds a caller has for the whole of a body."""


class JsonRequest(Request):
    """A request whose JSON holds only what can be stored."""

    async def json(self) -> Any:
        if not hasattr(self, "_json"):
            self._json = parsed(await self.body())
        return self._json


def refuse_unstorable_address(scope: Scope) -> None:
    """Paths and queries are text too: a NUL in them would fail in the database. Raises ``Unprocessable``."""
    if "\0" in scope["path"]:
        raise Unprocessable(reasons=(Reason("nul-character", "path:"),), count=1)
    if b"%00" in scope.get("query_string", b""):
        raise Unprocessable(reasons=(Reason("nul-character", "query:"),), count=1)


class BodyLimit:
    """Counts a body as it arrives: the first byte too many ends it with 413, and one that is announced, before any has
    come; a body that is not whole in time ends with 408, so that nobody keeps a place by dawdling."""

    def __init__(self, app: ASGIApp, most: int, within: float = BODY_WITHIN) -> None:
        self._app = app
        self._most = most
        self._within = within

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        total, more, ends = 0, True, 0.0
        announced = _announced(scope)

        async def counted() -> Message:
            nonlocal total, more, ends
            if not more:
                return await receive()  # waits for the caller to leave, for as long as the answer takes
            if announced > self._most:
                raise TooLarge(most=self._most)
            ends = ends or asyncio.get_running_loop().time() + self._within
            try:
                async with asyncio.timeout_at(ends):
                    message = await receive()
            except TimeoutError:
                raise CallerSilent from None
            more = message.get("more_body", False)
            total += len(message.get("body", b""))
            if total > self._most:
                raise TooLarge(most=self._most)
            return message

        await self._app(scope, counted, send)


def _announced(scope: Scope) -> int:
    """Bytes that the head says will come; 0 if it says nothing that can be counted."""
    said = next((value for name, value in scope.get("headers", ()) if name == b"content-length"), b"")
    return int(said) if said.isdigit() else 0
