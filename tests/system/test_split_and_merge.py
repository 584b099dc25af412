"""Scenarios 2 and 4: orders that become one parcel or several, seen from the desk to the warehouse and the carrier."""

from __future__ import annotations

from typing import Any

import pytest
from shop import Shop, eventually

from devkit.caller import Refused


async def split_off(shop: Shop, order: Any, sku: str) -> Any:
    [line] = [line for line in order["lines"] if line["sku"] == sku]
    body = {"parts": [{"lines": [{"line_id": line["line_id"], "quantity": line["quantity"]}]}]}
    return await shop.lead.post(f"/api/orders/{order['id']}/split", body)


async def successors(shop: Shop, order: Any) -> list[Any]:
    ended = await eventually(lambda: shop.order(order), lambda now: bool(now["replaced_by"]))
    return [await shop.lead.get(f"/api/orders/{code}") for code in ended["replaced_by"]]


async def collects(shop: Shop, order: Any, cod: int) -> None:
    await eventually(lambda: shop.shipment(order), lambda made: made["cod"]["amount"] == cod)


@pytest.mark.capability("ORD-06", "ORD-08")
async def test_two_orders_of_one_buyer_go_out_in_one_parcel(shop: Shop) -> None:
    sku, phone = await shop.product(stock=5), shop.phone()
    one, other = [await shop.place({sku: 1}, phone=phone) for _ in range(2)]
    assert "duplicate" in (await shop.order(other))["flags"]

    merged = await shop.lead.post("/api/orders/merge", {"orders": [one["code"], other["code"]]})
    [both] = merged["successors"]
    assert (both["total"]["amount"], both["freight"]["amount"]) == (430_000, 30_000)
    await shop.confirm(both)

    shipment = await shop.shipment(both)
    assert (shipment["cod"]["amount"], [line["quantity"] for line in shipment["lines"]]) == (430_000, [2])
    assert [(await shop.order(each))["status"] for each in (one, other)] == ["merged", "merged"]
    assert (await shop.stock(sku))["reserved"] == 2


@pytest.mark.capability("ORD-07", "ORD-11")
async def test_what_is_there_ships_and_what_is_not_waits(shop: Shop) -> None:
    there, missing = await shop.product("A", stock=1), await shop.product("B", price=100_000)
    order = await shop.place({there: 1, missing: 1})
    await shop.confirm(order)
    await shop.reaches(order, "waiting_stock")

    await split_off(shop, await shop.order(order), missing)

    first, second = await successors(shop, order)
    await collects(shop, first, 230_000)
    waiting = await shop.reaches(second, "waiting_stock")
    assert (waiting["cod"]["amount"], waiting["replaces"]) == (100_000, [order["code"]])
    await shop.receive({missing: 1})
    await collects(shop, second, 100_000)
    await shop.delivered(first, second)


@pytest.mark.capability("ORD-07", "ACC-03")
async def test_a_deposit_goes_on_with_the_parts(shop: Shop) -> None:
    one, other = await shop.product("A", stock=1), await shop.product("B", stock=1, price=100_000)
    order = await shop.placed_and_shippable({one: 1, other: 1})
    body = {"order_code": order["code"], "amount": 33_000, "reference": f"FT-{shop.tag}"}
    await shop.accountant.post("/api/accounting/payments", body)
    await eventually(lambda: shop.order(order), lambda now: now["paid"]["amount"] == 33_000)

    await split_off(shop, order, other)

    first, second = await successors(shop, order)
    await collects(shop, first, 207_000)
    await collects(shop, second, 90_000)
    await eventually(lambda: shop.order(order), lambda now: now["paid"]["amount"] == 0)


@pytest.mark.capability("ORD-07")
async def test_what_the_carrier_has_is_split_no_more(shop: Shop) -> None:
    one, other = await shop.product("A", stock=1), await shop.product("B", stock=1)
    order = await shop.placed_and_shippable({one: 1, other: 1})
    await shop.handed_over(order)
    with pytest.raises(Refused) as refused:
        await split_off(shop, order, other)
    assert refused.value.problem["params"]["because"] == ["handed-over", "being-picked"]
