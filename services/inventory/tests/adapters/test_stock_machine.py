"""The real warehouse on the real database beside a plain model of it: whatever happens, in whatever order, both agree,
the books add up, and nothing is promised that is not there."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from warehouse_floor import NOON, Floor, Order
from warehouse_model import Asked, Model

from chassis.testing import Harness
from inventory.main import service

pytestmark = [pytest.mark.connected, pytest.mark.capability("INV-04", "INV-05", "INV-06", "INV-07", "INV-09", "INV-13")]

SKUS = ("A", "B")
_EMPTY = """
    SELECT 'TRUNCATE ' || string_agg(format('%I.%I', schemaname, tablename), ', ') AS statement FROM pg_tables
    WHERE schemaname = 'public' AND tablename NOT IN ('locations', 'products')
       OR schemaname = 'chassis' AND tablename IN ('outbox', 'inbox', 'stream', 'audit', 'dead_letter', 'parked_key')
"""

skus = st.sampled_from(SKUS)
places = st.sampled_from(("KHO", "CH1"))
needs = st.dictionaries(skus, st.integers(1, 3), min_size=1)


class Warehouse(RuleBasedStateMachine):
    """``floor`` and ``run`` are set by the test: one database for all examples, emptied before each."""

    floor: Floor
    run: Callable[[Coroutine[Any, Any, Any]], Any]

    @initialize()
    def opens(self) -> None:
        self.model = Model()
        self.told: dict[UUID, Order] = {}
        self.values: dict[UUID, dict[str, int]] = {}
        self.run(self._emptied())

    async def _emptied(self) -> None:
        (row,) = await self.floor.harness.rows(_EMPTY)
        async with self.floor.harness.uow() as uow:
            await uow.connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
            await uow.connection.exec_driver_sql(row["statement"])

    def any_order(self, *states: str, **what: Any) -> list[Asked]:
        found = [order for order in self.model.orders.values() if order.state in states]
        return [order for order in found if all(getattr(order, name) == value for name, value in what.items())]

    def draw(self, data: st.DataObject, orders: list[Asked]) -> tuple[Asked, Order]:
        order = data.draw(st.sampled_from(sorted(orders, key=lambda each: each.id)))
        return order, self.told[order.id]

    def stranger(self, goods: dict[str, int], minute: int) -> Order:
        id = UUID(int=len(self.told) + 1)  # the same in every replay: of two orders of one minute the lower id is first
        order = Order(id=id, goods=list(goods.items()), placed_at=NOON + timedelta(minutes=minute))
        self.told[order.id] = order
        return order

    @rule(sku=skus, at=places, units=st.integers(1, 6), cost=st.integers(0, 97))
    def receive(self, sku: str, at: str, units: int, cost: int) -> None:
        self.run(self.floor.gets({sku: units}, at=at, cost=cost))
        self.model.receive(sku, at, units, units * cost)

    @rule(asked=st.lists(st.tuples(needs, st.integers(0, 20)), min_size=1, max_size=3))
    def confirm(self, asked: list[tuple[dict[str, int], int]]) -> None:
        orders = [self.stranger(goods, minute) for goods, minute in asked]
        self.run(self.floor.confirms(*orders))
        self.model.confirm(Asked(order.id, minute, goods) for order, (goods, minute) in zip(orders, asked, strict=True))

    @precondition(lambda self: self.any_order("waiting", "held"))
    @rule(data=st.data(), asked_first=st.booleans())
    def cancel(self, data: st.DataObject, asked_first: bool) -> None:
        order, told = self.draw(data, self.any_order("waiting", "held"))
        facts = [told.cancel_requested(), told.cancelled()] if asked_first else [told.cancelled()]
        self.run(self.floor.hears(*facts))
        self.model.cancel(order)

    @precondition(lambda self: self.any_order("held", waited=True, released=False))
    @rule(data=st.data())
    def release(self, data: st.DataObject) -> None:
        order, told = self.draw(data, self.any_order("held", waited=True, released=False))
        self.run(self.floor.hears(told.released()))
        order.released = True

    @rule()
    def start_wave(self) -> None:
        free = [order for order in self.any_order("held", parcel=None) if order.released or not order.waited]
        answer = self.run(self.floor.staff.post("/inventory/waves", json={"limit": 200}))
        assert answer.status_code == (201 if free else 409)
        if free:
            assert {UUID(each["order_id"]) for each in answer.json()["orders"]} == {order.id for order in free}
        for order in free:
            order.parcel = "open"

    @precondition(lambda self: self.any_order("held", parcel="open"))
    @rule(data=st.data())
    def pack(self, data: st.DataObject) -> None:
        order, told = self.draw(data, self.any_order("held", parcel="open"))
        assert self.run(self.floor.packs(told)).status_code == 200
        order.parcel = "packed"

    @precondition(lambda self: self.any_order("held", parcel="packed"))
    @rule(data=st.data())
    def hand_over(self, data: st.DataObject) -> None:
        order, told = self.draw(data, self.any_order("held", parcel="packed"))
        at, goods = order.at or "", order.needs
        parcel = self.run(self.floor.parcel_of(told))
        self.run(self.floor.hears(told.handed_over(UUID(parcel["id"]), location_id=at)))
        self.values[order.id] = self.model.leave(order, goods, at)

    @rule(goods=needs, at=places)
    def hand_over_what_nobody_held(self, goods: dict[str, int], at: str) -> None:
        order = self.stranger(goods, 0)
        self.run(self.floor.hears(order.handed_over(uuid4(), location_id=at)))
        self.model.leave(None, goods, at)

    @precondition(lambda self: self.any_order("held", parcel="open"))
    @rule(data=st.data())
    def find_defect(self, data: st.DataObject) -> None:
        order, told = self.draw(data, self.any_order("held", parcel="open"))
        sku = data.draw(st.sampled_from(sorted(order.needs)))
        parcel = self.run(self.floor.parcel_of(told))
        body = {"sku": sku, "reason": "rách"}
        answer = self.run(self.floor.staff.post(f"/inventory/parcels/{parcel['id']}/defects", json=body))
        assert answer.status_code == 200, answer.text
        self.model.spoil(order, sku)
        stays = answer.json()["outcome"] == "replaced"
        assert stays == (order.parcel == "open")

    @precondition(lambda self: self.any_order("issued"))
    @rule(data=st.data(), at=places)
    def come_back(self, data: st.DataObject, at: str) -> None:
        order, told = self.draw(data, self.any_order("issued"))
        order.state = "returned"
        goods: list[tuple[str, str, int, int]] = []
        lines = []
        for sku, units in order.needs.items():
            sellable = data.draw(st.integers(0, units))
            defective = data.draw(st.integers(0, units - sellable))
            left, value = units, self.values[order.id][sku]
            graded = {"sellable": sellable, "defective": defective, "missing": units - sellable - defective}
            for grade, count in graded.items():
                if count:
                    share = (2 * value * count + left) // (2 * left)
                    goods.append((sku, grade, count, share))
                    lines.append({"line_id": str(told.line(sku)), "grade": grade, "quantity": count})
                    left, value = left - count, value - share
        parcel = self.run(self.floor.parcel_of(told))
        self.run(self.floor.hears(told.returned(UUID(parcel["id"]))))
        found = self.run(self.floor.staff.get("/inventory/returns", params={"order_id": str(order.id)})).json()
        address = f"/inventory/returns/{found['items'][0]['id']}/inspect"
        answer = self.run(self.floor.staff.post(address, json={"lines": lines, "location_id": at}))
        assert answer.status_code == 200, answer.text
        self.model.come_back(goods, at)

    @rule()
    def look_at_woken_queues(self) -> None:
        self.run(self.floor.looks_at_woken_queues())
        self.model.look_at_woken()

    @invariant()
    def both_agree(self) -> None:
        self.run(self._compared())

    async def _compared(self) -> None:
        await self.floor.adds_up()
        levels = await self.floor.harness.rows(
            "SELECT sku, location_id, on_hand, reserved, defective FROM stock_levels"
        )
        real = {(row["sku"], row["location_id"]): (row["on_hand"], row["reserved"], row["defective"]) for row in levels}
        model = self.model
        known = set(real) | set(model.on_hand)
        assert {place: real.get(place, (0, 0, 0)) for place in known} == {
            place: (model.on_hand.get(place, 0), model.reserved(*place), model.defective.get(place, 0))
            for place in known
        }
        assert await self.floor.holds() == {
            order.id: (order.state, order.at) for order in self.any_order("waiting", "held")
        }
        worths = await self.floor.harness.rows("SELECT sku, quantity, value FROM stock_worths")
        assert {row["sku"]: (row["quantity"], row["value"]) for row in worths if row["quantity"]} == {
            sku: (units, model.value[sku]) for sku, units in model.units.items() if units
        }


def agree(database: str, *, examples: int, steps: int) -> None:
    """Plays ``examples`` random days of ``steps`` steps on one database."""
    with asyncio.Runner() as runner:
        running = Harness.running(service, database)
        harness = runner.run(running.__aenter__())
        try:
            harness.now = NOON
            Warehouse.floor, Warehouse.run = Floor(harness), staticmethod(runner.run)
            runner.run(Warehouse.floor.sells(*SKUS))
            run_state_machine_as_test(
                Warehouse,
                settings=settings(
                    max_examples=examples,
                    stateful_step_count=steps,
                    deadline=None,
                    suppress_health_check=list(HealthCheck),
                ),
            )
        finally:
            runner.run(running.__aexit__(None, None, None))


@pytest.fixture
async def database(database_for: Callable[[str], Awaitable[str]]) -> str:
    return await database_for("inventory")


def test_the_warehouse_agrees_with_its_model(database: str) -> None:
    agree(database, examples=8, steps=25)


@pytest.mark.deep
@pytest.mark.timeout(1200)
def test_the_warehouse_agrees_with_its_model_over_many_long_days(database: str) -> None:
    agree(database, examples=200, steps=50)
