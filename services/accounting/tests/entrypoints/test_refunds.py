"""Refunds: never above what was paid, approved by one permission, paid by another (ACC-04)."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx2
import pytest
from ledger_builders import AnOrder, accountant, balances, delivered
from sqlalchemy.exc import DBAPIError

from accounting.application.thresholds import allowance_rate_bp
from chassis.testing.harness import Harness
from contracts.accounting.v1 import RefundPaid, RefundRequested, SettlementReconciled

pytestmark = pytest.mark.connected


async def paid(harness: Harness, order: AnOrder, amount: int = 200_000, reference: str = "FT1") -> None:
    await harness.receives(order.placed())
    body = {"order_code": order.code, "amount": amount, "reference": reference}
    assert (await accountant(harness).post("/accounting/payments", json=body)).status_code == 201


def a_refund(order: AnOrder, amount: int | None = 50_000, kind: str = "partial", **changed: Any) -> dict[str, Any]:
    body = {"order_code": order.code, "kind": kind, "reason": "khách đổi ý"} | changed
    return body if amount is None else body | {"amount": amount}


async def asked(client: httpx2.AsyncClient, body: dict[str, Any]) -> str:
    answer = await client.post("/accounting/refunds", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


@pytest.mark.capability("ACC-04")
async def test_a_refund_is_asked_for_approved_and_paid_by_three_permissions(harness: Harness) -> None:
    order = AnOrder()
    await paid(harness, order)
    sales, lead, accounts = (
        harness.client(permissions=permissions, subject=subject)
        for subject, permissions in (
            ("sales", ("rma:read", "rma:write")),
            ("lead", ("rma:read", "rma:approve")),
            ("accounts", ("rma:read", "bank-transfers:write")),
        )
    )
    id = await asked(sales, a_refund(order))
    assert (await sales.post(f"/accounting/refunds/{id}/approve")).status_code == 403
    assert (await sales.post(f"/accounting/refunds/{id}/pay", json={"reference": "R1"})).status_code == 403
    too_early = await accounts.post(f"/accounting/refunds/{id}/pay", json={"reference": "R1"})
    assert (too_early.status_code, too_early.json()["params"]["possible"]) == (409, ["approve", "reject"])

    approved = (await lead.post(f"/accounting/refunds/{id}/approve", json={"note": "đồng ý"})).json()
    assert (approved["state"], approved["decided_by"]) == ("approved", "user:lead")
    assert (await lead.post(f"/accounting/refunds/{id}/pay", json={"reference": "R1"})).status_code == 403
    done = (await accounts.post(f"/accounting/refunds/{id}/pay", json={"reference": "R1"})).json()

    assert (done["state"], done["paid_by"]) == ("paid", "user:accounts")
    assert await balances(harness, order.order_id) == {"1121": 150_000, "131": -150_000}
    (event,) = await harness.published(RefundPaid)
    assert (event.amount.amount, event.refunded.amount) == (50_000, 50_000)


@pytest.mark.capability("ACC-04")
@pytest.mark.parametrize(("amount", "status"), [(200_000, 201), (200_001, 409)])
async def test_no_more_goes_back_than_was_paid(harness: Harness, amount: int, status: int) -> None:
    order = AnOrder()
    await paid(harness, order)
    answer = await accountant(harness).post("/accounting/refunds", json=a_refund(order, amount))
    assert answer.status_code == status


@pytest.mark.capability("ACC-04")
async def test_two_requests_cannot_spend_the_same_money(harness: Harness) -> None:
    order = AnOrder()
    await paid(harness, order)
    client = accountant(harness)
    answers = await asyncio.gather(
        *(client.post("/accounting/refunds", json=a_refund(order, 150_000)) for _ in range(4))
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]


@pytest.mark.capability("ACC-04")
async def test_the_database_itself_refuses_a_refund_above_what_was_paid(harness: Harness) -> None:
    order = AnOrder()
    await paid(harness, order, 100)
    insert = (
        "INSERT INTO refunds (id, order_id, kind, amount, currency, reason, state, requested_by, requested_at) "
        "VALUES (gen_random_uuid(), :order, 'full', :amount, 'VND', 'x', 'requested', 'user:x', now())"
    )
    await harness.rows(insert, order=order.order_id, amount=100)
    with pytest.raises(DBAPIError, match="exceed"):
        await harness.rows(insert, order=order.order_id, amount=1)
    with pytest.raises(DBAPIError, match="refunds_within_paid"):
        await harness.rows("UPDATE orders SET refunded = 101 WHERE order_id = :order", order=order.order_id)


@pytest.mark.capability("ACC-04")
async def test_what_a_carrier_collected_counts_as_paid(harness: Harness) -> None:
    order = AnOrder()
    await delivered(harness, order)
    client = accountant(harness)
    answer = await client.post("/accounting/refunds", json=a_refund(order, None, "full"))
    assert (answer.status_code, answer.json()["amount"]) == (201, 500_000)


@pytest.mark.capability("ACC-04")
async def test_an_allowance_is_a_tenth_of_the_goods_and_not_of_the_freight(harness: Harness) -> None:
    order = AnOrder(goods=((450_000, 800, 1),), freight=30_000)
    await delivered(harness, order)
    client = accountant(harness)
    id = await asked(client, a_refund(order, None, "allowance"))
    approved = (await client.post(f"/accounting/refunds/{id}/approve")).json()
    assert approved["amount"] == 45_000
    booked = await balances(harness, order.order_id)
    assert (booked["5213"], booked["131"]) == (41_667, -45_000)
    await client.post(f"/accounting/refunds/{id}/pay", json={"reference": "R1"})
    assert "131" not in await balances(harness, order.order_id)


@pytest.mark.capability("ACC-04")
@pytest.mark.parametrize(("amount", "status"), [(45_000, 201), (45_001, 422)])
async def test_an_allowance_is_at_most_its_share(harness: Harness, amount: int, status: int) -> None:
    order = AnOrder(goods=((450_000, 800, 1),))
    await delivered(harness, order)
    answer = await accountant(harness).post("/accounting/refunds", json=a_refund(order, amount, "allowance"))
    assert answer.status_code == status


async def test_the_share_of_an_allowance_is_a_setting(harness: Harness) -> None:
    harness.settings[allowance_rate_bp] = 500
    order = AnOrder(goods=((450_000, 800, 1),))
    await delivered(harness, order)
    answer = await accountant(harness).post("/accounting/refunds", json=a_refund(order, None, "allowance"))
    assert answer.json()["amount"] == 22_500


@pytest.mark.capability("ACC-04")
async def test_a_cancelled_order_asks_back_what_was_paid_by_itself(harness: Harness) -> None:
    order = AnOrder()
    await paid(harness, order)
    await harness.receives(order.cancelled())
    (asked_for,) = await harness.published(RefundRequested)
    assert (asked_for.amount.amount, asked_for.reason) == (200_000, "changed_mind")
    (row,) = (await accountant(harness).get("/accounting/refunds", params={"state": "requested"})).json()["items"]
    assert (row["kind"], row["amount"]) == ("cancelled", 200_000)


async def test_a_cancelled_order_that_was_never_paid_asks_nothing_back(harness: Harness) -> None:
    order = AnOrder()
    await harness.receives(order.placed(), order.cancelled())
    assert await harness.published(RefundRequested) == []


async def test_a_cancellation_heard_before_everything_else_is_kept(harness: Harness) -> None:
    order = AnOrder()
    await harness.receives(order.cancelled())
    money = (await accountant(harness).get(f"/accounting/orders/{order.order_id}")).json()
    assert (money["cancelled"], money["known"], money["code"]) == (True, False, order.code)


async def test_a_rejected_refund_frees_its_money(harness: Harness) -> None:
    order = AnOrder()
    await paid(harness, order)
    client = accountant(harness)
    id = await asked(client, a_refund(order, 200_000))
    assert (await client.post(f"/accounting/refunds/{id}/reject", json={"reason": "nhầm"})).json()[
        "state"
    ] == "rejected"
    assert await asked(client, a_refund(order, 200_000))
    again = await client.post(f"/accounting/refunds/{id}/approve")
    assert (again.status_code, again.json()["params"]) == (
        409,
        {"wanted": "approve", "state": "rejected", "possible": []},
    )


async def test_paying_twice_under_one_reference_pays_once(harness: Harness) -> None:
    order = AnOrder()
    await paid(harness, order)
    client = accountant(harness)
    ids = [await asked(client, a_refund(order, 50_000)) for _ in range(2)]
    for id in ids:
        await client.post(f"/accounting/refunds/{id}/approve")
    for _ in range(2):
        answer = await client.post(f"/accounting/refunds/{ids[0]}/pay", json={"reference": "R1"})
        assert answer.status_code == 200
    other = await client.post(f"/accounting/refunds/{ids[1]}/pay", json={"reference": "R1"})
    assert (other.status_code, other.json()["code"]) == (409, "reference-used")
    assert len(await harness.published(RefundPaid)) == 1


async def test_a_prepaid_order_that_came_back_is_settled_when_its_money_is_back(harness: Harness) -> None:
    order = AnOrder(paid=500_000, fee=0)
    await paid(harness, order, 500_000)
    await harness.receives(order.created(), order.handed_over(), order.returned())
    await harness.receives(order.inspected())
    assert await harness.published(SettlementReconciled) == []
    client = accountant(harness)
    id = await asked(client, a_refund(order, None, "full"))
    await client.post(f"/accounting/refunds/{id}/approve")
    await client.post(f"/accounting/refunds/{id}/pay", json={"reference": "R1"})
    assert len(await harness.published(SettlementReconciled)) == 1
    assert await balances(harness, order.order_id) == {}


async def test_a_store_manager_sees_and_decides_only_about_his_store(harness: Harness) -> None:
    mine, foreign = AnOrder(store_id="CH1"), AnOrder(store_id="CH2")
    await paid(harness, mine, reference="FT1")
    await paid(harness, foreign, reference="FT2")
    everyone = accountant(harness)
    ids = [await asked(everyone, a_refund(order)) for order in (mine, foreign)]
    manager = harness.client(permissions=("rma:read:own", "rma:write:own", "rma:approve:own"), stores=("CH1",))

    assert [item["id"] for item in (await manager.get("/accounting/refunds")).json()["items"]] == [ids[0]]
    assert (await manager.get(f"/accounting/refunds/{ids[1]}")).status_code == 404
    assert (await manager.post(f"/accounting/refunds/{ids[1]}/approve")).status_code == 404
    assert (await manager.post("/accounting/refunds", json=a_refund(foreign))).status_code == 404
    assert (await manager.post(f"/accounting/refunds/{ids[0]}/approve")).status_code == 200


async def test_a_refund_without_money_or_amount_is_refused(harness: Harness) -> None:
    order = AnOrder()
    await harness.receives(order.placed())
    client = accountant(harness)
    nothing = await client.post("/accounting/refunds", json=a_refund(order))
    assert (nothing.status_code, nothing.json()["code"]) == (409, "nothing-to-refund")
    await paid(harness, order)
    no_amount = await client.post("/accounting/refunds", json=a_refund(order, None))
    assert (no_amount.status_code, no_amount.json()["code"]) == (422, "amount-missing")
