"""Delivered: revenue, VAT, freight and what the carrier owes (ACC-06), whatever order the topics come in."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from ledger_builders import AnOrder, balances, delivered

from accounting.application.thresholds import freight_vat_rate_bp
from chassis.testing.harness import Harness
from contracts.accounting.v1 import CodExpected
from contracts.inventory.v1 import Grade

pytestmark = pytest.mark.connected


@pytest.mark.capability("ACC-06")
async def test_a_delivery_books_revenue_tax_freight_and_cod_due(harness: Harness) -> None:
    order = AnOrder(goods=((110_000, 1_000, 1), (216_000, 800, 2)), freight=32_400)
    await delivered(harness, order)

    assert await balances(harness, order.order_id) == {
        "1388": 358_400,
        "5111": -300_000,
        "5113": -30_000,
        "33311": -(10_000 + 16_000 + 2_400),
    }
    rates = await harness.rows(
        "SELECT vat_rate_bp, sum(amount)::bigint AS tax FROM journal_lines "
        "WHERE account = '33311' GROUP BY 1 ORDER BY 1"
    )
    assert [(row["vat_rate_bp"], row["tax"]) for row in rates] == [(800, -18_400), (1_000, -10_000)]


@pytest.mark.capability("ACC-06")
async def test_what_the_carrier_owes_stands_on_its_own_sub_ledger_and_is_announced(harness: Harness) -> None:
    order = AnOrder(paid=100_000)
    await delivered(harness, order)

    (line,) = await harness.rows("SELECT * FROM journal_lines WHERE account = '1388'")
    assert (line["partner"], line["shipment_id"], line["amount"]) == ("carrier:ghn", order.shipment_id, 400_000)
    (event,) = await harness.published(CodExpected)
    assert (event.order_id, event.carrier_id, event.amount.amount) == (order.order_id, "ghn", 400_000)


async def test_the_day_of_a_delivery_is_the_carriers_in_the_shops_calendar(harness: Harness) -> None:
    order = AnOrder()
    order.delivered_at = order.delivered_at.replace(day=20, hour=17, minute=0)
    await delivered(harness, order)
    (entry,) = await harness.rows("SELECT * FROM journal_entries")
    assert str(entry["business_day"]) == "2025-11-21"
    assert entry["number"] == "BH2511-000001"


async def test_a_delivery_told_twice_by_two_events_is_booked_once(harness: Harness) -> None:
    order = AnOrder()
    await delivered(harness, order)
    await harness.receives(order.delivered())
    assert len(await harness.rows("SELECT * FROM journal_entries")) == 1
    assert len(await harness.published(CodExpected)) == 1


async def test_a_parcel_worth_nothing_has_no_voucher(harness: Harness) -> None:
    order = AnOrder(goods=((0, 800, 1),), freight=0)
    await delivered(harness, order)
    assert await harness.rows("SELECT * FROM journal_entries") == []


async def test_freight_carries_the_rate_that_is_set(harness: Harness) -> None:
    harness.settings[freight_vat_rate_bp] = 1_000
    order = AnOrder(goods=((100_000, 0, 1),), freight=33_000)
    await delivered(harness, order)
    booked = await balances(harness)
    assert (booked["5113"], booked["33311"]) == (-30_000, -3_000)


@pytest.mark.capability("ACC-06")
async def test_a_parcel_that_comes_back_undelivered_leaves_nothing_due(harness: Harness) -> None:
    order = AnOrder()
    await harness.receives(order.confirmed())
    await harness.receives(order.created(), order.handed_over(), order.returned())
    await harness.receives(order.inspected())
    assert await balances(harness, order.order_id) == {}


@pytest.mark.capability("ACC-06")
async def test_goods_that_come_back_after_delivery_take_their_revenue_with_them(harness: Harness) -> None:
    order = AnOrder(goods=((324_000, 800, 3), (110_000, 1_000, 1)), freight=30_000)
    await delivered(harness, order)
    await harness.receives(order.inspected(1, 0))

    booked = await balances(harness, order.order_id)
    assert (booked["5212"], booked["131"]) == (100_000, -108_000)
    assert booked["33311"] == -(24_000 + 10_000 + 2_222) + 8_000
    assert booked["1388"] == order.cod


async def test_parts_that_come_back_one_by_one_sum_to_the_whole_line(harness: Harness) -> None:
    order = AnOrder(goods=((100_001, 800, 3),), freight=0)
    await delivered(harness, order)
    for _ in range(3):
        await harness.receives(order.inspected(1, return_id=AnOrder().return_id))
    booked = await balances(harness, order.order_id)
    assert booked["5212"] == -booked["5111"]
    assert "33311" not in booked
    assert booked["131"] == -100_001


async def test_more_units_than_were_sold_are_not_credited(harness: Harness) -> None:
    order = AnOrder(goods=((108_000, 800, 1),), freight=0)
    await delivered(harness, order)
    await harness.receives(order.inspected(1))
    await harness.receives(order.inspected(1, return_id=AnOrder().return_id))
    assert (await balances(harness, order.order_id))["131"] == -108_000


@pytest.mark.parametrize("grade", [Grade.WRONG, Grade.MISSING])
async def test_what_is_wrong_or_missing_in_a_return_is_not_credited(harness: Harness, grade: Grade) -> None:
    order = AnOrder(freight=0)
    await delivered(harness, order)
    await harness.receives(order.inspected(grade=grade))
    assert "5212" not in await balances(harness)


async def test_defective_goods_are_credited_like_sellable_ones(harness: Harness) -> None:
    order = AnOrder(freight=0)
    await delivered(harness, order)
    await harness.receives(order.inspected(grade=Grade.DEFECTIVE))
    assert (await balances(harness))["131"] == -order.total


@pytest.mark.parametrize("order_of_topics", list(itertools.permutations(("orders", "shipping", "warehouse"))))
async def test_topics_may_come_in_any_order(harness: Harness, order_of_topics: tuple[str, ...]) -> None:
    order = AnOrder(goods=((324_000, 800, 3),))
    said: dict[str, list[Any]] = {
        "orders": [order.placed(), order.confirmed()],
        "shipping": [order.created(), order.handed_over(), order.delivered()],
        "warehouse": [order.inspected(2)],
    }
    for topic in order_of_topics:
        for event in said[topic]:
            await harness.receives(event)

    assert await balances(harness, order.order_id) == {
        "1388": 354_000,
        "131": -216_000,
        "5111": -300_000,
        "5212": 200_000,
        "5113": -27_778,
        "33311": -(24_000 + 2_222) + 16_000,
    }
    (row,) = await harness.rows("SELECT known, code FROM orders")
    assert (row["known"], row["code"]) == (True, order.code)


async def test_a_whole_batch_of_deliveries_is_booked_set_based(harness: Harness) -> None:
    orders = [AnOrder() for _ in range(60)]
    await delivered(harness, *orders)
    rows = await harness.rows("SELECT number FROM journal_entries ORDER BY number")
    assert [row["number"] for row in rows] == [f"BH2511-{n:06d}" for n in range(1, 61)]
