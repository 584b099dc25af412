"""Rows to the domain and back.

What is written goes through JSON, so that many rows fit into one statement; dataclasses are left to the encoder.
"""

from collections.abc import Collection, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping

from orders.domain.agreement import WISHES, Agreement, Call, Hold, Origin, Payment, Wishes
from orders.domain.facets import Delivery, Inspection, Money, Sales, Stock
from orders.domain.happenings import CallOutcome, CancelReason, HoldReason
from orders.domain.lines import Line
from orders.domain.order import Order
from orders.domain.party import Address, Contact
from orders.domain.places import Clarity, Place, Ward
from orders.domain.progress import Missing, Progress, Shipment
from orders.domain.words import folded

Row = Mapping[str, Any] | RowMapping


def order_row(order: Order) -> dict[str, Any]:
    """Every column of ``orders``."""
    return {
        "id": order.id,
        "code": order.code,
        "version": order.version,
        "channel": order.origin.channel,
        "source": order.origin.source,
        "external_id": order.origin.external_id,
        "store_id": order.origin.store_id,
        "owner_id": order.origin.owner_id,
        "device": order.origin.device,
        "call_required": order.origin.call_required,
        "phone": order.contact.phone,
        "contact": order.contact,
        "destination": order.destination,
        "lines": order.agreement.lines,
        "skus": sorted(order.agreement.skus),
        "freight": order.agreement.freight,
        "discount": order.agreement.discount,
        "total": order.agreement.total,
        "currency": order.agreement.currency,
        "payment": order.agreement.payment,
        **asdict(order.wishes),
        "placed_at": order.placed_at,
        "confirmed_at": order.confirmed_at,
        "calls": order.calls,
        "due_at": order.due_at,
        "hold": order.hold,
        "duplicate_of": order.duplicate_of,
        "replaces": order.replaces,
        "replaced_by": order.replaced_by,
        "words": _words_of(order),
    }


def order_of(row: Row, progress: Progress) -> Order:
    return Order(
        id=row["id"],
        code=row["code"],
        version=row["version"],
        origin=Origin(
            channel=row["channel"],
            source=row["source"],
            external_id=row["external_id"],
            store_id=row["store_id"],
            owner_id=row["owner_id"],
            device=row["device"],
            call_required=row["call_required"],
        ),
        contact=contact_of(row["contact"]),
        destination=place_of(row["destination"]) if row["destination"] else None,
        agreement=Agreement(
            lines=tuple(line_of(line) for line in row["lines"]),
            freight=row["freight"],
            discount=row["discount"],
            payment=Payment(row["payment"]),
            currency=row["currency"],
        ),
        placed_at=row["placed_at"],
        wishes=Wishes(**{name: row[name] for name in WISHES}),
        confirmed_at=row["confirmed_at"],
        calls=tuple(call_of(call) for call in row["calls"]),
        call_at=row["due_at"],
        hold=hold_of(row["hold"]) if row["hold"] else None,
        duplicate_of=tuple(row["duplicate_of"]),
        replaces=tuple(row["replaces"]),
        replaced_by=tuple(row["replaced_by"]),
        progress=progress,
    )


def contact_of(stored: Row) -> Contact:
    return Contact(**{**stored, "address": Address(**stored["address"])})


def place_of(stored: Row) -> Place:
    return Place(
        clarity=Clarity(stored["clarity"]),
        ward=Ward(**stored["ward"]) if stored["ward"] else None,
        candidates=tuple(Ward(**each) for each in stored["candidates"]),
        chosen=stored["chosen"],
    )


def line_of(stored: Row) -> Line:
    return Line(**{**stored, "id": UUID(stored["id"])})


def call_of(stored: Row) -> Call:
    return Call(
        at=datetime.fromisoformat(stored["at"]),
        by=stored["by"],
        outcome=CallOutcome(stored["outcome"]),
        note=stored["note"],
    )


def hold_of(stored: Row) -> Hold:
    until = stored["until"]
    return Hold(
        reason=HoldReason(stored["reason"]),
        until=datetime.fromisoformat(until) if until else None,
        note=stored["note"],
    )


def progress_row(progress: Progress) -> dict[str, Any]:
    """The columns of ``progress`` that change, and its key."""
    return {
        "order_id": progress.order_id,
        "status": progress.status,
        "flags": sorted(progress.flags),
        "sales": progress.sales,
        "sales_before": progress.sales_before,
        "cancel_reason": progress.cancel_reason,
        "cancel_note": progress.cancel_note,
        "replacement": progress.replacement,
        "duplicate": progress.duplicate,
        "address": progress.address,
        "blacklisted": progress.blacklisted,
        "stock": progress.stock,
        "inspection": progress.inspection,
        "location_id": progress.location_id,
        "waiting_since": progress.waiting_since,
        "reserved_at": progress.reserved_at,
        "missing": progress.missing,
        "released": progress.released,
        "held_back": progress.held_back,
        "delivery": progress.delivery,
        "shipment": progress.shipment,
        "tracking": progress.shipment.tracking if progress.shipment else None,
        "attempts": progress.attempts,
        "trouble": progress.trouble,
        "unroutable": progress.unroutable,
        "recall_offered": progress.recall_offered,
        "money": progress.money,
        "paid": progress.paid,
        "refunded": progress.refunded,
        "overpaid": progress.overpaid,
        "disputed": progress.disputed,
        "reconciled_at": progress.reconciled_at,
        "reminded_at": progress.reminded_at,
    }


def progress_of(row: Row) -> Progress:
    shipment = row["shipment"]
    return Progress(
        order_id=row["order_id"],
        code=row["code"],
        sales=Sales(row["sales"]) if row["sales"] else None,
        sales_before=Sales(row["sales_before"]) if row["sales_before"] else None,
        cancel_reason=CancelReason(row["cancel_reason"]) if row["cancel_reason"] else None,
        cancel_note=row["cancel_note"],
        replacement=row["replacement"],
        duplicate=row["duplicate"],
        address=Clarity(row["address"]) if row["address"] else None,
        blacklisted=row["blacklisted"],
        stock=Stock(row["stock"]),
        inspection=Inspection(row["inspection"]),
        location_id=row["location_id"],
        waiting_since=row["waiting_since"],
        reserved_at=row["reserved_at"],
        missing=tuple(Missing(**each) for each in row["missing"]),
        released=row["released"],
        held_back=row["held_back"],
        delivery=Delivery(row["delivery"]),
        shipment=Shipment(**{**shipment, "id": UUID(shipment["id"])}) if shipment else None,
        attempts=row["attempts"],
        trouble=row["trouble"],
        unroutable=row["unroutable"],
        recall_offered=row["recall_offered"],
        money=Money(row["money"]),
        paid=row["paid"],
        refunded=row["refunded"],
        overpaid=row["overpaid"],
        disputed=row["disputed"],
        reconciled_at=row["reconciled_at"],
        reminded_at=row["reminded_at"],
    )


def sql_list(words: Collection[str]) -> str:
    """Words of the domain inside a statement, so that a new one is in it as well."""
    return ", ".join(f"'{word}'" for word in sorted(words))


def _words_of(order: Order) -> list[str]:
    """What an order is found by: code, outside number, name, and the phone as it is said aloud."""
    phone = order.contact.phone
    spoken = {phone.removeprefix("+"), "0" + phone.removeprefix("+84")} if phone.startswith("+84") else {phone[1:]}
    return sorted({order.code.lower(), *folded(order.contact.name), *folded(order.origin.external_id or ""), *spoken})
