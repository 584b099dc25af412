"""Money that goes back to the customer: asked for, approved by one permission, paid by another (ACC-04)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from accounting.domain.payment import Method
from accounting.domain.vat import BASIS, share
from chassis.domain import Conflict, Invalid, NotFound


class RefundNotFound(NotFound):
    """There is no such refund, or none in the caller's stores."""


class RefundNotPossible(Conflict):
    """The refund is in a state from which this cannot be done."""


class AllowanceTooHigh(Invalid):
    """An allowance is at most its share of the goods' value; freight does not count."""


class AmountMissing(Invalid):
    """This kind of refund needs an amount."""


class NothingToRefund(Conflict):
    """Nothing has come in for the order that has not gone back or is not on its way back."""


class RefundKind(StrEnum):
    """Why money goes back. ``full`` and ``partial`` follow goods that came back, or money that was too much; with
    ``allowance`` and ``reduction`` the customer keeps the goods and their price falls (5213)."""

    FULL = "full"
    PARTIAL = "partial"
    ALLOWANCE = "allowance"
    REDUCTION = "reduction"
    CANCELLED = "cancelled"

    @property
    def lowers_price(self) -> bool:
        return self in (RefundKind.ALLOWANCE, RefundKind.REDUCTION)


class RefundState(StrEnum):
    REQUESTED = "requested"
    APPROVED = "approved"
    PAID = "paid"
    REJECTED = "rejected"


_POSSIBLE: dict[RefundState, list[str]] = {
    RefundState.REQUESTED: ["approve", "reject"],
    RefundState.APPROVED: ["pay"],
    RefundState.PAID: [],
    RefundState.REJECTED: [],
}


@dataclass(slots=True, kw_only=True)
class Refund:
    """``amount`` is kept aside on the order from the request on, so two requests cannot spend the same money."""

    id: UUID
    order_id: UUID
    kind: RefundKind
    amount: int
    currency: str
    reason: str
    requested_by: str
    requested_at: datetime
    state: RefundState = RefundState.REQUESTED
    decided_by: str | None = None
    decided_at: datetime | None = None
    decision_note: str | None = None
    method: Method | None = None
    reference: str | None = None
    paid_on: date | None = None
    paid_by: str | None = None
    version: int = 1

    def approve(self, by: str, at: datetime, note: str | None) -> None:
        self._must_be(RefundState.REQUESTED, "approve")
        self.state, self.decided_by, self.decided_at, self.decision_note = RefundState.APPROVED, by, at, note

    def reject(self, by: str, at: datetime, reason: str) -> None:
        self._must_be(RefundState.REQUESTED, "reject")
        self.state, self.decided_by, self.decided_at, self.decision_note = RefundState.REJECTED, by, at, reason

    def pay(self, by: str, on: date, method: Method, reference: str) -> None:
        self._must_be(RefundState.APPROVED, "pay")
        self.state, self.paid_by, self.paid_on = RefundState.PAID, by, on
        self.method, self.reference = method, reference

    def _must_be(self, state: RefundState, wanted: str) -> None:
        if self.state is not state:
            raise RefundNotPossible(wanted=wanted, state=self.state.value, possible=_POSSIBLE[self.state])


def allowance(goods: int, rate_bp: int, asked: int | None) -> int:
    """The allowance for light transport damage: 10 % (setting) of the goods' value, freight not counted
    (DOMAIN 6 D). ``asked`` may be less, never more."""
    most = share(goods, rate_bp, BASIS)
    if asked is not None and asked > most:
        raise AllowanceTooHigh(field="amount", amount=asked, most=most)
    return most if asked is None else asked
