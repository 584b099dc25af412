"""Asking the carrier to bring a parcel back: the way out when a cancellation came too late (DOMAIN 4.1)."""

from __future__ import annotations

from uuid import UUID

from shipping.application.announce import announce
from shipping.application.ports import Work
from shipping.domain.shipment import Shipment


async def recall_shipment(shipment_id: UUID, reason: str, uow: Work) -> Shipment:
    """It counts as returning from now on; if the courier is faster, it is delivered all the same."""
    shipment = await uow.shipments.get(shipment_id)
    before = shipment.status
    shipment.recall(uow.now, reason)
    await uow.shipments.save([shipment])
    announce([shipment], uow)
    uow.audit(
        "recall", "shipment", shipment.id, before={"status": before}, after={"status": shipment.status}, reason=reason
    )
    return shipment
