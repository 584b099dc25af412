"""Money that the customer pays us or gets back, outside what carriers collect."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from accounting.domain.chart import Chart, Role
from accounting.domain.entry import Entry, Fact, Line, Series
from accounting.domain.order_money import OrderMoney
from chassis.domain import Conflict, Invalid


class ReferenceUsed(Conflict):
    """A bank reference names one movement of money; it already names another."""


class CurrencyDiffers(Invalid):
    """An order is paid in the currency in which it was agreed."""


class Method(StrEnum):
    """How the money moved."""

    BANK_TRANSFER = "bank_transfer"
    CARD = "card"
    E_WALLET = "e_wallet"
    CASH = "cash"

    @property
    def role(self) -> Role:
        """The account it moves on."""
        return Role.CASH if self is Method.CASH else Role.BANK


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """Money that came in for an order. ``reference`` is the bank's: one reference, one payment (ACC-03)."""

    id: UUID
    order_id: UUID
    amount: int
    currency: str
    method: Method
    reference: str
    received_on: date
    recorded_at: datetime
    recorded_by: str
    note: str | None = None

    def is_same_as(self, other: Payment) -> bool:
        """Whether both describe one movement of money."""
        return (self.order_id, self.amount, self.currency) == (other.order_id, other.amount, other.currency)


def entry_of_payment(chart: Chart, payment: Payment, name: str) -> Entry | None:
    """1121 (or 1111) / 131."""
    return _movement(
        chart,
        Fact("payment", str(payment.id)),
        payment.method,
        payment.amount,
        payment.received_on,
        f"{name} {payment.reference}",
        payment.order_id,
        payment.currency,
    )


def entry_of_refund(
    chart: Chart, *, refund_id: UUID, order_id: UUID, method: Method, amount: int, currency: str, day: date, memo: str
) -> Entry | None:
    """131 / 1121 (or 1111)."""
    return _movement(chart, Fact("refund", str(refund_id)), method, -amount, day, memo, order_id, currency)


def entry_of_transfer(
    chart: Chart, order: OrderMoney, heir: OrderMoney, code: str, amount: int, day: date
) -> Entry | None:
    """131 / 131: what was paid for one order counts for the one that goes on in its place."""
    customer, currency = chart[Role.CUSTOMER], order.currency
    return Entry.of(
        Series.GENERAL,
        Fact("transfer", f"{order.order_id}:{heir.order_id}"),
        day,
        f"{order.name} → {code}",
        (
            Line(account=customer, amount=amount, currency=currency, order_id=order.order_id),
            Line(account=customer, amount=-amount, currency=currency, order_id=heir.order_id),
        ),
        order_id=heir.order_id,
    )


def _movement(
    chart: Chart, fact: Fact, method: Method, amount: int, day: date, memo: str, order_id: UUID, currency: str
) -> Entry | None:
    cash, came_in = method is Method.CASH, amount > 0
    series = (Series.CASH_IN if cash else Series.BANK_IN) if came_in else (Series.CASH_OUT if cash else Series.BANK_OUT)
    return Entry.of(
        series,
        fact,
        day,
        memo,
        (
            Line(account=chart[method.role], amount=amount, currency=currency, order_id=order_id),
            Line(account=chart[Role.CUSTOMER], amount=-amount, currency=currency, order_id=order_id),
        ),
        order_id=order_id,
    )
