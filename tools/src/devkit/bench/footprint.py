"""What the platform takes of the machine: memory of all its own processes, and the seconds of a warm start."""

from __future__ import annotations

import asyncio
from typing import Any

from devkit.bench.stage import Stage, spent, up
from devkit.stack.usage import memory_of

MB = 1024 * 1024
WATCHED = 10.0
"""Seconds for which idle processes are watched."""


def memory(stage: Stage) -> dict[str, Any]:
    """Megabytes (PSS) by service, after whatever was done before; servers and tools are not ours."""
    services = {
        part.name: round(memory_of(running.pid) / MB, 1)
        for part in stage.services
        if (running := part.daemon.find()) is not None
    }
    return {"total_mb": round(sum(services.values()), 1), "mb": services}


async def idle(stage: Stage) -> dict[str, Any]:
    """What waiting for work costs: the share of one processor, in percent, by process."""
    before = stage.processor_seconds()
    await asyncio.sleep(WATCHED)
    used = spent(before, stage.processor_seconds())
    ours = {name: round(100 * each / WATCHED, 1) for name, each in used.items()}
    names = tuple(service.name for service in stage.services)
    return {"percent": round(sum(each for name, each in ours.items() if name.startswith(names)), 1), "processes": ours}


def warm_start(stage: Stage) -> dict[str, Any]:
    """Down, and up again on the data that is there."""
    stage.stack.dev("down")
    return {"seconds": round(up(stage.stack), 1)}
