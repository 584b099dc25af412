"""Scenario 1: stock is promised once."""

import pytest
from shop import Shop, eventually


@pytest.mark.capability("INV-05", "ORD-04")
async def test_the_second_order_waits_when_the_first_took_the_goods(shop: Shop) -> None:
    sku = await shop.product("AO-L", stock=5)
    first, second = await shop.place({sku: 3}), await shop.place({sku: 3})

    await shop.confirm(first)
    await shop.reaches(first, "confirmed")
    await eventually(lambda: shop.stock(sku), lambda level: level["reserved"] == 3)
    await shop.confirm(second)

    await shop.reaches(second, "waiting_stock")
    level = await shop.stock(sku)
    assert (level["on_hand"], level["reserved"], level["available"]) == (5, 3, 2)


@pytest.mark.capability("ORD-12", "INV-05")
async def test_an_arrival_serves_who_waited_and_the_order_goes_on(shop: Shop) -> None:
    sku = await shop.product("AO-L")
    order = await shop.place({sku: 2})
    await shop.confirm(order)
    await shop.reaches(order, "waiting_stock")

    await shop.receive({sku: 2})

    await shop.reaches(order, "confirmed")
    assert (await shop.shipment(order))["status"] == "created"
