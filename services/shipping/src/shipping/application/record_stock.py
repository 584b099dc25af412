"""The warehouse's half: stock that is held, parcels that are packed, and both taken back again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from contracts.event import Event
from shipping.application.make_shipments import make_shipments
from shipping.application.ports import HoldNews, Work
from shipping.domain.terms import Parcel


async def record_holds(news: Sequence[HoldNews], uow: Work, causes: Mapping[UUID, Event]) -> None:
    """All goods of these orders are held. One that had to wait travels only when the order desk releases it."""
    await make_shipments(await uow.consignments.record_hold(news, uow.now), uow, causes)


async def drop_holds(order_ids: Sequence[UUID], uow: Work) -> None:
    """The goods are not there, or not any more. A shipment that is made already stays: the parcel will come."""
    await uow.consignments.drop_hold(order_ids, uow.now)


async def attach_parcels(parcels: Mapping[UUID, Parcel], uow: Work) -> None:
    """What is packed awaits its carrier, with the measured weight. Before the shipment is made it is remembered."""
    heard = await uow.consignments.record_parcels(parcels, uow.now)
    travelling = [each.order_id for each in heard if each.shipment_id is not None]
    shipments = [each for each in await uow.shipments.of_orders(travelling) if each.is_with_us] if travelling else []
    for shipment in shipments:
        shipment.attach(parcels[shipment.order_id])
    await uow.shipments.save(shipments)


async def detach_parcel(order_id: UUID, parcel_id: UUID, uow: Work) -> None:
    """The parcel was taken off the floor; whatever list it stands on, it is not handed over."""
    await uow.consignments.drop_parcel(order_id, parcel_id)
    shipments = await uow.shipments.of_orders([order_id])
    for shipment in shipments:
        shipment.detach(parcel_id)
    await uow.shipments.save(shipments)


async def note_inspection(shipment_id: UUID, order_id: UUID, at: datetime, uow: Work) -> None:
    """The warehouse has seen what came back (INV-13)."""
    shipments = await uow.shipments.of_orders([order_id])
    for shipment in shipments:
        if shipment.id == shipment_id:
            shipment.inspected_at = at
    await uow.shipments.save(shipments)
