"""What accounting does with what the others say. Each topic may come before any other."""

from __future__ import annotations

from collections.abc import Sequence

from accounting.adapters.unit_of_work import AccountingUnitOfWork
from accounting.application.book_deliveries import book_deliveries
from accounting.application.book_returns import note_inspections
from accounting.application.note_orders import note_cancelled, note_terms
from accounting.application.note_shipments import (
    note_cancelled_shipment,
    note_created,
    note_ended,
    note_handed_over,
)
from accounting.application.post_stock_moves import post_stock_moves
from chassis import consumer
from contracts.inventory.v1 import FulfilmentEvent, ReturnInspected, StockMoved
from contracts.orders.v1 import OrderCancelled, OrderChanged, OrderConfirmed, OrderEvent, OrderPlaced, OrderTerms
from contracts.shipping.v1 import (
    ShipmentCancelled,
    ShipmentCreated,
    ShipmentDelivered,
    ShipmentEvent,
    ShipmentHandedOver,
    ShipmentLost,
    ShipmentReturned,
)

orders = consumer("orders", OrderEvent)
shipments = consumer("shipments", ShipmentEvent)
warehouse = consumer("warehouse", FulfilmentEvent)
stock = consumer("stock", StockMoved)


async def _terms(events: Sequence[OrderTerms], uow: AccountingUnitOfWork) -> None:
    await note_terms(events, uow)


orders.on_batch(OrderPlaced)(_terms)
orders.on_batch(OrderConfirmed)(_terms)
orders.on_batch(OrderChanged)(_terms)


@orders.on(OrderCancelled)
async def on_order_cancelled(event: OrderCancelled, uow: AccountingUnitOfWork) -> None:
    await note_cancelled(event, uow)


@shipments.on_batch(ShipmentCreated)
async def on_shipment_created(events: Sequence[ShipmentCreated], uow: AccountingUnitOfWork) -> None:
    await note_created(events, uow)


@shipments.on_batch(ShipmentHandedOver)
async def on_shipment_handed_over(events: Sequence[ShipmentHandedOver], uow: AccountingUnitOfWork) -> None:
    await note_handed_over(events, uow)


@shipments.on_batch(ShipmentDelivered)
async def on_shipment_delivered(events: Sequence[ShipmentDelivered], uow: AccountingUnitOfWork) -> None:
    await book_deliveries(events, uow)


@shipments.on_batch(ShipmentReturned)
async def on_shipment_returned(events: Sequence[ShipmentReturned], uow: AccountingUnitOfWork) -> None:
    await note_ended(events, uow)


@shipments.on_batch(ShipmentLost)
async def on_shipment_lost(events: Sequence[ShipmentLost], uow: AccountingUnitOfWork) -> None:
    await note_ended(events, uow)


@shipments.on(ShipmentCancelled)
async def on_shipment_cancelled(event: ShipmentCancelled, uow: AccountingUnitOfWork) -> None:
    await note_cancelled_shipment(event, uow)


@warehouse.on_batch(ReturnInspected)
async def on_return_inspected(events: Sequence[ReturnInspected], uow: AccountingUnitOfWork) -> None:
    await note_inspections(events, uow)


@stock.on_batch(StockMoved)
async def on_stock_moved(events: Sequence[StockMoved], uow: AccountingUnitOfWork) -> None:
    await post_stock_moves(events, uow)


consumers = [orders, shipments, warehouse, stock]
