"""Who asks to be forgotten is forgotten here too, once no parcel of his is on its way (CRM-01)."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from shipping_cases import (
    EVERYTHING,
    cancel_requested,
    confirmed,
    contact,
    handed_over,
    hire,
    ready_for_pickup,
    scan,
    shipment_of,
)

from chassis.testing import Harness
from contracts.crm.v1 import CustomerChanged
from shipping.entrypoints.jobs import forget_customers

pytestmark = pytest.mark.connected
SECRETS = ("Hoa", "901234567", "Lê Lợi", "Bến Thành", "chị gọi lại")


@pytest.mark.capability("CRM-01")
async def test_an_erased_customers_ended_parcels_name_nobody(harness: Harness) -> None:
    await hire(harness)
    client = harness.client(permissions=EVERYTHING)
    (labelled,) = await ready_for_pickup(harness, note="chị gọi lại")
    await client.post("/shipping/waybills", json={"shipment_ids": [labelled["id"]]})
    delivered, running = await handed_over(harness, 2, note="chị gọi lại")
    await scan(harness, labelled["tracking"], "returned", harness.now)
    await scan(harness, delivered["tracking"], "failed", harness.now, reason="chị gọi lại")
    await scan(harness, delivered["tracking"], "delivered", harness.now + timedelta(minutes=1))
    called_off = confirmed(note="chị gọi lại")
    await harness.receives(called_off)
    await harness.receives(cancel_requested(called_off.order_id))
    (other,) = await ready_for_pickup(harness, contact=contact(phone="+84907654321"))

    customer = uuid4()
    await harness.receives(CustomerChanged(customer_id=customer, phone="+84901234567"))
    harness.now += timedelta(minutes=1)
    await harness.receives(CustomerChanged(customer_id=customer, erased=True))
    harness.now += timedelta(minutes=1)
    (again,) = await ready_for_pickup(harness)
    await harness.runs(forget_customers)

    shown = await shipment_of(harness, delivered["order_id"])
    copies = (await client.get("/shipping/waybill-copies")).json()["items"]
    kept = await harness.rows("SELECT terms FROM consignments WHERE called_off_at IS NOT NULL")
    assert (len(copies), len(kept)) == (1, 1)
    for secret in SECRETS:
        assert secret not in f"{shown} {copies} {kept}"
    assert shown["receiver"]["province"] == "Hồ Chí Minh"
    assert shown["cod"] == delivered["cod"]
    for untouched in (running, other, again):
        assert (await shipment_of(harness, untouched["order_id"]))["receiver"]["name"] == "Nguyễn Thị Hoa"

    await scan(harness, running["tracking"], "returned", harness.now)
    await harness.runs(forget_customers)
    assert (await shipment_of(harness, running["order_id"]))["receiver"]["phone"] == ""
    left = await harness.rows("SELECT former_phone FROM customers")
    assert [row["former_phone"] for row in left] == [None]
