"""What of an event may be seen in live updates, and by whom: never a name, an amount or an address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from chassis.security import Principal
from contracts import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One line of the feed: something happened to an object, and whoever may see it can fetch it.

    ``permissions``: one of them is enough. ``stores``: where it happened; whoever may see only the own stores sees it
    only if one of them is named. ``seq`` is the place in the feed, given when it is written.
    """

    type: str
    object_type: str
    object_id: str
    order_id: str | None
    version: int
    permissions: tuple[str, ...]
    stores: tuple[str, ...]
    seq: int = 0


_ORDER = ("orders:read",)
AUDIENCES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "orders.order.v1": ("order", _ORDER),
    "inventory.fulfilment.v1": ("order", (*_ORDER, "picking:read", "return-goods:read")),
    "shipping.shipment.v1": ("order", (*_ORDER, "tracking:read", "waybills:read")),
    "accounting.payment.v1": ("order", (*_ORDER, "cod:read", "bank-transfers:read")),
    "inventory.product.v1": ("product", ("products:read",)),
    "inventory.stock.v1": ("stock", ("stock:read",)),
    "inventory.stock-move.v1": ("stock", ("stock:read",)),
    "inventory.alert.v1": ("stock", ("stock:read",)),
    "crm.customer.v1": ("customer", ("customers:read",)),
}
"""Topic -> what its key names, and who may know. An order's status is made of facts from all over, so whoever may see
orders hears of all of them; the others hear of what their own area holds."""


def change_of(event: Event) -> Change:
    """The line for a received event. ``KeyError`` for a topic nobody has decided about."""
    object_type, permissions = AUDIENCES[event.topic]
    order = getattr(event, "order_id", None)
    return Change(
        type=event.type_name(),
        object_type=object_type,
        object_id=event.key,
        order_id=str(order) if order is not None else None,
        version=event.meta.sequence,
        permissions=permissions,
        stores=_stores(event),
    )


def may_see(change: Change, principal: Principal) -> bool:
    """Whether this reader may know of the change now."""
    for permission in change.permissions:
        stores = principal.stores_for(permission)
        if stores is None or not stores.isdisjoint(change.stores):
            return True
    return False


def _stores(event: Event) -> tuple[str, ...]:
    """Every store or location the event names. None named: only who may see all of them sees it."""
    named = [getattr(event, "store_id", None), getattr(event, "location_id", None)]
    named += [level.location_id for level in getattr(event, "levels", ())]
    return tuple(sorted({each for each in named if each}))
