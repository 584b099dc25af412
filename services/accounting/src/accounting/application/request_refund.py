"""Somebody asks that money goes back to the customer. It is kept aside until a second permission decides."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from accounting.application.ports import Work
from accounting.application.thresholds import allowance_rate_bp
from accounting.domain.order_money import OrderMoney, OrderUnknown
from accounting.domain.refund import AmountMissing, NothingToRefund, Refund, RefundKind, allowance
from contracts.accounting.v1 import RefundRequested
from contracts.event import Event
from contracts.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestRefund:
    """``amount`` may be left out for a full refund (all there is) and for an allowance (its whole share)."""

    order_id: UUID | None
    order_code: str | None
    kind: RefundKind
    amount: int | None
    reason: str
    stores: frozenset[str] | None


async def request_refund(command: RequestRefund, uow: Work) -> Refund:
    """Never above what was paid. ``OrderUnknown`` also for an order of somebody else's store."""
    id = command.order_id or await uow.orders.known_by_code(command.order_code or "")
    order = (await uow.orders.locked([id]))[id]
    foreign = command.stores is not None and order.store_id not in command.stores
    if foreign or not (order.known or order.refundable):
        raise OrderUnknown(order=command.order_code or str(id))
    refund = await ask_back(order, command.kind, _amount(command, order, uow), command.reason, uow)
    await uow.orders.save([order])
    uow.audit(
        "request",
        "refund",
        refund.id,
        after={"order_id": str(id), "kind": refund.kind.value, "amount": refund.amount},
        reason=command.reason,
    )
    return refund


async def ask_back(
    order: OrderMoney, kind: RefundKind, amount: int, reason: str, uow: Work, cause: Event | None = None
) -> Refund:
    """A refund of a locked order, announced. The caller saves the order."""
    order.promise_refund(amount)
    refund = Refund(
        id=uow.new_id(),
        order_id=order.order_id,
        kind=kind,
        amount=amount,
        currency=order.currency,
        reason=reason,
        requested_by=str(uow.actor),
        requested_at=uow.now,
    )
    await uow.refunds.add(refund)
    uow.publish(
        RefundRequested(
            order_id=order.order_id,
            refund_id=refund.id,
            amount=Money(amount=amount, currency=order.currency),
            reason=reason,
        ),
        cause=cause,
    )
    return refund


def _amount(command: RequestRefund, order: OrderMoney, uow: Work) -> int:
    if order.refundable <= 0:
        raise NothingToRefund(order=order.name)
    match command.kind:
        case RefundKind.ALLOWANCE:
            return allowance(order.goods, uow.setting(allowance_rate_bp), command.amount)
        case RefundKind.FULL:
            return order.refundable if command.amount is None else command.amount
        case _ if command.amount is None:
            raise AmountMissing(field="amount", kind=command.kind.value)
        case _:
            return command.amount
