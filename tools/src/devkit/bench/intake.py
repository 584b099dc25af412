"""Orders accepted through the gateway, beside the floor: the same rows, from an application that does nothing else."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict
from typing import Any

from devkit.bench import floor_rows
from devkit.bench.figures import Spread, ratio
from devkit.bench.stage import Stage, spent
from devkit.bench.wire import Asked, closed_loop
from devkit.native.ports import LOCALHOST
from devkit.native.postgres import ADMIN
from devkit.trouble import Trouble

CONNECTIONS = 32
SECONDS = 15.0
WARM_UP = 2.0


async def intake(stage: Stage, seconds: float = SECONDS) -> dict[str, Any]:
    """Our figures and both floors, taken one after the other; ours for so many seconds, the floors half as long."""
    host, port = stage.gateway
    requests = stage.orders()
    sampled = asyncio.create_task(_sample(stage))
    await closed_loop(host, port, requests, connections=CONNECTIONS, seconds=WARM_UP)
    await sampled
    before = stage.processor_seconds()
    asked = await closed_loop(host, port, stage.orders(), connections=CONNECTIONS, seconds=seconds)
    used = spent(before, stage.processor_seconds())
    await stage.quiet()
    five, one = await _floor(stage, "five", seconds / 2), await _floor(stage, "one", seconds / 2)
    return {
        **_told(asked),
        "ratio_to_five": ratio(asked.rate, five.rate),
        "ratio_to_one": ratio(asked.rate, one.rate),
        "floor_five_statements": _told(five),
        "floor_one_statement": _told(one),
        "processor_ms_per_order": {name: round(1000 * each / len(asked.seconds), 3) for name, each in used.items()},
    }


def _told(asked: Asked) -> dict[str, Any]:
    if not asked.seconds:
        raise Trouble(f"Not one order was accepted; refused: {asked.refused}.")
    return {"per_second": round(asked.rate, 1), "ms": asdict(Spread.of(asked.seconds)), "refused": asked.refused}


async def _sample(stage: Stage) -> None:
    """Copies of the tables, and one row of the outbox caught before the relay has sent it."""
    postgres, deadline = stage.servers.postgres, time.monotonic() + 30
    await postgres.ask(floor_rows.make_tables, "orders")
    while not await postgres.ask(floor_rows.keep_said, "orders"):
        if time.monotonic() > deadline:
            raise Trouble("No row was seen in the outbox of orders while orders came in.")


async def _floor(stage: Stage, statements: str, seconds: float) -> Asked:
    made = stage.orders()

    def request(number: int) -> bytes:
        return made(number).replace(b"POST /api/orders ", f"POST /{statements} ".encode(), 1)

    async with _application(stage) as port:
        await closed_loop(LOCALHOST, port, request, connections=CONNECTIONS, seconds=WARM_UP)
        return await closed_loop(LOCALHOST, port, request, connections=CONNECTIONS, seconds=seconds)


@asynccontextmanager
async def _application(stage: Stage) -> AsyncIterator[int]:
    postgres = stage.servers.postgres
    dsn = f"postgresql://{ADMIN}:{postgres.password}@{postgres.host}:{postgres.port}/orders"
    port = stage.home.ports.base + 119
    running = await asyncio.create_subprocess_exec(sys.executable, "-m", "devkit.bench.floor_app", dsn, str(port))
    try:
        await _answers(port, running)
        yield port
    finally:
        with suppress(ProcessLookupError):  # it has ended by itself and said why
            running.terminate()
        await running.wait()


async def _answers(port: int, running: asyncio.subprocess.Process) -> None:
    deadline = time.monotonic() + 30
    while running.returncode is None and time.monotonic() < deadline:
        with suppress(OSError):
            _, writer = await asyncio.open_connection(LOCALHOST, port)
            writer.close()
            return
        await asyncio.sleep(0.05)
    raise Trouble("The floor's application does not come up.")
