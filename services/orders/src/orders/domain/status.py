"""The one status that people see, and the flags of orders that need a person.

Both are pure functions of the facets. For the status the first match wins, in the order of the functions below; every
combination of facet values has an answer, whichever fact came first.
"""

from enum import StrEnum

from orders.domain.facets import GONE, ON_THE_ROAD, OURS, UNCONFIRMED, Delivery, Facets, Inspection, Money, Sales, Stock


class Status(StrEnum):
    """What people see. The names are those of the order's own state machine."""

    NEW = "new"
    CONFIRMING = "confirming"
    ON_HOLD = "on_hold"
    DUPLICATE = "duplicate"
    CONFIRMED = "confirmed"
    WAITING_STOCK = "waiting_stock"
    PICKING = "picking"
    PACKING = "packing"
    PACKED = "packed"
    AWAITING_HANDOVER = "awaiting_handover"
    HANDED_OVER = "handed_over"
    IN_DELIVERY = "in_delivery"
    DELIVERY_FAILED = "delivery_failed"
    DELIVERED = "delivered"
    RETURNING = "returning"
    RETURNED = "returned"
    PARTIALLY_RETURNED = "partially_returned"
    LOST = "lost"
    RECONCILED = "reconciled"
    CLOSED = "closed"
    CANCELLING = "cancelling"
    CANCELLED = "cancelled"
    DELETED = "deleted"
    MERGED = "merged"
    SPLIT = "split"


class Flag(StrEnum):
    """Why a person should look at an order.

    The first group follows from the facets alone; the second from marks that facts and commands leave.
    """

    RECALL = "recall"
    CALL_CUSTOMER = "call_customer"
    SHIPPED_UNCONFIRMED = "shipped_unconfirmed"
    ENDED_ON_THE_ROAD = "ended_on_the_road"
    SETTLED_EARLY = "settled_early"
    LOST = "lost"
    RETURN_INCOMPLETE = "return_incomplete"

    DUPLICATE = "duplicate"
    BLACKLISTED = "blacklisted"
    ADDRESS_AMBIGUOUS = "address_ambiguous"
    ADDRESS_UNKNOWN = "address_unknown"
    UNROUTABLE = "unroutable"
    COD_DIFFERENCE = "cod_difference"
    OVERPAID = "overpaid"
    UNPAID = "unpaid"
    PAID_DELETED = "paid_deleted"


def status_of(facets: Facets) -> Status:
    """First match: gone, settled, on the road, cancelled, at the desk, in the warehouse."""
    if facets.sales in GONE or facets.sales is Sales.CLOSED:
        return Status(facets.sales)
    if facets.money is Money.RECONCILED:
        return Status.RECONCILED
    if facets.delivery not in OURS:
        return _on_the_road(facets)
    if facets.sales is Sales.CONFIRMED:
        return _in_the_warehouse(facets)
    return Status(facets.sales)


def _on_the_road(facets: Facets) -> Status:
    if facets.delivery is Delivery.RETURNED and facets.inspection is Inspection.NONE:
        return Status.RETURNING
    return Status(facets.delivery)


def _in_the_warehouse(facets: Facets) -> Status:
    """Issued goods count as packed until the road says that it has them: the two facts come on different topics."""
    match facets.stock:
        case Stock.PACKED | Stock.ISSUED:
            return Status.AWAITING_HANDOVER if facets.delivery is Delivery.CREATED else Status.PACKED
        case Stock.PACKING:
            return Status.PACKING
        case Stock.PICKING:
            return Status.PICKING
        case Stock.WAITING:
            return Status.WAITING_STOCK
        case Stock.RESERVED | Stock.NONE:
            return Status.WAITING_STOCK if facets.held_back else Status.CONFIRMED


def flags_of(facets: Facets) -> frozenset[Flag]:
    """Combinations that nobody planned, or that wait for somebody's decision."""
    found = {
        Flag.RECALL: facets.sales in (Sales.CANCELLING, Sales.CANCELLED)
        and facets.delivery not in OURS
        and facets.money is Money.OPEN,
        Flag.CALL_CUSTOMER: facets.held_back and facets.sales is Sales.CONFIRMED,
        Flag.SHIPPED_UNCONFIRMED: facets.sales in UNCONFIRMED and facets.delivery not in OURS,
        Flag.ENDED_ON_THE_ROAD: (facets.sales in GONE or facets.sales is Sales.CLOSED)
        and facets.delivery in ON_THE_ROAD,
        Flag.SETTLED_EARLY: facets.money is Money.RECONCILED
        and facets.sales is Sales.CONFIRMED
        and facets.delivery in OURS | ON_THE_ROAD,
        Flag.LOST: facets.delivery is Delivery.LOST and facets.money is Money.OPEN,
        Flag.RETURN_INCOMPLETE: facets.inspection is Inspection.INCOMPLETE and facets.money is Money.OPEN,
    }
    return frozenset(flag for flag, holds in found.items() if holds)
