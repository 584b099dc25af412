"""What carriers owe, and corrections of what they must collect after handover (ACC-02)."""

from __future__ import annotations

from typing import Any

import pytest
from ledger_builders import AnOrder, accountant, balances, delivered

from chassis.testing.harness import Harness

pytestmark = pytest.mark.connected


def a_correction(order: AnOrder, cod: int) -> dict[str, Any]:
    ids = {"order_id": str(order.order_id), "shipment_id": str(order.shipment_id)}
    return ids | {"cod": cod, "reason": "khách đã chuyển khoản trước"}


@pytest.mark.capability("ACC-02")
async def test_a_correction_changes_nothing_until_it_is_approved(harness: Harness) -> None:
    order = AnOrder()
    await delivered(harness, order)
    client = accountant(harness)
    asked = await client.post("/accounting/cod-corrections", json=a_correction(order, 400_000))
    assert (asked.status_code, asked.json()["previous"], asked.json()["state"]) == (201, 500_000, "requested")
    assert (await balances(harness))["1388"] == 500_000

    approved = await client.post(f"/accounting/cod-corrections/{asked.json()['id']}/approve", json={"note": "đúng"})
    assert approved.json()["state"] == "approved"
    booked = await balances(harness, order.order_id)
    assert (booked["1388"], booked["131"]) == (400_000, 100_000)


@pytest.mark.capability("ACC-02")
async def test_a_correction_before_delivery_is_what_becomes_due(harness: Harness) -> None:
    order = AnOrder()
    await harness.receives(order.confirmed())
    await harness.receives(order.created(), order.handed_over())
    client = accountant(harness)
    asked = await client.post("/accounting/cod-corrections", json=a_correction(order, 400_000))
    await client.post(f"/accounting/cod-corrections/{asked.json()['id']}/approve")
    assert await balances(harness) == {}
    await harness.receives(order.delivered())
    assert (await balances(harness))["1388"] == 400_000


@pytest.mark.capability("ACC-02")
async def test_before_handover_the_order_is_edited_instead(harness: Harness) -> None:
    order = AnOrder()
    await harness.receives(order.created())
    answer = await accountant(harness).post("/accounting/cod-corrections", json=a_correction(order, 1))
    assert (answer.status_code, answer.json()["params"]) == (
        409,
        {"state": "created", "possible": ["edit the order"]},
    )


async def test_a_correction_is_decided_once_and_one_at_a_time(harness: Harness) -> None:
    order = AnOrder()
    await delivered(harness, order)
    client = accountant(harness)
    asked = await client.post("/accounting/cod-corrections", json=a_correction(order, 400_000))
    second = await client.post("/accounting/cod-corrections", json=a_correction(order, 300_000))
    assert (second.status_code, second.json()["code"]) == (409, "correction-open")
    path = f"/accounting/cod-corrections/{asked.json()['id']}"
    assert (await client.post(f"{path}/reject", json={"reason": "không"})).json()["state"] == "rejected"
    again = await client.post(f"{path}/approve")
    assert (again.status_code, again.json()["code"]) == (409, "correction-decided")
    listed = (await client.get("/accounting/cod-corrections", params={"state": "rejected"})).json()["items"]
    assert [each["id"] for each in listed] == [asked.json()["id"]]


async def test_who_asks_for_a_correction_does_not_approve_it(harness: Harness) -> None:
    order = AnOrder()
    await delivered(harness, order)
    lead = harness.client(permissions=("cod:read", "cod:write"))
    id = (await lead.post("/accounting/cod-corrections", json=a_correction(order, 1))).json()["id"]
    assert (await lead.post(f"/accounting/cod-corrections/{id}/approve")).status_code == 403


async def test_a_parcel_of_another_order_is_unknown(harness: Harness) -> None:
    order = AnOrder()
    await delivered(harness, order)
    body = a_correction(order, 1) | {"shipment_id": str(AnOrder().shipment_id)}
    assert (await accountant(harness).post("/accounting/cod-corrections", json=body)).status_code == 404


@pytest.mark.capability("ACC-01")
async def test_cod_on_the_road_is_expected_and_due_once_delivered(harness: Harness) -> None:
    travelling, there, lost = AnOrder(), AnOrder(carrier="vtp"), AnOrder()
    await harness.receives(travelling.created(), travelling.handed_over(), lost.created(), lost.handed_over())
    await harness.receives(lost.lost())
    await delivered(harness, there)
    client = accountant(harness)

    due = (await client.get("/accounting/cod-due")).json()["items"]
    assert [(each["tracking"], each["owed"]) for each in due] == [(there.tracking, 500_000)]
    expected = (await client.get("/accounting/cod-due", params={"state": "expected"})).json()["items"]
    assert [(each["tracking"], each["cod"]) for each in expected] == [(travelling.tracking, 500_000)]
    assert (await client.get("/accounting/cod-due", params={"carrier_id": "ghn"})).json()["items"] == []
    totals = {each["carrier_id"]: each for each in (await client.get("/accounting/cod-due/by-carrier")).json()}
    assert (totals["vtp"]["due"], totals["ghn"]["due"], totals["ghn"]["expected"]) == (500_000, 0, 500_000)
