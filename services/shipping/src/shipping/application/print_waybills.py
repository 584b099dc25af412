"""Printing waybills, one or many in one action; a copy of each is kept for the day (SHP-04, SHP-06)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from uuid import UUID

from pydantic_core import to_json

from chassis.domain import Reason
from shipping.application import thresholds
from shipping.application.ports import Printed, Work
from shipping.domain.shipment import Shipment, ShipmentNotFound, WaybillsRefused
from shipping.domain.waybill import Sender, Waybill


def sender(uow: Work) -> Sender:
    return Sender(
        name=uow.setting(thresholds.sender_name),
        phone=uow.setting(thresholds.sender_phone),
        address=uow.setting(thresholds.sender_address),
    )


async def print_waybills(shipment_ids: Sequence[UUID], uow: Work) -> list[Waybill]:
    """The labels in the order asked for; the parcels count as labelled. All or, naming what is wrong, none."""
    found = {shipment.id: shipment for shipment in await uow.shipments.of(shipment_ids)}
    wrong = [reason for place, id in enumerate(shipment_ids) for reason in _refusals(place, id, found.get(id))]
    if wrong:
        raise WaybillsRefused(wrong)
    shop = sender(uow)
    waybills = []
    for id in shipment_ids:
        found[id].print(uow.now)
        waybills.append(Waybill.of(found[id], shop))
    await uow.shipments.save(found.values())
    await uow.waybills.keep([_copy(waybill, uow) for waybill in waybills])
    uow.audit("print", "waybills", f"{len(waybills)}", after={"tracking": [each.tracking for each in waybills]})
    return waybills


def _refusals(place: int, id: UUID, shipment: Shipment | None) -> list[Reason]:
    if shipment is None:
        return [Reason(ShipmentNotFound.code, f"shipment_ids/{place}", {"id": str(id)})]
    if not shipment.is_with_us:
        said = {"tracking": shipment.tracking, "state": str(shipment.status)}
        return [Reason("waybill-too-late", f"shipment_ids/{place}", said)]
    return []


def _copy(waybill: Waybill, uow: Work) -> Printed:
    return Printed(
        id=uow.new_id(),
        shipment_id=waybill.shipment_id,
        day=uow.today,
        printed_at=uow.now,
        printed_by=uow.actor.name or uow.actor.id,
        waybill_version=waybill.version,
        waybill=json.loads(to_json(waybill)),
    )
