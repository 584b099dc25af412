"""The list of places over HTTP. Their order is the order in which they serve online orders."""

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from chassis.http import SeenVersion, etag, refuse_stale
from chassis.security import requires
from inventory.adapters.queries import stock as queries
from inventory.domain.location import Location, LocationKind
from inventory.entrypoints.shapes import LocationId, Read, Uow

router = APIRouter(tags=["inventory"])

Place = Annotated[int, Field(ge=1, le=10_000)]
Name = Annotated[str, Field(min_length=1, max_length=200)]


class LocationBody(BaseModel):
    """``place``: the lowest is asked first. One that does not serve orders still keeps its stock."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"id": "CH3", "name": "Cửa hàng 3", "kind": "store", "place": 4}]},
    )

    id: LocationId
    name: Name
    kind: LocationKind
    place: Place
    serves_orders: bool = True


class LocationPatch(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"place": 1}]})

    name: Name = ""
    place: Place = 1
    serves_orders: bool = True


class LocationView(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: str
    name: str
    kind: LocationKind
    place: int
    serves_orders: bool
    version: int


@router.get("/inventory/locations", dependencies=[requires("stock:read")])
async def list_locations(uow: Read) -> list[LocationView]:
    """All places, in the order in which they serve orders."""
    return [LocationView.model_validate(row) for row in await queries.all_locations(uow.connection)]


@router.post("/inventory/locations", status_code=201, dependencies=[requires("settings:write")])
async def add_location(body: LocationBody, response: Response, uow: Uow) -> LocationView:
    """A new place."""
    location = Location(**body.model_dump())
    await uow.locations.add(location)
    uow.audit("add", "location", location.id, after=body.model_dump(mode="json"))
    etag(response, location.version)
    return LocationView.model_validate(location)


@router.patch("/inventory/locations/{id}", dependencies=[requires("settings:write")])
async def edit_location(
    id: str, body: LocationPatch, response: Response, uow: Uow, version: SeenVersion
) -> LocationView:
    """Rename it, move it in the order, or let it serve orders no more."""
    location = await uow.locations.get(id)
    refuse_stale(version, location.version)
    wanted: dict[str, Any] = body.model_dump(exclude_unset=True)
    before = {name: getattr(location, name) for name in wanted}
    for name, value in wanted.items():
        setattr(location, name, value)
    location.version += 1
    await uow.locations.save(location)
    uow.audit("change", "location", id, before=before, after=wanted)
    etag(response, location.version)
    return LocationView.model_validate(location)
