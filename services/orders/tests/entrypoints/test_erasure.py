"""Who asks to be forgotten is forgotten here too, once nothing of his is on its way (CRM-01)."""

from datetime import timedelta
from typing import Any

import pytest

from contracts.crm.v1 import CustomerChanged
from orders.domain.agreement import WISHES
from orders.entrypoints.jobs import forget_customers

pytestmark = pytest.mark.connected
WRITTEN_FREELY = [wish for wish in WISHES if wish != "carrier_choice"]


@pytest.mark.capability("CRM-01")
async def test_an_erased_customers_ended_orders_name_nobody(shop: Any) -> None:
    ended = await shop.places(external_id="W-7", **dict.fromkeys(WRITTEN_FREELY, "gọi anh Nam"))
    await shop.does(ended, "calls", outcome="answered", note="chị Lan bận")
    await shop.does(ended, "hold", reason="other", note="anh Nam hỏi")
    await shop.does(ended, "cancel", reason="price", note="anh Nam")
    running = await shop.places()
    other = await shop.places(contact={"phone": "0907654321"})
    customer = await shop.blacklists("+84901234567", listed=False)
    shop.harness.now += timedelta(minutes=1)
    await shop.harness.receives(CustomerChanged(customer_id=customer, erased=True))
    shop.harness.now += timedelta(seconds=1)
    again = await shop.places(contact={"phone": "0901234567"}, lines=[{"sku": "MU-01", "quantity": 1}])
    await shop.does(again, "cancel", reason="price")

    await shop.harness.runs(forget_customers)

    forgotten = await shop.sal.get(f"/orders/{ended['id']}")
    for secret in ("Lan", "901234567", "Hàng Bạc", "Hoàn Kiếm", "Nam"):
        assert secret not in forgotten.text
        assert secret not in (await shop.sal.get(f"/orders/{ended['id']}/timeline")).text
    assert forgotten.json()["contact"]["address"]["province"] == "Hà Nội"
    assert forgotten.json()["total"] == ended["total"]
    assert (await shop.sees(other))["contact"]["phone"] == "+84907654321"
    assert (await shop.sees(running))["contact"]["name"] == "Nguyễn Thị Lan"
    assert (await shop.sees(again))["contact"]["phone"] == "+84901234567"

    await shop.does(running, "cancel", reason="price")
    await shop.harness.runs(forget_customers)
    assert (await shop.sees(running))["contact"]["phone"] == ""
    left = await shop.harness.rows("SELECT former_phone FROM customers")
    assert [row["former_phone"] for row in left] == [None]
    trail = await shop.harness.rows("SELECT before, after FROM chassis.audit")
    assert "901234567" not in str([dict(row) for row in trail])
    assert "Hàng Bạc" not in str([dict(row) for row in trail])
