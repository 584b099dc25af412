"""Orders and shipping speak on topics of their own: whatever comes first is recorded, and the end is the same."""

from datetime import timedelta
from itertools import permutations
from uuid import uuid4

import pytest
from warehouse_floor import NOON, Floor

from contracts import Event
from contracts.inventory.v1 import GoodsIssued, StockReserved

pytestmark = pytest.mark.connected


def in_shippings_own_order(turn: tuple[str, ...]) -> bool:
    """One topic, one key: shipping is heard in the order in which it speaks."""
    return turn.index("created") < turn.index("handed_over")


@pytest.mark.parametrize(
    "turn",
    [turn for turn in permutations(("confirmed", "created", "handed_over")) if in_shippings_own_order(turn)],
)
async def test_facts_of_one_order_in_every_order_hours_apart_and_twice(floor: Floor, turn: tuple[str, ...]) -> None:
    await floor.has({"A": 5})
    order, parcel = floor.order({"A": 2}), uuid4()
    events = {
        "confirmed": order.confirmed(),
        "created": order.shipment_created(),
        "handed_over": order.handed_over(parcel),
    }
    for hours, name in enumerate(turn):
        floor.harness.now = NOON + timedelta(hours=hours)
        await floor.hears(events[name], id=name)
        await floor.hears(events[name], id=name)
        await floor.adds_up()
    assert await floor.level("A") == (3, 0, 0)
    assert await floor.holds() == {}
    assert len(await floor.said(GoodsIssued)) == 1
    known = (await floor.parcel_of(order)) | {}
    assert (known["id"], known["tracking"], known["order_code"]) == (str(parcel), order.tracking, order.code)
    assert known["slip"]["contact"]["name"] == "Nguyễn Thị Lan"


async def test_goods_that_left_before_the_order_was_told_are_not_promised_again(floor: Floor) -> None:
    await floor.has({"A": 5, "B": 5})
    order = floor.order({"A": 2, "B": 1})
    await floor.hears(order.handed_over(uuid4(), units={"A": 2}))
    await floor.confirms(order)
    (reserved,) = await floor.said(StockReserved)
    assert [(line.sku, line.quantity) for line in reserved.lines] == [("B", 1)]
    await floor.adds_up()


@pytest.mark.parametrize("first", ["shipment", "wave"])
async def test_a_tracking_number_finds_its_parcel_whichever_comes_first(floor: Floor, first: str) -> None:
    await floor.has({"A": 1})
    order = floor.order({"A": 1})
    if first == "shipment":
        await floor.hears(order.shipment_created())
        await floor.confirms(order)
        await floor.starts(order)
    else:
        await floor.confirms(order)
        await floor.starts(order)
        await floor.hears(order.shipment_created())
    (found,) = (await floor.staff.get("/inventory/parcels", params={"tracking": order.tracking})).json()["items"]
    assert (found["order_id"], found["shipment_id"], found["carrier_name"]) == (
        str(order.id),
        str(order.shipment_id),
        "Giao Hàng Nhanh",
    )


async def test_a_new_parcel_takes_over_the_number_of_a_stopped_one(floor: Floor) -> None:
    await floor.has({"A": 1})
    order = floor.order({"A": 1})
    await floor.confirms(order)
    await floor.hears(order.shipment_created())
    await floor.starts(order)
    old = await floor.parcel_of(order)
    await floor.staff.post(f"/inventory/parcels/{old['id']}/defects", json={"sku": "A", "reason": "rách"})
    await floor.gets({"A": 1})
    await floor.hears(order.released())
    await floor.starts(order)
    new = await floor.parcel_of(order)
    assert (new["id"] != old["id"], new["tracking"]) == (True, order.tracking)


async def test_an_order_only_shipping_speaks_of_is_half_until_it_is_confirmed(floor: Floor) -> None:
    from inventory.entrypoints.jobs import unheard

    order = floor.order({"A": 1})
    await floor.hears(order.shipment_created())

    async def overdue() -> list[str]:
        async with floor.harness.uow() as uow:
            values = {"now": floor.harness.now, "patience": timedelta(minutes=10), "limit": 10}
            return [row.key for row in await uow.connection.execute(unheard.overdue(), values)]

    floor.harness.now = NOON + timedelta(minutes=10)
    assert await overdue() == []
    floor.harness.now = NOON + timedelta(minutes=10, seconds=1)
    assert await overdue() == [str(order.id)]
    await floor.confirms(order)
    assert await overdue() == []


async def test_a_batch_of_everything_at_once_adds_up(floor: Floor) -> None:
    await floor.has({"A": 10, "B": 10})
    orders = [floor.order({"A": 1, "B": 1}, minute=n) for n in range(15)]
    facts: list[Event] = [event for order in orders for event in (order.confirmed(), order.cancel_requested())]
    facts += [order.cancelled() for order in orders[:5]]
    await floor.hears(*facts)
    await floor.adds_up()
    states = [state for state, _ in (await floor.holds()).values()]
    assert (states.count("held"), states.count("waiting")) == (10, 0)
