"""Twice as much comes as can be done: what is taken is answered in time, the rest told so at once; then all is well."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from confluent_kafka.admin import AdminClient
from shop import Shop, Stack, eventually
from storm import Callers, quantile

from devkit.caller import Refused
from devkit.native.kafka import ADMIN
from devkit.native.kafka_admin import login
from devkit.stack.servers import Servers
from devkit.workspace import services

MEASURED, STORM, CALM = 8.0, 20.0, 5.0
IN_LINE = 128
"""Calls to one service that the gateway works on or lets wait."""
MEGABYTE = 1024 * 1024


@pytest.fixture
async def callers(shop: Shop, stack: Stack) -> AsyncIterator[Callers]:
    sku = await shop.product(stock=1)
    who = {"user": "sales", "password": stack.home.secret("user sales")}
    async with httpx2.AsyncClient(base_url=stack.home.gateway_url) as client:
        token = (await client.post("/api/auth/token", json=who)).json()["access_token"]
    made = Callers(stack.home.ports.api("gateway"), "/api/orders", token, lambda: shop.order_body({sku: 1}))
    yield made
    made.close()


async def test_at_twice_what_can_be_done_latency_and_memory_stay_bounded_and_nothing_is_lost(
    shop: Shop, stack: Stack, callers: Callers, tell: Callable[[str], None]
) -> None:
    warm = await callers.without_pause(2, 32)
    full = await callers.without_pause(MEASURED, 32)
    capacity = len(full.taken) / MEASURED
    await quiet(stack)
    before = await callers.at_rate(capacity / 5, CALM)
    members, held = await group_members(stack), memory(stack)

    growing = asyncio.create_task(most_memory(stack))
    storm = await callers.at_rate(2 * capacity, STORM)
    ended = time.monotonic()
    growing.cancel()
    most = (await asyncio.gather(growing, return_exceptions=True))[0]
    await asyncio.sleep(max(0.0, ended + 10 - time.monotonic()))
    after = await callers.at_rate(capacity / 5, CALM)

    tell(
        f"capacity {capacity:.0f} orders/s; calm p99 {quantile(before.all, 0.99) * 1000:.0f} ms. "
        f"Storm at {2 * capacity:.0f}/s for {STORM:.0f} s: {storm.statuses}, broken {storm.broken}; "
        f"taken {len(storm.taken) / STORM:.0f}/s p50 {quantile(storm.taken, 0.5) * 1000:.0f} p99 "
        f"{quantile(storm.taken, 0.99) * 1000:.0f} ms, refused p99 {quantile(storm.refused, 0.99) * 1000:.0f} ms; "
        f"memory {held / MEGABYTE:.0f} -> {most / MEGABYTE:.0f} MB; "
        f"10 s later p99 {quantile(after.all, 0.99) * 1000:.0f} ms"
    )
    assert storm.broken == 0
    assert set(storm.statuses) <= {201, 429, 503}
    assert len(storm.refused) > 0.1 * len(storm.all), "the storm was none"
    assert all(int(each.headers["retry-after"]) >= 1 for each in storm.refused)
    assert len(storm.taken) / STORM > capacity / 3, "refusing must not cost what it is to save"
    bound = 1 + 4 * IN_LINE / capacity
    assert quantile(storm.taken, 0.99) < bound
    assert quantile(storm.refused, 0.99) < bound
    assert most - held < 150 * MEGABYTE
    assert set(after.statuses) == {201}
    assert quantile(after.all, 0.99) < max(2 * quantile(before.all, 0.99), quantile(before.all, 0.99) + 0.1)
    assert await group_members(stack) == members, "somebody was thrown out of his group"
    accepted = [json.loads(each.body)["id"] for run in (warm, full, before, storm, after) for each in run.taken]
    stored = [order["id"] async for order in shop.sales.all("/api/orders", source=shop.tag)]
    assert sorted(stored) == sorted(accepted), "an accepted order is missing, or one that was refused is there"


async def test_a_service_that_says_nothing_takes_no_place_from_the_others(shop: Shop, stack: Stack) -> None:
    """Frozen, not killed: its port still takes connections, and every caller would wait for ever."""
    await shop.accountant.get("/api/accounting/accounts")
    with frozen(stack, "accounting"):
        asking = [
            asyncio.create_task(shop.accountant.call("GET", "/api/accounting/accounts", patience=0)) for _ in range(300)
        ]
        try:
            took = []
            for _ in range(20):
                began = time.monotonic()
                await shop.sales.call("GET", "/api/orders", params={"limit": 1}, patience=0)
                took.append(time.monotonic() - began)
            refused = await eventually(lambda: told_no(asking), lambda refused: len(refused) >= 300 - IN_LINE)
        finally:
            for each in asking:
                each.cancel()
            await asyncio.gather(*asking, return_exceptions=True)
    assert max(took) < 2
    assert {each.status for each in refused} <= {503, 504}
    await eventually(lambda: answers(shop), bool)


async def told_no(asking: list[asyncio.Task[Any]]) -> list[Refused]:
    ended = [each.exception() for each in asking if each.done()]
    return [each for each in ended if isinstance(each, Refused)]


async def answers(shop: Shop) -> bool:
    return bool(await shop.accountant.get("/api/accounting/accounts"))


@contextmanager
def frozen(stack: Stack, service: str) -> Iterator[None]:
    pids = processes(stack)[service]
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


def processes(stack: Stack) -> dict[str, list[int]]:
    """Service -> the roles' processes."""
    parents = {row["pid"]: row["name"] for row in stack.own.status()["processes"] if row["kind"] == "service"}
    found: dict[str, list[int]] = {name: [] for name in parents.values()}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((process / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        if parent in parents:
            found[parents[parent]].append(int(process.name))
    return found


def memory(stack: Stack) -> int:
    """Bytes of all roles together, each shared page counted once (PSS)."""
    total = 0
    for pids in processes(stack).values():
        for pid in pids:
            line = next(x for x in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines() if x.startswith("Pss:"))
            total += int(line.split()[1]) * 1024
    return total


async def most_memory(stack: Stack) -> int:
    most = 0
    try:
        while True:
            most = max(most, await asyncio.to_thread(memory, stack))
            await asyncio.sleep(2)
    except asyncio.CancelledError:
        return most


async def quiet(stack: Stack) -> None:
    """Nothing waits any more, so that what is measured next is not what came before."""

    async def waits() -> int:
        status = await asyncio.to_thread(stack.own.status)
        return sum(row["waits"]["behind"] + row["waits"]["to_send"] for row in status["processes"] if row.get("waits"))

    await eventually(waits, lambda left: left == 0, patience=120)


async def group_members(stack: Stack) -> dict[str, list[str]]:
    """Who is in which consumer group, by the ids the broker gave: one that is thrown out comes back with another."""
    return await asyncio.to_thread(_group_members, stack)


def _group_members(stack: Stack) -> dict[str, list[str]]:
    kafka = Servers(stack.home).kafka
    admin = AdminClient(login(kafka.bootstrap, ADMIN, kafka.password))
    names = [each.group_id for each in admin.list_consumer_groups().result().valid]
    ours = [name for name in names if name.partition(".")[0] in services()]
    described = {name: future.result() for name, future in admin.describe_consumer_groups(ours).items()}
    return {name: sorted(member.member_id for member in group.members) for name, group in described.items()}
