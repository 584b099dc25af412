"""People and events at one order at the same moment: nothing waits for ever, nothing is counted twice."""

from __future__ import annotations

import asyncio

import pytest
from ledger_builders import AnOrder, a_move, a_statement, accountant, balances, delivered, imported

from accounting.main import service
from chassis.testing.harness import Harness
from contracts.accounting.v1 import SettlementReconciled
from contracts.inventory.v1 import MoveKind

pytestmark = pytest.mark.connected


async def test_payments_deliveries_returns_and_moves_of_the_same_orders_meet_without_a_deadlock(
    harness: Harness,
) -> None:
    orders = [AnOrder(paid=100_000) for _ in range(12)]
    await harness.receives(*(order.confirmed() for order in orders))
    await harness.receives(*(order.created() for order in orders))
    client = accountant(harness)

    async def pay(order: AnOrder) -> None:
        body = {"order_id": str(order.order_id), "amount": 100_000, "reference": order.code}
        assert (await client.post("/accounting/payments", json=body)).status_code == 201

    await asyncio.gather(
        harness.receives(*(order.delivered() for order in orders)),
        harness.receives(*(order.inspected() for order in reversed(orders))),
        harness.receives(*(a_move(MoveKind.ISSUE, -1_000, sku=f"S{place}") for place in range(50))),
        *(pay(order) for order in reversed(orders)),
    )

    booked = await balances(harness)
    assert (booked["1388"], booked["1121"], booked["632"]) == (12 * 400_000, 12 * 100_000, 50_000)
    assert booked["131"] == -12 * 470_000
    assert await harness.dead_letters() == []


async def test_two_people_receiving_the_same_statements_money_receive_it_once(harness: Harness) -> None:
    orders = [AnOrder() for _ in range(5)]
    await delivered(harness, *orders)
    client = accountant(harness)
    path = f"/accounting/cod-statements/{(await imported(client, a_statement(*orders)))['id']}"
    approvals = await asyncio.gather(*(client.post(f"{path}/approve") for _ in range(3)))
    assert sorted(answer.status_code for answer in approvals) == [200, 409, 409]
    receipts = await asyncio.gather(
        *(client.post(f"{path}/receive", json={"amount": 5 * 480_000, "reference": f"R{n}"}) for n in range(3))
    )
    assert sorted(answer.status_code for answer in receipts) == [200, 409, 409]
    assert (await balances(harness))["1121"] == 5 * 480_000
    assert len(await harness.published(SettlementReconciled)) == 5


async def test_the_same_statement_handed_in_twice_at_once_is_one(harness: Harness) -> None:
    client = accountant(harness)
    body = a_statement(AnOrder(), AnOrder())
    answers = await asyncio.gather(*(client.post("/accounting/cod-statements", json=body) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [200, 200, 201]
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert {answer.json()["lines"] for answer in answers} == {2}


async def test_every_route_says_which_permission_it_needs_and_the_file_forms_are_documented(harness: Harness) -> None:
    document = (await harness.stranger().get("/openapi.json")).json()
    operations = [
        operation
        for path, methods in document["paths"].items()
        if path.startswith("/accounting/")
        for operation in methods.values()
    ]
    assert len(operations) > 30
    assert all(operation["x-permission"] for operation in operations)
    importing = document["paths"]["/accounting/cod-statements"]["post"]["requestBody"]["content"]
    assert importing.keys() == {"application/json", "text/csv", "multipart/form-data"}


def test_the_service_reads_four_topics_and_says_one() -> None:
    topics = service.topics()
    assert [each["topic"] for each in topics["publishes"]] == ["accounting.payment.v1"]
    assert {each["topic"] for each in topics["reads"] if not each["topic"].startswith("gateway.")} == {
        "orders.order.v1",
        "shipping.shipment.v1",
        "inventory.fulfilment.v1",
        "inventory.stock-move.v1",
    }
