"""Shipments, their way and their waybills (SHP-04, SHP-06, SHP-08)."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from chassis.http import Listed, Paged, etag
from chassis.security import requires
from shipping.adapters import queries
from shipping.adapters.queries import ShipmentFilter
from shipping.adapters.shipments import shipment_from
from shipping.application import thresholds
from shipping.application.print_waybills import print_waybills, sender
from shipping.application.recall_shipment import recall_shipment
from shipping.domain.journey import Status
from shipping.domain.lateness import late_before
from shipping.domain.waybill import Waybill
from shipping.entrypoints.http.units import Read, Uow
from shipping.entrypoints.schemas.shipments import RecallBody, ShipmentDetailView, ShipmentView
from shipping.entrypoints.schemas.waybills import PrintBody, WaybillCopyView, WaybillsView, WaybillView

router = APIRouter(tags=["shipments"])


@router.get("/shipping/shipments", dependencies=[requires("tracking:read")])
async def list_shipments(
    uow: Read,
    page: Paged,
    order_id: UUID | None = None,
    code: Annotated[str | None, Query(max_length=30, description="the order's code")] = None,
    tracking: Annotated[str | None, Query(max_length=64)] = None,
    carrier: Annotated[str | None, Query(max_length=50)] = None,
    status: Status | None = None,
    phone: Annotated[str | None, Query(max_length=30, description="the receiver's, as it is written")] = None,
    outdated: Annotated[bool | None, Query(description="whether the label on the box is outdated")] = None,
    late: Annotated[
        bool | None, Query(description="whether it is on the road and was not heard of for too long")
    ] = None,
) -> Listed[ShipmentView]:
    """Newest first."""
    wanted = ShipmentFilter(
        order_id=order_id,
        code=code,
        tracking=tracking,
        carrier_id=carrier,
        status=status,
        phone=_e164(phone) if phone else None,
        outdated=outdated,
        late=late,
        late_before=late_before(uow.now, uow.setting(thresholds.late_after_hours)),
    )
    rows = await queries.list_shipments(uow.connection, wanted, limit=page.one_more, after=page.begins_after(UUID))
    return page.of(rows, key=lambda row: (row.id,), view=ShipmentView.of)


@router.get("/shipping/shipments/{shipment_id}", dependencies=[requires("tracking:read")])
async def get_shipment(shipment_id: UUID, uow: Read, response: Response) -> ShipmentDetailView:
    """One shipment with every scan, also those that were late, early or for nothing."""
    row = await queries.get_shipment(uow.connection, shipment_id)
    etag(response, row.version)
    return ShipmentDetailView.with_scans(row, await queries.scans_of(uow.connection, row.tracking, row.carrier_id))


@router.get("/shipping/shipments/{shipment_id}/waybill", dependencies=[requires("waybills:read")])
async def get_waybill(shipment_id: UUID, uow: Read) -> WaybillView:
    """The label as it would be printed now. To print it, so that it counts as printed: ``POST /shipping/waybills``."""
    shipment = shipment_from(await queries.get_shipment(uow.connection, shipment_id))
    return WaybillView.of(Waybill.of(shipment, sender(uow)))


@router.post("/shipping/waybills", dependencies=[requires("waybills:write")])
async def post_waybills(body: PrintBody, uow: Uow) -> WaybillsView:
    """Print the waybills of up to 500 parcels in one action. A copy of each is kept for the day."""
    printed = await print_waybills(list(dict.fromkeys(body.shipment_ids)), uow)
    return WaybillsView(items=[WaybillView.of(waybill) for waybill in printed])


@router.get("/shipping/waybill-copies", dependencies=[requires("waybills:read")])
async def list_copies(
    uow: Read, page: Paged, day: date | None = None, shipment_id: UUID | None = None
) -> Listed[WaybillCopyView]:
    """The kept copies of a day, newest first."""
    rows = await queries.list_waybill_copies(
        uow.connection,
        day=day,
        shipment_id=shipment_id,
        limit=page.one_more,
        after=page.begins_after(UUID),
    )
    return page.of(rows, key=lambda row: (row.id,), view=WaybillCopyView.model_validate)


@router.post("/shipping/shipments/{shipment_id}/recall", dependencies=[requires("waybills:delete")])
async def recall(shipment_id: UUID, body: RecallBody, uow: Uow) -> ShipmentView:
    """Ask the carrier to bring it back. It counts as returning from now on."""
    await recall_shipment(shipment_id, body.reason, uow)
    return ShipmentView.of(await queries.get_shipment(uow.connection, shipment_id))


def _e164(phone: str) -> str:
    digits = "".join(character for character in phone if character.isdigit())
    return f"+84{digits[1:]}" if digits.startswith("0") else f"+{digits}"
