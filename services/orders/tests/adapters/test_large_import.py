"""Ten thousand orders out of one file."""

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
async def test_ten_thousand_orders_come_in_out_of_one_file(shop: Any) -> None:
    seen = await imports(shop, 10_000)
    assert (seen["state"], seen["taken"]) == ("done", 10_000)
    [counted] = await shop.harness.rows("SELECT count(*) AS orders FROM orders")
    assert counted["orders"] == 10_000
