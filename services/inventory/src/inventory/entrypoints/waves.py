"""Picking over HTTP (INV-08): start a wave, print its lists."""

from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from chassis.http import Listed, Paged
from chassis.security import requires
from inventory.adapters.queries import floor
from inventory.application.start_wave import StartWave, start_wave
from inventory.domain.wave import WaveNotFound, consolidated
from inventory.entrypoints.parcel_views import ParcelView, parcel_views
from inventory.entrypoints.shapes import LocationId, Read, Uow

router = APIRouter(tags=["inventory"])

MOST_ORDERS = 200


class WaveBody(BaseModel):
    """Named orders, or the oldest free ones up to ``limit`` (50), of one location or of all."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"limit": 20}]})

    order_ids: Annotated[list[UUID], Field(min_length=1, max_length=MOST_ORDERS)] | None = None
    limit: Annotated[int, Field(ge=1, le=MOST_ORDERS)] = 50
    location_id: LocationId | None = None

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        if self.order_ids is not None and len(set(self.order_ids)) != len(self.order_ids):
            raise PydanticCustomError("order_twice", "An order is named twice.")
        return self


class PickLineView(BaseModel):
    """One stop of the walk: so many units, for so many orders."""

    location_id: str
    sku: str
    name: str | None
    barcode: str | None
    quantity: int
    orders: int


class WaveRowView(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    code: str
    created_at: AwareDatetime
    created_by: str
    parcels: int


class WaveView(WaveRowView):
    """``pick_list``: all ``units`` by SKU for the walk; ``orders``: one list each for the packing table."""

    units: int
    pick_list: list[PickLineView]
    orders: list[ParcelView]


@router.post("/inventory/waves", status_code=201, dependencies=[requires("picking:write")])
async def start(body: WaveBody, uow: Uow) -> WaveView:
    """Take orders that are free to the floor, one parcel each, and get the pick lists to print."""
    command = StartWave(order_ids=body.order_ids, limit=body.limit, location_id=body.location_id)
    return await _shown((await start_wave(command, uow)).id, uow)


@router.get("/inventory/waves", dependencies=[requires("picking:read")])
async def list_waves(page: Paged, uow: Read) -> Listed[WaveRowView]:
    """Waves, newest first."""
    rows = await floor.waves_page(uow.connection, after=page.begins_after(UUID), limit=page.one_more)
    return page.of(rows, key=lambda row: (row.id,), view=WaveRowView.model_validate)


@router.get("/inventory/waves/{id}", dependencies=[requires("picking:read")])
async def get_wave(id: UUID, uow: Read) -> WaveView:
    """The lists of a wave: by SKU, and by order with its slip."""
    return await _shown(id, uow)


async def _shown(id: UUID, uow: Read) -> WaveView:
    wave = await floor.wave(uow.connection, id)
    if wave is None:
        raise WaveNotFound(id=str(id))
    rows = await floor.parcels_page(uow.connection, floor.ParcelsAsked(wave_id=id), after=None, limit=None)
    parcels = await parcel_views(rows, uow)
    goods = {line.sku: line for parcel in parcels for line in parcel.lines}
    walk = consolidated(
        (parcel.location_id, parcel.order_id, line.sku, line.quantity) for parcel in parcels for line in parcel.lines
    )
    return WaveView(
        **WaveRowView.model_validate(wave).model_dump(),
        units=sum(line.quantity for line in walk),
        pick_list=[
            PickLineView(
                location_id=line.location_id,
                sku=line.sku,
                name=goods[line.sku].name,
                barcode=goods[line.sku].barcode,
                quantity=line.quantity,
                orders=line.orders,
            )
            for line in walk
        ],
        orders=parcels,
    )
