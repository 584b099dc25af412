"""Shipments, their waybills, and orders that wait for one, as callers read them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from contracts.money import Money
from shipping.adapters.documents import terms_from
from shipping.domain.journey import BEFORE_HANDOVER, Status
from shipping.domain.terms import Line, Receiver
from shipping.domain.waybill import Waybill
from shipping.entrypoints.schemas.scans import ScanView


class ReceiverView(BaseModel):
    name: str
    phone: str
    street: str
    ward: str
    district: str | None
    province: str
    country: str

    @classmethod
    def of(cls, receiver: Receiver) -> ReceiverView:
        return cls(
            name=receiver.name,
            phone=receiver.phone,
            street=receiver.street,
            ward=receiver.ward,
            district=receiver.district,
            province=receiver.province,
            country=receiver.country,
        )


class LineView(BaseModel):
    line_id: UUID
    sku: str
    name: str
    quantity: int
    amount: Money

    @classmethod
    def of(cls, line: Line, currency: str) -> LineView:
        return cls(
            line_id=line.line_id,
            sku=line.sku,
            name=line.name,
            quantity=line.quantity,
            amount=Money(amount=line.amount, currency=currency),
        )


class ShipmentView(BaseModel):
    """``fee`` is the expected, after the handover the agreed postage; ``weight_g`` the measured, then agreed weight.

    ``waybill_is_outdated`` if the label on the box no longer says what holds. ``obstacle`` if nobody takes it to its
    new address.
    """

    id: UUID
    order_id: UUID
    order_code: str
    kind: str
    status: Status
    carrier_id: str
    carrier_name: str
    service: str
    tracking: str
    cod: Money
    fee: Money
    receiver: ReceiverView
    note: str | None
    lines: list[LineView]
    parcel_id: UUID | None
    location_id: str | None
    weight_g: int | None
    manifest_id: UUID | None
    manifest_code: str | None
    attempts: int
    waybill_is_outdated: bool
    obstacle: str | None
    created_at: datetime
    printed_at: datetime | None
    handed_over_at: datetime | None
    last_moved_at: datetime | None
    ended_at: datetime | None
    inspected_at: datetime | None
    version: int

    @classmethod
    def of(cls, row: Any) -> ShipmentView:
        return cls(**_fields(row))


class ShipmentDetailView(ShipmentView):
    """With every scan, by the carrier's time; ``outcome`` says what each did to the parcel."""

    scans: list[ScanView]

    @classmethod
    def with_scans(cls, row: Any, scans: Sequence[Any]) -> ShipmentDetailView:
        return cls(**_fields(row), scans=[ScanView.of(scan) for scan in scans])


class RecallBody(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"reason": "Khách đổi ý"}]})

    reason: Annotated[str, Field(min_length=1, max_length=500)]


class PrintBody(BaseModel):
    model_config = ConfigDict(extra="forbid")

    shipment_ids: Annotated[list[UUID], Field(min_length=1, max_length=500)]


class SenderView(BaseModel):
    name: str
    phone: str
    address: str


class WaybillView(BaseModel):
    """What goes onto the label. ``tracking`` is what its barcode says."""

    shipment_id: UUID
    order_code: str
    tracking: str
    carrier_id: str
    carrier_name: str
    service: str
    sender: SenderView
    receiver: ReceiverView
    lines: list[LineView]
    note: str | None
    cod: Money
    weight_g: int
    version: int
    is_outdated: bool

    @classmethod
    def of(cls, waybill: Waybill) -> WaybillView:
        return cls(
            shipment_id=waybill.shipment_id,
            order_code=waybill.order_code,
            tracking=waybill.tracking,
            carrier_id=waybill.carrier_id,
            carrier_name=waybill.carrier_name,
            service=waybill.service,
            sender=SenderView(name=waybill.sender.name, phone=waybill.sender.phone, address=waybill.sender.address),
            receiver=ReceiverView.of(waybill.receiver),
            lines=[LineView.of(line, waybill.currency) for line in waybill.lines],
            note=waybill.note,
            cod=Money(amount=waybill.cod, currency=waybill.currency),
            weight_g=waybill.weight_g,
            version=waybill.version,
            is_outdated=waybill.is_outdated,
        )


class WaybillsView(BaseModel):
    items: list[WaybillView]


class WaybillCopyView(BaseModel):
    """A waybill as it was printed that day."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    shipment_id: UUID
    day: date
    printed_at: datetime
    printed_by: str
    waybill_version: int
    waybill: dict[str, Any]


class UnroutableView(BaseModel):
    """An order for which no carrier was found. ``detail`` says what is wrong and the way out.

    ``shipment_id`` is set if a shipment exists that cannot go to the order's new address.
    """

    order_id: UUID
    code: str
    shipment_id: UUID | None
    obstacle: str
    detail: str
    province: str
    weight_g: int
    carrier_choice: str | None
    since: datetime


class RetryBody(BaseModel):
    """``order_ids``: only these, else those that have waited longest. ``carrier_id``: try it before any other."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{}, {"carrier_id": "ghn"}]})

    order_ids: Annotated[list[UUID], Field(min_length=1, max_length=200)] | None = None
    carrier_id: Annotated[str, Field(max_length=50)] | None = None


class TriedView(BaseModel):
    order_id: UUID
    shipment_id: UUID | None
    obstacle: str | None
    detail: str | None


class RetryView(BaseModel):
    """``solved`` have a shipment now, ``still`` wait."""

    solved: int
    still: int
    tried: list[TriedView]


def _fields(row: Any) -> dict[str, Any]:
    terms = terms_from(row.terms)
    status = Status(row.status)
    return {
        "id": row.id,
        "order_id": row.order_id,
        "order_code": row.code,
        "kind": row.kind,
        "status": status,
        "carrier_id": row.carrier_id,
        "carrier_name": row.carrier_name,
        "service": row.service,
        "tracking": row.tracking,
        "cod": Money(amount=row.cod, currency=terms.currency),
        "fee": Money(amount=row.fee),
        "receiver": ReceiverView.of(terms.receiver),
        "note": terms.note,
        "lines": [LineView.of(line, terms.currency) for line in terms.lines],
        "parcel_id": row.parcel_id,
        "location_id": row.parcel_location,
        "weight_g": row.weight_g,
        "manifest_id": row.manifest_id,
        "manifest_code": row.manifest_code,
        "attempts": row.attempts,
        "waybill_is_outdated": status in BEFORE_HANDOVER and 0 < row.printed_version < row.waybill_version,
        "obstacle": row.obstacle,
        "created_at": row.created_at,
        "printed_at": row.printed_at,
        "handed_over_at": row.handed_over_at,
        "last_moved_at": row.moved_at,
        "ended_at": row.ended_at,
        "inspected_at": row.inspected_at,
        "version": row.version,
    }
