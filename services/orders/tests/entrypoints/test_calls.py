"""The call queue: what is due, who gets it, and what comes back into it (ORD-04)."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from contracts.orders.v1 import OrderChanged
from orders.application import thresholds
from orders.entrypoints.jobs import assign_new_orders, return_held_orders

pytestmark = [pytest.mark.connected, pytest.mark.capability("ORD-04")]


@pytest.fixture
def shop(shop: Any) -> Any:
    rights = ("orders:read", "orders:write", "order-status:read", "order-status:write")
    shop.hoa = shop.harness.client(permissions=rights, subject="hoa")
    shop.nam = shop.harness.client(permissions=rights, subject="nam")
    return shop


async def online(shop: Any, n: int, **changes: Any) -> Any:
    """An order that came in over the website: nobody of the staff answers for it yet."""
    answer = await shop.harness.client(permissions=("orders:write",), kind="key", subject="web").post(
        "/orders", json=shop.body(contact={"phone": f"09012403{n:02}"}, **changes)
    )
    assert answer.status_code == 201, answer.text
    return answer.json()


async def queue(shop: Any, **asked: Any) -> list[dict[str, Any]]:
    answer = await shop.hoa.get("/orders/call-queue", params=asked)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def takes(client: Any) -> Any:
    answer = await client.post("/orders/call-queue/next")
    assert answer.status_code == 200, answer.text
    return answer.json()["order"]


async def test_what_is_due_longest_comes_first_and_a_missed_call_comes_back_later(shop: Any) -> None:
    first = await online(shop, 1)
    shop.harness.now += timedelta(minutes=1)
    second = await online(shop, 2)
    assert [row["code"] for row in await queue(shop)] == [first["code"], second["code"]]
    await shop.does(first, "calls", outcome="busy")
    assert [row["code"] for row in await queue(shop)] == [second["code"], first["code"]]
    assert [row["code"] for row in await queue(shop, due=True)] == [second["code"]]
    shop.harness.now += timedelta(minutes=15, seconds=-1)
    assert len(await queue(shop, due=True)) == 1
    shop.harness.now += timedelta(seconds=1)
    [_, row] = await queue(shop, due=True)
    assert (row["code"], row["attempts"], row["last_outcome"]) == (first["code"], 1, "busy")
    await shop.confirms(first)
    assert [row["code"] for row in await queue(shop)] == [second["code"]]


async def test_the_queue_is_read_page_by_page(shop: Any) -> None:
    codes = [(await online(shop, n))["code"] for n in range(3)]
    first = (await shop.hoa.get("/orders/call-queue", params={"limit": 2})).json()
    rest = (await shop.hoa.get("/orders/call-queue", params={"limit": 2, "cursor": first["next"]})).json()
    assert [row["code"] for row in first["items"] + rest["items"]] == codes


async def test_the_customer_says_when_to_call_again(shop: Any) -> None:
    order = await online(shop, 1)
    later = await shop.does(order, "calls", outcome="call_later", call_back_at="2025-11-22T20:00:00+07:00")
    assert later.status_code == 200
    assert (await queue(shop))[0]["due_at"] == "2025-11-22T13:00:00Z"
    past = await shop.does(order, "calls", outcome="call_later", call_back_at="2025-11-22T12:00:00+07:00")
    assert (past.status_code, past.json()["errors"][0]["pointer"]) == (422, "#/call_back_at")


async def test_two_who_ask_at_once_never_get_the_same_order(shop: Any) -> None:
    codes = {(await online(shop, n))["code"] for n in range(6)}
    taken = await asyncio.gather(*(takes(client) for client in (shop.hoa, shop.nam) * 3))
    assert {order["code"] for order in taken} == codes
    assert {order["owner_id"] for order in taken} == {"hoa", "nam"}
    assert {order["status"] for order in taken} == {"confirming"}
    assert await takes(shop.hoa) is None
    shop.harness.now += timedelta(minutes=10)
    assert (await takes(shop.hoa))["owner_id"] == "hoa"


async def test_somebody_elses_order_is_not_given_out(shop: Any) -> None:
    order = await online(shop, 1)
    await shop.lead.post(f"/orders/{order['id']}/assign", json={"owner_id": "nam"})
    assert await takes(shop.hoa) is None
    assert [row["code"] for row in await queue(shop, owner="nam")] == [order["code"]]
    assert await queue(shop, owner="me") == await queue(shop, unassigned=True) == []
    assert (await takes(shop.nam))["code"] == order["code"]


async def test_new_orders_are_shared_out_in_turn(shop: Any) -> None:
    shop.harness.settings[thresholds.assignment_staff] = ["hoa", "nam"]
    orders = [await online(shop, n) for n in range(3)]
    mine = await shop.places()
    await shop.harness.runs(assign_new_orders)
    assert [(await shop.sees(order))["owner_id"] for order in orders] == ["hoa", "nam", "hoa"]
    assert (await shop.sees(mine))["owner_id"] == "sal-1"
    late = await online(shop, 4)
    await shop.harness.runs(assign_new_orders)
    assert (await shop.sees(late))["owner_id"] == "nam"
    said = await shop.harness.published(OrderChanged)
    assert {(event.changed, event.owner_id) for event in said} == {(("owner",), "hoa"), (("owner",), "nam")}


async def test_by_source_its_own_staff_get_it_and_the_rest_waits_for_somebody(shop: Any) -> None:
    shop.harness.settings[thresholds.assignment_rule] = "by_source"
    shop.harness.settings[thresholds.assignment_sources] = {"facebook": ["nam"]}
    other, theirs = await online(shop, 1), await online(shop, 2, source="facebook")
    await shop.harness.runs(assign_new_orders)
    assert (await shop.sees(theirs))["owner_id"] == "nam"
    assert (await shop.sees(other))["owner_id"] is None


async def test_who_has_least_open_gets_the_next(shop: Any) -> None:
    shop.harness.settings[thresholds.assignment_rule] = "least_loaded"
    shop.harness.settings[thresholds.assignment_staff] = ["hoa", "nam"]
    busy = [await online(shop, n) for n in range(2)]
    refs = [order["code"] for order in busy]
    told = (await shop.lead.post("/orders/bulk/assign", json={"orders": refs, "owner_id": "hoa"})).json()
    assert told["done"] == 2
    orders = [await online(shop, n) for n in (3, 4, 5)]
    await shop.harness.runs(assign_new_orders)
    assert [(await shop.sees(order))["owner_id"] for order in orders] == ["nam", "nam", "hoa"]


async def test_a_lead_who_saw_an_older_order_does_not_overrule_another(shop: Any) -> None:
    order = await online(shop, 1)
    seen = {"If-Match": f'"{order["version"]}"'}
    path = f"/orders/{order['id']}/assign"
    answers = await asyncio.gather(
        *(shop.lead.post(path, json={"owner_id": who}, headers=seen) for who in ("hoa", "nam"))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 412]
    back = await shop.lead.post(path, json={"owner_id": None})
    assert back.json()["owner_id"] is None
    await shop.does(order, "cancel", reason="other")
    refused = await shop.lead.post(path, json={"owner_id": "hoa"})
    assert (refused.status_code, refused.json()["code"]) == (409, "cannot-assign")


async def test_a_held_order_comes_back_on_its_day_and_not_a_second_before(shop: Any) -> None:
    order = await online(shop, 1)
    held = (await shop.does(order, "hold", reason="unpaid", note="chờ lương")).json()
    assert held["hold"]["until"] == "2025-11-23T05:00:00Z"
    again = (await shop.does(order, "hold", reason="unpaid", note="chờ lương")).json()
    assert again["version"] == held["version"]
    assert await queue(shop) == []
    shop.harness.now += timedelta(hours=24, seconds=-1)
    await shop.harness.runs(return_held_orders)
    assert (await shop.sees(order))["status"] == "on_hold"
    shop.harness.now += timedelta(seconds=1)
    await shop.harness.runs(return_held_orders)
    assert ((await shop.sees(order))["status"], (await shop.sees(order))["hold"]) == ("confirming", None)
    assert [row["due_at"] for row in await queue(shop)] == ["2025-11-23T05:00:00Z"]
    past = await shop.does(order, "hold", reason="unpaid", until="2025-11-23T12:00:00+07:00")
    assert (past.status_code, past.json()["errors"][0]["code"]) == (422, "moment-passed")


async def test_three_calls_in_vain_put_it_on_hold_until_it_is_reviewed(shop: Any) -> None:
    order = await online(shop, 1)
    for outcome in ("no_answer", "busy", "no_answer"):
        answer = await shop.does(order, "calls", outcome=outcome)
    assert (answer.json()["status"], answer.json()["hold"]["reason"]) == ("on_hold", "unreachable")
    assert answer.json()["hold"]["until"] == "2025-11-23T05:00:00Z"


async def test_cancelling_against_holding_has_one_right_end(shop: Any) -> None:
    """Whoever comes second works on what the first left: a held order can be cancelled, a cancelled one not held."""
    for n in range(6):
        order = await online(shop, n)
        cancelled, held = await asyncio.gather(
            shop.does(order, "cancel", reason="other"), shop.does(order, "hold", reason="other")
        )
        assert (cancelled.status_code, held.status_code in (200, 409)) == (200, True)
        assert (await shop.sees(order))["status"] == "cancelled"
        assert await queue(shop) == []


async def test_editing_against_confirming_sells_what_was_agreed_last(shop: Any) -> None:
    for n in range(6):
        order = await online(shop, n, channel="shopee")
        edited, sold = await asyncio.gather(
            shop.sal.patch(f"/orders/{order['id']}", json={"freight": 29_000}), shop.does(order, "confirm")
        )
        assert sold.status_code == 200
        seen = await shop.sees(order)
        assert (edited.status_code, seen["freight"]["amount"]) in ((200, 29_000), (409, 30_000))
