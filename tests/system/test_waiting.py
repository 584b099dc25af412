"""Who waited long is asked before his order goes on."""

from datetime import timedelta

import pytest
from shop import Shop, Stack, eventually

pytestmark = [pytest.mark.slow, pytest.mark.capability("ORD-12")]


@pytest.mark.parametrize(("days", "goes_on"), [(10, True), (11, False)])
async def test_after_more_than_ten_days_the_customer_is_asked_first(
    shop: Shop, stack: Stack, days: int, goes_on: bool
) -> None:
    sku = await shop.product()
    order = await shop.place({sku: 1})
    await shop.confirm(order)
    await shop.reaches(order, "waiting_stock")
    stack.move_clock(timedelta(days=days))
    try:
        await shop.receive({sku: 1})
        await eventually(lambda: shop.stock(sku), lambda level: level["reserved"] == 1)
        if not goes_on:
            waits = await eventually(lambda: shop.order(order), lambda now: "call_customer" in now["flags"])
            assert waits["status"] == "waiting_stock"
            await shop.sales.post(f"/api/orders/{order['id']}/release", {})
        await shop.reaches(order, "confirmed")
        await shop.shipment(order)
    finally:
        stack.move_clock(timedelta(0))
