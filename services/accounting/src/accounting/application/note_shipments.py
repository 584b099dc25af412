"""Where parcels are, as far as the books care: what a carrier must collect, what it will charge, how the way ended."""

from __future__ import annotations

from collections.abc import Sequence

from accounting.application.ports import Work
from accounting.application.settle import settle
from accounting.domain.shipment import Road, Shipment
from contracts.shipping.v1 import (
    ShipmentCancelled,
    ShipmentCreated,
    ShipmentHandedOver,
    ShipmentLost,
    ShipmentReturned,
    TravellingShipment,
)


async def note_created(events: Sequence[ShipmentCreated], uow: Work) -> None:
    """A tracking number and an expected fee: what statements are matched by."""
    await uow.orders.locked([event.order_id for event in events])
    shipments = await uow.shipments.of({event.shipment_id: event.order_id for event in events})
    for event in events:
        shipment = shipments[event.shipment_id]
        shipment.carrier_id, shipment.tracking = event.carrier_id, event.tracking
        shipment.currency, shipment.fee = event.cod.currency, event.fee.amount
        shipment.expect(event.cod.amount)
    await uow.shipments.save(shipments.values())


async def note_handed_over(events: Sequence[ShipmentHandedOver], uow: Work) -> None:
    """The carrier is to collect what its paper says. That is expected, not yet due (ACC-02 corrects it from here)."""
    await uow.orders.locked([event.order_id for event in events])
    shipments = await uow.shipments.of({event.shipment_id: event.order_id for event in events})
    for event in events:
        shipment = shipments[event.shipment_id]
        identify(shipment, event)
        shipment.fee = event.fee.amount
        shipment.travel(Road.HANDED_OVER)
    await uow.shipments.save(shipments.values())


async def note_ended(events: Sequence[ShipmentReturned | ShipmentLost], uow: Work) -> None:
    """Back or gone without having been delivered: no COD will be due for it."""
    orders = await uow.orders.locked([event.order_id for event in events])
    shipments = await uow.shipments.of({event.shipment_id: event.order_id for event in events})
    for event in events:
        shipment = shipments[event.shipment_id]
        identify(shipment, event)
        shipment.travel(Road.RETURNED if isinstance(event, ShipmentReturned) else Road.LOST)
    await uow.shipments.save(shipments.values())
    await settle(orders.values(), uow, {event.order_id: event for event in events})


async def note_cancelled_shipment(event: ShipmentCancelled, uow: Work) -> None:
    """It never left."""
    if event.shipment_id is None:
        return
    await uow.orders.locked([event.order_id])
    shipments = await uow.shipments.of({event.shipment_id: event.order_id})
    shipments[event.shipment_id].travel(Road.CANCELLED)
    await uow.shipments.save(shipments.values())


def identify(shipment: Shipment, event: TravellingShipment) -> None:
    """What every later fact of the road repeats."""
    shipment.carrier_id, shipment.tracking, shipment.currency = event.carrier_id, event.tracking, event.cod.currency
    shipment.expect(event.cod.amount)
