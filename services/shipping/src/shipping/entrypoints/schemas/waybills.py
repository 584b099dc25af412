"""Waybills and the copies that are kept of them, as callers read them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from contracts.money import Money
from shipping.domain.waybill import Waybill
from shipping.entrypoints.schemas.shipments import LineView, ReceiverView


class PrintBody(BaseModel):
    model_config = ConfigDict(extra="forbid")

    shipment_ids: Annotated[list[UUID], Field(min_length=1, max_length=500)]


class SenderView(BaseModel, from_attributes=True):
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
            sender=SenderView.model_validate(waybill.sender),
            receiver=ReceiverView.model_validate(waybill.receiver),
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
