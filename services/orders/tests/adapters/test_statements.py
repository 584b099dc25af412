"""How often the database is asked: an order's cost does not grow with its lines, a batch's cost not with its size."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event

from contracts.inventory.v1 import ParcelPacked, StockReserved
from orders.application.import_orders import AT_ONCE
from orders.entrypoints.importing import import_orders

pytestmark = pytest.mark.connected


@contextmanager
def counted(shop: Any) -> Iterator[list[str]]:
    said: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        said.append(" ".join(statement.split())[:60])

    engine = shop.harness.runtime.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(engine, "before_cursor_execute", note)


async def test_taking_an_order_in_costs_three_statements_however_many_lines(shop: Any) -> None:
    for lines in (1, 40):
        goods = [{"sku": "AO-L", "quantity": 1}] * lines
        with counted(shop) as said:
            answer = await shop.sal.post(
                "/orders", json=shop.body(lines=goods), headers={"Idempotency-Key": f"key-{lines}"}
            )
        assert answer.status_code == 201
        assert len([each for each in said if "chassis" not in each]) == 3, said


async def test_a_batch_of_facts_costs_the_same_for_two_orders_and_for_twenty(shop: Any) -> None:
    orders = [await shop.sells(channel="shopee", contact={"phone": f"09012305{n:02}"}) for n in range(22)]
    ids = [UUID(order["id"]) for order in orders]
    counts = []
    for some in (ids[:2], ids[2:]):
        with counted(shop) as said:
            await shop.harness.receives(*(StockReserved(order_id=id, location_id="KHO", lines=()) for id in some))
        counts.append(len([each for each in said if "chassis" not in each]))
    assert counts[0] == counts[1] == 3


async def test_ninety_orders_of_a_file_cost_as_many_statements_as_ten(shop: Any) -> None:
    heading = "order,name,phone,street,ward,province,sku,quantity"
    costs = []
    for orders in (10, AT_ONCE - 10):
        rows = [f"{orders}-{n},Lan,09{n:08},12 Hàng Bạc,Hoàn Kiếm,Hà Nội,AO-L,1" for n in range(orders)]
        file = "\n".join([heading, *rows]).encode()
        with counted(shop) as said:
            await shop.sal.post("/orders/imports", content=file, params={"channel": "shopee"})
            await shop.harness.runs(import_orders)
        costs.append(len(said))
    assert costs[0] == costs[1], said
    assert len(await shop.harness.rows("SELECT id FROM orders")) == AT_ONCE


async def test_facts_that_say_nothing_further_write_no_event(shop: Any) -> None:
    order = await shop.sells()
    packed = ParcelPacked(
        order_id=UUID(order["id"]),
        parcel_id=UUID(int=8),
        location_id="KHO",
        lines=(),
        weight_g=1,
        expected_weight_g=1,
    )
    await shop.harness.receives(packed)
    assert await shop.harness.published() == []
