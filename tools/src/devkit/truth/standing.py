"""Where one order stands in every service, and who must move it next. Pure: rows in, a name or nothing out.

When a stack is quiet, every event has had its effect. An order then either is over, or waits for somebody outside: a
person at the desk or in the warehouse, a carrier, money, new goods, a day that must come. For each of these the other
services must be in the state in which that somebody *can* act; else nothing will ever move the order: it is stuck.
"""

from __future__ import annotations

from dataclasses import dataclass

UNCONFIRMED = ("new", "confirming", "on_hold", "duplicate")
GONE = ("deleted", "closed")
REPLACED = ("merged", "split")
"""Others go on in their place, with all that was held and paid for them."""
OURS = ("none", "created")
ON_THE_ROAD = ("handed_over", "in_delivery", "delivery_failed", "returning")
WITH_US = ("created", "labelled", "awaiting_pickup")

_DELIVERY = {
    None: "none", "cancelled": "none", "created": "created", "labelled": "created", "awaiting_pickup": "created",
    "handed_over": "handed_over", "in_transit": "in_delivery", "out_for_delivery": "in_delivery",
    "failed": "delivery_failed", "delivered": "delivered", "returning": "returning", "returned": "returned",
    "lost": "lost", "damaged": "lost",
}  # fmt: skip
"""A shipment's status -> the facet that orders must show for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One order, as its services have it. ``None`` where a service has no row.

    ``sales`` to ``paid`` are orders' facets. ``hold`` is inventory's (waiting, held), ``free`` whether it may be
    picked, ``parcel`` the state of its open parcel, ``issued`` whether one has left, ``to_inspect`` whether a return
    waits for inspection. ``shipment`` is shipping's status of it, ``obstacle`` what keeps it from travelling,
    ``called_off`` whether none may be made any more. ``settled``, ``came_in`` and ``asked_back`` are accounting's.
    """

    id: str
    sales: str | None = None
    stock: str = "none"
    delivery: str = "none"
    inspection: str = "none"
    money: str = "open"
    held_back: bool = False
    released: bool = False
    unroutable: bool = False
    paid: int = 0

    confirmed_there: bool = False
    cancelled_there: bool = False
    hold: str | None = None
    free: bool = False
    parcel: str | None = None
    issued: bool = False
    to_inspect: bool = False

    shipment: str | None = None
    obstacle: str | None = None
    called_off: bool = False

    settled: bool = False
    came_in: int = 0
    asked_back: int = 0


def disagreements(order: Standing) -> list[str]:
    """Each facet against the service whose word it repeats."""
    pairs = {
        "stock": (order.stock, _stock(order)),
        "delivery": (order.delivery, _DELIVERY[order.shipment]),
        "money": (order.money, "reconciled" if order.settled else "open"),
        "paid": (order.paid, order.came_in),
    }
    return [
        f"orders says {what} {said}, its owner {should}" for what, (said, should) in pairs.items() if said != should
    ]


def _stock(order: Standing) -> str:
    if order.issued:
        return "issued"
    if order.hold == "held":
        return order.parcel or "reserved"
    return order.hold or "none"


def waits_for(order: Standing) -> str | None:
    """Who moves it next; None: nobody will."""
    if order.sales is None:
        return None  # a half: facts of an order that the desk has never heard of
    if order.sales in REPLACED:
        return _cancelled(order)
    if order.sales in GONE:
        return "nobody: it is over"
    if order.delivery not in OURS:
        return _on_the_road(order)
    if order.sales == "cancelled":
        return _cancelled(order)
    if order.sales in UNCONFIRMED:
        clean = order.hold is None and order.shipment is None and not order.confirmed_there
        return "the desk: to confirm or cancel it" if clean else None
    if order.sales == "confirmed":
        return _confirmed(order)
    return None  # cancelling: shipping always answers, and has not


def _cancelled(order: Standing) -> str | None:
    """Over, if whoever held something for it has let go, and what was paid is asked back."""
    let_go = order.hold is None and order.parcel is None and order.shipment in (None, "cancelled")
    return "nobody: it is cancelled" if let_go and order.asked_back >= order.came_in else None


def _confirmed(order: Standing) -> str | None:
    """In the warehouse. Inventory has answered with a hold or a place in the queue, and shipping with a shipment."""
    if not order.confirmed_there or order.cancelled_there or order.called_off:
        return None
    if order.hold == "waiting":
        return "new goods" if order.shipment in (None, *WITH_US) else None
    if order.hold != "held":
        return None
    if order.held_back:
        return "the customer: to say yes after a long wait"
    if order.shipment is None:
        return "shipping staff: no carrier takes it" if order.obstacle and order.unroutable else None
    if order.shipment not in WITH_US:
        return None
    if order.parcel in ("picking", "packing"):
        return "the warehouse: to pack it"
    if order.parcel == "packed":
        if order.obstacle:
            return "shipping staff: no carrier takes it"
        return "shipping staff: to sign a manifest" if order.shipment == "awaiting_pickup" else None
    return "the warehouse: to pick it" if order.free else None


def _on_the_road(order: Standing) -> str | None:
    """Given to a carrier: its goods are issued, whatever the desk has said meanwhile."""
    if not order.issued or order.sales == "cancelling":
        return None
    if order.money == "reconciled":
        return "time: it closes after a quiet week"
    if order.delivery in ON_THE_ROAD:
        return "the carrier: to report the next scan"
    if order.delivery == "delivered":
        return "the carrier: to pay" if not order.settled else None
    if order.delivery == "returned" and order.inspection == "none":
        return "the warehouse: to inspect it" if order.to_inspect else None
    if order.delivery == "returned":
        return "the carrier: to send its statement" if not order.to_inspect else None
    return "the carrier: to answer for what it lost" if order.delivery == "lost" else None
