"""What carriers report, over HTTP: kept and shown whatever it is, and never applied backwards (SHP-08)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from shipping_cases import EVERYTHING, handed_over, hire, ready_for_pickup, scan, shipment_of

from chassis.testing import Harness
from contracts.shipping.v1 import (
    ShipmentDelivered,
    ShipmentDeliveryFailed,
    ShipmentInTransit,
    ShipmentLost,
    ShipmentReturned,
    ShipmentReturning,
)
from shipping.application import thresholds

pytestmark = pytest.mark.connected


async def on_the_road(harness: Harness) -> dict[str, Any]:
    await hire(harness)
    (shipment,) = await handed_over(harness)
    harness.now += timedelta(days=3)
    return shipment


@pytest.mark.capability("SHP-08", "SHP-19")
async def test_a_delivery_is_said_with_the_carriers_time_and_all_that_the_books_need(harness: Harness) -> None:
    shipment = await on_the_road(harness)
    when = harness.now - timedelta(hours=5)
    result = await scan(harness, shipment["tracking"], "delivered", when)
    assert (result["accepted"], result["applied"], result["shipment_status"]) == (True, True, "delivered")
    (event,) = await harness.published(ShipmentDelivered)
    assert event.delivered_at == event.meta.occurred_at == when
    assert (event.tracking, event.carrier_id, event.cod.amount, event.total.amount) == (
        shipment["tracking"],
        "ghn",
        330_000,
        330_000,
    )
    assert str(event.shipment_id) == shipment["id"]


@pytest.mark.capability("SHP-08")
async def test_many_scans_of_one_call_each_get_a_result(harness: Harness) -> None:
    shipment = await on_the_road(harness)
    start = harness.now - timedelta(hours=10)
    told = [
        (shipment["tracking"], "delivered", 5),
        (shipment["tracking"], "in_transit", 1),
        (shipment["tracking"], "in_transit", 1),
        ("KHONG-CO", "delivered", 2),
        (shipment["tracking"], "đã phát xong", 3),
        (shipment["tracking"], "in_transit", 30),
    ]
    scans = [{"tracking": t, "status": s, "at": (start + timedelta(hours=h)).isoformat()} for t, s, h in told]
    answer = await harness.client(permissions=EVERYTHING).post("/shipping/scans", json={"scans": scans})
    outcomes = [result["outcome"] for result in answer.json()["results"]]
    assert outcomes == ["applied", "applied", "duplicate", "unknown", "unmapped", None]
    refused = answer.json()["results"][-1]
    assert (refused["accepted"], refused["reasons"][0]["code"]) == (False, "scan-from-the-future")
    assert refused["reasons"][0]["pointer"] == "/at"


@pytest.mark.capability("SHP-08")
async def test_late_and_repeated_scans_are_kept_and_shown_but_move_nothing(harness: Harness) -> None:
    shipment = await on_the_road(harness)
    end = harness.now - timedelta(hours=1)
    await scan(harness, shipment["tracking"], "delivered", end)
    await harness.forget_published()

    late = await scan(harness, shipment["tracking"], "out_for_delivery", end - timedelta(hours=2))
    after = await scan(harness, shipment["tracking"], "returned", end + timedelta(minutes=30))
    again = await scan(harness, shipment["tracking"], "delivered", end)
    assert [each["outcome"] for each in (late, after, again)] == ["final", "final", "duplicate"]
    assert not any(each["applied"] for each in (late, after, again))

    shown = await shipment_of(harness, shipment["order_id"])
    assert shown["status"] == "delivered"
    assert [(each["said"], each["outcome"], each["repeats"]) for each in shown["scans"]] == [
        ("out_for_delivery", "final", 0),
        ("delivered", "applied", 1),
        ("returned", "final", 0),
    ]
    assert await harness.published() == []


@pytest.mark.capability("SHP-13", "SHP-14")
async def test_the_third_failed_try_sends_the_parcel_back(harness: Harness) -> None:
    shipment = await on_the_road(harness)
    for day in (1, 2, 3):
        when = harness.now - timedelta(days=3 - day, hours=1)
        await scan(harness, shipment["tracking"], "failed", when, reason="Khách không nghe máy")
    failed = await harness.published(ShipmentDeliveryFailed)
    assert [(event.attempt, event.final, event.reason) for event in failed] == [
        (1, False, "Khách không nghe máy"),
        (2, False, "Khách không nghe máy"),
        (3, True, "Khách không nghe máy"),
    ]
    assert [event.reason for event in await harness.published(ShipmentReturning)] == ["tries_used"]
    await scan(harness, shipment["tracking"], "returned", harness.now)
    (back,) = await harness.published(ShipmentReturned)
    assert [line.sku for line in back.lines] == ["AO-L"]


@pytest.mark.capability("SHP-13")
@pytest.mark.parametrize(("tries", "status"), [(1, "returning"), (2, "failed")])
async def test_the_number_of_tries_is_a_setting(harness: Harness, tries: int, status: str) -> None:
    shipment = await on_the_road(harness)
    harness.settings[thresholds.delivery_tries] = tries
    await scan(harness, shipment["tracking"], "failed", harness.now)
    assert (await shipment_of(harness, shipment["order_id"]))["status"] == status


@pytest.mark.capability("SHP-14")
async def test_a_refused_parcel_goes_back_at_once(harness: Harness) -> None:
    shipment = await on_the_road(harness)
    await scan(harness, shipment["tracking"], "refused", harness.now)
    assert [event.reason for event in await harness.published(ShipmentReturning)] == ["refused"]


@pytest.mark.parametrize(("status", "reason"), [("lost", None), ("damaged", "damaged")])
async def test_a_lost_or_destroyed_parcel_is_said_to_be_lost(harness: Harness, status: str, reason: str | None) -> None:
    shipment = await on_the_road(harness)
    await scan(harness, shipment["tracking"], status, harness.now)
    assert [event.reason for event in await harness.published(ShipmentLost)] == [reason]
    assert (await shipment_of(harness, shipment["order_id"]))["status"] == status


async def test_a_new_try_after_a_failed_one_is_on_the_way_again(harness: Harness) -> None:
    shipment = await on_the_road(harness)
    for hours, status in ((3, "in_transit"), (2, "failed"), (1, "out_for_delivery")):
        await scan(harness, shipment["tracking"], status, harness.now - timedelta(hours=hours))
    assert len(await harness.published(ShipmentInTransit)) == 2


@pytest.mark.capability("SHP-08")
async def test_a_scan_for_a_number_nobody_has_yet_counts_when_the_number_is_given_and_handed_over(
    harness: Harness,
) -> None:
    await hire(harness)
    too_soon = await scan(harness, "GHN000000001", "in_transit", harness.now)
    assert (too_soon["accepted"], too_soon["outcome"]) == (True, "unknown")
    client = harness.client(permissions=EVERYTHING)
    listed = (await client.get("/shipping/scans", params={"outcome": "unknown"})).json()["items"]
    assert [each["tracking"] for each in listed] == ["GHN000000001"]

    (shipment,) = await handed_over(harness)
    assert (shipment["tracking"], shipment["status"]) == ("GHN000000001", "in_transit")
    assert (await client.get("/shipping/scans", params={"outcome": "unknown"})).json()["items"] == []


@pytest.mark.capability("SHP-08")
async def test_a_carriers_own_words_are_understood_and_new_ones_count_once_they_have_a_meaning(
    harness: Harness,
) -> None:
    await hire(harness, status_map={"Đang vận chuyển": "in_transit"})
    (shipment,) = await handed_over(harness)
    assert (await scan(harness, shipment["tracking"], "ĐANG VẬN CHUYỂN", harness.now))["applied"]
    kept = await scan(harness, shipment["tracking"], "Phát thành công", harness.now + timedelta(minutes=1))
    assert (kept["accepted"], kept["outcome"]) == (True, "unmapped")

    words = {"Đang vận chuyển": "in_transit", "Phát thành công": "delivered"}
    client = harness.client(permissions=EVERYTHING)
    answer = await client.patch("/shipping/carriers/ghn", json={"status_map": words})
    assert answer.status_code == 200, answer.text
    assert (await shipment_of(harness, shipment["order_id"]))["status"] == "delivered"
    assert len(await harness.published(ShipmentDelivered)) == 1


@pytest.mark.parametrize(("minutes", "accepted"), [(60, True), (60.1, False)])
async def test_a_carriers_clock_may_be_an_hour_ahead(harness: Harness, minutes: float, accepted: bool) -> None:
    shipment = await on_the_road(harness)
    result = await scan(harness, shipment["tracking"], "in_transit", harness.now + timedelta(minutes=minutes))
    assert result["accepted"] is accepted


@pytest.mark.capability("SHP-08")
async def test_a_carriers_key_reports_only_on_its_own_parcels(harness: Harness) -> None:
    await hire(harness, key_ids=["key-ghn"])
    await hire(harness, "vtp", key_ids=["key-vtp"])
    (shipment,) = await handed_over(harness)
    assert shipment["carrier_id"] == "ghn"
    body = {"scans": [{"tracking": shipment["tracking"], "status": "in_transit", "at": harness.now.isoformat()}]}

    async def as_key(key: str, **named: str) -> dict[str, Any]:
        client = harness.client(permissions=["tracking:write"], subject=key, kind="key")
        answer = await client.post("/shipping/scans", json={"scans": [body["scans"][0] | named]})
        found: dict[str, Any] = answer.json()["results"][0]
        return found

    foreign = await as_key("key-vtp")
    assert (foreign["accepted"], foreign["reasons"][0]["code"]) == (False, "not-your-parcel")
    pretending = await as_key("key-vtp", carrier_id="ghn")
    assert pretending["reasons"][0]["code"] == "not-your-name"
    assert (await as_key("key-ghn"))["applied"]


@pytest.mark.parametrize(
    ("at", "code"),
    [
        ("0001-01-01T00:00:00+07:00", "scan-too-old"),
        ("1999-12-31T23:59:59Z", "scan-too-old"),
        ("9999-12-31T23:59:59-07:00", "scan-from-the-future"),
    ],
)
async def test_a_broken_clock_is_told_so(harness: Harness, at: str, code: str) -> None:
    shipment = await on_the_road(harness)
    body = {"scans": [{"tracking": shipment["tracking"], "status": "delivered", "at": at}]}
    answer = await harness.client(permissions=EVERYTHING).post("/shipping/scans", json=body)
    assert answer.status_code == 200, answer.text
    assert [reason["code"] for reason in answer.json()["results"][0]["reasons"]] == [code]


async def test_a_scan_of_a_carrier_nobody_has_hired_is_refused(harness: Harness) -> None:
    await hire(harness)
    result = await scan(harness, "X1", "delivered", harness.now, carrier_id="nobody")
    assert [reason["code"] for reason in result["reasons"]] == ["carrier-not-found"]
    assert "GET /shipping/carriers" in result["reasons"][0]["detail"]


async def test_scans_before_the_handover_move_nothing(harness: Harness) -> None:
    await hire(harness)
    (shipment,) = await ready_for_pickup(harness)
    assert (await scan(harness, shipment["tracking"], "delivered", harness.now))["outcome"] == "early"
    assert (await shipment_of(harness, shipment["order_id"]))["status"] == "awaiting_pickup"


@pytest.mark.parametrize(
    ("scans", "pointer"),
    [
        ([], "#/scans"),
        ([{"tracking": "", "status": "x", "at": "2025-11-22T05:00:00Z"}], "#/scans/0/tracking"),
        ([{"tracking": "A", "status": "x", "at": "2025-11-22T05:00:00"}], "#/scans/0/at"),
        ([{"tracking": "A\x00", "status": "x", "at": "2025-11-22T05:00:00Z"}], "#/scans/0/tracking"),
        ([{"tracking": "A", "status": "x", "at": "2025-11-22T05:00:00Z"}] * 1001, "#/scans"),
    ],
)
async def test_what_is_no_scan_is_refused_with_its_place(
    harness: Harness, scans: list[dict[str, str]], pointer: str
) -> None:
    answer = await harness.client(permissions=EVERYTHING).post("/shipping/scans", json={"scans": scans})
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert await harness.rows("SELECT 1 FROM scans") == []


@pytest.mark.capability("SHP-14")
async def test_a_recalled_parcel_counts_as_returning_until_the_courier_is_faster(harness: Harness) -> None:
    shipment = await on_the_road(harness)
    client = harness.client(permissions=EVERYTHING)
    recall = f"/shipping/shipments/{shipment['id']}/recall"
    assert (await client.post(recall, json={"reason": "Khách hủy"})).json()["status"] == "returning"
    assert [event.reason for event in await harness.published(ShipmentReturning)] == ["Khách hủy"]
    assert (await scan(harness, shipment["tracking"], "delivered", harness.now))["applied"]
    again = await client.post(recall, json={"reason": "Khách hủy"})
    assert (again.status_code, again.json()["code"]) == (409, "cannot-recall")
    assert again.json()["params"]["state"] == "delivered"
