"""Scenario 9: three failed tries, the way back, and what the next order from that phone is told."""

import pytest
from shop import Shop, eventually


@pytest.mark.capability("SHP-13", "SHP-14", "INV-13", "CRM-14")
async def test_a_parcel_that_nobody_took_is_back_in_stock_and_its_buyer_is_warned_of(shop: Shop) -> None:
    sku, phone = await shop.product(stock=1), shop.phone()
    order = await shop.placed_and_shippable({sku: 1}, phone=phone)
    await shop.handed_over(order)
    await eventually(lambda: shop.stock(sku), lambda level: level["on_hand"] == 0)

    await shop.scan(order, "picked_up", "failed", "failed", "failed", "returning", "returned")
    back = await eventually(
        lambda: shop.warehouse.get("/api/inventory/returns", order_id=order["id"]), lambda page: bool(page["items"])
    )
    await shop.reaches(order, "returning")
    (parcel,) = back["items"]
    lines = [
        {"line_id": line["line_id"], "grade": "sellable", "quantity": line["quantity"]} for line in parcel["lines"]
    ]
    await shop.warehouse.post(f"/api/inventory/returns/{parcel['id']}/inspect", {"lines": lines})

    await shop.reaches(order, "returned")
    assert (await shop.stock(sku))["on_hand"] == 1
    shipment = await shop.shipment(order)
    due = await shop.accountant.get("/api/accounting/cod-due", carrier_id=shipment["carrier_id"], limit=200)
    assert all(item["owed"] == 0 for item in due["items"] if item["order_id"] == order["id"])
    customer = await eventually(
        lambda: shop.care.get("/api/crm/customers", phone=phone),
        lambda page: [each["refusals"] for each in page["items"]] == [1],
    )
    await shop.care.post(f"/api/crm/customers/{customer['items'][0]['id']}/blacklist", {"reason": "Ba lần không nhận"})

    async def next_order() -> list[str]:
        flags: list[str] = (await shop.place({sku: 1}, phone=phone))["flags"]
        return flags

    await eventually(next_order, lambda flags: "blacklisted" in flags)
