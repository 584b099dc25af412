"""What the warehouse tells about orders (``inventory.fulfilment.v1``): the one place that writes the stock facet."""

from collections.abc import Sequence

from chassis import consumer
from contracts.inventory.v1 import (
    FulfilmentEvent,
    GoodsIssued,
    PackingStarted,
    ParcelPacked,
    PickingStarted,
    PickingStopped,
    ReturnInspected,
    StockReleased,
    StockReserved,
    StockShort,
)
from orders.adapters.unit_of_work import OrdersUnitOfWork
from orders.application.desk import patience
from orders.application.record_facts import record
from orders.domain.facets import Stock
from orders.domain.progress import Missing

warehouse = consumer("warehouse", FulfilmentEvent)


@warehouse.on_batch(StockReserved)
async def on_stock_reserved(events: Sequence[StockReserved], uow: OrdersUnitOfWork) -> None:
    """Who waited no longer than ten days goes on at once; who waited longer is asked first (ORD-12)."""
    asked_after = patience(uow)
    await record(
        events,
        uow,
        lambda progress, event: progress.stock_reserved(
            event.meta.occurred_at, event.location_id, event.waiting_since, asked_after
        ),
    )


@warehouse.on_batch(StockShort)
async def on_stock_short(events: Sequence[StockShort], uow: OrdersUnitOfWork) -> None:
    await record(
        events,
        uow,
        lambda progress, event: progress.stock_short(
            tuple(Missing(sku=each.sku, wanted=each.wanted, available=each.available) for each in event.missing),
            event.waiting_since,
        ),
    )


@warehouse.on_batch(StockReleased)
async def on_stock_released(events: Sequence[StockReleased], uow: OrdersUnitOfWork) -> None:
    await record(events, uow, lambda progress, _: progress.stock_moved(Stock.NONE))


@warehouse.on_batch(PickingStarted)
async def on_picking_started(events: Sequence[PickingStarted], uow: OrdersUnitOfWork) -> None:
    await record(events, uow, lambda progress, _: progress.stock_moved(Stock.PICKING))


@warehouse.on_batch(PackingStarted)
async def on_packing_started(events: Sequence[PackingStarted], uow: OrdersUnitOfWork) -> None:
    await record(events, uow, lambda progress, _: progress.stock_moved(Stock.PACKING))


@warehouse.on_batch(PickingStopped)
async def on_picking_stopped(events: Sequence[PickingStopped], uow: OrdersUnitOfWork) -> None:
    """The hold stays: the goods are on the shelf again, still promised to this order."""
    await record(events, uow, lambda progress, _: progress.stock_moved(Stock.RESERVED))


@warehouse.on_batch(ParcelPacked)
async def on_parcel_packed(events: Sequence[ParcelPacked], uow: OrdersUnitOfWork) -> None:
    await record(events, uow, lambda progress, _: progress.stock_moved(Stock.PACKED))


@warehouse.on_batch(GoodsIssued)
async def on_goods_issued(events: Sequence[GoodsIssued], uow: OrdersUnitOfWork) -> None:
    await record(events, uow, lambda progress, _: progress.stock_moved(Stock.ISSUED))


@warehouse.on_batch(ReturnInspected)
async def on_return_inspected(events: Sequence[ReturnInspected], uow: OrdersUnitOfWork) -> None:
    await record(events, uow, lambda progress, event: progress.return_inspected(event.complete))
