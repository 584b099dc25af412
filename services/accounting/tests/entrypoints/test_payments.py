"""Payments against orders, idempotent per bank reference (ACC-03)."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from ledger_builders import AnOrder, accountant, balances, delivered

from chassis.testing.harness import Harness
from contracts.accounting.v1 import PaymentReceived, RefundRequested, SettlementReconciled

pytestmark = pytest.mark.connected


def a_payment(order: AnOrder, amount: int = 200_000, reference: str = "FT1", **changed: Any) -> dict[str, Any]:
    return {"order_code": order.code, "amount": amount, "reference": reference} | changed


@pytest.mark.capability("ACC-03")
async def test_a_payment_is_booked_and_announced_with_all_that_was_paid(harness: Harness) -> None:
    order = AnOrder()
    await harness.receives(order.placed())
    client = accountant(harness)
    for amount, reference in ((200_000, "FT1"), (50_000, "FT2")):
        answer = await client.post("/accounting/payments", json=a_payment(order, amount, reference))
        assert answer.status_code == 201, answer.text

    assert await balances(harness, order.order_id) == {"1121": 250_000, "131": -250_000}
    assert [(event.amount.amount, event.paid.amount) for event in await harness.published(PaymentReceived)] == [
        (200_000, 200_000),
        (50_000, 250_000),
    ]
    (entry, _) = await harness.rows("SELECT number FROM journal_entries ORDER BY number")
    assert entry["number"] == "BC2511-000001"


async def test_cash_goes_to_the_till(harness: Harness) -> None:
    order = AnOrder()
    await harness.receives(order.placed())
    await accountant(harness).post("/accounting/payments", json=a_payment(order, method="cash"))
    assert await balances(harness) == {"111": 200_000, "131": -200_000}


@pytest.mark.capability("ACC-03")
async def test_one_bank_reference_is_one_payment(harness: Harness) -> None:
    order = AnOrder()
    await harness.receives(order.placed())
    client = accountant(harness)
    answers = [await client.post("/accounting/payments", json=a_payment(order)) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 200]
    assert answers[0].json()["id"] == answers[1].json()["id"]
    assert len(await harness.published(PaymentReceived)) == 1
    assert (await balances(harness))["1121"] == 200_000


@pytest.mark.capability("ACC-03")
async def test_one_bank_reference_with_another_amount_or_order_is_refused(harness: Harness) -> None:
    order, other = AnOrder(), AnOrder()
    await harness.receives(order.placed(), other.placed())
    client = accountant(harness)
    await client.post("/accounting/payments", json=a_payment(order))
    for body in (a_payment(order, 200_001), a_payment(other)):
        answer = await client.post("/accounting/payments", json=body)
        assert (answer.status_code, answer.json()["code"]) == (409, "reference-used")
    assert (await balances(harness))["1121"] == 200_000


@pytest.mark.capability("ACC-03")
async def test_the_same_reference_at_the_same_moment_is_one_payment(harness: Harness) -> None:
    order = AnOrder()
    await harness.receives(order.placed())
    client = accountant(harness)
    answers = await asyncio.gather(*(client.post("/accounting/payments", json=a_payment(order)) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 200, 201]
    assert (await balances(harness))["1121"] == 200_000


async def test_money_for_an_order_that_is_still_on_its_way_here_is_taken_by_id(harness: Harness) -> None:
    order = AnOrder()
    client = accountant(harness)
    answer = await client.post(
        "/accounting/payments", json={"order_id": str(order.order_id), "amount": 1_000, "reference": "FT1"}
    )
    assert answer.status_code == 201
    await harness.receives(order.placed())
    money = (await client.get(f"/accounting/orders/{order.order_id}")).json()
    assert (money["code"], money["paid"], money["known"]) == (order.code, 1_000, True)


async def test_a_code_nobody_knows_is_refused_with_a_way_out(harness: Harness) -> None:
    answer = await accountant(harness).post("/accounting/payments", json=a_payment(AnOrder(code="DH1")))
    assert (answer.status_code, answer.json()["code"]) == (404, "order-unknown")
    assert "DH1" in answer.json()["detail"]


@pytest.mark.parametrize(
    "body",
    [
        {"amount": 0},
        {"amount": -1},
        {"amount": 10**12 + 1},
        {"amount": "many"},
        {"reference": ""},
        {"method": "barter"},
        {"currency": "dong"},
        {"order_id": str(uuid4())},
        {"order_code": None},
        {"surprise": 1},
        {"reference": "a\x00b"},
    ],
)
async def test_a_payment_that_makes_no_sense_is_refused_by_field(harness: Harness, body: dict[str, Any]) -> None:
    answer = await accountant(harness).post("/accounting/payments", json=a_payment(AnOrder()) | body)
    assert answer.status_code == 422
    assert answer.json()["errors"]


async def test_a_payment_in_another_currency_is_refused(harness: Harness) -> None:
    order = AnOrder()
    await harness.receives(order.placed())
    answer = await accountant(harness).post("/accounting/payments", json=a_payment(order, currency="USD"))
    assert (answer.status_code, answer.json()["code"]) == (422, "currency-differs")


async def test_payments_are_listed_newest_first_page_by_page(harness: Harness) -> None:
    order = AnOrder()
    await harness.receives(order.placed())
    client = accountant(harness)
    for place in range(3):
        await client.post("/accounting/payments", json=a_payment(order, 100 + place, f"FT{place}"))
    first = (await client.get("/accounting/payments", params={"limit": 2})).json()
    second = (await client.get("/accounting/payments", params={"limit": 2, "cursor": first["next"]})).json()
    assert [item["amount"] for item in first["items"] + second["items"]] == [102, 101, 100]
    one = await client.get("/accounting/payments", params={"reference": "FT1", "order_id": str(order.order_id)})
    assert [item["amount"] for item in one.json()["items"]] == [101]
    none = await client.get("/accounting/payments", params={"from": "2025-11-23"})
    assert none.json()["items"] == []


@pytest.mark.capability("ACC-04")
async def test_money_that_comes_for_a_cancelled_order_is_asked_back(harness: Harness) -> None:
    order = AnOrder()
    await harness.receives(order.placed(), order.cancelled())
    await accountant(harness).post("/accounting/payments", json=a_payment(order))
    (asked,) = await harness.published(RefundRequested)
    assert asked.amount.amount == 200_000


async def test_the_last_money_of_an_order_without_carrier_costs_settles_it(harness: Harness) -> None:
    order = AnOrder(paid=500_000, fee=0)
    await delivered(harness, order)
    assert await harness.published(SettlementReconciled) == []
    await accountant(harness).post("/accounting/payments", json=a_payment(order, 500_000))
    assert len(await harness.published(SettlementReconciled)) == 1


async def test_customers_who_are_not_even_with_us_are_listed_by_side(harness: Harness) -> None:
    ahead, unpaid, even = AnOrder(), AnOrder(paid=500_000), AnOrder()
    await harness.receives(ahead.placed())
    client = accountant(harness)
    await client.post("/accounting/payments", json=a_payment(ahead))
    await delivered(harness, unpaid, even)
    we = (await client.get("/accounting/customer-balances")).json()["items"]
    they = (await client.get("/accounting/customer-balances", params={"side": "they_owe"})).json()["items"]
    assert [(each["code"], each["balance"]) for each in we] == [(ahead.code, -200_000)]
    assert [(each["code"], each["balance"]) for each in they] == [(unpaid.code, 500_000)]


async def test_who_may_not_touch_transfers_is_refused(harness: Harness) -> None:
    client = harness.client(permissions=("bank-transfers:read",))
    assert (await client.post("/accounting/payments", json=a_payment(AnOrder()))).status_code == 403
    assert (await client.get("/accounting/payments")).status_code == 200
    assert (await harness.stranger().get("/accounting/payments")).status_code == 401
