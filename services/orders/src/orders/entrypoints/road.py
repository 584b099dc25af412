"""What shipping tells about orders (``shipping.shipment.v1``): the one place that writes the delivery facet."""

from collections.abc import Sequence

from chassis import consumer
from contracts.shipping.v1 import (
    ShipmentCancelled,
    ShipmentCancelRefused,
    ShipmentCreated,
    ShipmentDelivered,
    ShipmentDeliveryFailed,
    ShipmentEvent,
    ShipmentHandedOver,
    ShipmentInTransit,
    ShipmentKind,
    ShipmentLost,
    ShipmentReturned,
    ShipmentReturning,
    ShipmentUnroutable,
    TravellingShipment,
)
from orders.adapters.unit_of_work import OrdersUnitOfWork
from orders.application.record_facts import record
from orders.application.replace_orders import record_answers
from orders.domain.facets import Delivery
from orders.domain.progress import Progress, Shipment

road = consumer("road", ShipmentEvent)


@road.on_batch(ShipmentCreated)
async def on_shipment_created(events: Sequence[ShipmentCreated], uow: OrdersUnitOfWork) -> None:
    await record(events, uow, _created)


def _created(progress: Progress, event: ShipmentCreated) -> None:
    """Only the outbound parcel's journey is the order's; others (a reship, a pickup) are told in its story."""
    if event.kind is ShipmentKind.OUTBOUND:
        progress.shipment_created(
            Shipment(
                id=event.shipment_id,
                carrier_id=event.carrier_id,
                carrier_name=event.carrier_name,
                tracking=event.tracking,
            )
        )


@road.on_batch(ShipmentUnroutable)
async def on_shipment_unroutable(events: Sequence[ShipmentUnroutable], uow: OrdersUnitOfWork) -> None:
    await record(events, uow, lambda progress, event: progress.shipment_unroutable(event.reason))


@road.on_batch(ShipmentCancelled)
async def on_shipment_cancelled(events: Sequence[ShipmentCancelled], uow: OrdersUnitOfWork) -> None:
    """The answer yes: now the order is cancelled, which gives back its stock and money (ORD-14)."""
    await record_answers(events, uow, Progress.shipment_cancelled, gone=True)


@road.on_batch(ShipmentCancelRefused)
async def on_shipment_cancel_refused(events: Sequence[ShipmentCancelRefused], uow: OrdersUnitOfWork) -> None:
    """The answer no: the order goes on, and the team lead may have the parcel recalled."""
    await record_answers(events, uow, Progress.cancel_refused, gone=False)


@road.on_batch(ShipmentHandedOver)
async def on_shipment_handed_over(events: Sequence[ShipmentHandedOver], uow: OrdersUnitOfWork) -> None:
    await record(events, uow, lambda progress, event: _moved(progress, event, Delivery.HANDED_OVER))


@road.on_batch(ShipmentInTransit)
async def on_shipment_in_transit(events: Sequence[ShipmentInTransit], uow: OrdersUnitOfWork) -> None:
    await record(events, uow, lambda progress, event: _moved(progress, event, Delivery.IN_DELIVERY))


@road.on_batch(ShipmentDeliveryFailed)
async def on_shipment_delivery_failed(events: Sequence[ShipmentDeliveryFailed], uow: OrdersUnitOfWork) -> None:
    await record(
        events,
        uow,
        lambda progress, event: _moved(progress, event, Delivery.DELIVERY_FAILED, event.reason, event.attempt),
    )


@road.on_batch(ShipmentDelivered)
async def on_shipment_delivered(events: Sequence[ShipmentDelivered], uow: OrdersUnitOfWork) -> None:
    await record(events, uow, lambda progress, event: _moved(progress, event, Delivery.DELIVERED))


@road.on_batch(ShipmentReturning)
async def on_shipment_returning(events: Sequence[ShipmentReturning], uow: OrdersUnitOfWork) -> None:
    await record(events, uow, lambda progress, event: _moved(progress, event, Delivery.RETURNING, event.reason))


@road.on_batch(ShipmentReturned)
async def on_shipment_returned(events: Sequence[ShipmentReturned], uow: OrdersUnitOfWork) -> None:
    await record(events, uow, lambda progress, event: _moved(progress, event, Delivery.RETURNED))


@road.on_batch(ShipmentLost)
async def on_shipment_lost(events: Sequence[ShipmentLost], uow: OrdersUnitOfWork) -> None:
    await record(events, uow, lambda progress, event: _moved(progress, event, Delivery.LOST, event.reason))


def _moved(
    progress: Progress,
    event: TravellingShipment,
    delivery: Delivery,
    trouble: str | None = None,
    attempt: int | None = None,
) -> None:
    shipment = Shipment(id=event.shipment_id, carrier_id=event.carrier_id, tracking=event.tracking)
    progress.shipment_moved(delivery, shipment, trouble=trouble, attempt=attempt)
