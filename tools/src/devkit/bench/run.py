"""One measurement from start to end."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import ExitStack
from typing import Any

from devkit.bench.catching_up import consumer, relay
from devkit.bench.context import context
from devkit.bench.flow import flow
from devkit.bench.footprint import memory, warm_start
from devkit.bench.intake import CONNECTIONS, intake
from devkit.bench.stage import Stage, stage
from devkit.bench.wire import closed_loop
from devkit.steps import Steps

PARTS = ("intake", "flow", "consumer", "relay", "memory", "warm_start")
BACKLOG_SECONDS = 12.0


def run(parts: Sequence[str], steps: Steps, preload: int = 0) -> dict[str, Any]:
    """The figures of the parts that are named, with what they were measured under."""
    result: dict[str, Any] = {"context": context()}
    begun = time.monotonic()
    with ExitStack() as until_the_end:
        with steps.step("A stack of its own"):
            on = until_the_end.enter_context(stage())
        asyncio.run(_measure(on, parts, steps, result))
        if "warm_start" in parts:
            with steps.step("Warm start"):
                result["warm_start"] = warm_start(on)
    result["context"]["seconds_in_all"] = round(time.monotonic() - begun)
    return result


async def _measure(on: Stage, parts: Sequence[str], steps: Steps, result: dict[str, Any]) -> None:
    with steps.step("Goods and keys"):
        await on.furnish()
    measures: dict[str, tuple[str, Callable[[], Awaitable[Any]]]] = {
        "intake": ("Orders accepted, and their floor", lambda: intake(on)),
        "flow": ("The whole flow", lambda: flow(on)),
        "consumer": ("A consumer catches up", lambda: consumer(on, lambda: _backlog(on))),
        "relay": ("A relay empties an outbox", lambda: relay(on)),
    }
    for name, (title, measure) in measures.items():
        if name in parts:
            with steps.step(title):
                result[name] = await measure()
                await on.quiet()
    if "memory" in parts:
        result["memory"] = memory(on)


async def _backlog(on: Stage) -> int:
    """Orders are taken in for a while; how many."""
    asked = await closed_loop(*on.gateway, on.orders(), connections=CONNECTIONS, seconds=BACKLOG_SECONDS)
    return len(asked.seconds)
