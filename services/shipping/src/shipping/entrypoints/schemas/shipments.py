"""Shipments, as callers read them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from contracts.money import Money
from shipping.adapters.documents import terms_from
from shipping.domain.journey import BEFORE_HANDOVER, Status
from shipping.domain.terms import Line
from shipping.entrypoints.schemas.scans import ScanView


class ReceiverView(BaseModel, from_attributes=True):
    name: str
    phone: str
    street: str
    ward: str
    district: str | None
    province: str
    country: str
    standard: str | None


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
    new address. ``last_seen_at`` is the last sign of it, also one that did not move it; how long that may be ago is
    ``shipping.late_after_hours``.
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
    last_seen_at: datetime | None
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
        return cls(**_fields(row), scans=[ScanView.model_validate(scan) for scan in scans])


class RecallBody(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"reason": "Khách đổi ý"}]})

    reason: Annotated[str, Field(min_length=1, max_length=500)]


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
        "receiver": ReceiverView.model_validate(terms.receiver),
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
        "last_seen_at": row.seen_at,
        "ended_at": row.ended_at,
        "inspected_at": row.inspected_at,
        "version": row.version,
    }
