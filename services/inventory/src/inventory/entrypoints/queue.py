"""Who is promised what and who waits for it, over HTTP (INV-05, ORD-12)."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, ConfigDict

from chassis.http import Listed, Paged
from chassis.security import Principal, requires
from inventory.adapters.queries import holds as queries
from inventory.domain.hold import HoldState, days_waiting
from inventory.entrypoints.shapes import Read, SkuAsked

router = APIRouter(tags=["inventory"])


Reader = Annotated[Principal, requires("stock:read")]


class HeldLineView(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    line_id: UUID
    sku: str
    quantity: int


class HoldView(BaseModel):
    """``free``: may be picked now. ``picked``: in an open parcel. ``released``: waited, and may go on."""

    order_id: UUID
    order_code: str
    state: HoldState
    location_id: str | None
    placed_at: AwareDatetime
    waiting_since: AwareDatetime | None
    held_at: AwareDatetime | None
    released: bool
    picked: bool
    free: bool
    lines: list[HeldLineView]


class WantedView(BaseModel):
    """``available``: at the location that has most of it."""

    sku: str
    wanted: int
    available: int


class WaitingView(BaseModel):
    """``days_waiting``: whole days by the shop's calendar."""

    order_id: UUID
    order_code: str
    store_id: str | None
    placed_at: AwareDatetime
    waiting_since: AwareDatetime
    days_waiting: int
    lines: list[WantedView]


@router.get("/inventory/waiting")
async def list_waiting(page: Paged, uow: Read, who: Reader) -> Listed[WaitingView]:
    """The queue in the order in which it is served: oldest order first, one that does not fit whole lets others by."""
    rows = await queries.waiting_page(
        uow.connection,
        stores=who.stores_for("stock:read"),
        after=page.begins_after(datetime, UUID),
        limit=page.one_more,
    )
    wanted: dict[UUID, list[WantedView]] = {row.order_id: [] for row in rows}
    for line in await queries.wanted_by(uow.connection, list(wanted)):
        wanted[line.order_id].append(
            WantedView(sku=line.sku, wanted=int(line.wanted), available=max(line.available, 0))
        )
    zone = uow.situation.business_zone
    return page.of(
        rows,
        key=lambda row: (row.placed_at, row.order_id),
        view=lambda row: WaitingView(
            order_id=row.order_id,
            order_code=row.code,
            store_id=row.store_id,
            placed_at=row.placed_at,
            waiting_since=row.waiting_since,
            days_waiting=days_waiting(row.waiting_since, uow.now, zone),
            lines=wanted[row.order_id],
        ),
    )


@router.get("/inventory/holds")
async def list_holds(
    page: Paged,
    uow: Read,
    who: Reader,
    state: HoldState | None = None,
    order_id: UUID | None = None,
    sku: SkuAsked = None,
    free: bool | None = None,
) -> Listed[HoldView]:
    """Live holds and places in the queue, oldest order first. Held units of a SKU at a location add up to its reserved
    ones; `free=true` are the orders the next wave can take."""
    asked = queries.HoldsAsked(
        state=str(state) if state else None,
        order_id=order_id,
        sku=sku,
        free=free,
        stores=who.stores_for("stock:read"),
    )
    rows = await queries.holds_page(uow.connection, asked, after=page.begins_after(datetime, UUID), limit=page.one_more)
    lines: dict[UUID, list[HeldLineView]] = {row.order_id: [] for row in rows}
    for line in await queries.lines_of_holds(uow.connection, list(lines)):
        lines[line.order_id].append(HeldLineView.model_validate(line))
    plain = set(HoldView.model_fields) - {"order_code", "lines"}
    return page.of(
        rows,
        key=lambda row: (row.placed_at, row.order_id),
        view=lambda row: HoldView(
            **{name: getattr(row, name) for name in plain}, order_code=row.code, lines=lines[row.order_id]
        ),
    )
