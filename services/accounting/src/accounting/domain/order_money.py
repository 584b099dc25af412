"""One order's money: what was agreed, what came in, what went back, what the customer still owes.

Facts reach it from several topics in any order; each adds its own part and none needs another to be there. What goes
back is never more than what came in (ACC-04): checked here, and guarded once more by the database.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chassis.domain import Conflict, NotFound


class OrderUnknown(NotFound):
    """Accounting has not heard of the order (yet)."""


class RefundAbovePaid(Conflict):
    """More would go back than has come in."""


@dataclass(slots=True, kw_only=True)
class OrderMoney:
    """``known`` once the order's terms were seen; until then it is a half. Amounts in whole units of ``currency``.

    ``paid`` came in from the customer himself, ``collected`` is what carriers collected for us at his door.
    ``refunds_open`` is asked for or approved and not yet paid out.
    """

    order_id: UUID
    code: str | None = None
    currency: str = "VND"
    store_id: str | None = None
    owner_id: str | None = None
    known: bool = False
    total: int = 0
    goods: int = 0
    freight: int = 0
    cancelled: bool = False
    paid: int = 0
    collected: int = 0
    refunds_open: int = 0
    refunded: int = 0
    revenue: int = 0
    credited: int = 0
    reconciled_at: datetime | None = None

    @property
    def name(self) -> str:
        """What a voucher calls it."""
        return self.code or str(self.order_id)

    @property
    def balance(self) -> int:
        """What the customer owes: the order's balance on 131. Below zero we owe the customer."""
        return self.revenue - self.credited - self.paid - self.collected + self.refunded

    @property
    def refundable(self) -> int:
        """What may still be asked back."""
        return self.paid + self.collected - self.refunds_open - self.refunded

    def agree(
        self,
        *,
        code: str,
        currency: str,
        store_id: str | None,
        owner_id: str | None,
        total: int,
        goods: int,
        freight: int,
    ) -> None:
        """The order's terms as they are now."""
        self.known = True
        self.code, self.currency, self.store_id, self.owner_id = code, currency, store_id, owner_id
        self.total, self.goods, self.freight = total, goods, freight

    def receive(self, amount: int) -> None:
        """The customer paid us."""
        self.paid += amount

    @property
    def movable(self) -> int:
        """What the customer himself paid and may still go on with another order."""
        return max(0, min(self.paid, self.refundable))

    def pass_on(self, amount: int) -> None:
        """Another order goes on in its place, and has ``amount`` of the customer's money now (ORD-07, ORD-08)."""
        self.paid -= amount

    def deliver(self, gross: int, cod: int) -> None:
        """The customer has the goods: they are owed, and what the carrier collected is paid."""
        self.revenue += gross
        self.collected += cod

    def recollect(self, difference: int) -> None:
        """What was collected at the door turns out to be ``difference`` more (or less). ``RefundAbovePaid`` if money
        that has gone back would then never have come in."""
        if self.refundable + difference < 0:
            raise RefundAbovePaid(order=self.name, amount=-difference, refundable=max(self.refundable, 0))
        self.collected += difference

    def credit(self, amount: int) -> None:
        """Goods came back after delivery, or their price was reduced."""
        self.credited += amount

    def promise_refund(self, amount: int) -> None:
        """Keep ``amount`` for a refund that was asked for. ``RefundAbovePaid`` if there is not that much."""
        if amount > self.refundable:
            raise RefundAbovePaid(order=self.name, amount=amount, refundable=max(self.refundable, 0))
        self.refunds_open += amount

    def drop_refund(self, amount: int) -> None:
        """The refund was rejected."""
        self.refunds_open -= amount

    def pay_refund(self, amount: int) -> None:
        """The money went back."""
        self.refunds_open -= amount
        self.refunded += amount
