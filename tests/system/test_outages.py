"""A service that is away takes nobody with it, and catches up by itself when it is back."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable

import pytest
from shop import Shop, Stack, eventually

from devkit.caller import Refused

pytestmark = pytest.mark.slow

AWAY = 10.0
RATE = 20.0
SERVICES = ("inventory", "shipping", "accounting", "crm")


async def under_load(seconds: float, once: Callable[[], Awaitable[object]]) -> Counter[str]:
    """Call ``once`` twenty times a second; how often it was answered, and how else it ended."""
    outcomes: Counter[str] = Counter()

    async def one() -> None:
        try:
            await once()
        except Refused as refused:
            outcomes[str(refused.status)] += 1
        else:
            outcomes["answered"] += 1

    end = time.monotonic() + seconds
    async with asyncio.TaskGroup() as group:
        while time.monotonic() < end:
            group.create_task(one())
            await asyncio.sleep(1 / RATE)
    return outcomes


@pytest.mark.parametrize("service", SERVICES)
async def test_orders_are_taken_while_another_service_is_away_and_flow_on_when_it_is_back(
    shop: Shop, stack: Stack, service: str
) -> None:
    sku = await shop.product(stock=1000)
    placed: list[dict] = []

    async def place() -> None:
        placed.append(await shop.place({sku: 1}, channel="marketplace"))

    await asyncio.to_thread(stack.dev, "stop", service)
    try:
        outcomes = await under_load(AWAY, place)
    finally:
        await asyncio.to_thread(stack.dev, "start", service)

    assert set(outcomes) == {"answered"}
    for order in placed[:5]:
        await shop.sales.post(f"/api/orders/{order['id']}/confirm", {})
        await shop.shipment(order)
    phones = {order["contact"]["phone"] for order in placed[-5:]}
    for phone in phones:
        await eventually(
            lambda phone=phone: shop.care.get("/api/crm/customers", phone=phone), lambda page: len(page["items"]) == 1
        )


async def test_a_service_that_is_away_is_told_at_once_and_holds_up_no_other(shop: Shop, stack: Stack) -> None:
    sku = await shop.product(stock=1)
    await asyncio.to_thread(stack.dev, "stop", "orders")
    try:
        began = time.monotonic()
        with pytest.raises(Refused) as refused:
            await shop.sales.call("GET", "/api/orders", patience=0)
        assert refused.value.status == 503
        assert time.monotonic() - began < 5
        assert (await shop.stock(sku))["on_hand"] == 1
        assert (await shop.shipping.get("/api/shipping/carriers"))[0]["id"]
    finally:
        await asyncio.to_thread(stack.dev, "start", "orders")
    order = await shop.place({sku: 1})
    assert order["status"] == "new"
