"""Orders that another service should have moved on are counted by what they wait for, a quarter of an hour later."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from contracts.inventory.v1 import HeldLine, MissingGoods, StockReserved, StockShort
from contracts.money import Money
from contracts.shipping.v1 import ShipmentCreated
from orders.entrypoints.gauges import stuck

pytestmark = pytest.mark.connected

held = (HeldLine(line_id=uuid4(), sku="AO-L", quantity=2),)
missing = (MissingGoods(sku="AO-L", wanted=2, available=1),)


async def counted(shop) -> dict[str, float]:
    await stuck.count(shop.harness.runtime)
    return {sample.labels["state"]: sample.value for family in stuck.shown.collect() for sample in family.samples}


async def test_an_order_is_stuck_only_while_a_service_owes_it_an_answer(shop):
    order = await shop.sells()
    shop.harness.now += timedelta(minutes=15)
    assert await counted(shop) == {}
    shop.harness.now += timedelta(seconds=1)
    assert await counted(shop) == {"awaiting_hold": 1}

    await shop.harness.receives(StockReserved(order_id=UUID(order["id"]), location_id="KHO", lines=held))
    assert await counted(shop) == {}
    shop.harness.now += timedelta(minutes=15, seconds=1)
    assert await counted(shop) == {"awaiting_shipment": 1}

    await shop.harness.receives(
        ShipmentCreated(
            order_id=UUID(order["id"]),
            code=order["code"],
            shipment_id=uuid4(),
            carrier_id="ghn",
            carrier_name="Giao Hàng Nhanh",
            service="standard",
            tracking="GHN0001",
            cod=Money(amount=330_000),
            fee=Money(amount=25_000),
        )
    )
    shop.harness.now += timedelta(days=1)
    assert await counted(shop) == {}

    await shop.does(order, "cancel", reason="changed_mind")
    shop.harness.now += timedelta(minutes=15, seconds=1)
    assert await counted(shop) == {"cancelling": 1}


async def test_an_order_that_waits_for_goods_is_not_stuck(shop):
    order = await shop.sells()
    await shop.harness.receives(StockShort(order_id=UUID(order["id"]), missing=missing, waiting_since=shop.harness.now))
    shop.harness.now += timedelta(days=9)
    assert await counted(shop) == {}
