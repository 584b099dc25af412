"""What stands on the label of a parcel: always the newest address, note and amount to collect (SHP-04)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from shipping.domain.shipment import Shipment
from shipping.domain.terms import Printed


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """The shop, as carriers bring returns back to it."""

    name: str
    phone: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Waybill(Printed):
    """One label. ``version`` counts its contents; ``is_outdated`` if the box still bears an older one."""

    shipment_id: UUID
    order_code: str
    tracking: str
    carrier_id: str
    carrier_name: str
    service: str
    sender: Sender
    weight_g: int
    version: int
    is_outdated: bool

    @classmethod
    def of(cls, shipment: Shipment, sender: Sender) -> Waybill:
        terms = shipment.terms
        return cls(
            shipment_id=shipment.id,
            order_code=terms.code,
            tracking=shipment.tracking,
            carrier_id=shipment.carrier_id,
            carrier_name=shipment.carrier_name,
            service=shipment.service,
            sender=sender,
            weight_g=shipment.weight_g or terms.weight_g,
            version=shipment.waybill_version,
            is_outdated=shipment.waybill_is_outdated,
            **terms.printed(),
        )
