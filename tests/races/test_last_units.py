"""Many more buyers than goods, at every door at once."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from uuid import uuid4

import pytest
from shop import Shop, Stack, eventually

from devkit.demo.door import hand_in
from devkit.stack.partners import partners

BUYERS, UNITS, MORE = 300, 37, 11
AT_THE_DOOR = BUYERS // 2
IN_A_CROWD = 30


@pytest.mark.capability("INV-05", "ORD-12")
async def test_of_the_last_units_exactly_as_many_are_sold_as_there_were(
    shop: Shop, stack: Stack, tell: Callable[[str], None]
) -> None:
    """Over HTTP and a partner's door; the rest waits in line, and goods that arrive go to the oldest of it."""
    sku = await shop.product(stock=UNITS)
    await asyncio.to_thread(stack.dev, "partner", "add", "san", "--quota", "10000000")
    (partner,) = [each for each in partners(stack.home) if each.name == "san"]
    orders: list[str] = []

    async def at_the_desk() -> None:
        order = await shop.place({sku: 1}, channel="marketplace")
        await confirmed(order["id"])

    async def in_a_crowd(count: int) -> None:
        letters = {f"{shop.tag}-{uuid4()}": letter(shop, sku) for _ in range(count)}
        for id, body in letters.items():
            body["external_id"] = id
        answers = await hand_in(partner, letters)
        assert all(each["accepted"] for each in answers.values())
        await asyncio.gather(*(confirmed(each["order_id"]) for each in answers.values()))

    async def confirmed(id: str) -> None:
        await shop.sales.post(f"/api/orders/{id}/confirm", {})
        orders.append(id)

    began = time.monotonic()
    watching = asyncio.create_task(never_oversold(shop, sku))
    async with asyncio.TaskGroup() as crowd:
        for _ in range(BUYERS - AT_THE_DOOR):
            crowd.create_task(at_the_desk())
        for _ in range(AT_THE_DOOR // IN_A_CROWD):
            crowd.create_task(in_a_crowd(IN_A_CROWD))
    took = time.monotonic() - began
    assert len(orders) == len(set(orders)) == BUYERS

    waiting = await eventually(lambda: in_line(shop, sku), lambda line: len(line) == BUYERS - UNITS)
    settled = time.monotonic() - began
    assert await shop.stock(sku) | {"reserved": UNITS, "on_hand": UNITS, "available": 0} == await shop.stock(sku)
    tell(
        f"{BUYERS} buyers for {UNITS} units: placed and confirmed in {took:.1f} s ({BUYERS / took:.0f} a second), "
        f"{UNITS} sold and {BUYERS - UNITS} in line after {settled:.1f} s"
    )

    await shop.receive({sku: MORE})
    left = await eventually(lambda: in_line(shop, sku), lambda line: len(line) == BUYERS - UNITS - MORE)
    by_age = sorted(waiting, key=lambda each: (each["placed_at"], each["order_id"]))
    assert {each["order_id"] for each in left} == {each["order_id"] for each in by_age[MORE:]}
    watching.cancel()
    with suppress(asyncio.CancelledError):
        await watching


async def never_oversold(shop: Shop, sku: str) -> None:
    """Look as often as one can; what is seen between two commits must hold, too."""
    while True:
        level = await shop.stock(sku)
        assert level["reserved"] <= level["on_hand"], level
        await asyncio.sleep(0.02)


async def in_line(shop: Shop, sku: str) -> list[dict[str, Any]]:
    return [each async for each in shop.warehouse.all("/api/inventory/holds", sku=sku, state="waiting")]


def letter(shop: Shop, sku: str) -> dict[str, Any]:
    contact = {
        "name": "Trần Văn Nam",
        "phone": shop.phone(),
        "address": {"street": "1 Lê Duẩn", "ward": "Phường Sài Gòn", "province": "Hồ Chí Minh"},
    }
    return {
        "type": "order.intake", "channel": "marketplace", "contact": contact,
        "lines": [{"sku": sku, "quantity": 1}], "freight": {"amount": 30_000, "currency": "VND"},
    }  # fmt: skip
