"""A settled order that nobody asked about for a week is over."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from contracts.accounting.v1 import SettlementReconciled
from contracts.money import Money
from contracts.orders.v1 import OrderClosed
from contracts.shipping.v1 import ShipmentDelivered
from orders.application import thresholds
from orders.entrypoints.jobs import close_settled

pytestmark = pytest.mark.connected


async def settled(shop: Any, **changes: Any) -> dict[str, Any]:
    order: dict[str, Any] = await shop.sells(**changes)
    await shop.harness.receives(ShipmentDelivered(**shop.travelling(order), delivered_at=shop.harness.now))
    nothing = Money(amount=0)
    await shop.harness.receives(SettlementReconciled(order_id=UUID(order["id"]), cod=nothing, fee=nothing))
    return order


@pytest.mark.capability("ORD-29")
async def test_the_seventh_day_closes_and_a_second_less_does_not(shop: Any) -> None:
    order = await settled(shop)
    shop.harness.now += timedelta(days=7, seconds=-1)
    await shop.harness.runs(close_settled)
    assert (await shop.sees(order))["status"] == "reconciled"
    shop.harness.now += timedelta(seconds=1)
    await shop.harness.runs(close_settled)
    assert (await shop.sees(order))["status"] == "closed"
    await shop.harness.runs(close_settled)
    assert [str(event.order_id) for event in await shop.harness.published(OrderClosed)] == [order["id"]]
    refused = await shop.does(order, "cancel", reason="other")
    assert (refused.status_code, refused.json()["params"]["possible"]) == (409, [])


async def test_many_settled_orders_are_closed_in_bounded_steps(shop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orders.application.close_orders.AT_ONCE", 2)
    monkeypatch.setattr("orders.entrypoints.jobs.AT_ONCE", 2)
    for number in range(5):
        await settled(shop, contact={"phone": f"09012302{number:02}"})
    shop.harness.now += timedelta(days=8)
    await shop.harness.runs(close_settled)
    assert len(await shop.harness.published(OrderClosed)) == 5


async def test_the_days_of_grace_are_a_setting(shop: Any) -> None:
    shop.harness.settings[thresholds.close_after] = 0
    order = await settled(shop)
    await shop.harness.runs(close_settled)
    assert (await shop.sees(order))["status"] == "closed"
