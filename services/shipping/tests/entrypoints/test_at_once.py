"""Every order of arrival, and everything at the same moment: one story per order, and nobody waits in a circle."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from shipping_cases import (
    EVERYTHING,
    cancel_requested,
    confirmed,
    hire,
    order_changed,
    packed,
    ready_for_pickup,
    released,
    reserved,
    shipment_of,
)

from chassis.testing import Harness
from contracts.event import Event
from contracts.money import Money
from contracts.shipping.v1 import (
    ShipmentCancelled,
    ShipmentCancelRefused,
    ShipmentCreated,
    ShipmentHandedOver,
)

pytestmark = pytest.mark.connected


def interleavings(one: list[Event], other: list[Event]) -> Iterator[list[Event]]:
    """Every order in which two topics can be read, each in its own order."""
    if not one or not other:
        yield [*one, *other]
        return
    for rest in interleavings(one[1:], other):
        yield [one[0], *rest]
    for rest in interleavings(one, other[1:]):
        yield [other[0], *rest]


async def told_in_every_order(harness: Harness, cancelled: bool) -> list[UUID]:
    """One order per interleaving, with every event delivered twice; their ids."""
    count = len(list(interleavings([cancel_requested(uuid4())] * (3 + cancelled), [cancel_requested(uuid4())] * 2)))
    ids = []
    for place in range(count):
        agreed = confirmed()
        id = agreed.order_id
        desk: list[Event] = [agreed, released(id), order_changed(agreed, cod=Money(amount=100_000))]
        desk += [cancel_requested(id)] * cancelled
        floor: list[Event] = [reserved(id, waited=True), packed(id)]
        for event in list(interleavings(desk, floor))[place]:
            await harness.receives(event)
            await harness.receives(event, id=event.meta.id, sequence=event.meta.sequence)
        ids.append(id)
    return ids


@pytest.mark.capability("SHP-03", "SHP-04")
async def test_in_every_order_of_the_topics_an_order_gets_one_shipment_with_its_newest_terms(harness: Harness) -> None:
    await hire(harness)
    ids = await told_in_every_order(harness, cancelled=False)
    made = await harness.published(ShipmentCreated)
    assert sorted(event.order_id for event in made) == sorted(ids)
    for id in ids:
        shown = await shipment_of(harness, id)
        assert (shown["status"], shown["cod"]["amount"]) == ("awaiting_pickup", 100_000)


async def test_in_every_order_of_the_topics_a_cancelled_order_is_answered_once_and_never_travels(
    harness: Harness,
) -> None:
    await hire(harness)
    ids = await told_in_every_order(harness, cancelled=True)
    answers = await harness.published(ShipmentCancelled)
    assert sorted(event.order_id for event in answers) == sorted(ids)
    statuses = {row["status"] for row in await harness.rows("SELECT status FROM shipments")}
    assert statuses <= {"cancelled"}
    client = harness.client(permissions=EVERYTHING)
    assert (await client.post("/shipping/manifests", json={"carrier_id": "ghn"})).status_code == 409


@pytest.mark.capability("SHP-05", "SHP-08")
async def test_everything_at_once_ends_in_one_story_per_order(harness: Harness) -> None:
    """Signing, cancelling, changing, scanning, retrying and new orders touch the same rows at the same moment."""
    await hire(harness, numbers=500)
    await hire(harness, "vtp", numbers=500)
    chance = random.Random(7)
    waiting = await ready_for_pickup(harness, 20)
    waiting += await ready_for_pickup(harness, 20, carrier_choice="vtp")
    client = harness.client(permissions=EVERYTHING)
    drafts = [
        (await client.post("/shipping/manifests", json={"carrier_id": carrier})).json() for carrier in ("ghn", "vtp")
    ]
    fresh = [confirmed() for _ in range(30)]
    cancelled = chance.sample([UUID(each["order_id"]) for each in waiting], 15)
    scans = [
        {"tracking": each["tracking"], "status": status, "at": harness.now.isoformat()}
        for each in waiting
        for status in ("picked_up", "in_transit", "delivered")
    ]

    async def desk() -> None:
        for id in cancelled:
            await harness.receives(*chance.sample(fresh, 3), cancel_requested(id))
        await harness.receives(*fresh)

    async def floor() -> None:
        for start in range(0, 30, 6):
            await harness.receives(*(reserved(order.order_id) for order in fresh[start : start + 6]))

    async def report(some: list[dict[str, Any]]) -> None:
        for start in range(0, len(some), 10):
            answer = await client.post("/shipping/scans", json={"scans": some[start : start + 10]})
            assert answer.status_code == 200, answer.text

    async def sign(draft: dict[str, Any]) -> None:
        answer = await client.post(f"/shipping/manifests/{draft['id']}/sign", json={"received_by": "Bình"})
        assert answer.status_code == 200, answer.text

    async def retry() -> None:
        for _ in range(5):
            assert (await client.post("/shipping/unroutable/retry", json={})).status_code == 200

    mixed = chance.sample(scans, len(scans))
    before = await deadlocks(harness)
    await asyncio.gather(desk(), floor(), report(scans), report(mixed), *(sign(draft) for draft in drafts), retry())

    assert await deadlocks(harness) == before
    gone = {event.order_id for event in await harness.published(ShipmentHandedOver)}
    stopped = {event.order_id for event in await harness.published(ShipmentCancelled)}
    refused = {event.order_id for event in await harness.published(ShipmentCancelRefused)}
    assert gone | stopped == {UUID(each["order_id"]) for each in waiting}
    assert not gone & stopped
    assert refused | stopped == set(cancelled)
    made = await harness.published(ShipmentCreated)
    assert {event.order_id for event in made} >= {order.order_id for order in fresh}
    assert len({event.tracking for event in made}) == len(made) == 70
    for row in await harness.rows("SELECT order_id, status FROM shipments"):
        if row["order_id"] in gone:
            assert row["status"] == "delivered"
    assert await harness.dead_letters() == []


async def deadlocks(harness: Harness) -> int:
    """How often PostgreSQL has had to break a circle in this database; it tells with a second's delay."""
    await asyncio.sleep(1.1)
    (row,) = await harness.rows("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
    found: int = row["deadlocks"]
    return found
