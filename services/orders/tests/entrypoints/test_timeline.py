"""One order, one story: who did what, when, here and elsewhere (ORD-29)."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from contracts.accounting.v1 import PaymentReceived
from contracts.event import Actor
from contracts.inventory.v1 import StockReserved
from contracts.money import Money

pytestmark = pytest.mark.connected


@pytest.mark.capability("ORD-29")
async def test_the_story_tells_everything_in_the_order_in_which_it_happened(shop: Any) -> None:
    order = await shop.places()
    shop.harness.now += timedelta(minutes=5)
    await shop.does(order, "calls", outcome="no_answer", note="chiều gọi lại")
    await shop.does(order, "hold", reason="unreachable")
    shop.harness.now += timedelta(hours=2)
    await shop.does(order, "release")
    await shop.confirms(order)
    shop.harness.now += timedelta(minutes=1)
    await shop.harness.receives(
        StockReserved(order_id=UUID(order["id"]), location_id="KHO", lines=(), waiting_since=shop.harness.now),
        actor=Actor.parse("user:wh-1"),
    )
    await shop.harness.receives(
        PaymentReceived(
            order_id=UUID(order["id"]),
            payment_id=UUID(int=1),
            amount=Money(amount=30_000),
            paid=Money(amount=30_000),
            method="transfer",
            reference="VCB-9",
        ),
        actor=Actor.parse("user:acc-1"),
        id="payment-event",
    )
    story = (await shop.sal.get(f"/orders/{order['code']}/timeline")).json()
    assert (story["code"], story["status"]) == (order["code"], "confirmed")
    told = [(step["kind"], step["service"], step["actor"], step["status"]) for step in story["items"]]
    assert told == [
        ("order.placed", "orders", "user:sal-1", "new"),
        ("order.called", "orders", "user:sal-1", "confirming"),
        ("order.held", "orders", "user:sal-1", "on_hold"),
        ("order.resumed", "orders", "user:sal-1", "confirming"),
        ("order.called", "orders", "user:sal-1", "confirming"),
        ("order.confirmed", "orders", "user:sal-1", "confirmed"),
        ("stock.reserved", "inventory", "user:wh-1", "confirmed"),
        ("order.released", "orders", "user:wh-1", "confirmed"),
        ("payment.received", "accounting", "user:acc-1", "confirmed"),
        ("order.changed", "orders", "user:acc-1", "confirmed"),
    ]
    assert story["items"][1]["details"] == {
        "outcome": "no_answer",
        "note": "chiều gọi lại",
        "again_at": "2025-11-22T06:05:00Z",
    }
    assert story["items"][0]["at"] == "2025-11-22T05:00:00Z"
    assert story["items"][8]["event_id"] == "payment-event"
    assert story["items"][8]["details"]["reference"] == "VCB-9"


async def test_a_fact_stands_where_it_happened_not_where_it_was_heard(shop: Any) -> None:
    order = await shop.sells()
    at = shop.harness.now
    shop.harness.now += timedelta(hours=5)
    await shop.does(order, "calls", note="hỏi thăm")
    await shop.harness.receives(
        StockReserved(order_id=UUID(order["id"]), location_id="KHO", lines=()), occurred_at=at + timedelta(hours=1)
    )
    items = (await shop.sal.get(f"/orders/{order['id']}/timeline")).json()["items"]
    assert [step["kind"] for step in items][-2:] == ["stock.reserved", "order.called"]


async def test_a_story_holds_no_name_address_or_phone(shop: Any) -> None:
    order = await shop.places()
    await shop.sal.patch(f"/orders/{order['id']}", json={"contact": {"name": "Trần Văn Bí Mật"}})
    text = (await shop.sal.get(f"/orders/{order['id']}/timeline")).text
    assert "changed" in text
    for secret in ("Bí Mật", "Hàng Bạc", "901234567"):
        assert secret not in text


async def test_the_story_of_nothing_is_not_found(shop: Any) -> None:
    assert (await shop.sal.get(f"/orders/{UUID(int=1)}/timeline")).status_code == 404
