"""Availability is told at most once a second and SKU (INV-04); queues that were woken are looked at."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from warehouse_floor import NOON, Floor

from contracts.inventory.v1 import StockChanged, StockReserved
from inventory.application.announce_stock import stock_states
from inventory.entrypoints import jobs

pytestmark = pytest.mark.connected


@pytest.mark.capability("INV-04")
async def test_many_changes_are_told_as_one(floor: Floor) -> None:
    await floor.has({"A": 10, "B": 1})
    for minute in range(3):
        await floor.confirms(floor.order({"A": 2}, minute=minute))
    assert await floor.said(StockChanged) == []
    assert await floor.tells_stock() == 2
    told = {event.sku: event for event in await floor.said(StockChanged)}
    assert told["A"].available == 4
    levels = {level.location_id: level for level in told["A"].levels}
    assert (levels["KHO"].on_hand, levels["KHO"].reserved, levels["KHO"].available) == (10, 6, 4)
    assert [level.location_id for level in told["A"].levels] == ["KHO", "CH1", "CH2"]
    assert await floor.tells_stock() == 0


@pytest.mark.capability("INV-04")
async def test_stock_that_somebody_works_on_is_told_when_he_is_done(floor: Floor) -> None:
    await floor.has({"A": 10, "B": 5})
    async with floor.harness.uow() as busy:
        await busy.stock.lock(["A"], valued=False)
        assert await floor.tells_stock() == 1
    assert await floor.tells_stock() == 1
    assert [event.sku for event in await floor.said(StockChanged)] == ["B", "A"]


@pytest.mark.capability("INV-04")
async def test_a_run_tells_once_a_second(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "TICKS", 2)
    await floor.has({"A": 10})
    running = asyncio.create_task(floor.harness.runs(jobs.tell_stock))
    for minute in range(5):
        await floor.confirms(floor.order({"A": 1}, minute=minute))
    await running
    told = await floor.said(StockChanged)
    assert 1 <= len(told) <= 2
    await floor.tells_stock()
    assert (await floor.said(StockChanged))[-1].available == 5


async def test_a_run_looks_at_the_queues_that_were_woken(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "TICKS", 1)
    await floor.has({"A": 1, "B": 1})
    loses, waits = floor.order({"A": 1, "B": 1}), floor.order({"B": 1}, minute=1)
    await floor.confirms(loses, waits)
    await floor.hears(floor.order({"A": 1}).handed_over(uuid4()))
    await floor.harness.runs(jobs.tell_stock)
    assert (await floor.said(StockReserved))[-1].order_id == waits.id


async def test_the_availability_of_all_goods_can_be_told_again(floor: Floor) -> None:
    await floor.has({"A": 1, "B": 2, "C": 3})
    async with floor.harness.uow() as uow:
        first: list[Any] = await stock_states(uow, None, 2)
        rest: list[Any] = await stock_states(uow, "B", 2)
    assert [(event.sku, event.available) for event in (*first, *rest)] == [("A", 1), ("B", 2), ("C", 3)]


@pytest.mark.capability("INV-18")
@pytest.mark.parametrize(("days", "kept"), [(90, 1), (91, 0)])
async def test_alerts_are_kept_ninety_days(floor: Floor, days: int, kept: int) -> None:
    await floor.has({"A": 1})
    floor.harness.now = NOON + timedelta(days=days)
    await floor.harness.runs(jobs.forget_alerts)
    assert len((await floor.staff.get("/inventory/alerts")).json()["items"]) == kept
