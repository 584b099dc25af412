"""The same command on up to 500 orders (ORD-05): each for itself, and each says what became of it.

Every order has its own transaction, so a refused one stops nobody. Sent again, the whole answers for what is done by
now: an order that is already so is ``unchanged``.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from chassis.http import EachApart, Refused, apart
from chassis.security import Principal, requires
from orders.adapters.unit_of_work import OrdersUnitOfWork
from orders.application import desk
from orders.application.desk import Target
from orders.application.ports import Stores
from orders.domain.order import Order
from orders.domain.status import Status
from orders.entrypoints.schemas import CancelBody, HoldBody, ReleaseBody

router = APIRouter(tags=["orders"])

Each = Annotated[EachApart, Depends(apart)]
Writer = Annotated[Principal, requires("orders:write")]
Caller = Annotated[Principal, requires("order-status:write")]
Command = Callable[[Target, OrdersUnitOfWork], Awaitable[Order]]
MOST = 500


class ManyOrders(BaseModel):
    """Orders by id or code; one that is named twice is worked on once."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"orders": ["DH2511220001"]}]})

    orders: Annotated[list[Annotated[str, Field(min_length=1, max_length=64)]], Field(min_length=1, max_length=MOST)]


class HoldMany(ManyOrders, HoldBody):
    model_config = ConfigDict(json_schema_extra={"examples": [{"orders": ["DH2511220001"], "reason": "unreachable"}]})


class ReleaseMany(ManyOrders, ReleaseBody):
    model_config = ConfigDict(json_schema_extra={"examples": [{"orders": ["DH2511220001"]}]})


class CancelMany(ManyOrders, CancelBody):
    model_config = ConfigDict(json_schema_extra={"examples": [{"orders": ["DH2511220001"], "reason": "out_of_stock"}]})


class OneOfMany(BaseModel):
    """What became of one. ``problem``: why it was refused, as a request for it alone would have been answered."""

    order: str
    result: Literal["done", "unchanged", "refused"]
    id: UUID | None = None
    code: str | None = None
    status: Status | None = None
    version: int | None = None
    problem: dict[str, Any] | None = None


class BulkView(BaseModel):
    """In the order in which the orders were named."""

    items: list[OneOfMany]
    done: int
    unchanged: int
    refused: int


@router.post("/orders/bulk/confirm")
async def confirm_many(body: ManyOrders, each: Each, who: Caller) -> BulkView:
    """The customers agreed. Nobody on the blacklist is confirmed this way."""

    async def confirm(target: Target, uow: OrdersUnitOfWork) -> Order:
        return await desk.confirm_order(target, None, False, uow)

    return await on_each(body.orders, confirm, each, who.stores_for("order-status:write"))


@router.post("/orders/bulk/hold")
async def hold_many(body: HoldMany, each: Each, who: Caller) -> BulkView:
    """Put orders that are not confirmed aside, for one reason and until one day."""

    async def hold(target: Target, uow: OrdersUnitOfWork) -> Order:
        return await desk.hold_order(target, body.to_hold(), uow)

    return await on_each(body.orders, hold, each, who.stores_for("order-status:write"))


@router.post("/orders/bulk/release")
async def release_many(body: ReleaseMany, each: Each, who: Caller) -> BulkView:
    """What held the orders back is cleared."""

    async def release(target: Target, uow: OrdersUnitOfWork) -> Order:
        return await desk.release_order(target, body.note, uow)

    return await on_each(body.orders, release, each, who.stores_for("order-status:write"))


@router.post("/orders/bulk/cancel")
async def cancel_many(body: CancelMany, each: Each, who: Writer) -> BulkView:
    """End the orders for one reason. A confirmed one is ``cancelling`` until whoever has the parcel answers."""
    by_lead = who.may("orders:delete")

    async def cancel(target: Target, uow: OrdersUnitOfWork) -> Order:
        return await desk.cancel_order(target, body.reason, body.note, by_lead, uow)

    return await on_each(body.orders, cancel, each, who.stores_for("orders:write"))


async def on_each(refs: Sequence[str], command: Command, each: EachApart, stores: Stores) -> BulkView:
    """Give the command to one order after the other, each in a transaction of its own."""
    items = []
    for ref in dict.fromkeys(refs):
        target = Target(ref, stores)

        async def work(uow: OrdersUnitOfWork, target: Target = target) -> OneOfMany:
            return await _one(target, command, uow)

        answer = await each(work)
        items.append(
            OneOfMany(order=ref, result="refused", problem=answer.problem) if isinstance(answer, Refused) else answer
        )
    results = [item.result for item in items]
    return BulkView(
        items=items,
        done=results.count("done"),
        unchanged=results.count("unchanged"),
        refused=results.count("refused"),
    )


async def _one(target: Target, command: Command, uow: OrdersUnitOfWork) -> OneOfMany:
    """Locked before the command looks, so that its version tells whether the command changed it."""
    before = (await uow.orders.get(target.ref, target.stores)).version
    order = await command(target, uow)
    return OneOfMany(
        order=str(target.ref),
        result="unchanged" if order.version == before else "done",
        id=order.id,
        code=order.code,
        status=order.status,
        version=order.version,
    )
