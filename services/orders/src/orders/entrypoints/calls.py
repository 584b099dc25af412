"""The call queue: what is to be called, the next one, and who answers for what (ORD-04)."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import ConfigDict
from starlette.responses import Response

from chassis.http import Listed, Paged, SeenVersion, etag
from chassis.security import Principal, requires
from chassis.telemetry import tag
from orders.adapters.call_queue import list_calls
from orders.adapters.unit_of_work import OrdersUnitOfWork
from orders.application.call_queue import assign_order, take_next
from orders.application.desk import Target
from orders.domain.order import Order
from orders.entrypoints.bulk import BulkView, Each, ManyOrders, on_each
from orders.entrypoints.schemas import AssignBody
from orders.entrypoints.showing import order_view, with_amounts
from orders.entrypoints.units import Read, Uow
from orders.entrypoints.views import CallTaskView, NextCallView, OrderView

router = APIRouter(tags=["orders"])

Lead = Annotated[Principal, requires("orders:delete")]


class AssignMany(ManyOrders, AssignBody):
    """Orders, and who answers for them from now on."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"orders": ["DH2511220001"], "owner_id": "sal-2"}]})


@router.get("/orders/call-queue")
async def call_queue(
    uow: Read,
    who: Annotated[Principal, requires("order-status:read")],
    page: Paged,
    owner: Annotated[str | None, Query(max_length=100, description="whose; `me` for one's own")] = None,
    unassigned: Annotated[bool, Query(description="only those nobody answers for")] = False,
    due: Annotated[bool, Query(description="only those that are due by now")] = False,
) -> Listed[CallTaskView]:
    """Orders to call or to decide, those due longest first."""
    rows = await list_calls(
        uow.connection,
        owner=who.subject if owner == "me" else owner,
        unassigned=unassigned,
        due_by=uow.now if due else None,
        stores=who.stores_for("order-status:read"),
        limit=page.one_more,
        after=page.begins_after(datetime, UUID),
    )
    return page.of(
        rows,
        key=lambda row: (row["due_at"], row["id"]),
        view=lambda row: CallTaskView.model_validate(with_amounts(row)),
    )


@router.post("/orders/call-queue/next")
async def next_call(
    response: Response, uow: Uow, who: Annotated[Principal, requires("order-status:write")]
) -> NextCallView:
    """Take the order that has been due longest, of one's own and of those nobody answers for. Nobody else gets it."""
    order = await take_next(who.subject, uow, stores=who.stores_for("order-status:write"))
    return NextCallView(order=_shown(order, response, uow) if order else None)


@router.post("/orders/bulk/assign")
async def assign_many(body: AssignMany, each: Each, who: Lead) -> BulkView:
    """Give orders to a member of staff."""

    async def assign(target: Target, uow: OrdersUnitOfWork) -> Order:
        return await assign_order(target, body.owner_id, body.note, uow)

    return await on_each(body.orders, assign, each, who.stores_for("orders:delete"))


@router.post("/orders/{ref}/assign")
async def assign(
    ref: str,
    body: AssignBody,
    response: Response,
    uow: Uow,
    who: Lead,
    expected: SeenVersion,
) -> OrderView:
    """Say who answers for the order."""
    target = Target(ref, who.stores_for("orders:delete"))
    return _shown(await assign_order(target, body.owner_id, body.note, uow, expected=expected), response, uow)


def _shown(order: Order, response: Response, uow: OrdersUnitOfWork) -> OrderView:
    tag(order_code=order.code)
    etag(response, order.version)
    return order_view(order, uow.now, uow.zone)
