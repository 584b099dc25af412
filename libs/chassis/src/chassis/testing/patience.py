"""Waiting for a condition, never for a time."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")
_LOOK_EVERY = 0.05


async def eventually(look: Callable[[], Awaitable[T]], *, within: float = 20.0) -> T:
    """Look again and again until the answer is true; that answer. ``AssertionError`` after ``within`` seconds."""
    deadline = time.monotonic() + within
    while True:
        found = await look()
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {within} s: {getattr(look, '__name__', look)} still says {found!r}")
        await asyncio.sleep(_LOOK_EVERY)
