"""The desk cancels while the carrier's driver signs: only shipping knows, and everybody ends up agreeing with it."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from shop import Shop, eventually

ROUNDS = 20
LATEST = 6.0
"""Seconds by which one of both comes before the other at the ends of the row; in the middle they collide.

What the desk wants reaches shipping by a topic, and a driver's signature does not: the row is as long as that takes on
a machine that has much else to do.
"""


@pytest.mark.capability("ORD-14", "SHP-05")
async def test_either_the_order_is_cancelled_or_it_is_handed_over_and_all_agree(
    shop: Shop, race: Any, tell: Callable[[str], None]
) -> None:
    sku = await shop.product(stock=ROUNDS, price=100_000)
    orders = await asyncio.gather(*(shop.placed_and_shippable({sku: 1}) for _ in range(ROUNDS)))
    await shop.packed(*orders)
    manifests = [await shop.manifest(order) for order in orders]

    async def sign(number: int) -> Any:
        await asyncio.sleep(max(0.0, head_start(number)) + random.uniform(0, 0.03))
        return await shop.sign(manifests[number])

    async def cancel(number: int) -> Any:
        await asyncio.sleep(max(0.0, -head_start(number)) + random.uniform(0, 0.03))
        return await shop.lead.post(f"/api/orders/{orders[number]['id']}/cancel", {"reason": "changed_mind"})

    await asyncio.gather(*(race.of(lambda n=n: sign(n), lambda n=n: cancel(n)) for n in range(ROUNDS)))

    ended = [
        await eventually(
            lambda order=order: shop.order(order), lambda now: now["status"] in ("cancelled", "handed_over")
        )
        for order in orders
    ]
    won = Counter(each["status"] for each in ended)
    tell(f"{ROUNDS} orders cancelled while they were handed over: {dict(won)}")
    assert min(won["cancelled"], won["handed_over"]) >= 1, "one side came six seconds earlier at either end"
    await eventually(
        lambda: shop.stock(sku),
        lambda level: (level["on_hand"], level["reserved"]) == (ROUNDS - won["handed_over"], 0),
    )
    for order, end, manifest in zip(orders, ended, manifests, strict=True):
        shipment = await shop.shipment(order)
        assert shipment["status"] == end["status"], order["code"]
        signed = await shop.shipping.get(f"/api/shipping/manifests/{manifest['id']}")
        left_out = [each["order_code"] for each in signed["left_out"]]
        assert left_out in ([], [order["code"]])
        if end["status"] == "handed_over":
            assert left_out == []
    await the_money_agrees(shop, orders, ended)


async def the_money_agrees(shop: Shop, orders: list[Any], ended: list[Any]) -> None:
    """All parcels that left are delivered; the carrier owes exactly those, and nothing was booked for the others."""
    gone = [order for order, end in zip(orders, ended, strict=True) if end["status"] == "handed_over"]
    for order in gone:
        await shop.scan(order, "picked_up", "in_transit", "delivered")
    for order in gone:
        await shop.reaches(order, "delivered")
        await eventually(lambda order=order: owed(shop, order), lambda due: due == 130_000)
    for order in orders:
        if order not in gone:
            assert await owed(shop, order) == 0
            assert (await shop.order(order))["status"] == "cancelled"


async def owed(shop: Shop, order: dict[str, Any]) -> int:
    said = await shop.accountant.get(f"/api/accounting/orders/{order['id']}")
    return sum(shipment["owed"] for shipment in said["shipments"])


def head_start(number: int) -> float:
    """Seconds by which the cancel comes before the signature; negative: after it. Most of the row is near 0."""
    return float(LATEST * (2 * number / (ROUNDS - 1) - 1) ** 3)
