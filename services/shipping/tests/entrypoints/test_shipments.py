"""Shipments as staff see them, and their waybills (SHP-04, SHP-06, SHP-08)."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from shipping_cases import (
    EVERYTHING,
    NOON,
    confirmed,
    contact,
    handed_over,
    hire,
    order_changed,
    ready_for_pickup,
    reserved,
    shipment_of,
)

from chassis.http import Cursor
from chassis.testing import Harness
from contracts.inventory.v1 import Grade, InspectedLine, ReturnInspected
from contracts.money import Money
from shipping.application import thresholds

pytestmark = pytest.mark.connected


@pytest.mark.capability("SHP-08")
async def test_shipments_are_found_by_every_number_people_have(harness: Harness) -> None:
    await hire(harness)
    (mine,) = await ready_for_pickup(harness, contact=contact(phone="+84977000111"))
    await ready_for_pickup(harness, 2)
    client = harness.client(permissions=["tracking:read"])
    for wanted in (
        {"order_id": mine["order_id"]},
        {"code": mine["order_code"]},
        {"tracking": mine["tracking"]},
        {"phone": "0977 000 111"},
        {"phone": "+84977000111"},
        {"phone": "0977.000.111", "carrier": "ghn", "status": "awaiting_pickup"},
    ):
        found = (await client.get("/shipping/shipments", params=wanted)).json()["items"]
        assert [each["id"] for each in found] == [mine["id"]], wanted
    assert (await client.get("/shipping/shipments", params={"status": "delivered"})).json()["items"] == []
    assert (await client.get("/shipping/shipments", params={"carrier": "vtp"})).json()["items"] == []


async def test_the_list_goes_on_where_the_page_before_ended(harness: Harness) -> None:
    await hire(harness)
    made = await ready_for_pickup(harness, 5)
    client = harness.client(permissions=["tracking:read"])
    seen: list[str] = []
    cursor: str | None = None
    while True:
        page = (
            await client.get("/shipping/shipments", params={"limit": 2, **({"cursor": cursor} if cursor else {})})
        ).json()
        seen += [each["id"] for each in page["items"]]
        if (cursor := page["next"]) is None:
            break
    assert sorted(seen, reverse=True) == seen
    assert set(seen) == {each["id"] for each in made}


@pytest.mark.parametrize("path", ["shipments", "manifests", "scans", "unroutable", "waybill-copies"])
async def test_the_cursor_of_another_list_is_refused(harness: Harness, path: str) -> None:
    client = harness.client(permissions=EVERYTHING)
    for key in (("x",), (5,), (NOON, uuid4()), ()):
        answer = await client.get(f"/shipping/{path}", params={"cursor": Cursor.encode(key)})
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "bad-cursor")


async def test_what_is_not_there_is_told_so(harness: Harness) -> None:
    client = harness.client(permissions=EVERYTHING)
    for path in ("shipments", "manifests"):
        answer = await client.get(f"/shipping/{path}/{uuid4()}")
        assert (answer.status_code, answer.json()["code"]) == (404, f"{path[:-1]}-not-found")


@pytest.mark.capability("SHP-04")
async def test_the_waybill_has_the_newest_address_note_and_amount(harness: Harness) -> None:
    harness.settings[thresholds.sender_name] = "Gánh Shop"
    await hire(harness)
    agreed = confirmed()
    await harness.receives(agreed, reserved(agreed.order_id))
    await harness.receives(
        order_changed(agreed, contact=contact("Bình Dương", name="Trần Văn Nam"), note="Gọi trước", cod=Money(amount=0))
    )
    shipment = await shipment_of(harness, agreed.order_id)
    label = (
        await harness.client(permissions=["waybills:read"]).get(f"/shipping/shipments/{shipment['id']}/waybill")
    ).json()
    assert (label["tracking"], label["order_code"], label["sender"]["name"]) == (
        shipment["tracking"],
        agreed.code,
        "Gánh Shop",
    )
    assert (label["receiver"]["name"], label["receiver"]["province"]) == ("Trần Văn Nam", "Bình Dương")
    assert (label["note"], label["cod"]["amount"], label["weight_g"]) == ("Gọi trước", 0, 500)


@pytest.mark.capability("SHP-04")
async def test_twenty_waybills_are_printed_in_one_action(harness: Harness) -> None:
    await hire(harness)
    orders = [confirmed() for _ in range(20)]
    await harness.receives(*orders)
    await harness.receives(*(reserved(order.order_id) for order in orders))
    client = harness.client(permissions=EVERYTHING)
    ids = [each["id"] for each in (await client.get("/shipping/shipments")).json()["items"]]
    printed = await client.post("/shipping/waybills", json={"shipment_ids": ids})
    assert [label["shipment_id"] for label in printed.json()["items"]] == ids
    after = (await client.get("/shipping/shipments", params={"status": "labelled"})).json()["items"]
    assert len(after) == 20


@pytest.mark.capability("SHP-06")
async def test_a_copy_of_every_printed_waybill_is_kept_for_its_day(harness: Harness) -> None:
    await hire(harness)
    agreed = confirmed()
    await harness.receives(agreed, reserved(agreed.order_id))
    shipment = await shipment_of(harness, agreed.order_id)
    client = harness.client(permissions=EVERYTHING, name="Lan")
    body = {"shipment_ids": [shipment["id"]]}
    # 23:30 and half past midnight in Viet Nam
    for hour in (0, 1):
        harness.now = agreed.confirmed_at + timedelta(hours=11.5 + hour)
        await client.post("/shipping/waybills", json=body)
        await harness.receives(order_changed(agreed, cod=Money(amount=hour)))
    days = {}
    for day in ("2025-11-22", "2025-11-23"):
        kept = (await client.get("/shipping/waybill-copies", params={"day": day})).json()["items"]
        days[day] = [(copy["waybill"]["cod"], copy["printed_by"]) for copy in kept]
    assert days == {"2025-11-22": [(330_000, "Lan")], "2025-11-23": [(0, "Lan")]}
    outdated = (await client.get("/shipping/shipments", params={"outdated": "true"})).json()["items"]
    assert [each["id"] for each in outdated] == [shipment["id"]]


async def test_no_waybill_is_printed_after_the_handover(harness: Harness) -> None:
    await hire(harness)
    (gone,) = await handed_over(harness)
    answer = await harness.client(permissions=EVERYTHING).post(
        "/shipping/waybills", json={"shipment_ids": [gone["id"], str(uuid4())]}
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "waybills-refused")
    assert [error["code"] for error in answer.json()["errors"]] == ["waybill-too-late", "shipment-not-found"]


async def test_what_the_warehouse_found_in_a_return_is_noted(harness: Harness) -> None:
    await hire(harness)
    (shipment,) = await handed_over(harness)
    line = InspectedLine(line_id=uuid4(), sku="AO-L", quantity=2, grade=Grade.SELLABLE)
    await harness.receives(
        ReturnInspected(
            order_id=UUID(shipment["order_id"]),
            return_id=uuid4(),
            shipment_id=UUID(shipment["id"]),
            location_id="KHO",
            lines=(line,),
            complete=True,
        )
    )
    assert (await shipment_of(harness, shipment["order_id"]))["inspected_at"] is not None


RIGHTS = (
    ("GET", "/shipping/carriers", "carriers:read"),
    ("POST", "/shipping/carriers", "carriers:write"),
    ("PATCH", "/shipping/carriers/ghn", "carriers:write"),
    ("POST", "/shipping/quotes", "carriers:read"),
    ("GET", "/shipping/shipments", "tracking:read"),
    ("GET", f"/shipping/shipments/{uuid4()}/waybill", "waybills:read"),
    ("POST", "/shipping/waybills", "waybills:write"),
    ("GET", "/shipping/manifests", "waybills:read"),
    ("POST", f"/shipping/manifests/{uuid4()}/sign", "waybills:write"),
    ("POST", "/shipping/scans", "tracking:write"),
    ("POST", f"/shipping/shipments/{uuid4()}/recall", "waybills:delete"),
    ("GET", "/shipping/unroutable", "waybills:read"),
)


async def test_every_path_asks_for_its_right(harness: Harness) -> None:
    for method, path, right in RIGHTS:
        rest = [each for each in EVERYTHING if each != right]
        assert (await harness.client(permissions=rest).request(method, path, json={})).status_code == 403, path
        assert (await harness.client(permissions=[right]).request(method, path, json={})).status_code != 403, path
