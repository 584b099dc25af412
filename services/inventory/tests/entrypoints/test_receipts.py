"""Goods in (INV-06): idempotent by document, at their cost, on to who waits."""

import asyncio

import pytest
from warehouse_floor import Floor

from contracts.inventory.v1 import MoveKind, StockArrived, StockMoved

pytestmark = pytest.mark.connected

PAPER = {
    "document": "PN-2511-0042",
    "supplier": "Xưởng may Tân Bình",
    "location_id": "KHO",
    "lines": [{"sku": "A", "quantity": 12, "unit_cost": 50_000}, {"sku": "B", "quantity": 3, "total_value": 100_000}],
}


@pytest.mark.capability("INV-06")
async def test_a_receipt_raises_stock_and_its_value(floor: Floor) -> None:
    await floor.sells("A", "B")
    answer = await floor.staff.post("/inventory/receipts", json=PAPER)
    assert (answer.status_code, answer.json()["value"]) == (201, {"amount": 700_000, "currency": "VND"})
    assert (await floor.level("A"), await floor.worth("A")) == ((12, 0, 0), (12, 600_000))
    assert (await floor.level("B"), await floor.worth("B")) == ((3, 0, 0), (3, 100_000))
    moved = await floor.said(StockMoved)
    assert [(move.sku, move.kind, move.quantity, move.value.amount, move.document) for move in moved] == [
        ("A", MoveKind.RECEIPT, 12, 600_000, "PN-2511-0042"),
        ("B", MoveKind.RECEIPT, 3, 100_000, "PN-2511-0042"),
    ]
    total = (await floor.staff.get("/inventory/values/total")).json()
    assert total == {"quantity": 15, "value": {"amount": 700_000, "currency": "VND"}}
    await floor.adds_up()


@pytest.mark.capability("INV-06")
async def test_the_same_document_is_booked_once(floor: Floor) -> None:
    await floor.sells("A", "B")
    first = await floor.staff.post("/inventory/receipts", json=PAPER)
    again = await floor.staff.post("/inventory/receipts", json=PAPER)
    assert (again.status_code, again.json()) == (200, first.json())
    assert await floor.level("A") == (12, 0, 0)
    assert len(await floor.said(StockMoved)) == 2


@pytest.mark.capability("INV-06")
async def test_the_same_document_with_other_goods_is_refused(floor: Floor) -> None:
    await floor.sells("A", "B")
    await floor.staff.post("/inventory/receipts", json=PAPER)
    other = PAPER | {"lines": [{"sku": "A", "quantity": 13, "unit_cost": 50_000}]}
    refused = await floor.staff.post("/inventory/receipts", json=other)
    assert (refused.status_code, refused.json()["code"]) == (409, "receipt-differs")
    assert await floor.level("A") == (12, 0, 0)


async def test_one_document_sent_five_times_at_the_same_moment_is_booked_once(floor: Floor) -> None:
    await floor.sells("A", "B")
    answers = await asyncio.gather(*(floor.staff.post("/inventory/receipts", json=PAPER) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 200, 201]
    assert await floor.level("A") == (12, 0, 0)


async def test_every_strange_line_and_place_is_named(floor: Floor) -> None:
    await floor.sells("A")
    paper = PAPER | {
        "location_id": "MARS",
        "lines": [
            {"sku": "A", "quantity": 1, "unit_cost": 1},
            {"sku": "X", "quantity": 1, "unit_cost": 1},
            {"sku": "Y", "quantity": 1, "unit_cost": 1},
        ],
    }
    answer = await floor.staff.post("/inventory/receipts", json=paper)
    assert answer.status_code == 422
    assert [(each["code"], each["pointer"]) for each in answer.json()["errors"]] == [
        ("unknown-sku", "#/lines/1/sku"),
        ("unknown-sku", "#/lines/2/sku"),
        ("unknown-location", "#/location_id"),
    ]
    assert await floor.level("A") == (0, 0, 0)
    corrected = await floor.staff.post("/inventory/receipts", json=PAPER | {"lines": paper["lines"][:1]})
    assert corrected.status_code == 201


@pytest.mark.parametrize(
    "line",
    [
        {"sku": "A", "quantity": 0, "unit_cost": 1},
        {"sku": "A", "quantity": -1, "unit_cost": 1},
        {"sku": "A", "quantity": 100_001, "unit_cost": 1},
        {"sku": "A", "quantity": 1},
        {"sku": "A", "quantity": 1, "unit_cost": 1, "total_value": 1},
        {"sku": "A", "quantity": 1, "unit_cost": -1},
        {"sku": "A", "quantity": 100_000, "unit_cost": 10**15},
        {"sku": "A", "quantity": "many", "unit_cost": 1},
    ],
)
async def test_a_line_that_cannot_be_meant_is_refused(floor: Floor, line: dict[str, object]) -> None:
    await floor.sells("A")
    answer = await floor.staff.post("/inventory/receipts", json=PAPER | {"lines": [line]})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-request")
    assert answer.json()["errors"][0]["pointer"].startswith("#/lines/0")


async def test_ten_thousand_lines_are_too_many(floor: Floor) -> None:
    lines = [{"sku": "A", "quantity": 1, "unit_cost": 1}] * 10_000
    assert (await floor.staff.post("/inventory/receipts", json=PAPER | {"lines": lines})).status_code == 422


@pytest.mark.capability("INV-18")
async def test_goods_that_had_run_out_are_told_to_have_arrived(floor: Floor) -> None:
    await floor.has({"A": 2})
    await floor.gets({"A": 3})
    (arrived,) = await floor.said(StockArrived)
    assert (arrived.sku, arrived.location_id, arrived.quantity, arrived.available) == ("A", "KHO", 2, 2)


async def test_who_may_only_look_cannot_book(floor: Floor) -> None:
    await floor.sells("A", "B")
    sales = floor.harness.client(permissions=("stock:read",))
    assert (await sales.post("/inventory/receipts", json=PAPER)).status_code == 403
