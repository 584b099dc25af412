"""Scenario 8: a carrier's statement that is 50,000 short; and what was paid ahead."""

import pytest
from shop import Shop, eventually

pytestmark = pytest.mark.capability("ACC-01", "ACC-06")


async def statement(shop: Shop, order: dict, cod: int, *, with_fee: bool = True) -> dict:
    """Import one line for this order, decide what differs, approve, and book the money that came."""
    shipment = await shop.shipment(order)
    line = {
        "reference": f"{shop.tag}-{order['code']}-{cod}", "tracking": shipment["tracking"], "cod": cod,
        "fee": shipment["fee"]["amount"] if with_fee else 0,
    }  # fmt: skip
    body = {"carrier_id": shipment["carrier_id"], "reference": f"BK-{order['code']}-{cod}", "lines": [line]}
    made = await shop.lead.post("/api/accounting/cod-statements", body)
    path = f"/api/accounting/cod-statements/{made['id']}"
    async for open_line in shop.accountant.all(f"{path}/lines", open=True):
        decision = {"reason": "hãng nợ phần thiếu", "resolution": "carry"}
        await shop.lead.post(f"{path}/lines/{open_line['number']}/correct", decision)
    await shop.accountant.post(f"{path}/approve", {})
    approved = await shop.accountant.get(path)
    await shop.accountant.post(f"{path}/receive", {"amount": approved["net"], "reference": f"FT-{made['id']}"})
    return made


async def test_an_order_is_settled_only_when_the_missing_money_has_come(shop: Shop) -> None:
    sku = await shop.product(stock=1, price=470_000)
    order = await shop.placed_and_shippable({sku: 1})
    assert order["cod"]["amount"] == 500_000
    await shop.delivered(order)
    await eventually(lambda: books(shop, order), lambda said: said["shipments"][0]["owed"] == 500_000)

    made = await statement(shop, order, 450_000)
    assert made["differences"] == {"amount": 1}
    await eventually(lambda: books(shop, order), lambda said: said["shipments"][0]["owed"] == 50_000)
    assert (await shop.order(order))["status"] == "delivered"

    await statement(shop, order, 50_000, with_fee=False)
    await shop.reaches(order, "reconciled")


async def books(shop: Shop, order: dict) -> dict:
    said: dict = await shop.accountant.get(f"/api/accounting/orders/{order['id']}")
    return said


@pytest.mark.capability("ORD-35", "ACC-03")
async def test_what_was_paid_ahead_is_not_collected_again(shop: Shop) -> None:
    sku = await shop.product(stock=1, price=200_000)
    order = await shop.place({sku: 1}, payment="deposit")
    payment = {"order_id": order["id"], "amount": 100_000, "reference": f"FT-{order['code']}"}

    first = await shop.accountant.post("/api/accounting/payments", payment)
    again = await shop.accountant.post("/api/accounting/payments", payment)

    assert first["id"] == again["id"]
    await eventually(lambda: shop.order(order), lambda now: now["cod"]["amount"] == 130_000)
    await shop.confirm(order)
    await eventually(lambda: shop.shipment(order), lambda now: now["cod"]["amount"] == 130_000)
