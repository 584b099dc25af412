"""What the warehouse does with what the order desk and shipping say. Everything is set-based: batches are the rule."""

from collections.abc import Sequence

from chassis import consumer
from contracts.orders.v1 import (
    OrderCancelled,
    OrderCancelRequested,
    OrderChanged,
    OrderConfirmed,
    OrderEvent,
    OrderReleased,
)
from contracts.shipping.v1 import (
    ShipmentCancelled,
    ShipmentCreated,
    ShipmentDelivered,
    ShipmentEvent,
    ShipmentHandedOver,
    ShipmentLost,
    ShipmentReturned,
    ShipmentReturning,
)
from inventory.adapters.unit_of_work import InventoryUnitOfWork
from inventory.application.cancel_order import release_stock, stop_picking
from inventory.application.follow_shipments import (
    expect_inspection,
    note_cancelled,
    note_end,
    note_returning,
    note_shipments,
)
from inventory.application.hold_stock import hold_stock, note_changes
from inventory.application.issue_goods import issue_goods

orders = consumer("orders", OrderEvent)
shipments = consumer("shipments", ShipmentEvent)


@orders.on_batch(OrderConfirmed)
async def on_order_confirmed(events: Sequence[OrderConfirmed], uow: InventoryUnitOfWork) -> None:
    await hold_stock(events, uow)


@orders.on_batch(OrderChanged)
async def on_order_changed(events: Sequence[OrderChanged], uow: InventoryUnitOfWork) -> None:
    await note_changes(events, uow)


@orders.on_batch(OrderReleased)
async def on_order_released(events: Sequence[OrderReleased], uow: InventoryUnitOfWork) -> None:
    await uow.holds.release({event.order_id: event.reserved_at for event in events})


@orders.on_batch(OrderCancelRequested)
async def on_order_cancel_requested(events: Sequence[OrderCancelRequested], uow: InventoryUnitOfWork) -> None:
    await stop_picking(events, uow)


@orders.on_batch(OrderCancelled)
async def on_order_cancelled(events: Sequence[OrderCancelled], uow: InventoryUnitOfWork) -> None:
    await release_stock(events, uow)


@shipments.on_batch(ShipmentCreated)
async def on_shipment_created(events: Sequence[ShipmentCreated], uow: InventoryUnitOfWork) -> None:
    await note_shipments(events, uow)


@shipments.on_batch(ShipmentCancelled)
async def on_shipment_cancelled(events: Sequence[ShipmentCancelled], uow: InventoryUnitOfWork) -> None:
    await note_cancelled(events, uow)


@shipments.on_batch(ShipmentHandedOver)
async def on_shipment_handed_over(events: Sequence[ShipmentHandedOver], uow: InventoryUnitOfWork) -> None:
    await issue_goods(events, uow)


@shipments.on_batch(ShipmentDelivered)
async def on_shipment_delivered(events: Sequence[ShipmentDelivered], uow: InventoryUnitOfWork) -> None:
    await note_end(events, uow, "delivered")


@shipments.on_batch(ShipmentLost)
async def on_shipment_lost(events: Sequence[ShipmentLost], uow: InventoryUnitOfWork) -> None:
    await note_end(events, uow, "lost")


@shipments.on_batch(ShipmentReturning)
async def on_shipment_returning(events: Sequence[ShipmentReturning], uow: InventoryUnitOfWork) -> None:
    await note_returning(events, uow)


@shipments.on_batch(ShipmentReturned)
async def on_shipment_returned(events: Sequence[ShipmentReturned], uow: InventoryUnitOfWork) -> None:
    await expect_inspection(events, uow)
