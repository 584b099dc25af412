"""What happened to shipments, as the other services hear it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from contracts.event import Event
from contracts.money import Money
from contracts.shipping.v1 import (
    ShipmentCancelled,
    ShipmentCancelRefused,
    ShipmentCreated,
    ShipmentDelivered,
    ShipmentDeliveryFailed,
    ShipmentHandedOver,
    ShipmentInTransit,
    ShipmentKind,
    ShipmentLost,
    ShipmentReturned,
    ShipmentReturning,
    ShipmentUnroutable,
    ShippedLine,
)
from shipping.application.ports import Work
from shipping.domain.journey import Status
from shipping.domain.shipment import Cancelled, CancelRefused, Created, HandedOver, Moved, Shipment, Unroutable


def announce(shipments: Iterable[Shipment], uow: Work, cause: Event | None = None) -> None:
    """Publish what happened to each shipment since it was loaded, under the time at which it happened."""
    for shipment in shipments:
        for happened in shipment.collect():
            match happened:
                case Created():
                    uow.publish(_created(shipment), cause=cause)
                case Unroutable(_, obstacle):
                    uow.publish(ShipmentUnroutable(**_order(shipment), reason=obstacle), cause=cause)
                case Cancelled():
                    uow.publish(ShipmentCancelled(**_order(shipment), shipment_id=shipment.id), cause=cause)
                case CancelRefused():
                    uow.publish(_cancel_refused(shipment), cause=cause)
                case HandedOver(_, at):
                    uow.publish(_handed_over(shipment), cause=cause, occurred_at=at)
                case Moved(_, _, at):
                    uow.publish(_moved(happened), cause=cause, occurred_at=at)


def _created(shipment: Shipment) -> ShipmentCreated:
    return ShipmentCreated(
        **_order(shipment),
        shipment_id=shipment.id,
        kind=ShipmentKind(shipment.kind),
        carrier_id=shipment.carrier_id,
        carrier_name=shipment.carrier_name,
        service=shipment.service,
        tracking=shipment.tracking,
        cod=Money(amount=shipment.terms.cod, currency=shipment.terms.currency),
        fee=Money(amount=shipment.fee),
    )


def _cancel_refused(shipment: Shipment) -> ShipmentCancelRefused:
    if shipment.manifest_id is None:
        raise LookupError("a shipment that cannot be cancelled has left with a manifest")
    return ShipmentCancelRefused(**_order(shipment), shipment_id=shipment.id, manifest_id=shipment.manifest_id)


def _handed_over(shipment: Shipment) -> ShipmentHandedOver:
    parcel = shipment.parcel
    if parcel is None:
        raise LookupError("only what is packed is handed over")
    return ShipmentHandedOver(
        **_travelling(shipment),
        manifest_id=shipment.manifest_id,
        manifest_code=shipment.manifest_code,
        location_id=parcel.location_id,
        fee=Money(amount=shipment.fee),
        weight_g=shipment.weight_g,
    )


def _moved(move: Moved) -> Event:
    base = _travelling(move.shipment)
    match move.to:
        case Status.IN_TRANSIT | Status.OUT_FOR_DELIVERY:
            return ShipmentInTransit(**base)
        case Status.FAILED:
            return ShipmentDeliveryFailed(**base, attempt=move.attempt, reason=move.reason or "", final=move.final)
        case Status.DELIVERED:
            return ShipmentDelivered(**base, delivered_at=move.at)
        case Status.RETURNING:
            return ShipmentReturning(**base, reason=move.reason or "")
        case Status.RETURNED:
            return ShipmentReturned(**base)
        case Status.LOST:
            return ShipmentLost(**base, reason=move.reason)
        case Status.DAMAGED:
            return ShipmentLost(**base, reason=f"damaged: {move.reason}" if move.reason else "damaged")
        case _:
            raise LookupError(f"nobody is told of {move.to}")


def _order(shipment: Shipment) -> dict[str, Any]:
    return {"order_id": shipment.order_id, "code": shipment.terms.code}


def _travelling(shipment: Shipment) -> dict[str, Any]:
    """What every later fact repeats, so that its readers need not remember an earlier one."""
    terms = shipment.terms
    if shipment.parcel is None:
        raise LookupError("only what is packed travels")
    return {
        **_order(shipment),
        "shipment_id": shipment.id,
        "parcel_id": shipment.parcel.id,
        "carrier_id": shipment.carrier_id,
        "tracking": shipment.tracking,
        "store_id": terms.store_id,
        "owner_id": terms.owner_id,
        "lines": tuple(
            ShippedLine(
                line_id=line.line_id,
                sku=line.sku,
                quantity=line.quantity,
                amount=Money(amount=line.amount, currency=terms.currency),
                vat_rate_bp=line.vat_rate_bp,
            )
            for line in terms.lines
        ),
        "freight": Money(amount=terms.freight, currency=terms.currency),
        "total": Money(amount=terms.total, currency=terms.currency),
        "cod": Money(amount=terms.cod, currency=terms.currency),
    }
