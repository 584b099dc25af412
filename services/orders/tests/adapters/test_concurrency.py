"""Commands and facts of every topic on the same orders at the same moment: all are recorded, nobody deadlocks."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from contracts.accounting.v1 import PaymentReceived
from contracts.event import Event
from contracts.inventory.v1 import StockReserved
from contracts.money import Money
from contracts.shipping.v1 import ShipmentHandedOver

pytestmark = pytest.mark.connected


async def test_three_topics_and_the_desk_work_on_the_same_orders(shop: Any) -> None:
    orders = [await shop.sells(channel="shopee", contact={"phone": f"09012303{n:02}"}) for n in range(8)]
    ids = [UUID(order["id"]) for order in orders]
    held: list[Event] = [StockReserved(order_id=id, location_id="KHO", lines=()) for id in ids]
    moved: list[Event] = [
        ShipmentHandedOver(
            **shop.travelling(order),
            manifest_id=UUID(int=9),
            manifest_code="BG1",
            location_id="KHO",
            fee=Money(amount=0),
            weight_g=1,
        )
        for order in reversed(orders)
    ]
    money = Money(amount=100_000)
    paid: list[Event] = [
        PaymentReceived(order_id=id, payment_id=id, amount=money, paid=money, method="transfer", reference=str(id))
        for id in ids[::2] + ids[1::2]
    ]
    called = [shop.does(order, "calls", note="hỏi thăm") for order in orders]
    answers = await asyncio.gather(
        shop.harness.receives(*held), shop.harness.receives(*moved), shop.harness.receives(*paid), *called
    )
    assert {answer.status_code for answer in answers[3:]} == {200}
    for order in orders:
        seen = await shop.sees(order)
        facets = seen["facets"]
        assert (facets["stock"], facets["delivery"], seen["paid"]["amount"]) == ("reserved", "handed_over", 100_000)
        assert seen["calls"][-1]["note"] == "hỏi thăm"
        assert seen["status"] == "handed_over"
    assert await shop.harness.dead_letters() == []


async def test_phones_that_cross_do_not_block_each_other(shop: Any) -> None:
    """A gives up its phone for B's while B takes A's, and new orders of both come in."""
    first = await shop.places(contact={"phone": "0901111111"})
    second = await shop.places(contact={"phone": "0902222222"})
    for _ in range(5):
        answers = await asyncio.gather(
            shop.sal.patch(f"/orders/{first['id']}", json={"contact": {"phone": "0902222222"}}),
            shop.sal.patch(f"/orders/{second['id']}", json={"contact": {"phone": "0901111111"}}),
            shop.asks(contact={"phone": "0901111111"}),
            shop.asks(contact={"phone": "0902222222"}),
        )
        assert {answer.status_code for answer in answers} <= {200, 201}
        await shop.sal.patch(f"/orders/{first['id']}", json={"contact": {"phone": "0901111111"}})
        await shop.sal.patch(f"/orders/{second['id']}", json={"contact": {"phone": "0902222222"}})


async def test_an_order_handed_in_again_while_it_is_edited_blocks_nobody(shop: Any) -> None:
    order = await shop.places(external_id="W-1")
    for round in range(5):
        phone = f"090123456{round}"
        answers = await asyncio.gather(
            shop.sal.patch(f"/orders/{order['id']}", json={"contact": {"phone": phone}}),
            shop.asks(external_id="W-1", contact={"phone": phone}),
            shop.asks(external_id="W-1", contact={"phone": phone}),
        )
        assert [answer.status_code for answer in answers] == [200, 200, 200]
