"""What the order desk says about an order's money: its terms, and that it ends without goods."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from accounting.application.ports import Work
from accounting.application.request_refund import ask_back
from accounting.application.settle import settle
from accounting.domain.order_money import OrderMoney
from accounting.domain.payment import entry_of_transfer
from accounting.domain.refund import RefundKind
from contracts.accounting.v1 import PaymentReceived
from contracts.money import Money
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
    """What was paid is to go back; a person approves it (ACC-04). Money that comes later is asked back as it comes.

    What was paid for an order that was split or merged is its successors' (ORD-07, ORD-08).
    """
    orders = await uow.orders.locked([event.order_id, *(each.order_id for each in event.replaced_by)])
    order = orders[event.order_id]
    order.cancelled = True
    order.code = order.code or event.code
    if event.replaced_by:
        await _pass_on(event, orders, uow)
    elif order.refundable > 0:
        await ask_back(order, RefundKind.CANCELLED, order.refundable, event.reason.value, uow, cause=event)
    await uow.orders.save(orders.values())


async def _pass_on(event: OrderCancelled, orders: Mapping[UUID, OrderMoney], uow: Work) -> None:
    """The shares are those the order desk knew of; what came in since is the last one's, who then collects less."""
    order, chart, entries = orders[event.order_id], await uow.journal.chart(), []
    for successor in event.replaced_by:
        heir = orders[successor.order_id]
        last = successor is event.replaced_by[-1]
        amount = order.movable if last else min(successor.paid.amount, order.movable)
        if not amount:
            continue
        order.pass_on(amount)
        heir.currency = order.currency
        heir.receive(amount)
        entries.append(entry_of_transfer(chart, order, heir, successor.code, amount, uow.today))
        transfer = uow.new_id()
        for of, moved, reference in ((order, -amount, successor.code), (heir, amount, event.code)):
            uow.publish(
                PaymentReceived(
                    order_id=of.order_id,
                    payment_id=transfer,
                    amount=Money(amount=moved, currency=order.currency),
                    paid=Money(amount=of.paid, currency=order.currency),
                    method="transfer",
                    reference=reference,
                ),
                cause=event,
            )
    heirs = [orders[each.order_id] for each in event.replaced_by]
    await settle(heirs, uow, {heir.order_id: event for heir in heirs})
    await uow.journal.post(entries)
