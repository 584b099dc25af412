"""What the order desk says about an order's money: its terms, and that it ends without goods."""

from __future__ import annotations

from collections.abc import Sequence

from accounting.application.ports import Work
from accounting.application.request_refund import ask_back
from accounting.domain.refund import RefundKind
from contracts.orders.v1 import OrderCancelled, OrderTerms


async def note_terms(events: Sequence[OrderTerms], uow: Work) -> None:
    """Remember what was agreed: the code people use, the store, the value of the goods."""
    orders = await uow.orders.locked([event.order_id for event in events])
    for event in events:
        orders[event.order_id].agree(
            code=event.code,
            currency=event.total.currency,
            store_id=event.store_id,
            owner_id=event.owner_id,
            total=event.total.amount,
            goods=sum(line.amount.amount for line in event.lines),
            freight=event.freight.amount,
        )
    await uow.orders.save(orders.values())


async def note_cancelled(event: OrderCancelled, uow: Work) -> None:
    """What was paid is to go back; a person approves it (ACC-04). Money that comes later is asked back as it comes."""
    orders = await uow.orders.locked([event.order_id])
    order = orders[event.order_id]
    order.cancelled = True
    order.code = order.code or event.code
    if order.refundable > 0:
        await ask_back(order, RefundKind.CANCELLED, order.refundable, event.reason.value, uow, cause=event)
    await uow.orders.save(orders.values())
