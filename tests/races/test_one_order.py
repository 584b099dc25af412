"""Several people work on one order at once: one of them does it, the others are told so."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from typing import Any

import pytest
from shop import Shop, eventually

AT_ONCE = 10
ROUNDS = 12


async def steps(shop: Shop, order: dict[str, Any]) -> Counter[str]:
    """How often each kind of step stands in the order's timeline."""
    told = await shop.sales.get(f"/api/orders/{order['id']}/timeline")
    return Counter(step["kind"] for step in told["items"])


@pytest.mark.capability("ORD-04")
async def test_an_order_that_many_confirm_is_confirmed_once(shop: Shop, race: Any) -> None:
    sku = await shop.product(stock=5)
    order = await shop.place({sku: 1}, channel="marketplace")
    people = [shop.sales, shop.lead] * (AT_ONCE // 2)

    outcomes = await race.of(*(lambda who=who: who.post(f"/api/orders/{order['id']}/confirm", {}) for who in people))

    assert set(race.statuses(outcomes)) <= {200, 409}
    assert 200 in race.statuses(outcomes)
    await shop.shipment(order)
    assert (await steps(shop, order))["order.confirmed"] == 1
    assert (await shop.stock(sku))["reserved"] == 1


@pytest.mark.capability("INV-10")
async def test_a_parcel_that_many_pack_is_packed_once(shop: Shop, race: Any) -> None:
    order = await shop.placed_and_shippable({await shop.product(stock=1): 1})
    (parcel,) = (await shop.wave(order))["orders"]

    outcomes = await race.of(*(lambda: shop.pack(parcel) for _ in range(AT_ONCE)))

    assert set(race.statuses(outcomes)) <= {200, 409}
    await shop.reaches(order, "awaiting_handover")
    assert (await steps(shop, order))["parcel.packed"] == 1


@pytest.mark.capability("ORD-14")
async def test_an_order_that_many_cancel_is_cancelled_once(shop: Shop, race: Any) -> None:
    sku = await shop.product(stock=1)
    order = await shop.placed_and_shippable({sku: 1})
    people = [shop.sales, shop.lead] * (AT_ONCE // 2)

    outcomes = await race.of(
        *(lambda who=who: who.post(f"/api/orders/{order['id']}/cancel", {"reason": "price"}) for who in people)
    )

    assert race.statuses(outcomes) == {200: AT_ONCE}, "already asked is no error"
    await shop.reaches(order, "cancelled")
    told = await steps(shop, order)
    assert (told["order.cancel_requested"], told["order.cancelled"]) == (1, 1)
    await eventually(lambda: shop.stock(sku), lambda level: level["reserved"] == 0)


@pytest.mark.capability("ORD-09")
async def test_of_many_edits_of_one_version_one_holds_and_the_others_overwrite_nothing(shop: Shop, race: Any) -> None:
    order = await shop.place({await shop.product(stock=1): 1})

    outcomes = await race.of(
        *(
            lambda number=number: shop.sales.patch(
                f"/api/orders/{order['id']}", {"note": f"note {number}"}, version=order["version"]
            )
            for number in range(AT_ONCE)
        )
    )

    assert race.statuses(outcomes) == {200: 1, 412: AT_ONCE - 1}
    (winner,) = [number for number, each in enumerate(outcomes) if each.refused is None]
    now = await shop.order(order)
    assert (now["note"], now["version"]) == (f"note {winner}", order["version"] + 1)


async def test_confirming_cancelling_and_editing_at_once_ends_in_the_cancel_and_gives_the_goods_back(
    shop: Shop, race: Any
) -> None:
    """Nothing is on the road, so the cancel wins whenever it comes; what must not stay is a hold without an order."""
    sku = await shop.product(stock=ROUNDS)
    orders = [await shop.place({sku: 1}, channel="marketplace") for _ in range(ROUNDS)]

    async def jittered(request: Any) -> Any:
        await asyncio.sleep(random.uniform(0, 0.03))
        return await request()

    for order in orders:
        path = f"/api/orders/{order['id']}"
        wishes = [
            lambda path=path: shop.sales.post(f"{path}/confirm", {}),
            lambda path=path: shop.lead.post(f"{path}/cancel", {"reason": "price"}),
            lambda path=path, order=order: shop.sales.patch(path, {"note": "gấp"}, version=order["version"]),
        ]
        outcomes = await race.of(*(lambda wish=wish: jittered(wish) for wish in wishes))
        assert set(race.statuses(outcomes)) <= {200, 409, 412}

    for order in orders:
        await shop.reaches(order, "cancelled")
    await eventually(lambda: shop.stock(sku), lambda level: (level["on_hand"], level["reserved"]) == (ROUNDS, 0))
