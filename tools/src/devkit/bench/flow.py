"""The whole automatic flow of a marketplace order: placed, confirmed, reserved, shipment made, customer updated.

Two figures. ``flood``: as many orders as come in through 32 connections, and the time until the last of them has its
shipment and its customer; nothing may be left behind to be quick. ``steady``: a given number of orders a second, how
long one order takes from the moment it was asked for, and whether the platform keeps up.
"""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import asdict
from typing import Any

from devkit.bench.figures import Spread, percentile
from devkit.bench.stage import Stage, spent
from devkit.bench.wire import Asked, Exchange
from devkit.trouble import Trouble

CONNECTIONS = 32
FLOOD = 4_000
STEADY_RATE, STEADY_SECONDS = 200.0, 20.0
_DONE = """
    SELECT count(*) FROM shipments s JOIN consignments c USING (order_id) WHERE s.created_at >= '{since}'
"""
_KNOWN = "SELECT count(*) FROM customer_orders WHERE first_seen_at >= '{since}' AND customer_id IS NOT NULL"
_MADE = "SELECT order_id, created_at FROM shipments WHERE created_at >= '{since}'"
_PLACED = "SELECT id, placed_at FROM orders WHERE placed_at >= '{since}'"
_SAID = "SELECT coalesce(sum(version), 0) FROM chassis.stream"
_SINCE = "SELECT clock_timestamp()::text"


async def flow(stage: Stage) -> dict[str, Any]:
    """Both figures, the processor time per order and process, and what one order takes to send and to store."""
    before, rows = stage.processor_seconds(), await _messages(stage)
    flooded = await flood(stage)
    used = spent(before, stage.processor_seconds())
    sent = await _messages(stage) - rows
    return {
        "flood": flooded,
        "steady": await _steady(stage),
        "messages_per_order": round(sent / FLOOD, 2),
        "processor_ms_per_order": {name: round(1000 * each / FLOOD, 3) for name, each in used.items()},
    }


async def flood(stage: Stage, orders: int = FLOOD) -> dict[str, Any]:
    """So many orders at once, until nothing of them is on its way."""
    since, begun = await stage.ask("shipping", _SINCE), time.perf_counter()
    asked = await _placed_and_confirmed(stage, orders, rate=None)
    accepted = time.perf_counter() - begun
    done = await _all_done(stage, since, orders)
    took = time.perf_counter() - begun
    return {
        "orders": orders, "per_second": round(orders / took, 1), "accepted_per_second": round(orders / accepted, 1),
        "left_when_accepted": orders - done, "ms_to_accept": asdict(Spread.of(asked.seconds)),
    }  # fmt: skip


async def _steady(stage: Stage) -> dict[str, Any]:
    total = int(STEADY_RATE * STEADY_SECONDS)
    since, begun = await stage.ask("shipping", _SINCE), time.perf_counter()
    asked = await _placed_and_confirmed(stage, total, rate=STEADY_RATE)
    offered = time.perf_counter() - begun
    left = total - await _all_done(stage, since, total)
    took = time.perf_counter() - begun
    through = await _through(stage, since)
    return {
        "asked_per_second": STEADY_RATE, "orders": total, "per_second": round(total / took, 1),
        "seconds_behind_at_the_end": round(took - offered, 2), "left_when_accepted": left,
        "ms_to_accept": asdict(Spread.of(asked.seconds)), "ms_from_placed_to_shipment": through,
    }  # fmt: skip


async def _placed_and_confirmed(stage: Stage, total: int, rate: float | None) -> Asked:
    """Place and confirm so many orders; ``rate`` a second, or as fast as they are taken."""
    loop, (host, port), request = asyncio.get_running_loop(), stage.gateway, stage.orders()
    asked, numbers = Asked(time.perf_counter()), iter(range(total))

    async def one() -> None:
        exchange = (await loop.create_connection(Exchange, host, port))[1]
        for number in numbers:
            if rate is not None and (early := asked.begun + number / rate - time.perf_counter()) > 0:
                await asyncio.sleep(early)
            began = time.perf_counter()
            status, body = await exchange.ask(request(number))
            asked.note(time.perf_counter() - began, status, body, keep=False)
            if status >= 400:
                raise Trouble(f"An order was refused ({status}): {body[:300].decode(errors='replace')}")
            status, body = await exchange.ask(stage.confirmation(json.loads(body)["id"]))
            if status >= 400:
                raise Trouble(f"A confirmation was refused ({status}): {body[:300].decode(errors='replace')}")
        exchange.close()

    await asyncio.gather(*(one() for _ in range(CONNECTIONS)))
    asked.ended = time.perf_counter()
    return asked


async def _all_done(stage: Stage, since: str, wanted: int, *, within: float = 90.0) -> int:
    """Wait until so many shipments were made since then and nothing is on its way; how many there were at first."""
    query, deadline = _DONE.format(since=since), time.monotonic() + within
    first = done = int(await stage.ask("shipping", query))
    while done < wanted:
        if time.monotonic() > deadline:
            raise Trouble(f"Of {wanted} orders only {done} have a shipment after {within:.0f} s more.")
        await asyncio.sleep(0.1)
        done = int(await stage.ask("shipping", query))
    known = _KNOWN.format(since=since)
    await stage.until("crm", f"SELECT ({known}) >= {wanted}", "crm knows every customer", within=within)
    return first


async def _through(stage: Stage, since: str) -> dict[str, float]:
    """From being placed, by orders' clock, to the shipment, by shipping's; both are this machine's."""
    made = {row["order_id"]: row["created_at"] for row in await _rows(stage, "shipping", _MADE.format(since=since))}
    placed = await _rows(stage, "orders", _PLACED.format(since=since))
    took = sorted((made[row["id"]] - row["placed_at"]).total_seconds() for row in placed if row["id"] in made)
    return {f"p{round(100 * share)}": round(1000 * percentile(took, share), 1) for share in (0.5, 0.95, 0.99)}


async def _rows(stage: Stage, database: str, query: str) -> Any:
    return await stage.servers.postgres.ask(lambda connection: connection.fetch(query), database)


async def _messages(stage: Stage) -> int:
    """Events that all services have said so far."""
    return sum([int(await stage.ask(each.name, _SAID)) for each in stage.services])
