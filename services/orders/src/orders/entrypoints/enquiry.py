"""The desk's one question while the customer is on the phone (ORD-03, ORD-06): who is this, and do we have it?"""

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from chassis.domain import Reason
from chassis.refusals import Unprocessable
from chassis.security import Principal, requires
from contracts.money import Money
from contracts.phones import normalised
from orders.adapters import enquiry
from orders.adapters.unit_of_work import OrdersUnitOfWork
from orders.application import thresholds
from orders.domain.duplicates import duplicates
from orders.entrypoints.showing import row_view
from orders.entrypoints.units import Read
from orders.entrypoints.views import OrderRowView

router = APIRouter(tags=["orders"])

LAST = 10
Skus = Annotated[list[Annotated[str, Field(max_length=64)]] | None, Query(max_length=50, description="one or several")]


class CallerView(BaseModel):
    """Who is on the phone. ``likely_duplicates``: codes of live orders within the window that share a SKU asked for."""

    phone: str
    orders: int
    delivered: int
    cancelled: int
    returned: int
    refusals: int
    blacklisted: bool
    blacklist_reason: str | None
    likely_duplicates: list[str]
    last: list[OrderRowView]


class GoodsView(BaseModel):
    """A product as the copies know it. ``available`` informs, it never promises; None: never counted.
    ``levels`` by location only for those who may see the stock of all of them."""

    sku: str
    known: bool
    active: bool
    name: str | None
    price: Money | None
    available: int | None
    levels: list[dict[str, Any]]


class EnquiryView(BaseModel):
    """``customer`` is None where no phone was asked for."""

    customer: CallerView | None
    goods: list[GoodsView]


@router.get("/orders/enquiry")
async def enquire(
    uow: Read,
    who: Annotated[Principal, requires("orders:read")],
    phone: Annotated[str | None, Query(max_length=30)] = None,
    sku: Skus = None,
) -> EnquiryView:
    """A customer's last orders and standing, likely duplicates, and what is there of the goods, as of one moment."""
    skus = list(dict.fromkeys(sku or ()))
    found = None if phone is None else normalised(phone, uow.setting(thresholds.phone_region))
    if phone is not None and found is None:
        raise Unprocessable(reasons=(Reason("phone-invalid", "query:phone"),), count=1)
    caller = None if found is None else await _caller(found, skus, uow, who)
    everywhere = who.stores_for("stock:read") is None
    goods = [_goods(row, everywhere) for row in await enquiry.goods(uow.connection, skus)]
    return EnquiryView(customer=caller, goods=goods)


async def _caller(phone: str, skus: list[str], uow: OrdersUnitOfWork, who: Principal) -> CallerView:
    window = timedelta(hours=uow.setting(thresholds.duplicate_window))
    stores = who.stores_for("orders:read")
    known = await enquiry.caller(uow.connection, phone, stores, now=uow.now, window=window, limit=LAST)
    return CallerView(
        phone=phone,
        **known.totals,
        **dict(known.standing) | ({} if who.may("blacklist:read") else {"blacklist_reason": None}),
        likely_duplicates=list(duplicates(set(skus), uow.now, known.near, window)),
        last=[row_view(row) for row in known.last],
    )


def _goods(row: Any, everywhere: bool) -> GoodsView:
    levels = row["levels"] if everywhere else []
    price = Money(amount=row["price"], currency=row["currency"]) if row["known"] else None
    return GoodsView(
        **{name: row[name] for name in ("sku", "known", "active", "name", "available")}, levels=levels, price=price
    )
