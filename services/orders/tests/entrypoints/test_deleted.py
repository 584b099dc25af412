"""Orders out of sight, and back (ORD-15)."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx2
import pytest

from contracts.accounting.v1 import PaymentReceived
from contracts.crm.v1 import CustomerChanged
from contracts.money import Money
from contracts.orders.v1 import OrderDeleted, OrderPlaced, OrderRestored
from orders.entrypoints.jobs import forget_customers

pytestmark = [pytest.mark.connected, pytest.mark.capability("ORD-15")]


async def deletes(shop: Any, order: Any, note: str = "đơn thử") -> httpx2.Response:
    return await shop.boss.post(f"/orders/{order['id']}/delete", json={"note": note})


async def restores(shop: Any, order: Any) -> httpx2.Response:
    return await shop.boss.post(f"/orders/{order['id']}/restore", json={"note": "xóa nhầm"})


async def listed(shop: Any, **asked: Any) -> list[str]:
    answer = await shop.boss.get("/orders", params=asked)
    return [item["code"] for item in answer.json()["items"]]


@pytest.fixture
def shop(shop: Any) -> Any:
    rights = ("orders:read", "deleted-orders:read", "deleted-orders:write", "deleted-orders:delete")
    shop.boss = shop.harness.client(permissions=rights, subject="lead-1", name="Minh")
    return shop


async def test_a_deleted_order_is_out_of_every_list_but_its_own_and_comes_back_as_it_was(shop: Any) -> None:
    order = await shop.places()
    await shop.does(order, "hold", reason="unreachable", until="2025-11-23T02:00:00Z")
    gone = await deletes(shop, order)
    assert (gone.status_code, gone.json()["status"], gone.json()["possible"]) == (200, "deleted", ["restore"])
    assert await listed(shop) == await listed(shop, q=order["code"]) == []
    assert await listed(shop, status="deleted") == [order["code"]]
    refused = await shop.sal.get("/orders", params={"status": "deleted"})
    assert (refused.status_code, refused.json()["params"]["permission"]) == (403, "deleted-orders:read")
    assert (await shop.does(order, "confirm")).json()["code"] == "cannot-confirm"
    back = await restores(shop, order)
    assert (back.status_code, back.json()["status"]) == (200, "on_hold")
    assert back.json()["hold"]["until"] == "2025-11-23T02:00:00Z"
    assert [str(each.order_id) for each in await shop.harness.published(OrderDeleted)] == [order["id"]]
    [event] = await shop.harness.published(OrderRestored)
    assert (event.cancelled, event.total.amount) == (False, 330_000)
    story = (await shop.sal.get(f"/orders/{order['id']}/timeline")).json()["items"]
    assert [step["kind"] for step in story][-2:] == ["order.deleted", "order.restored"]
    again = await restores(shop, order)
    assert (again.status_code, again.json()["code"]) == (409, "cannot-restore")


async def test_a_cancelled_order_comes_back_cancelled(shop: Any) -> None:
    order = await shop.places()
    await shop.does(order, "cancel", reason="duplicate")
    assert (await deletes(shop, order)).json()["status"] == "deleted"
    assert (await restores(shop, order)).json()["status"] == "cancelled"
    assert (await shop.harness.published(OrderRestored))[0].cancelled


async def test_what_is_confirmed_or_paid_is_not_deleted(shop: Any) -> None:
    sold = await shop.sells()
    refused = await deletes(shop, sold)
    assert (refused.status_code, refused.json()["code"]) == (409, "cannot-delete")
    order = await shop.places(contact={"phone": "0907654321"})
    await shop.harness.receives(paid(order, 100_000))
    refused = await deletes(shop, order)
    assert (refused.json()["code"], refused.json()["params"]["paid"]) == ("delete-holds-money", 100_000)


async def test_money_for_a_deleted_order_is_recorded_and_shown_to_a_person(shop: Any) -> None:
    order = await shop.places()
    await deletes(shop, order)
    await shop.harness.receives(paid(order, 100_000))
    assert await listed(shop, flag="paid_deleted") == [order["code"]]
    back = (await restores(shop, order)).json()
    assert (back["paid"]["amount"], back["flags"]) == (100_000, [])


async def test_handed_in_again_it_is_the_same_order_still_deleted(shop: Any) -> None:
    order = await shop.places(external_id="W-1")
    await deletes(shop, order)
    again = await shop.asks(external_id="W-1")
    assert (again.status_code, again.json()["id"], again.json()["status"]) == (200, order["id"], "deleted")
    assert [warning["code"] for warning in again.json()["warnings"]] == ["order-deleted"]
    assert (await restores(shop, order)).json()["status"] == "new"
    assert len(await shop.harness.published(OrderPlaced)) == 1


async def test_what_has_changed_meanwhile_is_told_when_it_comes_back(shop: Any) -> None:
    order = await shop.places()
    await shop.has_in_stock("AO-L", 5)
    await deletes(shop, order)
    other = await shop.places()
    assert other["duplicate_of"] == []
    await shop.has_in_stock("AO-L", 1)
    await shop.blacklists("+84901234567")
    back = (await restores(shop, order)).json()
    assert back["duplicate_of"] == [other["code"]]
    assert [each["code"] for each in back["warnings"]] == ["likely-duplicate", "customer-blacklisted", "stock-short"]
    assert back["warnings"][2]["params"] == {"sku": "AO-L", "available": 1}


async def test_an_order_of_somebody_who_was_forgotten_stays_deleted(shop: Any) -> None:
    order = await shop.places()
    await deletes(shop, order)
    customer = await shop.blacklists("+84901234567", listed=False)
    await shop.harness.receives(CustomerChanged(customer_id=customer, erased=True))
    shop.harness.now += timedelta(minutes=1)
    await shop.harness.runs(forget_customers)
    refused = await restores(shop, order)
    assert (refused.status_code, refused.json()["code"]) == (409, "customer-forgotten")


async def test_deleting_against_confirming_has_one_winner(shop: Any) -> None:
    for n in range(6):
        order = await shop.places(channel="shopee", contact={"phone": f"09012401{n:02}"})
        gone, sold = await asyncio.gather(deletes(shop, order), shop.does(order, "confirm"))
        assert sorted((gone.status_code, sold.status_code)) == [200, 409]
        assert (await shop.sees(order))["status"] == ("deleted" if gone.status_code == 200 else "confirmed")


async def test_many_are_deleted_and_restored_in_one_go(shop: Any) -> None:
    refs = [(await shop.places(contact={"phone": f"09012402{n:02}"}))["code"] for n in range(2)]
    sold = (await shop.sells(contact={"phone": "0907654321"}))["code"]
    told = (await shop.boss.post("/orders/bulk/delete", json={"orders": [*refs, sold], "note": "dọn"})).json()
    assert [item["result"] for item in told["items"]] == ["done", "done", "refused"]
    told = (await shop.boss.post("/orders/bulk/restore", json={"orders": refs})).json()
    assert [item["status"] for item in told["items"]] == ["new", "new"]


async def test_another_stores_order_is_neither_deleted_nor_listed(shop: Any) -> None:
    order = await shop.places(store_id="CH2")
    rights = ("orders:read", "deleted-orders:read:own", "deleted-orders:delete:own")
    own = shop.harness.client(permissions=rights, stores=("CH1",))
    assert (await own.post(f"/orders/{order['id']}/delete", json={"note": "x"})).status_code == 404
    assert (await own.get("/orders", params={"status": "deleted"})).status_code == 403


def paid(order: Any, amount: int) -> PaymentReceived:
    money = Money(amount=amount)
    id = UUID(order["id"])
    return PaymentReceived(order_id=id, payment_id=id, amount=money, paid=money, method="transfer", reference="FT1")
