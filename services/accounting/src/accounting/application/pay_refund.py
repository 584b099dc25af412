"""An approved refund is paid out; the books say so, and everybody who follows the order hears it (ACC-04)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from accounting.application.decide_refund import locked_refund
from accounting.application.ports import Work
from accounting.application.settle import settle
from accounting.domain.payment import Method, ReferenceUsed, entry_of_refund
from accounting.domain.refund import Refund, RefundState
from contracts.accounting.v1 import RefundPaid
from contracts.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class PayRefund:
    refund_id: UUID
    method: Method
    reference: str
    paid_on: date | None


async def pay_refund(command: PayRefund, uow: Work) -> Refund:
    """Idempotent per bank reference: the same refund under the same reference again changes nothing."""
    refund, order = await locked_refund(command.refund_id, None, uow)
    used = await uow.refunds.by_reference(command.reference)
    if used is not None and used.id != refund.id:
        raise ReferenceUsed(reference=command.reference)
    if refund.state is RefundState.PAID and used is not None:
        return refund
    refund.pay(str(uow.actor), command.paid_on or uow.today, command.method, command.reference)
    order.pay_refund(refund.amount)
    entry = entry_of_refund(
        await uow.journal.chart(),
        refund_id=refund.id,
        order_id=order.order_id,
        method=command.method,
        amount=refund.amount,
        currency=refund.currency,
        day=refund.paid_on or uow.today,
        memo=f"{order.name} {command.reference}",
    )
    await uow.refunds.save(refund)
    uow.publish(
        RefundPaid(
            order_id=order.order_id,
            refund_id=refund.id,
            amount=Money(amount=refund.amount, currency=refund.currency),
            refunded=Money(amount=order.refunded, currency=refund.currency),
        )
    )
    await settle([order], uow)
    await uow.journal.post([entry])
    uow.audit("pay", "refund", refund.id, after={"amount": refund.amount, "reference": command.reference})
    return refund
