"""Many at once want the last units: nobody is promised what is not there, nobody waits for ever."""

import asyncio
import random
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from warehouse_floor import Floor

from contracts import Actor, Event, Meta
from inventory.application.cancel_order import release_stock
from inventory.application.hold_stock import hold_stock
from inventory.application.issue_goods import issue_goods

pytestmark = [pytest.mark.connected, pytest.mark.capability("INV-05")]


def heard(*events: Event) -> list[Any]:
    now = datetime.now(UTC)
    for event in events:
        event.received(
            Meta(
                id=str(uuid4()),
                type=event.type_name(),
                source="orders",
                time=now,
                occurred_at=now,
                actor=Actor.system("test"),
                subject=event.key,
                sequence=1,
                correlation_id=event.correlation_id,
            )
        )
    return list(events)


async def deadlocks(floor: Floor) -> int:
    await floor.harness.rows("SELECT pg_stat_force_next_flush()")
    rows = await floor.harness.rows("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
    return int(rows[0]["deadlocks"])


async def does(floor: Floor, use_case: Any, events: Sequence[Any]) -> None:
    async with floor.harness.uow() as uow:
        await use_case(heard(*events), uow)


async def test_forty_orders_at_once_for_the_last_seven_units(floor: Floor) -> None:
    await floor.has({"A": 7})
    orders = [floor.order({"A": 1}, minute=n) for n in range(40)]
    await asyncio.gather(*(does(floor, hold_stock, [order.confirmed()]) for order in orders))
    states = [state for state, _ in (await floor.holds()).values()]
    assert (states.count("held"), states.count("waiting")) == (7, 33)
    assert await floor.level("A") == (7, 7, 0)
    await floor.adds_up()


async def test_an_order_that_falls_short_while_goods_arrive_is_not_forgotten(floor: Floor) -> None:
    await floor.sells("A")
    for _ in range(15):
        order = floor.order({"A": 1})
        await asyncio.gather(does(floor, hold_stock, [order.confirmed()]), floor.gets({"A": 1}))
        assert (await floor.holds())[order.id] == ("held", "KHO")
    await floor.adds_up()


async def test_holds_cancels_issues_and_receipts_on_the_same_goods_never_deadlock(floor: Floor) -> None:
    random.seed(7)
    goods = ["A", "B", "C", "D"]
    await floor.has(dict.fromkeys(goods, 60))
    held = [floor.order(dict.fromkeys(random.sample(goods, 3), 1), minute=n) for n in range(60)]
    for start in range(0, 60, 20):
        await does(floor, hold_stock, [order.confirmed() for order in held[start : start + 20]])

    def asked() -> list[Any]:
        return [floor.order(random.sample([(sku, 2) for sku in goods], 3)).confirmed() for _ in range(5)]

    work = [does(floor, hold_stock, asked()) for _ in range(8)]
    work += [does(floor, release_stock, [order.cancelled() for order in held[n : n + 5]]) for n in range(0, 30, 5)]
    work += [
        does(floor, issue_goods, [order.handed_over(uuid4()) for order in held[n : n + 5]]) for n in range(30, 60, 5)
    ]
    work += [floor.gets(dict.fromkeys(random.sample(goods, 3), 3)) for _ in range(6)]
    random.shuffle(work)
    await asyncio.gather(*work)
    assert await deadlocks(floor) == 0
    await floor.adds_up()


async def test_two_waves_at_once_take_no_order_twice(floor: Floor) -> None:
    await floor.has({"A": 20})
    await floor.confirms(*(floor.order({"A": 1}, minute=n) for n in range(20)))
    answers = await asyncio.gather(*(floor.staff.post("/inventory/waves", json={"limit": 6}) for _ in range(5)))
    picked = [each["order_id"] for answer in answers if answer.status_code == 201 for each in answer.json()["orders"]]
    assert len(picked) == len(set(picked)) >= 6


async def test_two_packers_pack_a_parcel_once(floor: Floor) -> None:
    await floor.has({"A": 1})
    order = floor.order({"A": 1})
    await floor.confirms(order)
    await floor.starts(order)
    answers = await asyncio.gather(*(floor.packs(order) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
