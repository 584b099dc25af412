"""What inventory says its moves are worth, posted as it says."""

from __future__ import annotations

import pytest
from ledger_builders import a_move, accountant, balances

from chassis.testing.harness import Harness
from contracts.inventory.v1 import MoveKind

pytestmark = pytest.mark.connected

CASES = [
    (MoveKind.RECEIPT, 600_000, "331", "NK"),
    (MoveKind.ISSUE, -50_000, "632", "XK"),
    (MoveKind.RETURN, 50_000, "632", "NK"),
    (MoveKind.ADJUSTMENT, -30_000, "811", "XK"),
    (MoveKind.ADJUSTMENT, 30_000, "711", "NK"),
    (MoveKind.FOUND, 20_000, "711", "NK"),
    (MoveKind.COUNT, -10_000, "811", "XK"),
    (MoveKind.COUNT, 10_000, "711", "NK"),
]


@pytest.mark.capability("ACC-16")
@pytest.mark.parametrize(("kind", "value", "against", "series"), CASES)
async def test_a_move_is_posted_with_its_value(
    harness: Harness, kind: MoveKind, value: int, against: str, series: str
) -> None:
    await harness.receives(a_move(kind, value))
    assert await balances(harness) == {"156": value, against: -value}
    (entry,) = await harness.rows("SELECT number FROM journal_entries")
    assert entry["number"] == f"{series}2511-000001"


@pytest.mark.capability("ACC-16")
async def test_a_move_has_one_voucher_however_often_it_is_said(harness: Harness) -> None:
    move = a_move(MoveKind.RECEIPT, 600_000, 12)
    await harness.receives(move, id="1")
    await harness.receives(move, id="1")
    await harness.receives(move, id="2")
    assert await balances(harness) == {"156": 600_000, "331": -600_000}


async def test_a_move_worth_nothing_has_no_voucher(harness: Harness) -> None:
    await harness.receives(a_move(MoveKind.FOUND, 0))
    assert await harness.rows("SELECT * FROM journal_entries") == []


async def test_numbers_have_no_gap_though_a_repeated_fact_lies_between(harness: Harness) -> None:
    first, second = a_move(MoveKind.RECEIPT, 100, sku="A"), a_move(MoveKind.RECEIPT, 200, sku="B")
    await harness.receives(first)
    await harness.receives(first, second, a_move(MoveKind.RECEIPT, 300, sku="C"))
    rows = await harness.rows("SELECT number FROM journal_entries ORDER BY number")
    assert [row["number"] for row in rows] == ["NK2511-000001", "NK2511-000002", "NK2511-000003"]


async def test_two_hundred_moves_are_posted_in_one_batch(harness: Harness) -> None:
    await harness.receives(*(a_move(MoveKind.RECEIPT, 1_000 + n, sku=f"SKU-{n}") for n in range(200)))
    assert (await balances(harness))["156"] == sum(range(1_000, 1_200))


async def test_the_journal_shows_the_move_with_its_sku(harness: Harness) -> None:
    await harness.receives(a_move(MoveKind.RECEIPT, 600_000, 12))
    (entry,) = (await accountant(harness).get("/accounting/journal", params={"account": "156"})).json()["items"]
    assert (entry["debit"], entry["credit"], entry["line_count"]) == (600_000, 600_000, 2)
    assert [(line["account"], line["debit"], line["note"]) for line in entry["lines"]] == [("156", 600_000, "AO-L")]
