"""Whether the event loop of a process turns at all. What blocks it blocks every watch that runs in it, but this."""

from __future__ import annotations

import asyncio
import faulthandler
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from chassis.runtime import end_process


@asynccontextmanager
async def watched_loop(limit: float, end: Callable[[str], Any] = end_process) -> AsyncIterator[None]:
    """End the process, with the stack of every thread in the log, when its loop has not turned for ``limit`` seconds.

    A process that is stopped and goes on (SIGSTOP, a suspended machine) gets the whole limit anew: the watch stood
    still, too.
    """
    loop, turned, over = asyncio.get_running_loop(), [0], threading.Event()
    step = max(0.05, min(5.0, limit / 10))

    def turn() -> None:
        turned[0] += 1

    def watch() -> None:
        seen, silent = -1, 0.0
        while not over.wait(step):
            silent = silent + step if turned[0] == seen else 0.0
            seen = turned[0]
            if silent >= limit:
                faulthandler.dump_traceback(2)
                end(f"its event loop has not turned for {silent:.0f} s")
                return
            loop.call_soon_threadsafe(turn)

    watching = threading.Thread(target=watch, name="loop watch", daemon=True)
    watching.start()
    try:
        yield
    finally:
        over.set()
        watching.join()
