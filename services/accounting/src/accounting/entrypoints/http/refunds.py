"""Refunds: asked for, approved or rejected, paid. Three permissions, so that it can be three people (ACC-04)."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter

from accounting.adapters import money_queries
from accounting.application.decide_refund import approve_refund, reject_refund
from accounting.application.pay_refund import PayRefund, pay_refund
from accounting.application.request_refund import RequestRefund, request_refund
from accounting.entrypoints.http.units import Read, Uow
from accounting.entrypoints.schemas import DecisionBody, PayRefundBody, ReasonBody, RefundBody
from accounting.entrypoints.views import RefundView
from chassis.http import Listed, Paged
from chassis.security import Principal, requires

router = APIRouter(tags=["refunds"])

Reader = Annotated[Principal, requires("rma:read")]
Asker = Annotated[Principal, requires("rma:write")]
Approver = Annotated[Principal, requires("rma:approve")]


@router.post("/accounting/refunds", status_code=201)
async def ask(body: RefundBody, who: Asker, uow: Uow) -> RefundView:
    """Ask that money goes back, never more than came in. ``full`` and ``allowance`` know their amount themselves."""
    command = RequestRefund(**dict(body), stores=who.stores_for("rma:write"))
    return RefundView.model_validate(await request_refund(command, uow))


@router.get("/accounting/refunds")
async def list_refunds(
    page: Paged,
    who: Reader,
    uow: Read,
    order_id: UUID | None = None,
    state: Literal["requested", "approved", "paid", "rejected"] | None = None,
) -> Listed[RefundView]:
    """Newest first; of own stores only for those confined to them."""
    rows = await money_queries.refunds(
        uow.connection,
        order_id=order_id,
        state=state,
        stores=who.stores_for("rma:read"),
        limit=page.one_more,
        after=page.begins_after(UUID),
    )
    return page.of(rows, key=lambda row: (row["id"],), view=RefundView.model_validate)


@router.get("/accounting/refunds/{id}")
async def get_refund(id: UUID, who: Reader, uow: Read) -> RefundView:
    """One refund."""
    return RefundView.model_validate(await uow.refunds.get(id, who.stores_for("rma:read")))


@router.post("/accounting/refunds/{id}/approve")
async def approve(id: UUID, who: Approver, uow: Uow, body: DecisionBody | None = None) -> RefundView:
    """It may be paid now."""
    note = body.note if body else None
    return RefundView.model_validate(await approve_refund(id, who.stores_for("rma:approve"), note, uow))


@router.post("/accounting/refunds/{id}/reject")
async def reject(id: UUID, body: ReasonBody, who: Approver, uow: Uow) -> RefundView:
    """The money stays."""
    return RefundView.model_validate(await reject_refund(id, who.stores_for("rma:approve"), body.reason, uow))


@router.post("/accounting/refunds/{id}/pay", dependencies=[requires("bank-transfers:write")])
async def pay(id: UUID, body: PayRefundBody, uow: Uow) -> RefundView:
    """The money went back, under the bank's reference. Only what is approved is paid."""
    return RefundView.model_validate(await pay_refund(PayRefund(refund_id=id, **dict(body)), uow))
