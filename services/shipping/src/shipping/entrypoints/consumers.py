"""What shipping does with other services' events. Telemetry, inbox, transaction and dead letters are the chassis'."""

from collections.abc import Mapping, Sequence
from typing import TypeVar
from uuid import UUID

from chassis import consumer
from contracts.inventory.v1 import (
    FulfilmentEvent,
    ParcelPacked,
    PickingStopped,
    ReturnInspected,
    StockReleased,
    StockReserved,
    StockShort,
)
from contracts.orders.v1 import (
    OrderCancelled,
    OrderCancelRequested,
    OrderChanged,
    OrderConfirmed,
    OrderEvent,
    OrderReleased,
)
from shipping.adapters.unit_of_work import ShippingUnitOfWork
from shipping.application.cancel_shipments import answer_cancel_requests, call_off
from shipping.application.record_order import record_release, record_terms
from shipping.application.record_stock import (
    attach_parcels,
    detach_parcel,
    drop_holds,
    note_inspection,
    record_holds,
)
from shipping.entrypoints.readings import hold_news, parcel_of, terms_news

orders = consumer("orders", OrderEvent)
warehouse = consumer("warehouse", FulfilmentEvent)

E = TypeVar("E", OrderEvent, OrderConfirmed, OrderChanged, OrderReleased, StockReserved, ParcelPacked)


def _by_order(events: Sequence[E]) -> Mapping[UUID, E]:
    return {event.order_id: event for event in events}


@orders.on_batch(OrderConfirmed)
async def on_order_confirmed(events: Sequence[OrderConfirmed], uow: ShippingUnitOfWork) -> None:
    await record_terms([terms_news(event) for event in events], uow, _by_order(events))


@orders.on_batch(OrderChanged)
async def on_order_changed(events: Sequence[OrderChanged], uow: ShippingUnitOfWork) -> None:
    """Before confirmation nothing is agreed yet; ``order.confirmed`` will repeat it all."""
    agreed = [event for event in events if event.confirmed]
    if agreed:
        await record_terms([terms_news(event) for event in agreed], uow, _by_order(agreed))


@orders.on_batch(OrderReleased)
async def on_order_released(events: Sequence[OrderReleased], uow: ShippingUnitOfWork) -> None:
    await record_release({event.order_id: event.reserved_at for event in events}, uow, _by_order(events))


@orders.on_batch(OrderCancelRequested)
async def on_cancel_requested(events: Sequence[OrderCancelRequested], uow: ShippingUnitOfWork) -> None:
    await answer_cancel_requests(events, uow)


@orders.on_batch(OrderCancelled)
async def on_order_cancelled(events: Sequence[OrderCancelled], uow: ShippingUnitOfWork) -> None:
    await call_off(events, uow)


@warehouse.on_batch(StockReserved)
async def on_stock_reserved(events: Sequence[StockReserved], uow: ShippingUnitOfWork) -> None:
    await record_holds([hold_news(event) for event in events], uow, _by_order(events))


@warehouse.on_batch(StockShort)
async def on_stock_short(events: Sequence[StockShort], uow: ShippingUnitOfWork) -> None:
    await drop_holds([event.order_id for event in events], uow)


@warehouse.on_batch(StockReleased)
async def on_stock_released(events: Sequence[StockReleased], uow: ShippingUnitOfWork) -> None:
    await drop_holds([event.order_id for event in events], uow)


@warehouse.on_batch(ParcelPacked)
async def on_parcel_packed(events: Sequence[ParcelPacked], uow: ShippingUnitOfWork) -> None:
    await attach_parcels({event.order_id: parcel_of(event) for event in events}, uow)


@warehouse.on(PickingStopped)
async def on_picking_stopped(event: PickingStopped, uow: ShippingUnitOfWork) -> None:
    await detach_parcel(event.order_id, event.parcel_id, uow)


@warehouse.on(ReturnInspected)
async def on_return_inspected(event: ReturnInspected, uow: ShippingUnitOfWork) -> None:
    await note_inspection(event.shipment_id, event.order_id, event.meta.occurred_at, uow)
