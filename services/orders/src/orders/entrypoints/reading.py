"""Looking at orders: lists, one order, and its story."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from chassis.http import Listed, Paged, etag
from chassis.refusals import NotAllowed
from chassis.security import Principal, requires
from contracts.phones import normalised
from orders.adapters import queries
from orders.application import thresholds
from orders.domain.status import Flag, Status
from orders.entrypoints import moments
from orders.entrypoints.schemas import Moment
from orders.entrypoints.showing import order_view, row_view
from orders.entrypoints.units import Read
from orders.entrypoints.views import (
    OrderRowView,
    OrderView,
    StepView,
    TimelineView,
)

router = APIRouter(tags=["orders"])

Reader = Annotated[Principal, requires("orders:read")]
Text = Annotated[str | None, Query(max_length=100)]


@router.get("/orders")
async def list_orders(
    uow: Read,
    who: Reader,
    page: Paged,
    status: Annotated[list[Status] | None, Query(description="one or several")] = None,
    flag: Annotated[Flag | None, Query(description="orders that need a person, by why")] = None,
    channel: Text = None,
    source: Text = None,
    phone: Annotated[str | None, Query(max_length=30)] = None,
    q: Annotated[str | None, Query(max_length=100, description="code, name, phone, outside or tracking number")] = None,
    since: Annotated[Moment | None, Query(alias="from")] = None,
    until: Annotated[Moment | None, Query(alias="to")] = None,
) -> Listed[OrderRowView]:
    """Orders, newest first. Deleted ones are shown if asked for by status, to who may see them (ORD-15)."""
    if status and Status.DELETED in status and who.stores_for("deleted-orders:read") is not None:
        raise NotAllowed(permission="deleted-orders:read")
    wanted = queries.Filter(
        status=status or (),
        flag=flag,
        channel=channel,
        source=source,
        phone=None if phone is None else normalised(phone, uow.setting(thresholds.phone_region)) or phone,
        text=q,
        since=moments.since(since, uow.zone),
        until=moments.until(until, uow.zone),
        stores=who.stores_for("orders:read"),
    )
    after = page.begins_after(datetime, UUID)
    rows = await queries.list_orders(uow.connection, wanted, limit=page.one_more, after=after)
    return page.of(rows, key=lambda row: (row["placed_at"], row["id"]), view=row_view)


@router.get("/orders/{ref}")
async def get_order(ref: str, response: Response, uow: Read, who: Reader) -> OrderView:
    """One order, by id or code."""
    order = await queries.get_order(uow.connection, ref, who.stores_for("orders:read"))
    etag(response, order.version)
    return order_view(order, uow.now, uow.zone)


@router.get("/orders/{ref}/timeline")
async def timeline(ref: str, uow: Read, who: Reader) -> TimelineView:
    """The whole story: who did what when, here and in every other service."""
    order = await queries.get_order(uow.connection, ref, who.stores_for("orders:read"))
    steps = await queries.timeline(uow.connection, order.id)
    items = [StepView.model_validate(dict(step)) for step in steps]
    return TimelineView(order_id=order.id, code=order.code, status=order.status, items=items)
