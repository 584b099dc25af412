"""Taking an order in (ORD-01): the one path behind the HTTP route and every partner's door."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from chassis.domain import Forbidden, Reason
from contracts.event import Event
from contracts.phones import normalised
from orders.application import thresholds
from orders.application.announce import news_of, summary
from orders.application.intake import Bounds, HandedContact, PlaceOrder, reasons_against
from orders.application.ports import Knowledge, Product, Stores, Work
from orders.application.pricing import priced
from orders.domain.agreement import Agreement, Origin
from orders.domain.codes import code_of
from orders.domain.duplicates import Sighting, duplicates
from orders.domain.errors import OrderRefused
from orders.domain.facets import Sales
from orders.domain.order import Order
from orders.domain.party import Address, Contact
from orders.domain.places import Clarity, destined, sought


class StoreNotYours(Forbidden):
    """Who is confined to some stores takes in orders for those only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """``created`` is false if the same (source, external id) was handed in before, at whichever door.

    ``warnings`` do not stop an order: a likely duplicate, an unreliable buyer, an address that may mean several wards,
    goods that are short just now, or that the order handed in before was deleted.
    """

    order: Order
    created: bool
    warnings: tuple[Reason, ...] = ()


async def place_order(command: PlaceOrder, uow: Work, *, stores: Stores, cause: Event | None = None) -> Placement:
    """Accept an order; stock and payment answer later, as events. ``cause``: the letter it came in, if it did.

    Raises ``OrderRefused`` with every reason, ``StoreNotYours``.

    Five statements: what is known (and the lock on the phone), the duplicates, the order, the trail, what is said.
    """
    if stores is not None and command.store_id not in stores:
        raise StoreNotYours(store=command.store_id or "–", stores=sorted(stores))
    phone = normalised(command.contact.phone or "", uow.setting(thresholds.phone_region))
    day = uow.today
    known = await uow.orders.look_up(
        phone=phone,
        skus={line.sku for line in command.lines if line.sku},
        channel=command.channel,
        source=command.source,
        external_id=command.external_id,
        day=day,
        address=sought(contact_of(command.contact, phone or "").address),
        ward_code=command.contact.ward_code,
    )
    if known.existing:
        return await _first(command, stores, uow)
    if reasons := reasons_against(command, phone, known, bounds_of(uow)):
        raise OrderRefused(reasons, count=len(reasons))
    window = timedelta(hours=uow.setting(thresholds.duplicate_window))
    earlier = await uow.orders.sightings(phone or "", command.placed_at or uow.now, window)
    order = ordered(command, phone or "", known, earlier, uow)
    news = news_of(order, uow, cause)
    if not await uow.orders.add(order, news.entries):
        return await _first(command, stores, uow)
    news.publish(uow)
    uow.audit("order.place", "order", order.id, after=summary(order))
    return Placement(order=order, created=True, warnings=warnings_about(order, known.products))


async def _first(command: PlaceOrder, stores: Stores, uow: Work) -> Placement:
    """What was made of it when it was handed in before."""
    order = await uow.orders.handed_in(command.source, command.external_id or "", stores)
    deleted = (Reason("order-deleted", None, {"code": order.code}),) if order.sales is Sales.DELETED else ()
    return Placement(order=order, created=False, warnings=deleted)


def bounds_of(uow: Work) -> Bounds:
    """What no order may exceed, as the settings say now."""
    return Bounds(
        currency=uow.setting(thresholds.shop_currency),
        largest_total=uow.setting(thresholds.largest_total),
        now=uow.now,
        listed_sources_only=uow.setting(thresholds.unlisted_sources) == "refuse",
    )


def ordered(command: PlaceOrder, phone: str, known: Knowledge, earlier: Iterable[Sighting], uow: Work) -> Order:
    """The order of a command against which there are no reasons. ``earlier``: live orders of the same phone."""
    placed_at = command.placed_at or uow.now
    window = timedelta(hours=uow.setting(thresholds.duplicate_window))
    contact = contact_of(command.contact, phone)
    lines = tuple(priced(line, known.products[line.sku or ""], uow.new_id()) for line in command.lines)
    return Order.place(
        id=uow.new_id(),
        code=code_of(uow.today, known.number),
        origin=Origin(
            channel=command.channel,
            source=command.source,
            external_id=command.external_id,
            store_id=command.store_id,
            owner_id=command.owner_id,
            device=command.device,
            call_required=known.channel is None or known.channel.call_required,
        ),
        contact=contact,
        destination=destined(sought(contact.address), known.same_name, known.ward),
        agreement=Agreement(
            lines=lines,
            freight=command.freight.amount,
            discount=command.discount.amount,
            payment=command.payment,
            currency=uow.setting(thresholds.shop_currency),
        ),
        placed_at=placed_at,
        wishes=command.wishes,
        duplicate_of=duplicates({line.sku for line in lines}, placed_at, earlier, window),
        blacklisted=known.blacklisted,
    )


def warnings_about(order: Order, products: Mapping[str, Product]) -> tuple[Reason, ...]:
    """What does not stop an order, but should be known to whoever talks with the customer."""
    found = []
    if order.duplicate_of:
        found.append(Reason("likely-duplicate", None, {"codes": list(order.duplicate_of)}))
    if order.progress.blacklisted:
        found.append(Reason("customer-blacklisted", "contact/phone"))
    found += address_warnings(order)
    for place, line in enumerate(order.agreement.lines):
        product = products.get(line.sku)
        if product is None or not product.active:
            found.append(Reason("sku-inactive", f"lines/{place}/sku", {"sku": line.sku}))
        elif (available := product.available) is not None and available < line.quantity:
            found.append(Reason("stock-short", f"lines/{place}", {"sku": line.sku, "available": available}))
    return tuple(found)


def address_warnings(order: Order) -> Iterator[Reason]:
    """What a person should settle before the parcel leaves; never a reason to refuse the order."""
    if order.progress.address is Clarity.AMBIGUOUS and order.destination is not None:
        names = [f"{ward.name}, {ward.province}" for ward in order.destination.candidates]
        yield Reason("address-ambiguous", "contact/address/ward", {"ward": order.contact.address.ward, "wards": names})
    if order.progress.address is Clarity.UNKNOWN:
        address = order.contact.address
        yield Reason("address-unknown", "contact/address/ward", {"ward": address.ward, "province": address.province})


def contact_of(handed: HandedContact, phone: str) -> Contact:
    """A contact in which nothing is missing; white space around the words is nobody's wish."""
    return Contact(
        name=(handed.name or "").strip(),
        phone=phone,
        email=handed.email or None,
        address=Address(
            street=(handed.street or "").strip(),
            ward=(handed.ward or "").strip(),
            district=(handed.district or "").strip() or None,
            province=(handed.province or "").strip(),
            country=handed.country,
        ),
    )
