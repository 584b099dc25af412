"""Orders that were to be paid in advance and are not (ORD-16): 24 hours, 72 hours, and what money in between does."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.accounting.v1 import PaymentReceived
from contracts.inventory.v1 import ParcelPacked
from contracts.money import Money
from contracts.orders.v1 import OrderCancelled, OrderCancelRequested, OrderPaymentDue
from orders.application import thresholds
from orders.entrypoints.jobs import chase_payments

pytestmark = [pytest.mark.connected, pytest.mark.capability("ORD-16")]
SECOND = timedelta(seconds=1)


async def after(shop: Any, hours: float) -> None:
    shop.harness.now += timedelta(hours=hours)
    await shop.harness.runs(chase_payments)


def payment(order: Any, paid: int) -> PaymentReceived:
    money = Money(amount=paid)
    return PaymentReceived(
        order_id=UUID(order["id"]),
        payment_id=uuid4(),
        amount=money,
        paid=money,
        method="transfer",
        reference="FT",
    )


async def test_after_a_day_the_customer_is_reminded_once(shop: Any) -> None:
    order = await shop.places(payment="prepaid")
    shop.harness.now += timedelta(hours=24) - SECOND
    await shop.harness.runs(chase_payments)
    assert await shop.harness.published(OrderPaymentDue) == []
    shop.harness.now += SECOND
    await shop.harness.runs(chase_payments)
    await after(shop, 1)
    [event] = await shop.harness.published(OrderPaymentDue)
    assert (str(event.order_id), event.due.amount) == (order["id"], 330_000)
    assert event.cancel_at.isoformat() == "2025-11-25T05:00:00+00:00"
    assert (await shop.sees(order))["flags"] == ["unpaid"]


async def test_after_three_days_without_money_it_is_cancelled(shop: Any) -> None:
    order = await shop.places(payment="deposit")
    await after(shop, 24)
    shop.harness.now += timedelta(hours=48) - SECOND
    await shop.harness.runs(chase_payments)
    assert (await shop.sees(order))["status"] == "new"
    shop.harness.now += SECOND
    await shop.harness.runs(chase_payments)
    seen = await shop.sees(order)
    assert (seen["status"], seen["cancel"], seen["flags"]) == ("cancelled", {"reason": "other", "note": "unpaid"}, [])
    assert [event.code for event in await shop.harness.published(OrderCancelled)] == [order["code"]]


async def test_money_in_between_ends_the_matter_and_part_of_it_shows_the_order_to_a_person(shop: Any) -> None:
    whole = await shop.places(payment="prepaid")
    part = await shop.places(payment="prepaid", contact={"phone": "0902222222"})
    deposit = await shop.places(payment="deposit", contact={"phone": "0903333333"})
    await after(shop, 25)
    for order, paid in ((whole, 330_000), (part, 329_999), (deposit, 1)):
        await shop.harness.receives(payment(order, paid))
    await after(shop, 72)
    assert [(await shop.sees(order))["status"] for order in (whole, part, deposit)] == ["new"] * 3
    assert [(await shop.sees(order))["flags"] for order in (whole, part, deposit)] == [[], ["unpaid"], []]
    assert len(await shop.harness.published(OrderPaymentDue)) == 3


async def test_who_pays_at_the_door_or_owes_nothing_is_not_reminded(shop: Any) -> None:
    await shop.places(payment="cod")
    await shop.places(payment="prepaid", freight=0, lines=[{"sku": "MU-01", "quantity": 1, "unit_price": 0}])
    await after(shop, 100)
    assert await shop.harness.published(OrderPaymentDue, OrderCancelled) == []


async def test_a_way_of_paying_agreed_anew_forgets_the_reminder(shop: Any) -> None:
    order = await shop.places(payment="prepaid")
    await after(shop, 24)
    await shop.sal.patch(f"/orders/{order['id']}", json={"payment": "cod"})
    await after(shop, 72)
    assert (await shop.sees(order))["status"] == "new"
    await shop.sal.patch(f"/orders/{order['id']}", json={"payment": "prepaid"})
    await after(shop, 1)
    assert (await shop.sees(order))["status"] == "new"
    [_, again] = await shop.harness.published(OrderPaymentDue)
    assert again.cancel_at == shop.harness.now + timedelta(hours=48)


async def test_a_confirmed_order_is_asked_about_and_a_packed_one_goes_on(shop: Any) -> None:
    sold = await shop.sells(payment="prepaid")
    packed = await shop.sells(payment="prepaid", contact={"phone": "0902222222"})
    await after(shop, 24)
    await shop.harness.receives(
        ParcelPacked(
            order_id=UUID(packed["id"]),
            parcel_id=uuid4(),
            location_id="KHO",
            lines=(),
            weight_g=1,
            expected_weight_g=1,
        )
    )
    await after(shop, 48)
    assert ((await shop.sees(sold))["status"], (await shop.sees(packed))["status"]) == ("cancelling", "packed")
    assert [event.code for event in await shop.harness.published(OrderCancelRequested)] == [sold["code"]]


async def test_both_times_are_settings(shop: Any) -> None:
    shop.harness.settings[thresholds.payment_reminder] = 2
    shop.harness.settings[thresholds.payment_cancel] = 3
    order = await shop.places(payment="prepaid")
    await after(shop, 2)
    assert len(await shop.harness.published(OrderPaymentDue)) == 1
    await after(shop, 1)
    assert (await shop.sees(order))["status"] == "cancelled"


async def test_who_was_never_reminded_is_not_cancelled_without_warning(shop: Any) -> None:
    order = await shop.places(payment="prepaid")
    await after(shop, 500)
    assert (await shop.sees(order))["status"] == "new"
    await after(shop, 48)
    assert (await shop.sees(order))["status"] == "cancelled"


async def test_money_at_the_moment_of_cancelling_is_recorded_whoever_is_first(shop: Any) -> None:
    orders = [await shop.places(payment="prepaid", contact={"phone": f"09012404{n:02}"}) for n in range(4)]
    await after(shop, 24)
    shop.harness.now += timedelta(hours=48)
    money = [payment(order, 330_000) for order in orders]
    await asyncio.gather(shop.harness.runs(chase_payments), shop.harness.receives(*money))
    cancelled = {event.code for event in await shop.harness.published(OrderCancelled)}
    for order in orders:
        seen = await shop.sees(order)
        assert seen["paid"]["amount"] == 330_000
        assert seen["status"] == ("cancelled" if order["code"] in cancelled else "new")
    assert await shop.harness.dead_letters() == []
