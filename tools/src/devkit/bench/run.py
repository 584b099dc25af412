"""One measurement from start to end."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import ExitStack
from typing import Any

from devkit.bench.catching_up import consumer, relay
from devkit.bench.context import context
from devkit.bench.figures import median, ratio
from devkit.bench.flow import flood, flow
from devkit.bench.footprint import idle, memory, warm_start
from devkit.bench.intake import CONNECTIONS, intake
from devkit.bench.lists import lists
from devkit.bench.preload import preload
from devkit.bench.stage import Stage, stage
from devkit.bench.wire import closed_loop
from devkit.steps import Steps

PARTS = ("idle", "intake", "flow", "consumer", "relay", "memory", "warm_start")
BACKLOG_SECONDS = 12.0
ROUNDS = 3


def run(parts: Sequence[str], steps: Steps, stored: int = 0) -> dict[str, Any]:
    """The figures of the parts that are named, with what they were measured under.

    ``stored``: intake and flow are measured on an empty platform and again with so many orders in it, three times each,
    and every list is timed.
    """
    result: dict[str, Any] = {"context": context() | {"stored": stored}}
    begun = time.monotonic()
    with ExitStack() as until_the_end:
        with steps.step("A stack of its own"):
            on = until_the_end.enter_context(stage())
        asyncio.run(_full(on, steps, result, stored) if stored else _measure(on, parts, steps, result))
        if "warm_start" in parts:
            with steps.step("Warm start"):
                result["warm_start"] = warm_start(on)
    result["context"]["seconds_in_all"] = round(time.monotonic() - begun)
    return result


async def _measure(on: Stage, parts: Sequence[str], steps: Steps, result: dict[str, Any]) -> None:
    with steps.step("Goods and keys"):
        await on.furnish()
    measures: dict[str, tuple[str, Callable[[], Awaitable[Any]]]] = {
        "idle": ("Nothing to do", lambda: idle(on)),
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


async def _full(on: Stage, steps: Steps, result: dict[str, Any], stored: int) -> None:
    """Empty, then full: what growth costs."""
    with steps.step("Goods and keys"):
        await on.furnish()
    with steps.step("Intake and flow, empty"):
        empty = await _rounds(on)
    with steps.step(f"{stored:,} orders"):
        result["rows_copied"] = await preload(on, stored)
    with steps.step("Intake and flow, full"):
        full = await _rounds(on)
    with steps.step("Every list"):
        result["lists"] = await lists(on)
    result["empty"], result["full"] = empty, full
    result["full_against_empty"] = {
        name: ratio(full[name]["median"], empty[name]["median"]) for name in ("intake_ratio", "flow_per_second")
    }
    result["memory"] = memory(on)


async def _rounds(on: Stage) -> dict[str, Any]:
    """Three times each: intake in ratio to its floor of the same minute, and the flow."""
    found: dict[str, list[float]] = {"intake_per_second": [], "intake_ratio": [], "flow_per_second": []}
    for _ in range(ROUNDS):
        taken = await intake(on, seconds=6.0)
        found["intake_per_second"].append(taken["per_second"])
        found["intake_ratio"].append(taken["ratio_to_five"])
        found["flow_per_second"].append((await flood(on, 1_500))["per_second"])
    return {name: {"rounds": values, "median": median(values)} for name, values in found.items()}


async def _backlog(on: Stage) -> int:
    """Orders are taken in for a while; how many."""
    asked = await closed_loop(*on.gateway, on.orders(), connections=CONNECTIONS, seconds=BACKLOG_SECONDS)
    return len(asked.seconds)
