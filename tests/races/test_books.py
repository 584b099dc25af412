"""Two accountants at one statement."""

from __future__ import annotations

from typing import Any

import pytest
from shop import Shop, eventually

AT_ONCE = 8


@pytest.mark.capability("ACC-01")
async def test_two_people_approve_one_statement_and_it_is_booked_once(shop: Shop, race: Any) -> None:
    order = await shop.placed_and_shippable({await shop.product(stock=1, price=470_000): 1})
    await shop.delivered(order)
    shipment = await shop.shipment(order)
    await eventually(lambda: parcel(shop, order), lambda said: said["owed"] == 500_000)
    line = {
        "reference": order["code"], "tracking": shipment["tracking"], "cod": 500_000, "fee": shipment["fee"]["amount"],
    }  # fmt: skip
    body = {"carrier_id": shipment["carrier_id"], "reference": f"BK-{order['code']}", "lines": [line]}
    path = f"/api/accounting/cod-statements/{(await shop.lead.post('/api/accounting/cod-statements', body))['id']}"
    both = [shop.accountant, shop.accountant2] * (AT_ONCE // 2)

    approving = await race.of(*(lambda who=who: who.post(f"{path}/approve", {}) for who in both))
    net = (await shop.accountant.get(path))["net"]
    receiving = await race.of(
        *(
            lambda who=who, n=n: who.post(f"{path}/receive", {"amount": net, "reference": f"FT-{order['code']}-{n}"})
            for n, who in enumerate(both)
        )
    )

    for outcomes in (approving, receiving):
        assert race.statuses(outcomes) == {200: 1, 409: AT_ONCE - 1}
    await shop.reaches(order, "reconciled")
    assert (await parcel(shop, order))["owed"] == 0
    assert (await shop.accountant.get(path))["state"] == "posted"
    assert all(total["balanced"] for total in (await shop.accountant.get("/api/accounting/trial-balance"))["totals"])


async def parcel(shop: Shop, order: dict[str, Any]) -> dict[str, Any]:
    said: dict[str, Any] = await shop.accountant.get(f"/api/accounting/orders/{order['id']}")
    return said["shipments"][0] if said["shipments"] else {"owed": None}
