"""Payments against orders, and one order's money."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Response

from accounting.adapters import money_queries
from accounting.application.record_payment import RecordPayment, record_payment
from accounting.entrypoints.http.units import Read, Uow
from accounting.entrypoints.schemas import PaymentBody
from accounting.entrypoints.views import CustomerBalanceView, OrderMoneyView, PaymentView
from chassis.http import Listed, Paged
from chassis.security import requires

router = APIRouter(tags=["payments"])


@router.post("/accounting/payments", status_code=201, dependencies=[requires("bank-transfers:write")])
async def record(body: PaymentBody, uow: Uow, response: Response) -> PaymentView:
    """The customer paid. The same bank reference again is the same payment (200); with another sum or order, 409."""
    payment, new = await record_payment(RecordPayment(**dict(body)), uow)
    if not new:
        response.status_code = 200
    return PaymentView.model_validate(payment)


@router.get("/accounting/payments", dependencies=[requires("bank-transfers:read")])
async def list_payments(
    page: Paged,
    uow: Read,
    order_id: UUID | None = None,
    reference: Annotated[str | None, Query(max_length=100)] = None,
    first: Annotated[date | None, Query(alias="from")] = None,
    last: Annotated[date | None, Query(alias="to")] = None,
) -> Listed[PaymentView]:
    """Newest first; ``from`` and ``to`` are days on which money came."""
    rows = await money_queries.payments(
        uow.connection,
        order_id=order_id,
        reference=reference,
        first=first,
        last=last,
        limit=page.one_more,
        after=page.begins_after(UUID),
    )
    return page.of(rows, key=lambda row: (row["id"],), view=PaymentView.model_validate)


@router.get("/accounting/orders/{order_id}", dependencies=[requires("bank-transfers:read")])
async def money_of_order(order_id: UUID, uow: Read) -> OrderMoneyView:
    """What was agreed, paid, collected, sent back, and what is open with whom."""
    return OrderMoneyView.model_validate(await money_queries.order_money(uow.connection, order_id))


@router.get("/accounting/customer-balances", dependencies=[requires("bank-transfers:read")])
async def list_customer_balances(
    page: Paged,
    uow: Read,
    side: Annotated[Literal["they_owe", "we_owe"], Query(description="who is to pay")] = "we_owe",
) -> Listed[CustomerBalanceView]:
    """Orders whose customer is not even with us: paid too much or ahead, or delivered and not paid."""
    rows = await money_queries.customer_balances(
        uow.connection, we_owe=side == "we_owe", limit=page.one_more, after=page.begins_after(UUID)
    )
    return page.of(rows, key=lambda row: (row["order_id"],), view=CustomerBalanceView.model_validate)
