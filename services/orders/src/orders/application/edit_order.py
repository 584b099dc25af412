"""Changing an order: contact, note and carrier until handover (ORD-09), goods and terms until confirmation."""

from dataclasses import asdict, replace
from datetime import timedelta

from chassis.domain import Reason
from chassis.refusals import refuse_stale
from contracts.phones import normalised
from orders.application import thresholds
from orders.application.announce import commanded
from orders.application.intake import HandedContact, contact_reasons
from orders.application.new_terms import EditOrder, new_terms
from orders.application.place_order import contact_of
from orders.application.ports import Stores, Work
from orders.domain.duplicates import duplicates
from orders.domain.errors import EditRefused
from orders.domain.facets import UNCONFIRMED
from orders.domain.order import Order
from orders.domain.party import Contact
from orders.domain.places import Place, destined, sought


async def edit_order(command: EditOrder, uow: Work, *, stores: Stores) -> Order:
    """Make the order so.

    Raises ``StaleVersion``, ``EditRefused`` with every reason, ``CannotEdit`` or ``CannotEditTerms``.
    """
    async with commanded(command.order, "order.edit", uow, stores=stores) as order:
        refuse_stale(command.expected, order.version)
        contact = _contact(command, order)
        phone = normalised(contact.phone or "", uow.setting(thresholds.phone_region))
        reasons = list(contact_reasons(contact, phone))
        destination, unknown = await _destination(contact_of(contact, phone or ""), contact.ward_code, order, uow)
        reasons += unknown
        agreement, goods = await new_terms(command, order.agreement, uow)
        if reasons := [*reasons, *goods]:
            raise EditRefused(reasons, count=len(reasons))
        changed = order.edit(
            contact=contact_of(contact, phone or ""),
            wishes=replace(order.wishes, **command.wishes),
            agreement=agreement,
            destination=destination,
        )
        if order.sales in UNCONFIRMED and not {"contact", "lines"}.isdisjoint(changed):
            await look_for_duplicates(order, uow)
    return order


def _contact(command: EditOrder, order: Order) -> HandedContact:
    now = asdict(order.contact)
    now.update(now.pop("address"))
    return HandedContact(**(now | dict(command.contact)))


async def _destination(
    contact: Contact, ward_code: str | None, order: Order, uow: Work
) -> tuple[Place | None, list[Reason]]:
    """Where the order goes now: the ward that somebody chose, else what another address says (ORD-09)."""
    if ward_code is not None:
        ward = await uow.addresses.ward(ward_code)
        if ward is None:
            return None, [Reason("ward-code-unknown", "contact/address/ward_code", {"code": ward_code})]
        return destined(None, None, ward), []
    if replace(contact.address, street="") == replace(order.contact.address, street="") and order.destination:
        return order.destination, []
    asked = sought(contact.address)
    return destined(asked, await uow.addresses.same_name(asked) if asked else None, None), []


async def look_for_duplicates(order: Order, uow: Work) -> None:
    """A new phone or other goods may make it a likely duplicate, or make it one no more (ORD-06)."""
    window = timedelta(hours=uow.setting(thresholds.duplicate_window))
    await uow.orders.lock_phones([order.contact.phone])
    others = await uow.orders.sightings(order.contact.phone, order.placed_at, window, besides=order.id)
    order.seen_again(duplicates(order.agreement.skus, order.placed_at, others, window))
