"""Customer care's paths, as the gateway offers them below ``/api``."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from chassis.http import Listed, Paged, Reading, Transaction, etag
from chassis.security import Principal, requires
from contracts.phones import normalised
from crm.adapters import queries
from crm.adapters.unit_of_work import CrmUnitOfWork
from crm.application import care, thresholds
from crm.domain.errors import PhoneInvalid
from crm.entrypoints.schemas import (
    BlacklistingView,
    ContactView,
    CustomerHistory,
    CustomerView,
    OrderView,
    PointsView,
    Reasoned,
    Why,
)

router = APIRouter(tags=["crm"])

Uow = Transaction[CrmUnitOfWork]
Read = Reading[CrmUnitOfWork]
Reader = Annotated[Principal, requires("customers:read")]
LATEST = 50


@router.get("/crm/customers")
async def list_customers(
    page: Paged,
    uow: Read,
    who: Reader,
    phone: Annotated[str | None, Query(max_length=30, description="as people write it")] = None,
    q: Annotated[str | None, Query(min_length=1, max_length=100, description="part of a name or phone")] = None,
    blacklisted: bool | None = None,
) -> Listed[CustomerView]:
    """Customers, who ordered last first (CRM-01). Store staff see their own store's."""
    wanted = None
    if phone is not None and (wanted := normalised(phone, uow.setting(thresholds.phone_region))) is None:
        raise PhoneInvalid(field="query:phone", given=phone)
    rows = await queries.list_customers(
        uow.connection,
        limit=page.one_more,
        after=page.begins_after(datetime | None, UUID),
        phone=wanted,
        words=q,
        blacklisted=blacklisted,
        stores=who.stores_for("customers:read"),
    )
    return page.of(rows, key=lambda row: (row.last_order_at, row.id), view=CustomerView.model_validate)


@router.get("/crm/customers/{id}")
async def get_customer(id: UUID, uow: Read, who: Reader, response: Response) -> CustomerHistory:
    """A customer with what he ordered, earned, and under which names and addresses (CRM-01)."""
    stores = who.stores_for("customers:read")
    row = await queries.get_customer(uow.connection, id, stores)
    orders = await queries.orders_of(uow.connection, id, stores, limit=LATEST)
    etag(response, row.version)
    return CustomerHistory(
        **CustomerView.model_validate(row).model_dump(),
        latest_orders=[OrderView.model_validate(o) for o in orders],
        latest_points=[PointsView.model_validate(p) for p in await queries.points_of(uow.connection, id, limit=LATEST)],
        contacts=[ContactView.model_validate(c) for c in await queries.contacts_of(uow.connection, id)],
        blacklistings=[BlacklistingView.model_validate(b) for b in await queries.blacklistings_of(uow.connection, id)],
    )


@router.get("/crm/customers/{id}/orders")
async def orders_of_customer(id: UUID, page: Paged, uow: Read, who: Reader) -> Listed[OrderView]:
    """All orders of a customer, newest first (CRM-01). Store staff see their own store's."""
    stores = who.stores_for("customers:read")
    await queries.get_customer(uow.connection, id, stores)
    after = page.begins_after(datetime, UUID)
    rows = await queries.orders_of(uow.connection, id, stores, limit=page.one_more, after=after)
    return page.of(rows, key=lambda row: (row.placed_at, row.order_id), view=OrderView.model_validate)


@router.get("/crm/customers/{id}/points")
async def points_of_customer(id: UUID, page: Paged, uow: Read, who: Reader) -> Listed[PointsView]:
    """The ledger of a customer's points, newest first (CRM-01)."""
    await queries.get_customer(uow.connection, id, who.stores_for("customers:read"))
    after = page.begins_after(UUID)
    rows = await queries.points_of(uow.connection, id, limit=page.one_more, after=after)
    return page.of(rows, key=lambda row: (row.id,), view=PointsView.model_validate)


@router.post("/crm/customers/{id}/blacklist")
async def blacklist_customer(
    id: UUID, body: Reasoned, uow: Uow, who: Annotated[Principal, requires("blacklist:write")]
) -> CustomerView:
    """Warn of this buyer at every order entry and ask for prepayment (CRM-14)."""
    row = await care.blacklist(id, body.reason, who.stores_for("blacklist:write"), uow)
    return CustomerView.model_validate(row)


@router.delete("/crm/customers/{id}/blacklist")
async def forgive_customer(
    id: UUID,
    uow: Uow,
    who: Annotated[Principal, requires("blacklist:write")],
    reason: Annotated[Why, Query(description="why the warning is taken back")] = "taken back",
) -> CustomerView:
    """Take the warning back (CRM-14)."""
    row = await care.forgive(id, reason, who.stores_for("blacklist:write"), uow)
    return CustomerView.model_validate(row)


@router.post("/crm/customers/{id}/erase")
async def erase_customer(
    id: UUID, body: Reasoned, uow: Uow, who: Annotated[Principal, requires("customers:delete")]
) -> CustomerView:
    """Forget who this was; what was bought stays. Cannot be undone (CRM-01)."""
    row = await care.erase(id, body.reason, who.stores_for("customers:delete"), uow)
    return CustomerView.model_validate(row)
