"""What is checked when an order is handed in, at whichever door. Every reason is told at once (ORD-01, ORD-02)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from chassis.domain import Reason
from contracts.money import Money
from orders.application.ports import Knowledge, Product
from orders.application.pricing import Asked, gross, net
from orders.domain.agreement import NO_WISHES, Payment, Wishes

LINES, QUANTITY = 500, 100_000
"""What the contract of a door allows (``contracts.orders.v1``)."""
NOTHING = Money(amount=0)
SLACK = timedelta(minutes=5)
"""By how much a partner's clock may be ahead of ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedContact:
    """A buyer as somebody wrote him down: anything may be missing. ``ward_code``: a ward of today, chosen."""

    name: str | None = None
    phone: str | None = None
    email: str | None = None
    street: str | None = None
    ward: str | None = None
    district: str | None = None
    province: str | None = None
    country: str = "VN"
    ward_code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceOrder:
    """An order as it is handed in. ``placed_at`` None: now. ``owner_id``: the member of staff who answers for it."""

    channel: str
    source: str
    external_id: str | None = None
    store_id: str | None = None
    owner_id: str | None = None
    device: str | None = None
    contact: HandedContact
    lines: Sequence[Asked] = ()
    freight: Money = NOTHING
    discount: Money = NOTHING
    payment: Payment = Payment.COD
    wishes: Wishes = NO_WISHES
    placed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What no order may exceed."""

    currency: str
    largest_total: int
    now: datetime
    listed_sources_only: bool = False


def reasons_against(order: PlaceOrder, phone: str | None, known: Knowledge, bounds: Bounds) -> list[Reason]:
    """Everything that is wrong with it; empty if it can be taken in. ``phone`` as normalised, None if it cannot be."""
    return [
        *_origin(order, known, bounds),
        *contact_reasons(order.contact, phone),
        *goods_reasons(order.lines, order.freight, order.discount, known.products, bounds),
        *_time(order, bounds),
    ]


def _origin(order: PlaceOrder, known: Knowledge, bounds: Bounds) -> Iterator[Reason]:
    if not order.source.strip():
        yield Reason("source-missing", "source")
    elif known.source is not None and not known.source.active:
        yield Reason("source-retired", "source", {"source": order.source})
    elif known.source is None and bounds.listed_sources_only and order.source != order.channel:
        yield Reason("source-unknown", "source", {"source": order.source})
    if known.channel is None or not known.channel.active:
        yield Reason("channel-unknown", "channel", {"channel": order.channel})


def _time(order: PlaceOrder, bounds: Bounds) -> Iterator[Reason]:
    if order.placed_at is not None and order.placed_at > bounds.now + SLACK:
        yield Reason("placed-in-future", "placed_at")


def contact_reasons(contact: HandedContact, phone: str | None) -> Iterator[Reason]:
    """What is missing of name, phone and address; the email is optional."""
    needed = {"name": contact.name, "phone": contact.phone}
    address = {"street": contact.street, "ward": contact.ward, "province": contact.province}
    for part, value in needed.items():
        if not value or not value.strip():
            yield Reason(f"{part}-missing", f"contact/{part}")
        elif part == "phone" and phone is None:
            yield Reason("phone-invalid", "contact/phone")
    for part, value in address.items():
        if not value or not value.strip():
            yield Reason(f"{part}-missing", f"contact/address/{part}")
    if contact.email and "@" not in contact.email:
        yield Reason("email-invalid", "contact/email")


def goods_reasons(
    lines: Sequence[Asked],
    freight: Money,
    discount: Money,
    products: Mapping[str, Product],
    bounds: Bounds,
) -> Iterator[Reason]:
    """What is wrong with goods and amounts. Sums are looked at only where every line can be priced."""
    if not lines:
        yield Reason("lines-missing", "lines")
    if len(lines) > LINES:
        yield Reason("too-many-lines", "lines", {"most": LINES})
    wrong = [
        reason for place, line in enumerate(lines[:LINES]) for reason in _line(line, f"lines/{place}", products, bounds)
    ]
    yield from wrong
    goods = None if wrong or not lines else sum(net(line, products) for line in lines)
    yield from sum_reasons(goods, freight, discount, bounds)


def sum_reasons(goods: int | None, freight: Money, discount: Money, bounds: Bounds) -> Iterator[Reason]:
    """What is wrong with the order's own amounts. ``goods``: the value of all lines, None if it cannot be told."""
    amounts = [*_amount(freight, "freight", bounds), *_amount(discount, "discount", bounds)]
    yield from amounts
    if goods is None or amounts:
        return
    if discount.amount > goods:
        yield Reason("discount-exceeds-goods", "discount", {"goods": goods})
    if goods + freight.amount > bounds.largest_total:
        yield Reason("amount-too-large", "lines", {"most": bounds.largest_total})


def _line(line: Asked, place: str, products: Mapping[str, Product], bounds: Bounds) -> Iterator[Reason]:
    product = products.get(line.sku or "")
    if not line.sku or not line.sku.strip():
        yield Reason("sku-missing", f"{place}/sku")
    elif product is None:
        yield Reason("sku-unknown", f"{place}/sku", {"sku": line.sku})
    elif not product.active:
        yield Reason("sku-inactive", f"{place}/sku", {"sku": line.sku})
    if line.quantity is None or not 1 <= line.quantity <= QUANTITY:
        yield Reason("quantity-invalid", f"{place}/quantity", {"most": QUANTITY})
    amounts = {"unit_price": line.unit_price, "discount": line.discount}
    wrong = [
        reason
        for name, amount in amounts.items()
        if amount is not None
        for reason in _amount(amount, f"{place}/{name}", bounds)
    ]
    yield from wrong
    priceable = product is not None and not wrong and line.quantity is not None and line.quantity > 0
    if product is not None and priceable and net(line, products) < 0:
        yield Reason("discount-exceeds-goods", f"{place}/discount", {"goods": gross(line, product)})


def _amount(amount: Money, place: str, bounds: Bounds) -> Iterator[Reason]:
    if amount.currency != bounds.currency:
        yield Reason("currency-not-taken", place, {"currency": amount.currency, "taken": bounds.currency})
    if amount.amount < 0:
        yield Reason("amount-negative", place)
    elif amount.amount > bounds.largest_total:
        yield Reason("amount-too-large", place, {"most": bounds.largest_total})
