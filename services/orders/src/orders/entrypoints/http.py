"""Taking orders in, changing them, and every command of the desk."""

from typing import Annotated

from fastapi import APIRouter
from starlette.responses import Response

from chassis.http import SeenVersion, etag
from chassis.refusals import NotAllowed
from chassis.security import Principal, requires
from chassis.telemetry import tag
from orders.adapters.unit_of_work import OrdersUnitOfWork
from orders.application import desk
from orders.application.desk import Target
from orders.application.edit_order import edit_order
from orders.application.place_order import place_order
from orders.domain.facets import Sales
from orders.domain.order import Order
from orders.entrypoints.schemas import (
    CallBody,
    CancelBody,
    ConfirmBody,
    EditOrderBody,
    HoldBody,
    PlaceOrderBody,
    ReleaseBody,
)
from orders.entrypoints.showing import order_view
from orders.entrypoints.units import Uow
from orders.entrypoints.views import OrderView

router = APIRouter(tags=["orders"])

Writer = Annotated[Principal, requires("orders:write")]
Caller = Annotated[Principal, requires("order-status:write")]


@router.post("/orders", status_code=201, responses={200: {"model": OrderView, "description": "handed in before"}})
async def place(body: PlaceOrderBody, response: Response, uow: Uow, who: Writer) -> OrderView:
    """Accept an order; stock and payment answer later, as events. 200 with the first one if it was handed in before."""
    command = body.as_handed_in(who.subject if who.kind == "user" else None)
    stores = who.stores_for("orders:write")
    if body.call is None:
        placement = await place_order(command, uow, stores=stores)
    elif who.may("order-status:write"):
        confirms_for = who.stores_for("order-status:write")
        placement = await desk.take_call(command, body.call.note, uow, stores=stores, confirms_for=confirms_for)
    else:
        raise NotAllowed(permission="order-status:write")
    order = placement.order
    response.headers["Location"] = f"/orders/{order.id}"
    if not placement.created:
        response.status_code = 200
    tag(order_code=order.code)
    etag(response, order.version)
    return order_view(order, uow.now, uow.zone, placement.warnings)


@router.patch("/orders/{ref}")
async def edit(
    ref: str,
    body: EditOrderBody,
    response: Response,
    uow: Uow,
    who: Writer,
    expected: SeenVersion,
) -> OrderView:
    """Contact, note and carrier until the parcel is handed over; goods and terms until confirmation."""
    command = body.to_command(ref, expected)
    return _shown(await edit_order(command, uow, stores=who.stores_for("orders:write")), response, uow)


@router.post("/orders/{ref}/calls")
async def log_call(ref: str, body: CallBody, response: Response, uow: Uow, who: Caller) -> OrderView:
    """Note a call to the customer. Without an answered one, only marketplace orders can be confirmed."""
    order = await desk.log_call(_by(ref, who), body.outcome, body.note, uow, again_at=body.call_back_at)
    return _shown(order, response, uow)


@router.post("/orders/{ref}/confirm")
async def confirm(ref: str, response: Response, uow: Uow, who: Caller, body: ConfirmBody | None = None) -> OrderView:
    """The customer agreed: stock is held and the shipment prepared."""
    override = body.override if body else None
    may_override = who.stores_for("blacklist:write") is None
    return _shown(await desk.confirm_order(_by(ref, who), override, may_override, uow), response, uow)


@router.post("/orders/{ref}/hold")
async def hold(ref: str, body: HoldBody, response: Response, uow: Uow, who: Caller) -> OrderView:
    """Put an order that is not confirmed aside, with a reason and a day to look at it again."""
    return _shown(await desk.hold_order(_by(ref, who), body.to_hold(), uow), response, uow)


@router.post("/orders/{ref}/release")
async def release(ref: str, response: Response, uow: Uow, who: Caller, body: ReleaseBody | None = None) -> OrderView:
    """The cause of the hold is cleared, or the customer who waited long for goods still wants them."""
    return _shown(await desk.release_order(_by(ref, who), body.note if body else None, uow), response, uow)


@router.post("/orders/{ref}/cancel", responses={202: {"model": OrderView, "description": "asked; shipping decides"}})
async def cancel(ref: str, body: CancelBody, response: Response, uow: Uow, who: Writer) -> OrderView:
    """End the order. Once it is confirmed this is a question (202): whoever has the parcel answers it."""
    target = Target(ref, who.stores_for("orders:write"))
    order = await desk.cancel_order(target, body.reason, body.note, who.may("orders:delete"), uow)
    if order.sales is Sales.CANCELLING:
        response.status_code = 202
    return _shown(order, response, uow)


def _by(ref: str, who: Principal) -> Target:
    return Target(ref, who.stores_for("order-status:write"))


def _shown(order: Order, response: Response, uow: OrdersUnitOfWork) -> OrderView:
    tag(order_code=order.code)
    etag(response, order.version)
    return order_view(order, uow.now, uow.zone)
