"""What was paid for an order that was split or merged is its successors' (ORD-07, ORD-08)."""

from __future__ import annotations

import pytest
from ledger_builders import AnOrder, accountant, balances

from chassis.testing.harness import Harness
from contracts.accounting.v1 import PaymentReceived, RefundRequested

pytestmark = pytest.mark.connected


async def pays(harness: Harness, order: AnOrder, amount: int, reference: str = "FT1") -> None:
    body = {"order_code": order.code, "amount": amount, "reference": reference}
    assert (await accountant(harness).post("/accounting/payments", json=body)).status_code == 201


async def paid_by(harness: Harness, order: AnOrder) -> int:
    [row] = await harness.rows("SELECT paid FROM orders WHERE order_id = :id", id=order.order_id)
    return int(row["paid"])


@pytest.mark.capability("ORD-07", "ACC-03")
async def test_each_part_of_an_order_has_its_share_and_nothing_is_paid_back(harness: Harness) -> None:
    whole, first, second = AnOrder(), AnOrder(), AnOrder()
    await harness.receives(whole.placed())
    await pays(harness, whole, 90_000)
    await harness.forget_published()
    await harness.receives(whole.split_into((first, 60_000), (second, 30_000)))
    assert [await paid_by(harness, each) for each in (whole, first, second)] == [0, 60_000, 30_000]
    assert await balances(harness, whole.order_id) == {"1121": 90_000}
    assert await balances(harness, first.order_id) == {"131": -60_000}
    assert await balances(harness, second.order_id) == {"131": -30_000}
    said = await harness.published(PaymentReceived)
    assert {each.method for each in said} == {"transfer"}
    assert {(each.order_id, each.amount.amount, each.paid.amount, each.reference) for each in said} == {
        (whole.order_id, -60_000, 30_000, first.code),
        (first.order_id, 60_000, 60_000, whole.code),
        (whole.order_id, -30_000, 0, second.code),
        (second.order_id, 30_000, 30_000, whole.code),
    }
    assert await harness.published(RefundRequested) == []


async def test_what_came_in_meanwhile_is_the_last_ones(harness: Harness) -> None:
    whole, first, second = AnOrder(), AnOrder(), AnOrder()
    await harness.receives(whole.placed())
    await pays(harness, whole, 90_000)
    await pays(harness, whole, 5_000, "FT2")
    await harness.receives(whole.split_into((first, 60_000), (second, 30_000)))
    assert [await paid_by(harness, each) for each in (whole, first, second)] == [0, 60_000, 35_000]


async def test_what_is_on_its_way_back_to_the_customer_is_not_passed_on(harness: Harness) -> None:
    whole, heir = AnOrder(), AnOrder()
    await harness.receives(whole.placed())
    await pays(harness, whole, 90_000)
    body = {"order_code": whole.code, "kind": "partial", "amount": 20_000, "reason": "khách đổi ý"}
    asked = await harness.client(permissions=("rma:read", "rma:write")).post("/accounting/refunds", json=body)
    assert asked.status_code == 201
    await harness.receives(whole.split_into((heir, 90_000)))
    assert [await paid_by(harness, each) for each in (whole, heir)] == [20_000, 70_000]


async def test_an_unpaid_order_passes_nothing_on(harness: Harness) -> None:
    whole, heir = AnOrder(), AnOrder()
    await harness.receives(whole.placed(), whole.split_into((heir, 0)))
    assert await harness.published(PaymentReceived) == []
    assert await balances(harness) == {}
