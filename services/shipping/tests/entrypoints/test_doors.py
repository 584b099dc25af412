"""A carrier's own door: the topic's name says who speaks, and everything readable is answered (SHP-08)."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest
from shipping_cases import handed_over, hire, shipment_of

from chassis.testing import Harness
from contracts.shipping.v1 import CarrierScan, CarrierScanResult, ShipmentDelivered

pytestmark = pytest.mark.connected


def reported(tracking: str, status: str, at: datetime) -> CarrierScan:
    return CarrierScan(tracking=tracking, status=status, at=at, place="Bưu cục Dĩ An")


@pytest.mark.capability("SHP-08")
async def test_a_scan_at_the_door_moves_the_parcel_and_is_answered(harness: Harness) -> None:
    await hire(harness)
    (shipment,) = await handed_over(harness)
    (scan,) = await harness.receives(
        reported(shipment["tracking"], "delivered", harness.now),
        partner="ghn",
        traceparent=f"00-{'a' * 32}-{'b' * 16}-01",
    )
    (answer,) = await harness.published(CarrierScanResult)
    assert (answer.tracking, answer.accepted, answer.applied) == (shipment["tracking"], True, True)
    assert answer.meta.id == scan.meta.id
    (event,) = await harness.published(ShipmentDelivered)
    assert (event.meta.actor.kind, event.meta.actor.id) == ("key", "ghn")
    shown = await shipment_of(harness, shipment["order_id"])
    assert [(each["place"], each["recorded_by"]) for each in shown["scans"]] == [("Bưu cục Dĩ An", "key:ghn")]


@pytest.mark.capability("SHP-08")
async def test_a_carrier_may_report_only_on_its_own_parcels(harness: Harness) -> None:
    await hire(harness)
    await hire(harness, "vtp", numbers=10)
    (shipment,) = await handed_over(harness)
    await harness.receives(reported(shipment["tracking"], "delivered", harness.now), partner="vtp")
    (answer,) = await harness.published(CarrierScanResult)
    assert (answer.accepted, [reason.code for reason in answer.reasons]) == (False, ["not-your-parcel"])
    assert "vtp" in answer.reasons[0].detail
    assert await harness.published(ShipmentDelivered) == []


async def test_a_door_without_a_carrier_behind_it_is_told_so(harness: Harness) -> None:
    await harness.receives(reported("X1", "delivered", harness.now), partner="stranger")
    (answer,) = await harness.published(CarrierScanResult)
    assert [reason.code for reason in answer.reasons] == ["carrier-not-found"]


@pytest.mark.parametrize("times", [1, 2])
async def test_late_and_repeated_scans_are_answered_and_not_applied(harness: Harness, times: int) -> None:
    await hire(harness)
    (shipment,) = await handed_over(harness)
    for _ in range(times + 1):
        await harness.receives(reported(shipment["tracking"], "delivered", harness.now), partner="ghn")
    answers = await harness.published(CarrierScanResult)
    assert [(answer.accepted, answer.applied) for answer in answers] == [(True, True)] + [(True, False)] * times
    assert len(await harness.published(ShipmentDelivered)) == 1


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        ({"tracking": "X", "status": "delivered"}, ["missing"]),
        ({"tracking": "", "status": "", "at": "gestern"}, ["datetime-from-date-parsing", "string-too-short"]),
        ([], ["model-type"]),
    ],
)
async def test_what_does_not_fit_is_answered_with_every_reason(harness: Harness, body: Any, codes: list[str]) -> None:
    headers = [("ce_id", b"1"), ("ce_type", b"carrier.scan"), ("ce_specversion", b"1.0"), ("ce_source", b"ghn")]
    await harness.receives_bytes(
        CarrierScan, json.dumps(body).encode(), key=b"X", headers=headers, partner="ghn", may_fail=False
    )
    (answer,) = await harness.published(CarrierScanResult)
    assert (answer.accepted, answer.meta.id) == (False, "1")
    assert sorted({reason.code for reason in answer.reasons}) == codes
    assert all(reason.detail for reason in answer.reasons)
    assert await harness.dead_letters() == []


async def test_only_what_is_not_even_json_goes_to_the_desk(harness: Harness) -> None:
    await harness.receives_bytes(CarrierScan, b"\xff\x00", key=b"X", partner="ghn")
    assert len(await harness.dead_letters()) == 1
    assert await harness.published(CarrierScanResult) == []
