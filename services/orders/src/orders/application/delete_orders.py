"""Orders out of sight, and back (ORD-15): soft, listed, and out of reports while they are deleted.

A deleted order keeps its number at its source: handed in again it is the same order, still deleted, so that a source
that repeats itself brings nothing back and nothing twice. Restoring it therefore never meets a second one.
"""

from orders.application.announce import commanded
from orders.application.desk import Target
from orders.application.edit_order import look_for_duplicates
from orders.application.place_order import Placement, warnings_about
from orders.application.ports import Work
from orders.domain.facets import UNCONFIRMED
from orders.domain.order import Order


async def delete_order(target: Target, note: str, uow: Work) -> Order:
    """Raises ``CannotDelete`` or ``DeleteHoldsMoney``."""
    async with commanded(target.ref, "order.delete", uow, stores=target.stores, reason=note) as order:
        order.delete(note)
    return order


async def restore_order(target: Target, note: str | None, uow: Work) -> Placement:
    """Back into the state it had. What has changed in the world since is looked at anew and told as when it was placed:
    a likely duplicate, an unreliable buyer, goods that are gone. Raises ``CannotRestore`` or ``CustomerForgotten``.
    """
    async with commanded(target.ref, "order.restore", uow, stores=target.stores, reason=note) as order:
        order.restore(note, blacklisted=await uow.orders.is_blacklisted(order.contact.phone))
        if order.sales in UNCONFIRMED:
            await look_for_duplicates(order, uow)
    if order.sales not in UNCONFIRMED:
        return Placement(order=order, created=False)
    products = await uow.orders.products(order.agreement.skus)
    return Placement(order=order, created=False, warnings=warnings_about(order, products))
