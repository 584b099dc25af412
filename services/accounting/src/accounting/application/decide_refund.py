"""A refund is approved or rejected by those who may approve; who pays it has another permission (ACC-04)."""

from __future__ import annotations

from uuid import UUID

from accounting.application.ports import Work
from accounting.domain.order_money import OrderMoney
from accounting.domain.refund import Refund
from accounting.domain.sale import entry_of_allowance


async def approve_refund(id: UUID, stores: frozenset[str] | None, note: str | None, uow: Work) -> Refund:
    """From here on it may be paid. A lower price for goods the customer keeps is booked now."""
    refund, order = await locked_refund(id, stores, uow)
    refund.approve(str(uow.actor), uow.now, note)
    if refund.kind.lowers_price:
        order.credit(refund.amount)
        entry = entry_of_allowance(
            await uow.journal.chart(),
            refund_id=refund.id,
            order_id=order.order_id,
            code=f"{order.name}: {refund.reason}",
            amount=refund.amount,
            sold=await uow.shipments.sold_to(order.order_id),
            currency=refund.currency,
            day=uow.today,
        )
        await uow.journal.post([entry])
        await uow.orders.save([order])
    await uow.refunds.save(refund)
    uow.audit("approve", "refund", id, after={"amount": refund.amount}, reason=note)
    return refund


async def reject_refund(id: UUID, stores: frozenset[str] | None, reason: str, uow: Work) -> Refund:
    """The money stays, and may be asked for again."""
    refund, order = await locked_refund(id, stores, uow)
    refund.reject(str(uow.actor), uow.now, reason)
    order.drop_refund(refund.amount)
    await uow.orders.save([order])
    await uow.refunds.save(refund)
    uow.audit("reject", "refund", id, after={"amount": refund.amount}, reason=reason)
    return refund


async def locked_refund(id: UUID, stores: frozenset[str] | None, uow: Work) -> tuple[Refund, OrderMoney]:
    """The refund as it is under its order's lock; it is read once before, to know which order that is."""
    order_id = (await uow.refunds.get(id, stores)).order_id
    order = (await uow.orders.locked([order_id]))[order_id]
    return await uow.refunds.get(id, stores), order
