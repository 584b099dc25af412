"""What the desk knows of an order besides who it is for: its origin, what was agreed, what was said on the phone."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import datetime
from enum import StrEnum

from orders.domain.happenings import CallOutcome, HoldReason
from orders.domain.lines import Line, goods_value, with_shares


class Payment(StrEnum):
    """How the customer agreed to pay (ORD-35)."""

    PREPAID = "prepaid"
    DEPOSIT = "deposit"
    COD = "cod"


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where an order came from (ORD-01). ``call_required``: the channel has not spoken with the customer for us."""

    channel: str
    source: str
    external_id: str | None = None
    store_id: str | None = None
    owner_id: str | None = None
    device: str | None = None
    call_required: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """What the customer and the desk agreed on. Line shares of ``discount`` follow from :meth:`settled`."""

    lines: tuple[Line, ...]
    freight: int = 0
    discount: int = 0
    payment: Payment = Payment.COD
    currency: str = "VND"

    def settled(self) -> Agreement:
        return replace(self, lines=with_shares(self.lines, self.discount))

    @property
    def total(self) -> int:
        """Σ line amounts + freight."""
        return goods_value(self.lines) - self.discount + self.freight

    @property
    def skus(self) -> frozenset[str]:
        return frozenset(line.sku for line in self.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What the customer asks for on the way; may change until handover (ORD-09). A field that is added here, with a
    column of its name, is taken in, edited, kept, audited and told like the others."""

    carrier_choice: str | None = None
    note: str | None = None


NO_WISHES = Wishes()
WISHES = tuple(field.name for field in fields(Wishes))


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    at: datetime
    by: str
    outcome: CallOutcome
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """``until``: when somebody looks at the order again."""

    reason: HoldReason
    until: datetime | None = None
    note: str | None = None
