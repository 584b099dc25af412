"""The carrier's side says everything several times, and several hands sign."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from shop import Shop, eventually

AT_ONCE = 12


@pytest.mark.capability("SHP-06")
async def test_a_scan_reported_many_times_at_once_counts_once(shop: Shop, race: Any) -> None:
    """As webhooks do: the same report again and again, while the first is still being handled."""
    order = await shop.placed_and_shippable({await shop.product(stock=1, price=170_000): 1})
    await shop.handed_over(order)
    tracking = (await shop.shipment(order))["tracking"]
    report = {"scans": [{"tracking": tracking, "status": "delivered", "at": datetime.now(UTC).isoformat()}]}

    outcomes = await race.of(*(lambda: shop.shipping.post("/api/shipping/scans", report) for _ in range(AT_ONCE)))

    assert race.statuses(outcomes) == {200: AT_ONCE}
    await shop.reaches(order, "delivered")
    await eventually(lambda: owed(shop, order), lambda due: due == 200_000)
    story = (await shop.sales.get(f"/api/orders/{order['id']}/timeline"))["items"]
    assert [step["kind"] for step in story].count("shipment.delivered") == 1
    phone = order["contact"]["phone"]
    await eventually(lambda: points(shop, phone), lambda earned: len(earned) == 1)


@pytest.mark.capability("SHP-05")
async def test_a_manifest_signed_by_many_at_once_hands_over_once(shop: Shop, race: Any) -> None:
    sku = await shop.product(stock=4)
    orders = [await shop.placed_and_shippable({sku: 1}) for _ in range(3)]
    await shop.packed(*orders)
    manifest = await shop.manifest(*orders)

    outcomes = await race.of(*(lambda: shop.sign(manifest) for _ in range(AT_ONCE)))

    assert race.statuses(outcomes) == {200: AT_ONCE}
    assert len({each.answer["signed_at"] for each in outcomes}) == 1
    for order in orders:
        await shop.reaches(order, "handed_over")
    await eventually(lambda: shop.stock(sku), lambda level: (level["on_hand"], level["reserved"]) == (1, 0))
    for order in orders:
        story = (await shop.sales.get(f"/api/orders/{order['id']}/timeline"))["items"]
        assert [step["kind"] for step in story].count("shipment.handed_over") == 1


async def owed(shop: Shop, order: dict[str, Any]) -> int:
    """What the carrier owes for the order's parcels."""
    said = await shop.accountant.get(f"/api/accounting/orders/{order['id']}")
    return sum(shipment["owed"] for shipment in said["shipments"])


async def points(shop: Shop, phone: str) -> list[dict[str, Any]]:
    page = await shop.care.get("/api/crm/customers", phone=phone)
    if not page["items"]:
        return []
    earned = await shop.care.get(f"/api/crm/customers/{page['items'][0]['id']}/points")
    rows: list[dict[str, Any]] = earned["items"]
    return rows
