"""Many orders in one call: each whole by itself, each answered in its place (ORD-01)."""

import asyncio
from typing import Any

import pytest

from contracts.orders.v1 import OrderPlaced

pytestmark = [pytest.mark.connected, pytest.mark.capability("ORD-01")]


async def hands_in(shop: Any, *orders: dict[str, Any], client: Any = None) -> dict[str, Any]:
    answer = await (client or shop.sal).post("/orders/batch", json={"orders": orders})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def test_each_order_has_its_answer_in_its_place(shop: Any) -> None:
    there = await shop.places(external_id="W-0", contact={"phone": "0900000000"})
    said = await hands_in(
        shop,
        shop.body(external_id="W-1", contact={"phone": "0901111111"}),
        shop.body(external_id="W-2", lines=[{"sku": "KHONG-CO", "quantity": 0}]),
        shop.body(external_id="W-0"),
        shop.body(external_id="W-3", contact={"phone": "0900000000"}),
        shop.body(),
    )
    assert [(each["external_id"], each["outcome"]) for each in said["items"]] == [
        ("W-1", "placed"),
        ("W-2", "refused"),
        ("W-0", "known"),
        ("W-3", "placed"),
        (None, "refused"),
    ]
    assert (said["placed"], said["known"], said["refused"], said["failed"]) == (2, 1, 2, 0)
    placed, refused, known, flagged, unnumbered = said["items"]
    assert {(each["code"], each["pointer"]) for each in refused["errors"]} == {
        ("sku-unknown", "#/lines/0/sku"),
        ("quantity-invalid", "#/lines/0/quantity"),
    }
    assert (known["id"], flagged["duplicate_of"]) == (there["id"], [there["code"]])
    assert [each["code"] for each in unnumbered["errors"]] == ["external-id-missing"]
    assert (await shop.sal.get(f"/orders/{placed['id']}")).json()["owner_id"] == "sal-1"


async def test_an_order_of_a_wrong_form_keeps_none_of_the_others_out(shop: Any) -> None:
    said = await hands_in(shop, {"external_id": 7, "surprise": 1}, shop.body(external_id="W-1"))
    assert [each["outcome"] for each in said["items"]] == ["refused", "placed"]
    wrong = {(each["code"], each["pointer"]) for each in said["items"][0]["errors"]}
    assert wrong == {("string-type", "#/external_id"), ("extra-forbidden", "#/surprise")}


async def test_the_same_call_twice_and_twice_at_once_doubles_nothing(shop: Any) -> None:
    orders = [shop.body(external_id=f"W-{n}", contact={"phone": f"09011110{n:02}"}) for n in range(30)]
    both = await asyncio.gather(hands_in(shop, *orders), hands_in(shop, *reversed(orders)))
    again = await hands_in(shop, *orders)
    assert sum(each["placed"] for each in both) == again["known"] == 30
    assert len(await shop.harness.published(OrderPlaced)) == 30


async def test_more_than_five_hundred_are_refused_as_a_whole(shop: Any) -> None:
    answer = await shop.sal.post("/orders/batch", json={"orders": [shop.body(external_id="W-1")] * 501})
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "too-long")
    assert await shop.harness.rows("SELECT id FROM orders") == []


async def test_who_is_confined_to_a_store_hands_in_its_orders_only(shop: Any) -> None:
    mine = shop.harness.client(permissions=("orders:write:own",), stores=("CH1",))
    own, other = (shop.body(external_id=store, store_id=store) for store in ("CH1", "CH2"))
    said = await hands_in(shop, own, other, client=mine)
    assert [each["outcome"] for each in said["items"]] == ["placed", "refused"]
    assert said["items"][1]["errors"][0]["code"] == "store-not-yours"
