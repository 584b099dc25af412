"""Parcels nobody has heard of for too long, as the shipping desk finds them (SHP-09)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from shipping_cases import EVERYTHING, handed_over, hire, scan, shipment_of

from chassis.testing import Harness

pytestmark = [pytest.mark.connected, pytest.mark.capability("SHP-09")]


async def late(harness: Harness) -> list[str]:
    answer = await harness.client(permissions=EVERYTHING).get("/shipping/shipments", params={"late": True})
    others = await harness.client(permissions=EVERYTHING).get("/shipping/shipments", params={"late": False})
    found = [each["tracking"] for each in answer.json()["items"]]
    assert not set(found) & {each["tracking"] for each in others.json()["items"]}
    assert len(found) + len(others.json()["items"]) == 1
    return found


async def test_a_parcel_is_late_once_nothing_was_heard_of_it_for_more_than_48_hours(harness: Harness) -> None:
    await hire(harness)
    (shipment,) = await handed_over(harness)
    signed = harness.now
    harness.now = signed + timedelta(hours=48)
    assert await late(harness) == []
    harness.now += timedelta(seconds=1)
    assert await late(harness) == [shipment["tracking"]]


async def test_a_scan_that_moves_nothing_is_a_sign_of_life_and_an_old_one_is_not(harness: Harness) -> None:
    await hire(harness)
    (shipment,) = await handed_over(harness)
    signed = harness.now
    harness.now = signed + timedelta(days=4)
    await scan(harness, shipment["tracking"], "in_transit", signed + timedelta(hours=1))
    assert await late(harness) == [shipment["tracking"]]

    again = await scan(harness, shipment["tracking"], "in_transit", signed + timedelta(days=3))
    assert again["outcome"] == "noted"
    assert await late(harness) == []
    await scan(harness, shipment["tracking"], "in_transit", signed + timedelta(hours=2))
    shown = await shipment_of(harness, shipment["order_id"])
    assert shown["last_seen_at"] == (signed + timedelta(days=3)).isoformat().replace("+00:00", "Z")
    assert await late(harness) == []


async def test_a_parcel_on_its_way_back_is_waited_for_too(harness: Harness) -> None:
    await hire(harness)
    (shipment,) = await handed_over(harness)
    signed = harness.now
    harness.now = signed + timedelta(days=9)
    await scan(harness, shipment["tracking"], "returning", signed + timedelta(days=3))
    assert await late(harness) == [shipment["tracking"]]


@pytest.mark.parametrize("end", ["delivered", "returned", "lost"])
async def test_nobody_waits_for_a_parcel_that_has_come_to_its_end(harness: Harness, end: str) -> None:
    await hire(harness)
    (shipment,) = await handed_over(harness)
    signed = harness.now
    harness.now = signed + timedelta(days=9)
    assert await late(harness) == [shipment["tracking"]]
    await scan(harness, shipment["tracking"], end, signed + timedelta(hours=2))
    assert await late(harness) == []
