"""What can happen to an order by the desk's own say; facts of others are recorded, they do not happen here.

``application.announce`` turns these into what the world hears and what the order's story tells.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class CallOutcome(StrEnum):
    """How a call to the customer ended."""

    ANSWERED = "answered"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    WRONG_NUMBER = "wrong_number"
    CALL_LATER = "call_later"


class HoldReason(StrEnum):
    """Why an order waits at the desk."""

    UNREACHABLE = "unreachable"
    UNPAID = "unpaid"
    UNMAPPED = "unmapped"
    BLACKLISTED = "blacklisted"
    OTHER = "other"


class CancelReason(StrEnum):
    """Why an order ended without goods (ORD-14)."""

    CHANGED_MIND = "changed_mind"
    PRICE = "price"
    DELAY = "delay"
    OUT_OF_STOCK = "out_of_stock"
    DUPLICATE = "duplicate"
    UNREACHABLE = "unreachable"
    WRONG_DATA = "wrong_data"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """The order was taken in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallLogged:
    """Somebody called, or tried to call, the customer."""

    outcome: CallOutcome
    note: str | None
    again_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed:
    """The customer agreed. ``override``: why a blacklisted customer's order goes out unpaid, if it does."""

    override: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """The desk put the order aside until somebody looks at it again, at the latest at ``until``."""

    reason: HoldReason
    until: datetime | None
    note: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumed:
    """What held the order at the desk is cleared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edited:
    """``changed`` names what is new: contact, a wish, lines, discount, freight, payment, paid, cod."""

    changed: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelRequested:
    """A confirmed order is to be cancelled; whoever has the parcel decides."""

    reason: CancelReason
    note: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancelled:
    """The order has ended without goods."""

    order_id: UUID
    code: str
    reason: CancelReason
    note: str | None
    was_confirmed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingAside:
    """Others are to take the place of a confirmed order; whoever has the parcel decides."""

    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Succeeded:
    """The order has ended, and others go on with its goods and money: ``successors`` by id, code and what was paid."""

    order_id: UUID
    code: str
    kind: str
    successors: tuple[tuple[UUID, str, int], ...]
    currency: str
    was_confirmed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """An order whose goods had to be waited for may go on. ``reserved_at`` says which hold this is about."""

    order_id: UUID
    code: str
    reserved_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """Settled, and nobody asked for anything since."""

    order_id: UUID
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentReminded:
    """The customer was to pay in advance and has not; unless money comes, the order is cancelled at ``cancel_at``."""

    due: int
    cancel_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Deleted:
    """The lead took the order out of everybody's sight; it can be restored."""

    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """A deleted order is back in the state it had."""

    note: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallStarted:
    """Somebody took the order from the queue to call the customer; until then nobody else is given it."""

    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Assigned:
    """Somebody else answers for the order now; None: nobody does."""

    owner_id: str | None
    before: str | None


Happening = (
    Placed
    | CallStarted
    | CallLogged
    | Assigned
    | Confirmed
    | Held
    | Resumed
    | PaymentReminded
    | Edited
    | CancelRequested
    | Cancelled
    | StandingAside
    | Succeeded
    | Released
    | Closed
    | Deleted
    | Restored
)
