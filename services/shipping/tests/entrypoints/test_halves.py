"""A shipment needs two halves, told by two services in any order, hours apart (SHP-03)."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations

import pytest
from shipping_cases import (
    confirmed,
    contact,
    hire,
    order_changed,
    packed,
    ready_for_pickup,
    released,
    reserved,
    shipment_of,
)

from chassis.testing import Harness
from contracts.event import Event
from contracts.inventory.v1 import HeldLine, MissingGoods, PickingStopped, StockReleased, StockShort
from contracts.money import Money
from contracts.orders.v1 import CancelReason, OrderCancelled
from contracts.shipping.v1 import ShipmentCreated

pytestmark = pytest.mark.connected


@pytest.mark.capability("SHP-03")
async def test_the_shipment_is_made_by_whichever_half_comes_last(harness: Harness) -> None:
    await hire(harness)
    for order in permutations(["terms", "hold", "packed"]):
        agreed = confirmed()
        said: dict[str, Event] = {
            "terms": agreed,
            "hold": reserved(agreed.order_id),
            "packed": packed(agreed.order_id, weight_g=640),
        }
        for name in order:
            await harness.receives(said[name])
            await harness.receives(said[name], id=said[name].meta.id, sequence=said[name].meta.sequence)
            harness.now += timedelta(hours=2)

        made = [event for event in await harness.published(ShipmentCreated) if event.order_id == agreed.order_id]
        assert len(made) == 1, order
        shown = await shipment_of(harness, agreed.order_id)
        assert (shown["status"], shown["weight_g"], shown["tracking"]) == ("awaiting_pickup", 640, made[0].tracking)
        assert shown["cod"]["amount"] == 330_000


async def test_an_order_that_had_to_wait_travels_only_when_it_is_released(harness: Harness) -> None:
    await hire(harness)
    for done, order in enumerate(permutations(["terms", "hold", "release"])):
        agreed = confirmed()
        said: dict[str, Event] = {
            "terms": agreed,
            "hold": reserved(agreed.order_id, waited=True),
            "release": released(agreed.order_id),
        }
        for count, name in enumerate(order, 1):
            await harness.receives(said[name])
            assert len(await harness.published(ShipmentCreated)) == done + (count == 3), order


async def test_the_shipment_continues_the_trace_of_the_event_that_completed_it(harness: Harness) -> None:
    await hire(harness)
    agreed = confirmed()
    await harness.receives(agreed)
    (hold,) = await harness.receives(reserved(agreed.order_id), traceparent=f"00-{'a' * 32}-{'b' * 16}-01")
    (made,) = await harness.published(ShipmentCreated)
    assert made.meta.causation_id == hold.meta.id
    assert (made.meta.traceparent or "").startswith(f"00-{'a' * 32}-")
    assert made.meta.correlation_id == str(agreed.order_id)


async def test_many_orders_of_one_batch_get_a_shipment_each(harness: Harness) -> None:
    await hire(harness, numbers=50)
    orders = [confirmed() for _ in range(40)]
    await harness.receives(*orders)
    await harness.receives(*(reserved(order.order_id) for order in orders))
    made = await harness.published(ShipmentCreated)
    assert {event.order_id for event in made} == {order.order_id for order in orders}
    assert len({event.tracking for event in made}) == 40


async def test_stock_that_is_taken_back_is_waited_for_again(harness: Harness) -> None:
    await hire(harness)
    agreed = confirmed()
    await harness.receives(reserved(agreed.order_id))
    missing = (MissingGoods(sku="AO-L", wanted=2, available=1),)
    await harness.receives(
        StockShort(order_id=agreed.order_id, missing=missing, waiting_since=harness.now, taken_back=True)
    )
    await harness.receives(agreed)
    assert await harness.published(ShipmentCreated) == []
    await harness.receives(reserved(agreed.order_id, waited=True))
    assert await harness.published(ShipmentCreated) == []
    await harness.receives(released(agreed.order_id))
    assert len(await harness.published(ShipmentCreated)) == 1


async def test_a_release_is_remembered_through_the_older_shortage_that_is_heard_after_it(harness: Harness) -> None:
    """Shipping was away; of two topics it may read the younger news first."""
    await hire(harness)
    agreed = confirmed()
    missing = (MissingGoods(sku="AO-L", wanted=2, available=1),)
    await harness.receives(agreed)
    await harness.receives(released(agreed.order_id, hold=harness.now))
    await harness.receives(StockShort(order_id=agreed.order_id, missing=missing, waiting_since=harness.now))
    assert await harness.published(ShipmentCreated) == []
    await harness.receives(reserved(agreed.order_id, waited=True))
    assert len(await harness.published(ShipmentCreated)) == 1


async def test_a_release_lets_its_own_hold_go_and_no_later_one(harness: Harness) -> None:
    await hire(harness)
    agreed = confirmed()
    await harness.receives(agreed)
    await harness.receives(released(agreed.order_id, hold=harness.now))
    harness.now += timedelta(hours=1)
    await harness.receives(reserved(agreed.order_id, waited=True))
    assert await harness.published(ShipmentCreated) == []
    await harness.receives(released(agreed.order_id, hold=harness.now))
    assert len(await harness.published(ShipmentCreated)) == 1


async def test_a_hold_that_is_gone_makes_no_shipment(harness: Harness) -> None:
    await hire(harness)
    agreed = confirmed()
    await harness.receives(reserved(agreed.order_id))
    await harness.receives(
        StockReleased(
            order_id=agreed.order_id, lines=(HeldLine(line_id=agreed.lines[0].line_id, sku="AO-L", quantity=2),)
        )
    )
    await harness.receives(agreed)
    assert await harness.published(ShipmentCreated) == []


async def test_an_order_cancelled_before_it_was_confirmed_gets_no_shipment(harness: Harness) -> None:
    await hire(harness)
    agreed = confirmed()
    gone = OrderCancelled(order_id=agreed.order_id, code=agreed.code, reason=CancelReason.PRICE, was_confirmed=False)
    await harness.receives(gone)
    await harness.receives(agreed, reserved(agreed.order_id))
    assert await harness.published() == []


@pytest.mark.capability("SHP-04")
async def test_until_the_handover_a_change_of_the_order_reaches_the_shipment(harness: Harness) -> None:
    await hire(harness)
    agreed = confirmed()
    await harness.receives(agreed, reserved(agreed.order_id))
    await harness.receives(
        order_changed(agreed, cod=Money(amount=0), note="Gọi trước", contact=contact(name="Trần Văn Nam"))
    )
    shown = await shipment_of(harness, agreed.order_id)
    assert (shown["cod"]["amount"], shown["note"], shown["receiver"]["name"]) == (0, "Gọi trước", "Trần Văn Nam")
    assert len(await harness.published(ShipmentCreated)) == 1


async def test_a_change_that_overtakes_the_confirmation_is_not_undone_by_it(harness: Harness) -> None:
    await hire(harness)
    agreed = confirmed()
    await harness.receives(order_changed(agreed, cod=Money(amount=0)), sequence=7)
    await harness.receives(agreed, sequence=3)
    await harness.receives(reserved(agreed.order_id))
    assert (await shipment_of(harness, agreed.order_id))["cod"]["amount"] == 0


async def test_a_change_before_confirmation_agrees_on_nothing(harness: Harness) -> None:
    await hire(harness)
    agreed = confirmed()
    await harness.receives(order_changed(agreed, sure=False, note="x"), reserved(agreed.order_id))
    assert await harness.published(ShipmentCreated) == []


async def test_a_parcel_taken_off_the_floor_is_not_handed_over(harness: Harness) -> None:
    await hire(harness)
    (shipment,) = await ready_for_pickup(harness)
    order_id, parcel_id = shipment["order_id"], shipment["parcel_id"]
    await harness.receives(PickingStopped(order_id=order_id, parcel_id=parcel_id, reason="defect"))
    assert (await shipment_of(harness, order_id))["status"] == "created"
    await harness.receives(packed((await shipment_row(harness))["order_id"], weight_g=900))
    assert (await shipment_of(harness, order_id))["weight_g"] == 900


async def shipment_row(harness: Harness) -> dict[str, object]:
    (row,) = await harness.rows("SELECT * FROM shipments")
    return dict(row)


@pytest.mark.parametrize(("minutes", "listed"), [(10, 0), (10.1, 1)])
@pytest.mark.parametrize("half", ["order", "warehouse"])
async def test_what_is_still_half_known_after_ten_minutes_is_listed(
    harness: Harness, half: str, minutes: float, listed: int
) -> None:
    agreed = confirmed()
    await harness.receives(agreed if half == "order" else reserved(agreed.order_id))
    harness.now += timedelta(minutes=minutes)
    counts = []
    for declared in harness.runtime.service.halves:
        rows = await harness.rows(str(declared.overdue()), now=harness.now, patience=timedelta(minutes=10), limit=10)
        counts.append(len(rows))
        assert all(row["key"] == str(agreed.order_id) for row in rows)
    assert sum(counts) == listed


async def test_an_order_that_waits_for_stock_is_not_half_known(harness: Harness) -> None:
    agreed = confirmed()
    missing = (MissingGoods(sku="AO-L", wanted=2, available=1),)
    await harness.receives(agreed)
    await harness.receives(StockShort(order_id=agreed.order_id, missing=missing, waiting_since=harness.now))
    harness.now += timedelta(days=3)
    for declared in harness.runtime.service.halves:
        assert (
            await harness.rows(str(declared.overdue()), now=harness.now, patience=timedelta(minutes=10), limit=10) == []
        )
