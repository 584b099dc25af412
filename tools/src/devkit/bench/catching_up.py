"""A consumer and a relay with a backlog: what one process of each does in a second.

The backlog is real. While a service is stopped, the events of others pile up on their topics, and rows that are put
into its outbox stay there; it is started again and watched.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any

from devkit.bench.figures import rate_between, ratio
from devkit.bench.floor_kafka import floor_consumer, floor_relay
from devkit.bench.stage import Stage, spent
from devkit.trouble import Trouble

ROWS = 50_000
"""In the outbox, for the relay."""
_HANDLED = """
    SELECT coalesce(sum(next_offset), 0)::bigint FROM chassis.consumer_offset
    WHERE consumer = 'orders' AND topic = 'orders.order.v1'
"""
_FILL = f"""
    INSERT INTO chassis.outbox
        (id, topic, aggregatetype, aggregateid, record_key, type, version, payload, headers, shard)
    SELECT gen_random_uuid(), 'inventory.alert.v1', 'inventory.alert.v1', 'bench-' || n % 5000,
           convert_to('bench-' || n % 5000, 'UTF8'), 'bench.filler', n, convert_to(repeat('x', 900), 'UTF8'),
           '{{"ce_specversion": "1.0", "ce_type": "bench.filler", "ce_source": "inventory"}}', n % 4
    FROM generate_series(1, {ROWS}) n
"""  # noqa: S608 - a number of ours


async def consumer(stage: Stage, fill: Any) -> dict[str, Any]:
    """``crm`` reads what orders said while it was stopped: a customer is made for each new order.

    ``fill`` takes orders in meanwhile and returns how many.
    """
    before = int(await stage.ask("crm", _HANDLED))
    _dev(stage, "stop", "crm")
    taken_in = await fill()
    await stage.until("orders", "SELECT NOT EXISTS (SELECT FROM chassis.outbox)", "orders has sent everything")
    used, seen = await _watched(stage, "crm", _HANDLED, before, taken_in)
    rate = rate_between(seen)
    floor = await floor_consumer(stage)
    return {
        "events": taken_in, "per_second": round(rate, 1), "floor_per_second": round(floor, 1),
        "ratio": ratio(rate, floor), "processor_seconds": used,
    }  # fmt: skip


async def relay(stage: Stage) -> dict[str, Any]:
    """``inventory`` sends rows that lie in its outbox."""
    _dev(stage, "stop", "inventory")
    await stage.servers.postgres.ask(lambda connection: connection.execute(_FILL), "inventory")
    gone = f"SELECT {ROWS} - count(*) FROM chassis.outbox WHERE type = 'bench.filler'"  # noqa: S608
    used, seen = await _watched(stage, "inventory", gone, 0, ROWS)
    rate = rate_between(seen)
    floor = await floor_relay(stage)
    return {
        "rows": ROWS, "per_second": round(rate, 1), "floor_per_second": round(floor, 1),
        "ratio": ratio(rate, floor), "processor_seconds": used,
    }  # fmt: skip


async def _watched(
    stage: Stage, service: str, done: str, before: int, total: int
) -> tuple[dict[str, float], list[tuple[float, int]]]:
    """Start the service and look until all is done; processor seconds, and what was done when."""
    _dev(stage, "start", service)
    used, deadline = stage.processor_seconds(), time.monotonic() + 90
    seen: list[tuple[float, int]] = []
    while not seen or seen[-1][1] < total:
        seen.append((time.perf_counter(), int(await stage.ask(service, done)) - before))
        if time.monotonic() > deadline:
            raise Trouble(f"{service} has done {seen[-1][1]} of {total} in 90 s.")
        await asyncio.sleep(0.05)
    return spent(used, stage.processor_seconds()), seen


def _dev(stage: Stage, *words: str) -> None:
    done = stage.stack.dev(*words)
    if done.returncode:
        raise Trouble(f"./dev {' '.join(words)} fails:\n{(done.stdout + done.stderr)[-2000:]}")
