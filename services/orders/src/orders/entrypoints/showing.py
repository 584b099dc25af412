"""From an order to what is shown of it."""

from dataclasses import asdict
from datetime import datetime, tzinfo
from typing import Any

from sqlalchemy import RowMapping

from chassis.domain import Reason
from contracts.money import Money
from orders.domain.lines import Line
from orders.domain.order import Order
from orders.domain.waiting import days_waited
from orders.entrypoints.views import (
    CallView,
    CancelView,
    ContactView,
    DestinationView,
    FacetsView,
    HoldView,
    LineView,
    MissingView,
    OrderRowView,
    OrderView,
    ShipmentView,
    WaitingView,
    WarningView,
)


def order_view(order: Order, now: datetime, zone: tzinfo, warnings: tuple[Reason, ...] = ()) -> OrderView:
    def money(amount: int) -> Money:
        return Money(amount=amount, currency=order.agreement.currency)

    progress, agreement, origin = order.progress, order.agreement, order.origin
    return OrderView(
        id=order.id,
        code=order.code,
        version=order.version,
        status=order.status,
        flags=sorted(progress.flags),
        possible=list(order.possible),
        facets=FacetsView(
            sales=order.sales,
            stock=progress.stock,
            inspection=progress.inspection,
            delivery=progress.delivery,
            money=progress.money,
        ),
        channel=origin.channel,
        source=origin.source,
        external_id=origin.external_id,
        store_id=origin.store_id,
        owner_id=origin.owner_id,
        device=origin.device,
        contact=ContactView.model_validate(order.contact),
        destination=DestinationView.model_validate(order.destination) if order.destination else None,
        lines=[_line(line, agreement.currency) for line in agreement.lines],
        freight=money(agreement.freight),
        discount=money(agreement.discount),
        total=money(agreement.total),
        paid=money(progress.paid),
        refunded=money(progress.refunded),
        cod=money(order.cod),
        payment=agreement.payment,
        **asdict(order.wishes),
        placed_at=order.placed_at,
        confirmed_at=order.confirmed_at,
        duplicate_of=list(order.duplicate_of),
        replaces=list(order.replaces),
        replaced_by=list(order.replaced_by),
        blacklisted=progress.blacklisted,
        calls=[CallView.model_validate(call) for call in order.calls],
        hold=HoldView.model_validate(order.hold) if order.hold else None,
        cancel=CancelView(reason=progress.cancel_reason, note=progress.cancel_note) if progress.cancel_reason else None,
        waiting=_waiting(order, now, zone),
        location_id=progress.location_id,
        shipment=_shipment(order),
        trouble=progress.trouble,
        reconciled_at=progress.reconciled_at,
        warnings=[WarningView(code=each.code, pointer=each.field, params=dict(each.params)) for each in warnings],
    )


def _line(line: Line, currency: str) -> LineView:
    def money(amount: int) -> Money:
        return Money(amount=amount, currency=currency)

    return LineView(
        line_id=line.id,
        sku=line.sku,
        name=line.name,
        quantity=line.quantity,
        unit_price=money(line.unit_price),
        discount=money(line.discount),
        share=money(line.share),
        amount=money(line.amount),
        vat_rate_bp=line.vat_rate_bp,
        weight_g=line.weight_g,
        staff_added=line.staff_added,
    )


def _waiting(order: Order, now: datetime, zone: tzinfo) -> WaitingView | None:
    progress = order.progress
    if progress.waiting_since is None:
        return None
    return WaitingView(
        since=progress.waiting_since,
        days=days_waited(progress.waiting_since, progress.reserved_at or now, zone),
        missing=[MissingView.model_validate(each) for each in progress.missing],
        must_ask=progress.held_back,
    )


def _shipment(order: Order) -> ShipmentView | None:
    shipment = order.progress.shipment
    if shipment is None:
        return None
    return ShipmentView(
        id=shipment.id,
        carrier_id=shipment.carrier_id,
        carrier_name=shipment.carrier_name,
        tracking=shipment.tracking,
        attempts=order.progress.attempts,
    )


def row_view(row: RowMapping) -> OrderRowView:
    return OrderRowView.model_validate(with_amounts(row))


def with_amounts(row: RowMapping) -> dict[str, Any]:
    """A row of a list with what is to be paid and what was."""

    def money(amount: int) -> Money:
        return Money(amount=amount, currency=row["currency"])

    amounts = {
        "total": money(row["total"]),
        "paid": money(row["paid"]),
        "cod": money(max(0, row["total"] - row["paid"])),
    }
    return dict(row) | amounts
