"""The one reader of the feed in this process; every open stream reads from its memory.

A stream keeps a number, not a queue: a slow one falls behind and reads from the table again, and costs no memory.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Sequence

import structlog
from prometheus_client import Gauge
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.failures import is_transient
from gateway.adapters import feed
from gateway.adapters.feed import Bounds
from gateway.application.feed import Change

log = structlog.get_logger("gateway.feed")

streams = Gauge("gateway_streams", "Open streams of live updates.")

LOOK_EVERY = 0.2
REMEMBERED = 10_000
PAGE = 1_000
TRUST_RECENT = 1800.0
"""Seconds since the last look within which nothing new can lie in older parts of the feed."""


class LiveFeed:
    """Rows since about when this process began to read. Reads only while somebody listens."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._rows: deque[Change] = deque(maxlen=REMEMBERED)
        self._head: int | None = None
        self._looked = float("-inf")
        self._listeners = 0
        self._wanted = asyncio.Event()
        self._news = asyncio.Event()
        self.ended = False

    async def bounds(self) -> Bounds:
        """Where the feed begins and ends now."""
        async with self._engine.connect() as connection:
            return await feed.bounds(connection)

    async def after(self, seq: int) -> Sequence[Change]:
        """The next rows after ``seq``, at once or when there are any; none when the process ends or to look around."""
        news = self._news  # taken before looking: what comes while we look must not be slept through
        if self._rows and self._rows[0].seq <= seq + 1:
            found = self._remembered(seq)
        elif self._head is not None and seq >= self._head:
            found = []
        else:
            async with self._engine.connect() as connection:
                found = list(await feed.read(connection, seq, PAGE))
        if not found and not self.ended:
            await news.wait()
        return found

    def _remembered(self, seq: int) -> list[Change]:
        """From the newest back: most streams lack only the last few rows."""
        newest_first: list[Change] = []
        for row in reversed(self._rows):
            if row.seq <= seq:
                break
            newest_first.append(row)
        return newest_first[: -PAGE - 1 : -1]

    def wake(self) -> None:
        """Let every stream look around: something about its reader may have changed, or the process ends."""
        self._news.set()
        self._news = asyncio.Event()

    def listen(self) -> None:
        self._listeners += 1
        streams.inc()
        self._wanted.set()

    def leave(self) -> None:
        self._listeners -= 1
        streams.dec()
        if self._listeners == 0:
            self._wanted.clear()

    def end(self) -> None:
        """The process is asked to stop: streams close, their readers come back elsewhere."""
        self.ended = True
        self.wake()

    async def run(self) -> None:
        """Read until cancelled. While the database is away streams only wait."""
        while True:
            if not self._wanted.is_set():
                self._head = None
                self._rows.clear()
                await self._wanted.wait()
            try:
                await self._look()
            except Exception as error:
                if not is_transient(error):
                    raise
                log.warning("the feed cannot be read", error=f"{type(error).__name__}: {error}"[:200])
                await asyncio.sleep(1)
            await asyncio.sleep(LOOK_EVERY)

    async def _look(self) -> None:
        async with self._engine.connect() as connection:
            if self._head is None:
                self._head, self._looked = (await feed.bounds(connection)).head, time.monotonic()
                self.wake()
            while True:
                recent = time.monotonic() - self._looked < TRUST_RECENT
                rows = await feed.read(connection, self._head, PAGE, recent=recent)
                if len(rows) < PAGE:
                    self._looked = time.monotonic()
                if rows:
                    self._rows.extend(rows)
                    self._head = rows[-1].seq
                    self.wake()
                if len(rows) < PAGE:
                    return
