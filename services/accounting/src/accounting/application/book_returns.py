"""Goods came back and were inspected. If they had been delivered, their revenue is taken back in proportion (ACC-06);
if not, nothing was booked and no COD is due. Freight stays earned: the way was driven."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from accounting.application.ports import Inspection, Work
from accounting.application.settle import settle
from accounting.domain.entry import Entry
from accounting.domain.order_money import OrderMoney
from accounting.domain.sale import entry_of_return
from accounting.domain.shipment import Road
from contracts.inventory.v1 import Grade, ReturnInspected

_BACK = (Grade.SELLABLE, Grade.DEFECTIVE)
"""Only our own goods count as come back: what is wrong or missing was not returned to us."""


async def note_inspections(events: Sequence[ReturnInspected], uow: Work) -> None:
    """Record what came back; book it at once where the delivery is known, else when it is."""
    orders = await uow.orders.locked([event.order_id for event in events])
    shipments = await uow.shipments.of({event.shipment_id: event.order_id for event in events})
    await uow.shipments.inspect([_inspection(event, uow) for event in events])
    for shipment in shipments.values():
        shipment.inspected = True
    await uow.shipments.save(shipments.values())
    delivered = [each.shipment_id for each in shipments.values() if each.road is Road.DELIVERED]
    entries = await book(await uow.shipments.unbooked(delivered), orders, uow)
    await settle(orders.values(), uow, {event.order_id: event for event in events})
    await uow.journal.post(entries)


async def book(inspections: Sequence[Inspection], orders: Mapping[UUID, OrderMoney], uow: Work) -> list[Entry | None]:
    """The vouchers of returns of delivered goods. Credits the orders; the caller saves and posts."""
    if not inspections:
        return []
    chart = await uow.journal.chart()
    sold = await uow.shipments.sold({each.shipment_id for each in inspections})
    entries: list[Entry | None] = []
    for each in inspections:
        order = orders[each.order_id]
        entry, credited = entry_of_return(
            chart,
            return_id=each.return_id,
            order_id=each.order_id,
            code=order.name,
            sold=sold.get(each.shipment_id, {}),
            came_back=each.came_back,
            currency=order.currency,
            day=each.day,
        )
        order.credit(credited)
        entries.append(entry)
    await uow.shipments.save_sold(sold)
    await uow.shipments.booked([each.return_id for each in inspections])
    return entries


def _inspection(event: ReturnInspected, uow: Work) -> Inspection:
    return Inspection(
        return_id=event.return_id,
        shipment_id=event.shipment_id,
        order_id=event.order_id,
        came_back=tuple((line.line_id, line.quantity) for line in event.lines if line.grade in _BACK),
        day=uow.day_of(event.meta.occurred_at),
    )
