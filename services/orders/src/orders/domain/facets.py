"""The four views of an order, each written from exactly one place.

``Sales`` is the desk's own say, ``Stock`` what the warehouse told, ``Delivery`` what the road told, ``Money`` what the
books told. They arrive in any order and never wait for one another.
"""

from dataclasses import dataclass
from enum import StrEnum


class Sales(StrEnum):
    """How far the desk and the customer have come; the only facet that commands change."""

    NEW = "new"
    CONFIRMING = "confirming"
    ON_HOLD = "on_hold"
    DUPLICATE = "duplicate"
    CONFIRMED = "confirmed"
    CANCELLING = "cancelling"
    CANCELLED = "cancelled"
    DELETED = "deleted"
    MERGED = "merged"
    SPLIT = "split"
    CLOSED = "closed"


UNCONFIRMED = frozenset({Sales.NEW, Sales.CONFIRMING, Sales.ON_HOLD, Sales.DUPLICATE})
GONE = frozenset({Sales.DELETED, Sales.MERGED, Sales.SPLIT})
DELETABLE = UNCONFIRMED | {Sales.CANCELLED}
"""What may be deleted: nobody else holds anything for it."""
ENDED = GONE | {Sales.CANCELLED, Sales.CLOSED}


class Stock(StrEnum):
    """Where the goods are while they are ours."""

    NONE = "none"
    WAITING = "waiting"
    RESERVED = "reserved"
    PICKING = "picking"
    PACKING = "packing"
    PACKED = "packed"
    ISSUED = "issued"


class Inspection(StrEnum):
    """What the warehouse found when goods came back; ``INCOMPLETE``: not every unit that was sent is back."""

    NONE = "none"
    COMPLETE = "complete"
    INCOMPLETE = "incomplete"


class Delivery(StrEnum):
    """Where the parcel is once it has a tracking number."""

    NONE = "none"
    CREATED = "created"
    HANDED_OVER = "handed_over"
    IN_DELIVERY = "in_delivery"
    DELIVERY_FAILED = "delivery_failed"
    DELIVERED = "delivered"
    RETURNING = "returning"
    RETURNED = "returned"
    PARTIALLY_RETURNED = "partially_returned"
    LOST = "lost"


OURS = frozenset({Delivery.NONE, Delivery.CREATED})
"""Before the point of no return: the parcel has not been given to anybody."""
ON_THE_ROAD = frozenset({Delivery.HANDED_OVER, Delivery.IN_DELIVERY, Delivery.DELIVERY_FAILED, Delivery.RETURNING})


class Money(StrEnum):
    """Whether the books are done with the order."""

    OPEN = "open"
    RECONCILED = "reconciled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Facets:
    """All that the status depends on. ``held_back``: the goods came, but first the customer is asked (ORD-12)."""

    sales: Sales
    stock: Stock = Stock.NONE
    inspection: Inspection = Inspection.NONE
    delivery: Delivery = Delivery.NONE
    money: Money = Money.OPEN
    held_back: bool = False
