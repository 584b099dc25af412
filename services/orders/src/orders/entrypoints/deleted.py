"""Deleting orders and bringing them back, one or many (ORD-15). They are listed by ``GET /orders?status=deleted``."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import ConfigDict
from starlette.responses import Response

from chassis.http import etag
from chassis.security import Principal, requires
from chassis.telemetry import tag
from orders.adapters.unit_of_work import OrdersUnitOfWork
from orders.application.delete_orders import delete_order, restore_order
from orders.application.desk import Target
from orders.domain.order import Order
from orders.entrypoints.bulk import BulkView, Each, ManyOrders, on_each
from orders.entrypoints.schemas import DeleteBody, RestoreBody
from orders.entrypoints.showing import order_view
from orders.entrypoints.units import Uow
from orders.entrypoints.views import OrderView

router = APIRouter(tags=["orders"])

Deleter = Annotated[Principal, requires("deleted-orders:delete")]
Restorer = Annotated[Principal, requires("deleted-orders:write")]


class DeleteMany(ManyOrders, DeleteBody):
    """Orders, and why nobody should see them any more."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"orders": ["DH2511220001"], "note": "Đơn thử"}]})


class RestoreMany(ManyOrders, RestoreBody):
    """Deleted orders that are wanted back."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"orders": ["DH2511220001"]}]})


@router.post("/orders/bulk/delete")
async def delete_many(body: DeleteMany, each: Each, who: Deleter) -> BulkView:
    """Take orders out of sight and reports."""

    async def delete(target: Target, uow: OrdersUnitOfWork) -> Order:
        return await delete_order(target, body.note, uow)

    return await on_each(body.orders, delete, each, who.stores_for("deleted-orders:delete"))


@router.post("/orders/bulk/restore")
async def restore_many(body: RestoreMany, each: Each, who: Restorer) -> BulkView:
    """Put deleted orders back into the states they had."""

    async def restore(target: Target, uow: OrdersUnitOfWork) -> Order:
        return (await restore_order(target, body.note, uow)).order

    return await on_each(body.orders, restore, each, who.stores_for("deleted-orders:write"))


@router.post("/orders/{ref}/delete")
async def delete(ref: str, body: DeleteBody, response: Response, uow: Uow, who: Deleter) -> OrderView:
    """Take an order that was never confirmed, or is cancelled, out of sight and reports. It can be restored."""
    order = await delete_order(Target(ref, who.stores_for("deleted-orders:delete")), body.note, uow)
    tag(order_code=order.code)
    etag(response, order.version)
    return order_view(order, uow.now, uow.zone)


@router.post("/orders/{ref}/restore")
async def restore(ref: str, response: Response, uow: Uow, who: Restorer, body: RestoreBody | None = None) -> OrderView:
    """Put a deleted order back into the state it had; what has changed in the world since is told as warnings."""
    target = Target(ref, who.stores_for("deleted-orders:write"))
    restored = await restore_order(target, body.note if body else None, uow)
    order = restored.order
    tag(order_code=order.code)
    etag(response, order.version)
    return order_view(order, uow.now, uow.zone, restored.warnings)
