"""Orders that wait for stock, over HTTP (ORD-12): who, since when, for what."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel

from chassis.http import Listed
from chassis.security import Principal, requires
from inventory.adapters.queries import stock as queries
from inventory.domain.hold import days_waiting
from inventory.entrypoints.shapes import Paged, Read, position

router = APIRouter(tags=["inventory"])


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
async def list_waiting(
    page: Paged, uow: Read, who: Annotated[Principal, requires("stock:read")]
) -> Listed[WaitingView]:
    """The queue in the order in which it is served: oldest order first, one that does not fit whole lets others by."""
    rows = await queries.waiting_page(
        uow.connection,
        stores=who.stores_for("stock:read"),
        after=position(page, datetime, UUID),
        limit=page.limit + 1,
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
