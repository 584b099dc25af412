"""Doing many things at once, showing how far it is, and waiting for what the platform does by itself."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import TypeVar

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from devkit.steps import console

T = TypeVar("T")
AT_ONCE = 16


class StillWaiting(Exception):
    """The platform did not get there in time; says what is missing."""


class Pace:
    """One bar per act of the day. ``seconds`` keeps how long each took."""

    def __init__(self, seconds: dict[str, float]) -> None:
        self.seconds = seconds
        self._bars = Progress(
            TextColumn("{task.description:<34}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console,
        )

    @asynccontextmanager
    async def shown(self) -> AsyncIterator[None]:
        with self._bars:
            yield

    async def each(
        self, act: str, things: Iterable[T], do: Callable[[T], Awaitable[object]], at_once: int = AT_ONCE
    ) -> None:
        """Do it to all of them, ``at_once`` at a time; the first failure ends it."""
        todo = list(things)
        bar = self._bars.add_task(act, total=len(todo))
        began = time.monotonic()
        gate = asyncio.Semaphore(at_once)

        async def one(thing: T) -> None:
            async with gate:
                await do(thing)
            self._bars.advance(bar)

        async with asyncio.TaskGroup() as group:
            for thing in todo:
                group.create_task(one(thing))
        self.seconds[act] = round(time.monotonic() - began, 2)

    async def until(self, act: str, total: int, reached: Callable[[], Awaitable[int]], patience: float) -> None:
        """Poll until ``total`` is reached. Raises ``StillWaiting`` after ``patience`` seconds without any progress."""
        bar = self._bars.add_task(act, total=total)
        began = moved = time.monotonic()
        best = -1
        while (now := await reached()) < total:
            if now > best:
                best, moved = now, time.monotonic()
            self._bars.update(bar, completed=now)
            if time.monotonic() - moved > patience:
                raise StillWaiting(f"{act}: {now} of {total} after {time.monotonic() - began:.0f} s")
            await asyncio.sleep(0.3)
        self._bars.update(bar, completed=total)
        self.seconds[act] = round(time.monotonic() - began, 2)


def chunks(things: Sequence[T], size: int) -> list[Sequence[T]]:
    return [things[start : start + size] for start in range(0, len(things), size)]
