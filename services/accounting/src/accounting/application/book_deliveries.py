"""Delivered: revenue is earned and the carrier owes the COD (ACC-06). One voucher per parcel."""

from __future__ import annotations

from collections.abc import Sequence

from accounting.application.book_returns import book
from accounting.application.note_shipments import identify
from accounting.application.ports import Work
from accounting.application.settle import settle
from accounting.application.thresholds import freight_vat_rate_bp
from accounting.domain.entry import Entry
from accounting.domain.sale import Delivery, SoldLine, entry_of_delivery
from accounting.domain.shipment import Road, Shipment
from contracts.accounting.v1 import CodExpected
from contracts.money import Money
from contracts.shipping.v1 import ShipmentDelivered


async def book_deliveries(events: Sequence[ShipmentDelivered], uow: Work) -> None:
    """Set-based, one order per event. A return that was inspected before we heard of the delivery is booked now."""
    orders = await uow.orders.locked([event.order_id for event in events])
    shipments = await uow.shipments.of({event.shipment_id: event.order_id for event in events})
    chart, freight_rate = await uow.journal.chart(), uow.setting(freight_vat_rate_bp)
    entries: list[Entry | None] = []
    sold: list[tuple[Shipment, Sequence[SoldLine]]] = []
    for event in events:
        order, shipment = orders[event.order_id], shipments[event.shipment_id]
        if shipment.road is Road.DELIVERED:
            continue
        order.code = order.code or event.code
        identify(shipment, event)
        cod = shipment.deliver(uow.day_of(event.delivered_at))
        delivery = _delivery(event, cod, freight_rate, uow)
        order.deliver(delivery.gross, delivery.cod)
        entries.append(entry_of_delivery(chart, delivery))
        sold.append((shipment, delivery.lines))
        expected = CodExpected(
            order_id=event.order_id,
            shipment_id=event.shipment_id,
            carrier_id=event.carrier_id,
            amount=Money(amount=cod, currency=delivery.currency),
        )
        uow.publish(expected, cause=event)
    await uow.shipments.sell(sold)
    await uow.shipments.save(shipments.values())
    entries += await book(await uow.shipments.unbooked([each.shipment_id for each, _ in sold]), orders, uow)
    await settle(orders.values(), uow, {event.order_id: event for event in events})
    await uow.journal.post(entries)


def _delivery(event: ShipmentDelivered, cod: int, freight_rate: int, uow: Work) -> Delivery:
    lines = [
        SoldLine(
            line_id=line.line_id,
            sku=line.sku,
            quantity=line.quantity,
            amount=line.amount.amount,
            vat_rate_bp=line.vat_rate_bp,
        )
        for line in event.lines
    ]
    return Delivery(
        shipment_id=event.shipment_id,
        order_id=event.order_id,
        code=event.code,
        carrier=event.carrier_id,
        lines=lines,
        freight=event.freight.amount,
        freight_vat_rate_bp=freight_rate,
        cod=cod,
        currency=event.total.currency,
        day=uow.day_of(event.delivered_at),
    )
