"""What the books say about an order's money."""

from typing import ClassVar, Literal
from uuid import UUID

from contracts.event import Event
from contracts.money import Money


class PaymentEvent(Event):
    """Everything about one order's money, in order."""

    topic: ClassVar[str] = "accounting.payment.v1"
    key_field: ClassVar[str] = "order_id"

    order_id: UUID


class PaymentReceived(PaymentEvent):
    """The customer paid us (ACC-03). ``paid`` is all that has come in for the order so far, refunds not deducted.

    With the method ``transfer`` nothing came in: what was paid for an order that was split or merged went on to a
    successor. ``reference`` is the other order's code, ``amount`` below zero at the one that has ended.
    """

    type: Literal["payment.received"] = "payment.received"
    payment_id: UUID
    amount: Money
    paid: Money
    method: str
    reference: str


class CodExpected(PaymentEvent):
    """Delivered: the carrier now owes us this much."""

    type: Literal["cod.expected"] = "cod.expected"
    shipment_id: UUID
    carrier_id: str
    amount: Money


class CodDifference(PaymentEvent):
    """A carrier's statement and our books disagree about this order (ACC-01)."""

    type: Literal["cod.difference"] = "cod.difference"
    statement_id: UUID
    kind: Literal["amount", "fee", "missing", "unknown", "double", "status"]
    expected: Money
    reported: Money


class SettlementReconciled(PaymentEvent):
    """All money and fees of the order are settled (ACC-01)."""

    type: Literal["settlement.reconciled"] = "settlement.reconciled"
    cod: Money
    fee: Money


class RefundRequested(PaymentEvent):
    """Money is to go back to the customer; a person approves it (ACC-04)."""

    type: Literal["refund.requested"] = "refund.requested"
    refund_id: UUID
    amount: Money
    reason: str


class RefundPaid(PaymentEvent):
    """Money went back (ACC-04). ``refunded`` is all that has gone back so far, never more than was paid."""

    type: Literal["refund.paid"] = "refund.paid"
    refund_id: UUID
    amount: Money
    refunded: Money
