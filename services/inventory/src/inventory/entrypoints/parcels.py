"""The packing table over HTTP (INV-09 to INV-11)."""

from typing import Annotated, Any, Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError
from starlette.requests import Request
from starlette.responses import Response

from chassis.http import Listed, Paged, etag
from chassis.http.units import close_units
from chassis.security import requires
from inventory.adapters.queries import floor
from inventory.application.pack_parcel import PackParcel, pack_parcel
from inventory.application.set_aside import Outcome, SetAside, set_aside
from inventory.domain.pack_check import Scan
from inventory.domain.parcel import ParcelNotFound, ParcelState
from inventory.entrypoints.parcel_views import ParcelView, parcel_views
from inventory.entrypoints.shapes import Barcode, Grams, Read, Sku, TextAsked, Units, Uow

router = APIRouter(tags=["inventory"])


class ScanBody(BaseModel):
    """What was read on the goods: a barcode, or the SKU typed in."""

    model_config = ConfigDict(extra="forbid")

    barcode: Barcode | None = None
    sku: Sku | None = None
    quantity: Units = 1

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.barcode is None) == (self.sku is None):
            raise PydanticCustomError("code_once", "Say either barcode or sku.")
        return self


class PackBody(BaseModel):
    """Everything in the box and what it weighs. ``accept_weight`` with a ``reason`` packs a parcel that is too heavy or
    too light after somebody has looked."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"scans": [{"barcode": "8938505974192", "quantity": 2}], "weight_g": 460}]},
    )

    scans: Annotated[list[ScanBody], Field(max_length=1000)]
    weight_g: Grams
    accept_weight: bool = False
    reason: Annotated[str, Field(min_length=1, max_length=500)] | None = None


class DefectBody(BaseModel):
    """Units of an item that were found defective while picking or packing."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"sku": "AO-L", "quantity": 1, "reason": "rách chỉ"}]}
    )

    sku: Sku
    quantity: Units = 1
    reason: Annotated[str, Field(min_length=1, max_length=500)]


class DefectView(BaseModel):
    """``replaced``: take another from the shelf. Otherwise the parcel is stopped: its order's goods are reserved at
    another location, or it waits."""

    outcome: Outcome
    parcel: ParcelView


class AttemptView(BaseModel):
    """What was scanned and weighed once, and what did not match."""

    model_config = ConfigDict(from_attributes=True)

    at: AwareDatetime
    actor: str
    scans: list[dict[str, Any]]
    weight_g: int
    deviations: list[dict[str, Any]]


@router.get("/inventory/parcels", dependencies=[requires("picking:read")])
async def list_parcels(
    page: Paged,
    uow: Read,
    order_id: UUID | None = None,
    tracking: TextAsked = None,
    wave_id: UUID | None = None,
    state: ParcelState | None = None,
) -> Listed[ParcelView]:
    """Parcels in the order in which they were made."""
    asked = floor.ParcelsAsked(
        order_id=order_id, tracking=tracking, wave_id=wave_id, state=str(state) if state else None
    )
    rows = await floor.parcels_page(uow.connection, asked, after=page.begins_after(UUID), limit=page.one_more)
    return page.of(await parcel_views(rows, uow), key=lambda parcel: (parcel.id,))


@router.get("/inventory/parcels/{parcel_id}", dependencies=[requires("picking:read")])
async def get_parcel(parcel_id: UUID, response: Response, uow: Read) -> ParcelView:
    """One parcel."""
    return await _shown(parcel_id, response, uow)


@router.get("/inventory/parcels/{parcel_id}/attempts", dependencies=[requires("picking:read")])
async def list_attempts(parcel_id: UUID, uow: Read) -> list[AttemptView]:
    """What happened at the packing table: the evidence for a later question about short or wrong goods."""
    await uow.parcels.peek(parcel_id)
    return [AttemptView.model_validate(row) for row in await floor.attempts_at(uow.connection, parcel_id)]


@router.post("/inventory/parcels/{parcel_id}/pack", dependencies=[requires("picking:write")])
async def pack(parcel_id: UUID, body: PackBody, request: Request, response: Response, uow: Uow) -> ParcelView:
    """Pack what matches. A wrong, missing or extra item, or a strange weight, is refused and named; that packing has
    begun stays recorded."""
    command = PackParcel(
        parcel_id=parcel_id,
        scans=[Scan(scan.barcode or scan.sku or "", scan.quantity) for scan in body.scans],
        weight_g=body.weight_g,
        accept_weight=body.accept_weight,
        reason=body.reason,
    )
    _, refused = await pack_parcel(command, uow)
    if refused is not None:
        await close_units(request)
        raise refused
    return await _shown(parcel_id, response, uow)


@router.post("/inventory/parcels/{parcel_id}/defects", dependencies=[requires("picking:write")])
async def report_defect(parcel_id: UUID, body: DefectBody, response: Response, uow: Uow) -> DefectView:
    """Set a defective item aside; it is replaced, or the parcel goes back and stock is checked again."""
    command = SetAside(parcel_id=parcel_id, sku=body.sku, quantity=body.quantity, reason=body.reason)
    _, outcome = await set_aside(command, uow)
    return DefectView(outcome=outcome, parcel=await _shown(parcel_id, response, uow))


async def _shown(id: UUID, response: Response, uow: Read) -> ParcelView:
    rows = await floor.parcels_page(uow.connection, floor.ParcelsAsked(id=id), after=None, limit=1)
    if not rows:
        raise ParcelNotFound(id=str(id))
    (view,) = await parcel_views(rows, uow)
    etag(response, view.version)
    return view
