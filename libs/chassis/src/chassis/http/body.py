"""Reading a body so that nothing in it can upset the database: what cannot be stored is refused by its place.

Python's parser lets through what PostgreSQL cannot hold (NUL, lone surrogates, integers past 64 bits) and what JSON
does not know (NaN, Infinity). Each is named with a pointer before any model sees it.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any, NoReturn

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.domain import Reason
from chassis.refusals import CallerSilent, Malformed, TooLarge, Unprocessable

LARGEST = 2**63 - 1
DEEPEST = 64
BODY_WITHIN = 60.0
"""Seconds a caller has for the whole of a body."""


class JsonRequest(Request):
    """A request whose JSON holds only what can be stored."""

    async def json(self) -> Any:
        if not hasattr(self, "_json"):
            self._json = parsed(await self.body())
        return self._json


def parsed(raw: bytes) -> Any:
    """The value. ``json.JSONDecodeError`` if it is not JSON, ``Unprocessable`` naming what cannot be stored."""
    suspicious = b"\\u0000" in raw or b"\\ud" in raw or b"\\uD" in raw

    def integer(digits: str) -> int:
        nonlocal suspicious
        if len(digits) > 18:
            suspicious = True
            return LARGEST + 1 if len(digits) > 30 else int(digits)
        return int(digits)

    def fraction(text: str) -> float:
        nonlocal suspicious
        value = float(text)
        if not -LARGEST <= value <= LARGEST:
            suspicious = True
        return value

    def constant(name: str) -> NoReturn:
        raise json.JSONDecodeError(f"{name} is not JSON", name, 0)

    try:
        value = json.loads(raw, parse_int=integer, parse_float=fraction, parse_constant=constant)
    except RecursionError:
        raise Malformed("body-too-deep") from None
    except UnicodeDecodeError:
        raise Malformed("body-not-utf8") from None
    if suspicious and (reasons := tuple(_unstorable(value, ""))):
        raise Unprocessable(reasons=reasons, count=len(reasons))
    return value


def refuse_unstorable_address(scope: Scope) -> None:
    """Paths and queries are text too: a NUL in them would fail in the database. Raises ``Unprocessable``."""
    if "\0" in scope["path"]:
        raise Unprocessable(reasons=(Reason("nul-character", "path:"),), count=1)
    if b"%00" in scope.get("query_string", b""):
        raise Unprocessable(reasons=(Reason("nul-character", "query:"),), count=1)


def _unstorable(value: Any, place: str) -> Iterator[Reason]:
    if isinstance(value, str):
        if "\0" in value:
            yield Reason("nul-character", place)
        elif any("\ud800" <= character <= "\udfff" for character in value):
            yield Reason("broken-character", place)
    elif isinstance(value, bool):
        return
    elif isinstance(value, (int, float)):
        if not -LARGEST <= value <= LARGEST:
            yield Reason("number-too-large", place)
    elif isinstance(value, list):
        for index, element in enumerate(value):
            yield from _unstorable(element, f"{place}/{index}" if place else str(index))
    elif isinstance(value, dict):
        for name, element in value.items():
            yield from _unstorable(name, place)
            step = name.replace("~", "~0").replace("/", "~1")
            yield from _unstorable(element, f"{place}/{step}" if place else step)


class BodyLimit:
    """Counts a body as it arrives: the first byte too many ends it with 413, declared length or not; one that is not
    whole in time ends with 408, so that nobody keeps a place by dawdling."""

    def __init__(self, app: ASGIApp, most: int, within: float = BODY_WITHIN) -> None:
        self._app = app
        self._most = most
        self._within = within

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        total, more, ends = 0, True, 0.0

        async def counted() -> Message:
            nonlocal total, more, ends
            if not more:
                return await receive()  # waits for the caller to leave, for as long as the answer takes
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
