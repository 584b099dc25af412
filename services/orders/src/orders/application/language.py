"""An order in the words of the contracts. What is not said here stays at the desk."""

from dataclasses import asdict
from typing import Any

from contracts.money import Money
from contracts.orders import v1
from contracts.party import Address, Contact
from orders.domain import happenings as h
from orders.domain.facets import Sales
from orders.domain.lines import Line
from orders.domain.order import Order


def event_of(order: Order, happening: h.Happening) -> v1.OrderEvent | None:
    """What others are told of it; None for what stays at the desk."""
    match happening:
        case h.Placed():
            return v1.OrderPlaced(
                **terms_of(order),
                duplicate_of=order.duplicate_of,
                blacklisted=order.progress.blacklisted,
                replaces=order.replaces,
            )
        case h.Confirmed():
            return v1.OrderConfirmed(**terms_of(order), confirmed_at=order.confirmed_at or order.placed_at)
        case h.Edited():
            return v1.OrderChanged(
                **terms_of(order), confirmed=order.confirmed_at is not None, changed=happening.changed
            )
        case h.Deleted():
            return v1.OrderDeleted(order_id=order.id, code=order.code)
        case h.Restored():
            return v1.OrderRestored(**terms_of(order), cancelled=order.sales is Sales.CANCELLED)
        case h.PaymentReminded():
            return v1.OrderPaymentDue(
                order_id=order.id,
                code=order.code,
                due=Money(amount=happening.due, currency=order.agreement.currency),
                cancel_at=happening.cancel_at,
            )
        case h.Assigned():
            return v1.OrderChanged(**terms_of(order), confirmed=order.confirmed_at is not None, changed=("owner",))
        case h.CancelRequested():
            return v1.OrderCancelRequested(
                order_id=order.id, code=order.code, reason=v1.CancelReason(happening.reason), note=happening.note
            )
        case h.StandingAside():
            return v1.OrderCancelRequested(order_id=order.id, code=order.code, reason=v1.CancelReason.OTHER)
        case _:
            return ending_of(happening)


def ending_of(happening: h.Happening) -> v1.OrderEvent | None:
    """As :func:`event_of`, for what needs no terms: an order may go on, or has ended."""
    match happening:
        case h.Released():
            return v1.OrderReleased(order_id=happening.order_id, code=happening.code, reserved_at=happening.reserved_at)
        case h.Closed():
            return v1.OrderClosed(order_id=happening.order_id, code=happening.code)
        case h.Cancelled():
            return v1.OrderCancelled(
                order_id=happening.order_id,
                code=happening.code,
                reason=v1.CancelReason(happening.reason),
                note=happening.note,
                was_confirmed=happening.was_confirmed,
            )
        case h.Succeeded():
            return v1.OrderCancelled(
                order_id=happening.order_id,
                code=happening.code,
                reason=v1.CancelReason.OTHER,
                was_confirmed=happening.was_confirmed,
                became="merged" if happening.kind == "merge" else "split",
                replaced_by=tuple(
                    v1.SuccessorOrder(order_id=id, code=code, paid=Money(amount=paid, currency=happening.currency))
                    for id, code, paid in happening.successors
                ),
            )
        case _:
            return None


def terms_of(order: Order) -> dict[str, Any]:
    """The fields of every event that says the whole of an order."""
    agreement, currency = order.agreement, order.agreement.currency
    return {
        "order_id": order.id,
        "code": order.code,
        "channel": order.origin.channel,
        "source": order.origin.source,
        "external_id": order.origin.external_id,
        "store_id": order.origin.store_id,
        "owner_id": order.origin.owner_id,
        "device": order.origin.device,
        "contact": _contact(order),
        "lines": tuple(_line(line, currency) for line in agreement.lines),
        "freight": Money(amount=agreement.freight, currency=currency),
        "discount": Money(amount=agreement.discount, currency=currency),
        "total": Money(amount=agreement.total, currency=currency),
        "paid": Money(amount=order.progress.paid, currency=currency),
        "cod": Money(amount=order.cod, currency=currency),
        "payment": v1.PaymentMethod(agreement.payment),
        **asdict(order.wishes),
        "placed_at": order.placed_at,
    }


def _contact(order: Order) -> Contact:
    address = order.contact.address
    ward = order.destination.ward if order.destination else None
    return Contact(
        name=order.contact.name,
        phone=order.contact.phone,
        email=order.contact.email,
        address=Address(
            street=address.street,
            ward=address.ward,
            district=address.district,
            province=address.province,
            country=address.country,
            ward_code=ward.code if ward else None,
            province_code=ward.province_code if ward else None,
            standard=f"{ward.name}, {ward.province}" if ward else None,
        ),
    )


def _line(line: Line, currency: str) -> v1.OrderLine:
    return v1.OrderLine(
        line_id=line.id,
        sku=line.sku,
        name=line.name,
        quantity=line.quantity,
        unit_price=Money(amount=line.unit_price, currency=currency),
        discount=Money(amount=line.discount, currency=currency),
        amount=Money(amount=line.amount, currency=currency),
        vat_rate_bp=line.vat_rate_bp,
        staff_added=line.staff_added,
        weight_g=line.weight_g,
    )
