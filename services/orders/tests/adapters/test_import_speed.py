"""Ten thousand orders out of a file, and how long they take."""

import time
from typing import Any

import pytest

from orders.entrypoints.importing import import_orders

pytestmark = [pytest.mark.connected, pytest.mark.capability("ORD-01")]

HEADING = "order,name,phone,street,ward,province,sku,quantity"


def a_file(orders: int) -> bytes:
    rows = (f"W-{n},Lan,09{n:08},12 Hàng Bạc,Hoàn Kiếm,Hà Nội,AO-L,{1 + n % 3}" for n in range(orders))
    return "\n".join([HEADING, *rows]).encode()


async def imports(shop: Any, orders: int) -> dict[str, Any]:
    asked = {"channel": "shopee"}
    opened = (await shop.sal.post("/orders/imports", content=a_file(orders), params=asked)).json()
    await shop.harness.runs(import_orders)
    return dict((await shop.sal.get(f"/orders/imports/{opened['id']}")).json())


@pytest.mark.slow
async def test_ten_thousand_orders_come_in_within_a_minute(shop: Any) -> None:
    begun, worked = time.perf_counter(), time.process_time()
    seen = await imports(shop, 10_000)
    took, worked = time.perf_counter() - begun, time.process_time() - worked
    figures = f"10,000 orders in {took:.1f} s; {worked:.1f} s of them this process worked"
    assert (seen["state"], seen["taken"]) == ("done", 10_000)
    assert took < 60, figures
