"""Splitting, merging and taking apart again over HTTP, and what others hear of it (ORD-07, ORD-08)."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.accounting.v1 import PaymentReceived
from contracts.inventory.v1 import MissingGoods, PickingStarted, StockShort
from contracts.money import Money
from contracts.orders.v1 import OrderCancelled, OrderCancelRequested, OrderConfirmed, OrderPlaced
from contracts.shipping.v1 import ShipmentCancelled, ShipmentCancelRefused

pytestmark = pytest.mark.connected

TWO_GOODS = [
    {"sku": "AO-L", "quantity": 1, "unit_price": {"amount": 200_000}},
    {"sku": "MU-01", "quantity": 1, "unit_price": {"amount": 100_000}},
]


def leads(shop: Any) -> Any:
    return shop.harness.client(permissions=("orders:read", "duplicates:write"), subject="lead-1", name="Minh")


async def splits_off(shop: Any, order: dict[str, Any], sku: str, quantity: int = 1) -> Any:
    [line] = [line for line in order["lines"] if line["sku"] == sku]
    body = {"parts": [{"lines": [{"line_id": line["line_id"], "quantity": quantity}]}]}
    return await leads(shop).post(f"/orders/{order['id']}/split", json=body)


async def merges(shop: Any, *orders: dict[str, Any]) -> Any:
    return await leads(shop).post("/orders/merge", json={"orders": [order["code"] for order in orders]})


async def pays(shop: Any, order: dict[str, Any], paid: int) -> None:
    money = Money(amount=paid)
    event = PaymentReceived(
        order_id=UUID(order["id"]),
        payment_id=uuid4(),
        amount=money,
        paid=money,
        method="bank_transfer",
        reference="FT1",
    )
    await shop.harness.receives(event)


async def answers(shop: Any, order: dict[str, Any], gone: bool) -> None:
    id, code = UUID(order["id"]), order["code"]
    yes = ShipmentCancelled(order_id=id, code=code)
    no = ShipmentCancelRefused(order_id=id, code=code, shipment_id=uuid4(), manifest_id=uuid4())
    await shop.harness.receives(yes if gone else no)


@pytest.mark.capability("ORD-07")
async def test_an_order_at_the_desk_is_split_at_once(shop: Any) -> None:
    order = await shop.places(lines=TWO_GOODS)
    await pays(shop, order, 33_000)
    await shop.harness.forget_published()
    answer = await splits_off(shop, order, "MU-01")
    assert answer.status_code == 200, answer.text
    first, second = answer.json()["successors"]
    assert [each["cod"]["amount"] for each in (first, second)] == [207_000, 90_000]
    assert [each["paid"]["amount"] for each in (first, second)] == [23_000, 10_000]
    assert [each["freight"]["amount"] for each in (first, second)] == [30_000, 0]
    ended = await shop.sees(order)
    assert (ended["status"], ended["replaced_by"]) == ("split", [first["code"], second["code"]])
    assert (first["replaces"], first["placed_at"]) == ([order["code"]], order["placed_at"])
    [said] = await shop.harness.published(OrderCancelled)
    assert (said.became, said.was_confirmed) == ("split", False)
    assert [(each.code, each.paid.amount) for each in said.replaced_by] == [
        (first["code"], 23_000),
        (second["code"], 10_000),
    ]
    assert [each.code for each in await shop.harness.published(OrderPlaced)] == [first["code"], second["code"]]


@pytest.mark.capability("ORD-07")
async def test_a_confirmed_order_is_split_once_shipping_agrees(shop: Any) -> None:
    order = await shop.sells(lines=TWO_GOODS)
    answer = await splits_off(shop, order, "MU-01")
    assert (answer.status_code, answer.json()["state"], answer.json()["successors"]) == (202, "asked", [])
    assert len(await shop.harness.published(OrderCancelRequested)) == 1
    assert await shop.harness.published(OrderCancelled) == []
    await answers(shop, order, gone=True)
    confirmed = await shop.harness.published(OrderConfirmed)
    assert [(each.cod.amount, len(each.lines)) for each in confirmed] == [(230_000, 1), (100_000, 1)]
    [said] = await shop.harness.published(OrderCancelled)
    assert (said.became, said.was_confirmed) == ("split", True)
    assert (await shop.sees(order))["replaced_by"] == [each.code for each in confirmed]


@pytest.mark.capability("ORD-07")
async def test_what_has_left_stays_whole(shop: Any) -> None:
    order = await shop.sells(lines=TWO_GOODS)
    await splits_off(shop, order, "MU-01")
    await answers(shop, order, gone=False)
    after = await shop.sees(order)
    assert (after["status"], after["replaced_by"], after["flags"]) == ("confirmed", [], [])
    assert await shop.harness.published(OrderCancelled) == []
    again = await splits_off(shop, order, "MU-01")
    assert again.status_code == 202


@pytest.mark.capability("ORD-14")
async def test_nobody_cancels_what_is_being_split(shop: Any) -> None:
    order = await shop.sells(lines=TWO_GOODS)
    await splits_off(shop, order, "MU-01")
    refused = await shop.does(order, "cancel", reason="changed_mind")
    assert (refused.status_code, refused.json()["code"]) == (409, "cannot-cancel")
    twice = await splits_off(shop, order, "MU-01")
    assert (twice.status_code, twice.json()["params"]["because"]) == (409, ["cancelling"])


@pytest.mark.capability("ORD-07")
async def test_parts_that_do_not_fit_are_refused_with_every_reason(shop: Any) -> None:
    order = await shop.places(lines=TWO_GOODS)
    too_many = await splits_off(shop, order, "MU-01", quantity=2)
    assert (too_many.status_code, [each["code"] for each in too_many.json()["errors"]]) == (422, ["more-than-ordered"])
    parts = [{"lines": [{"line_id": line["line_id"], "quantity": 1}]} for line in order["lines"]]
    everything = await leads(shop).post(f"/orders/{order['id']}/split", json={"parts": parts})
    assert [each["code"] for each in everything.json()["errors"]] == ["nothing-left"]
    unknown = [{"lines": [{"line_id": str(uuid4()), "quantity": 1}]}]
    nobody = await leads(shop).post(f"/orders/{order['id']}/split", json={"parts": unknown})
    assert [each["code"] for each in nobody.json()["errors"]] == ["line-unknown"]
    assert (await shop.sees(order))["status"] == "new"


@pytest.mark.capability("ORD-07")
async def test_nothing_is_split_while_it_is_picked(shop: Any) -> None:
    order = await shop.sells(lines=TWO_GOODS)
    await shop.harness.receives(
        PickingStarted(
            order_id=UUID(order["id"]), code=order["code"], wave_id=uuid4(), wave_code="W1", parcel_id=uuid4()
        )
    )
    refused = await splits_off(shop, order, "MU-01")
    assert (refused.status_code, refused.json()["params"]["because"]) == (409, ["being-picked"])


@pytest.mark.capability("ORD-07", "ORD-12")
async def test_who_waited_before_the_split_goes_on_waiting_since_then(shop: Any) -> None:
    order = await shop.sells(lines=TWO_GOODS)
    since = shop.harness.now - timedelta(days=9)
    missing = (MissingGoods(sku="MU-01", wanted=1, available=0),)
    await shop.harness.receives(StockShort(order_id=UUID(order["id"]), missing=missing, waiting_since=since))
    await splits_off(shop, order, "MU-01")
    await answers(shop, order, gone=True)
    code = (await shop.sees(order))["replaced_by"][1]
    child = (await leads(shop).get(f"/orders/{code}")).json()
    short = StockShort(order_id=UUID(child["id"]), missing=missing, waiting_since=shop.harness.now)
    await shop.harness.receives(short)
    assert (await shop.sees(child))["waiting"]["days"] == 9


@pytest.mark.capability("ORD-06", "ORD-08")
async def test_two_orders_of_one_customer_become_one_parcel(shop: Any) -> None:
    one = await shop.places(note="gọi trước")
    other = await shop.places(note="gói quà", contact={"address": {"street": "12 hang bac"}})
    answer = await merges(shop, one, other)
    assert answer.status_code == 200, answer.text
    [both] = answer.json()["successors"]
    assert [(line["sku"], line["quantity"]) for line in both["lines"]] == [("AO-L", 4)]
    assert (both["freight"]["amount"], both["total"]["amount"]) == (30_000, 630_000)
    assert (both["note"], both["replaces"]) == ("gọi trước\ngói quà", [one["code"], other["code"]])
    assert [(await shop.sees(each))["status"] for each in (one, other)] == ["merged", "merged"]


@pytest.mark.capability("ORD-08")
async def test_confirmed_orders_merge_with_the_last_answer_and_without_those_that_left(shop: Any) -> None:
    orders = [await shop.sells() for _ in range(3)]
    assert (await merges(shop, *orders)).status_code == 202
    await answers(shop, orders[0], gone=True)
    await answers(shop, orders[1], gone=False)
    assert await shop.harness.published(OrderConfirmed) == []
    await answers(shop, orders[2], gone=True)
    [both] = await shop.harness.published(OrderConfirmed)
    assert [line.quantity for line in both.lines] == [4]
    states = [(await shop.sees(order))["status"] for order in orders]
    assert states == ["merged", "confirmed", "merged"]


@pytest.mark.capability("ORD-08")
async def test_only_one_customers_orders_at_one_address_merge(shop: Any) -> None:
    one = await shop.places()
    other = await shop.sells(contact={"phone": "0902 000 000", "address": {"street": "1 Lê Lợi"}}, external_id="W-1")
    refused = await merges(shop, one, other)
    assert (refused.status_code, refused.json()["code"]) == (409, "cannot-merge")
    assert refused.json()["params"]["because"] == ["other-phone", "other-address", "only-some-confirmed"]
    itself = await leads(shop).post("/orders/merge", json={"orders": [one["code"], one["id"]]})
    assert itself.json()["params"]["because"] == ["same-order"]


@pytest.mark.capability("ORD-08")
async def test_what_was_merged_can_be_taken_apart_again(shop: Any) -> None:
    one, other = await shop.places(), await shop.places(lines=TWO_GOODS)
    [both] = (await merges(shop, one, other)).json()["successors"]
    answer = await leads(shop).post(f"/orders/{both['id']}/unmerge")
    assert answer.status_code == 200, answer.text
    apart = answer.json()["successors"]
    assert [each["total"]["amount"] for each in apart] == [one["total"]["amount"], other["total"]["amount"]]
    assert [[line["sku"] for line in each["lines"]] for each in apart] == [["AO-L"], ["AO-L", "MU-01"]]
    never = await leads(shop).post(f"/orders/{apart[0]['id']}/unmerge")
    assert (never.status_code, never.json()["params"]["because"]) == (409, ["not-merged"])


@pytest.mark.capability("ORD-08")
async def test_a_merged_order_with_other_goods_by_now_is_not_taken_apart(shop: Any) -> None:
    one, other = await shop.places(), await shop.places()
    [both] = (await merges(shop, one, other)).json()["successors"]
    await shop.sal.patch(f"/orders/{both['id']}", json={"lines": [{"sku": "AO-L", "quantity": 1}]})
    refused = await leads(shop).post(f"/orders/{both['id']}/unmerge")
    assert (refused.status_code, refused.json()["params"]["because"]) == (409, ["goods-changed-since"])


@pytest.mark.capability("ORD-08")
async def test_of_two_leads_who_decide_at_once_one_wins(shop: Any) -> None:
    one, other = await shop.places(), await shop.places()
    got = await asyncio.gather(merges(shop, one, other), merges(shop, other, one), merges(shop, one, other))
    assert sorted(answer.status_code for answer in got) == [200, 409, 409]
    assert len([each for each in await shop.harness.published(OrderPlaced) if each.replaces]) == 1
