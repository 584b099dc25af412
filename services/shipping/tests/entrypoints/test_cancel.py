"""A cancel request is always answered, and only before the manifest is signed with yes."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest
from shipping_cases import (
    EVERYTHING,
    cancel_requested,
    confirmed,
    handed_over,
    hire,
    packed,
    ready_for_pickup,
    reserved,
    scan,
    shipment_of,
)

from chassis.testing import Harness
from contracts.orders.v1 import CancelReason, OrderCancelled
from contracts.shipping.v1 import ShipmentCancelled, ShipmentCancelRefused, ShipmentCreated, ShipmentHandedOver

pytestmark = pytest.mark.connected


async def test_a_request_about_an_order_nobody_has_heard_of_is_granted_and_no_shipment_is_ever_made(
    harness: Harness,
) -> None:
    await hire(harness)
    agreed = confirmed()
    await harness.receives(cancel_requested(agreed.order_id))
    (answer,) = await harness.published(ShipmentCancelled)
    assert (answer.order_id, answer.shipment_id) == (agreed.order_id, None)

    await harness.receives(agreed)
    await harness.receives(reserved(agreed.order_id), packed(agreed.order_id))
    assert await harness.published(ShipmentCreated) == []


@pytest.mark.parametrize("heard", [["terms"], ["hold"], ["terms", "hold"], ["terms", "hold", "packed"]])
async def test_before_the_handover_the_answer_is_yes(harness: Harness, heard: list[str]) -> None:
    await hire(harness)
    agreed = confirmed()
    said = {"terms": agreed, "hold": reserved(agreed.order_id), "packed": packed(agreed.order_id)}
    for name in heard:
        await harness.receives(said[name])
    (asked,) = await harness.receives(cancel_requested(agreed.order_id))

    (answer,) = await harness.published(ShipmentCancelled)
    assert answer.meta.causation_id == asked.meta.id
    assert (answer.shipment_id is not None) == (len(heard) > 1)
    if answer.shipment_id:
        assert (await shipment_of(harness, agreed.order_id))["status"] == "cancelled"


async def test_after_the_handover_the_answer_is_no_and_names_the_manifest(harness: Harness) -> None:
    await hire(harness)
    (shipment,) = await handed_over(harness)
    await harness.receives(cancel_requested(_id(shipment)))
    (answer,) = await harness.published(ShipmentCancelRefused)
    assert (str(answer.shipment_id), str(answer.manifest_id)) == (shipment["id"], shipment["manifest_id"])
    assert await harness.published(ShipmentCancelled) == []


async def test_after_a_no_the_parcel_goes_on(harness: Harness) -> None:
    await hire(harness)
    (shipment,) = await handed_over(harness)
    await harness.receives(cancel_requested(_id(shipment)))
    assert (await scan(harness, shipment["tracking"], "delivered", harness.now))["applied"]


async def test_every_request_is_answered_also_the_second_one(harness: Harness) -> None:
    await hire(harness)
    (shipment,) = await ready_for_pickup(harness)
    for _ in range(2):
        await harness.receives(cancel_requested(_id(shipment)))
    assert len(await harness.published(ShipmentCancelled)) == 2


async def test_the_same_request_delivered_twice_is_answered_once(harness: Harness) -> None:
    await hire(harness)
    (asked,) = await harness.receives(cancel_requested(uuid4()))
    await harness.receives(asked, id=asked.meta.id)
    assert len(await harness.published(ShipmentCancelled)) == 1


async def test_many_requests_of_one_batch_are_each_answered(harness: Harness) -> None:
    await hire(harness)
    gone = await handed_over(harness, 2)
    waiting = await ready_for_pickup(harness, 2)
    unknown = [uuid4(), uuid4()]
    asked = [*(_id(each) for each in (*gone, *waiting)), *unknown]
    await harness.receives(*(cancel_requested(id) for id in asked))
    refused = {event.order_id for event in await harness.published(ShipmentCancelRefused)}
    granted = {event.order_id for event in await harness.published(ShipmentCancelled)}
    assert refused == {_id(each) for each in gone}
    assert granted == {*(_id(each) for each in waiting), *unknown}


async def test_an_order_that_ends_without_asking_takes_its_shipment_along(harness: Harness) -> None:
    await hire(harness)
    (shipment,) = await ready_for_pickup(harness)
    await harness.receives(
        OrderCancelled(order_id=_id(shipment), code="DH1", reason=CancelReason.OTHER, was_confirmed=False)
    )
    assert (await shipment_of(harness, shipment["order_id"]))["status"] == "cancelled"


@pytest.mark.capability("SHP-05")
async def test_signing_and_cancelling_at_the_same_moment_agree_on_one_answer_per_order(harness: Harness) -> None:
    """Whoever locks a shipment first decides: never is one both handed over and cancelled, or neither."""
    await hire(harness)
    shipments = await ready_for_pickup(harness, 12)
    client = harness.client(permissions=EVERYTHING)
    draft = (await client.post("/shipping/manifests", json={"carrier_id": "ghn"})).json()

    signing = client.post(f"/shipping/manifests/{draft['id']}/sign", json={"received_by": "Bình"})
    asking = harness.receives(*(cancel_requested(_id(each)) for each in reversed(shipments)))
    signed, _ = await asyncio.gather(signing, asking)

    assert signed.status_code == 200, signed.text
    gone = {event.order_id for event in await harness.published(ShipmentHandedOver)}
    cancelled = {event.order_id for event in await harness.published(ShipmentCancelled)}
    refused = {event.order_id for event in await harness.published(ShipmentCancelRefused)}
    everybody = {_id(each) for each in shipments}
    assert gone == refused
    assert gone | cancelled == everybody
    assert not gone & cancelled
    assert {parcel["order_id"] for parcel in signed.json()["left_out"]} == {str(id) for id in cancelled}


def _id(shipment: dict[str, Any]) -> UUID:
    return UUID(shipment["order_id"])
