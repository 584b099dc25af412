"""The customer paid us for an order (ACC-03). One bank reference is one payment, however often it is sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from accounting.application.ports import Work
from accounting.application.request_refund import ask_back
from accounting.application.settle import settle
from accounting.domain.payment import CurrencyDiffers, Method, Payment, ReferenceUsed, entry_of_payment
from accounting.domain.refund import RefundKind
from contracts.accounting.v1 import PaymentReceived
from contracts.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordPayment:
    """``order_id`` or ``order_code`` names the order. An id that is not known yet is taken: the order may be on its
    way here while its money is already there. A code is not: nobody could say whose it is."""

    order_id: UUID | None
    order_code: str | None
    amount: int
    currency: str
    method: Method
    reference: str
    received_on: date | None
    note: str | None


async def record_payment(command: RecordPayment, uow: Work) -> tuple[Payment, bool]:
    """The payment, and whether it is new. ``ReferenceUsed`` if the reference names another sum or order."""
    id = command.order_id or await uow.orders.known_by_code(command.order_code or "")
    order = (await uow.orders.locked([id]))[id]
    if order.known and command.currency != order.currency:
        raise CurrencyDiffers(field="currency", currency=command.currency, expected=order.currency)
    payment = Payment(
        id=uow.new_id(),
        order_id=id,
        amount=command.amount,
        currency=command.currency,
        method=command.method,
        reference=command.reference,
        received_on=command.received_on or uow.today,
        recorded_at=uow.now,
        recorded_by=str(uow.actor),
        note=command.note,
    )
    existing = await uow.payments.add(payment)
    if existing is not None:
        if not existing.is_same_as(payment):
            raise ReferenceUsed(reference=command.reference)
        return existing, False
    order.currency = command.currency
    order.receive(payment.amount)
    await uow.orders.save([order])
    uow.publish(
        PaymentReceived(
            order_id=id,
            payment_id=payment.id,
            amount=Money(amount=payment.amount, currency=payment.currency),
            paid=Money(amount=order.paid, currency=payment.currency),
            method=payment.method.value,
            reference=payment.reference,
        )
    )
    if order.cancelled:
        await ask_back(order, RefundKind.CANCELLED, payment.amount, "order is cancelled", uow)
    await settle([order], uow)
    await uow.journal.post([entry_of_payment(await uow.journal.chart(), payment, order.name)])
    uow.audit("record", "payment", payment.id, after={"amount": payment.amount, "reference": payment.reference})
    return payment, True
