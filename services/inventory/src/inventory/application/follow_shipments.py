"""What shipping says of a parcel on its way: its number, its end, its return (INV-04, INV-13)."""

from collections.abc import Sequence

from contracts.shipping.v1 import (
    ShipmentCancelled,
    ShipmentCreated,
    ShipmentDelivered,
    ShipmentLost,
    ShipmentReturned,
    ShipmentReturning,
)
from inventory.application.ports import Work
from inventory.application.records import Shipment
from inventory.domain.returned import Return, ReturnLine


async def note_shipments(events: Sequence[ShipmentCreated], uow: Work) -> None:
    """Put the tracking number on the order's parcel; without a parcel, or without the order, it waits on its row."""
    await uow.orders.hear({event.order_id: event.code for event in events}, uow.now)
    await uow.shipments.put(
        [
            Shipment(
                shipment_id=event.shipment_id,
                order_id=event.order_id,
                kind=event.kind,
                carrier_id=event.carrier_id,
                carrier_name=event.carrier_name,
                service=event.service,
                tracking=event.tracking,
                state="created",
            )
            for event in events
        ],
        uow.now,
    )
    await uow.parcels.attach([event.order_id for event in events])


async def note_cancelled(events: Sequence[ShipmentCancelled], uow: Work) -> None:
    await uow.shipments.become({event.shipment_id: "cancelled" for event in events if event.shipment_id is not None})


async def note_end(events: Sequence[ShipmentDelivered | ShipmentLost], uow: Work, state: str) -> None:
    """The goods are on the road no more: the customer has them, or nobody."""
    await uow.shipments.become({event.shipment_id: state for event in events})
    await uow.parcels.off_the_road([event.parcel_id for event in events])


async def note_returning(events: Sequence[ShipmentReturning], uow: Work) -> None:
    """The goods are coming in again."""
    await uow.shipments.become({event.shipment_id: "returning" for event in events})
    await uow.parcels.coming_back([event.parcel_id for event in events])


async def expect_inspection(events: Sequence[ShipmentReturned], uow: Work) -> None:
    """The carrier brought it back: a return to inspect, against what was shipped and at the value it left with."""
    await uow.orders.hear({event.order_id: event.code for event in events}, uow.now)
    parcel_ids = [event.parcel_id for event in events]
    parcels = await uow.parcels.many(parcel_ids)
    issued = await uow.parcels.issued_lines(parcel_ids)

    def lines(event: ShipmentReturned) -> tuple[ReturnLine, ...]:
        left = {line.line_id: issued.get((event.parcel_id, line.line_id)) for line in event.lines}
        return tuple(
            ReturnLine(line.line_id, line.sku, line.quantity, found.value if (found := left[line.line_id]) else 0)
            for line in event.lines
        )

    await uow.returns.add(
        [
            Return(
                id=uow.new_id(),
                order_id=event.order_id,
                shipment_id=event.shipment_id,
                parcel_id=event.parcel_id,
                location_id=parcels[event.parcel_id].location_id if event.parcel_id in parcels else "",
                lines=lines(event),
                arrived_at=event.meta.occurred_at,
            )
            for event in events
        ]
    )
    await uow.shipments.become({event.shipment_id: "returned" for event in events})
    await uow.parcels.off_the_road(parcel_ids)
