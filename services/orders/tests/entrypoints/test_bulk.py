"""One command on many orders: each has its own answer (ORD-05)."""

import asyncio
from typing import Any

import pytest

from contracts.orders.v1 import OrderCancelled, OrderCancelRequested, OrderConfirmed

pytestmark = [pytest.mark.connected, pytest.mark.capability("ORD-05")]


async def many(shop: Any, count: int, **changes: Any) -> list[dict[str, Any]]:
    return [await shop.places(**{**changes, "contact": {"phone": f"09012400{n:02}"}}) for n in range(count)]


async def bulk(shop: Any, command: str, refs: list[str], **body: Any) -> dict[str, Any]:
    answer = await shop.sal.post(f"/orders/bulk/{command}", json={"orders": refs, **body})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def test_each_order_says_whether_it_was_done_refused_or_so_already(shop: Any) -> None:
    called, silent, already = await many(shop, 3)
    await shop.does(called, "calls", outcome="answered")
    await shop.confirms(already)
    refs = [silent["code"], called["id"], already["code"], "DH0000000000", "nonsense"]
    told = await bulk(shop, "confirm", refs)
    assert [item["order"] for item in told["items"]] == refs
    assert [item["result"] for item in told["items"]] == ["refused", "done", "unchanged", "refused", "refused"]
    assert (told["done"], told["unchanged"], told["refused"]) == (1, 1, 3)
    problems = [item["problem"] for item in told["items"] if item["problem"]]
    assert [problem["code"] for problem in problems] == ["call-missing", "order-not-found", "order-not-found"]
    assert problems[0]["detail"].startswith(f"Nobody has spoken with the customer of order {silent['code']}")
    assert (told["items"][1]["code"], told["items"][1]["status"]) == (called["code"], "confirmed")
    assert (await shop.sees(called))["status"] == "confirmed"
    assert (await shop.sees(silent))["status"] == "new"


async def test_sent_again_or_at_once_from_both_ends_it_is_done_once(shop: Any) -> None:
    refs = [order["code"] for order in await many(shop, 8, channel="shopee")]
    first, second = await asyncio.gather(bulk(shop, "confirm", refs), bulk(shop, "confirm", refs[::-1]))
    assert first["done"] + second["done"] == first["unchanged"] + second["unchanged"] == 8
    again = await bulk(shop, "confirm", refs + refs)
    assert (len(again["items"]), again["unchanged"]) == (8, 8)
    assert len(await shop.harness.published(OrderConfirmed)) == 8


@pytest.mark.capability("ORD-14")
async def test_open_orders_are_cancelled_and_confirmed_ones_asked_about(shop: Any) -> None:
    opened, sold = await many(shop, 2)
    await shop.confirms(sold)
    told = await bulk(shop, "cancel", [opened["code"], sold["code"]], reason="out_of_stock", note="hết hàng")
    became = [(item["result"], item["status"]) for item in told["items"]]
    assert became == [("done", "cancelled"), ("done", "cancelling")]
    assert [event.code for event in await shop.harness.published(OrderCancelled)] == [opened["code"]]
    assert [event.reason for event in await shop.harness.published(OrderCancelRequested)] == ["out_of_stock"]
    assert (await bulk(shop, "cancel", [opened["code"], sold["code"]], reason="price"))["unchanged"] == 2


async def test_orders_are_held_and_released_together(shop: Any) -> None:
    refs = [order["code"] for order in await many(shop, 2)]
    until = "2025-11-23T02:00:00Z"
    assert (await bulk(shop, "hold", refs, reason="unpaid", until=until))["done"] == 2
    assert (await bulk(shop, "hold", refs, reason="unpaid", until=until))["unchanged"] == 2
    assert (await bulk(shop, "release", refs, note="đã nhận tiền"))["done"] == 2
    again = await bulk(shop, "release", refs)
    assert {item["problem"]["code"] for item in again["items"]} == {"cannot-release"}


async def test_five_hundred_at_a_time_and_no_more(shop: Any) -> None:
    assert (await bulk(shop, "confirm", [f"DH{n:010}" for n in range(500)]))["refused"] == 500
    for refs in ([f"DH{n:010}" for n in range(501)], []):
        assert (await shop.sal.post("/orders/bulk/confirm", json={"orders": refs})).status_code == 422


async def test_another_stores_orders_are_not_there_for_it(shop: Any) -> None:
    ours, theirs = await shop.places(store_id="CH1"), await shop.places(store_id="CH2")
    client = shop.harness.client(permissions=("orders:write:own",), stores=("CH1",))
    body = {"orders": [ours["code"], theirs["code"]], "reason": "other"}
    told = (await client.post("/orders/bulk/cancel", json=body)).json()
    assert [item["result"] for item in told["items"]] == ["done", "refused"]
    assert told["items"][1]["problem"]["code"] == "order-not-found"
    assert (await shop.sees(theirs))["status"] == "new"
