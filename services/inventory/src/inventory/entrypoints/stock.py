"""What lies where and how it came to be, over HTTP (INV-04, INV-18)."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict

from chassis.http import Listed, Paged
from chassis.refusals import NotAllowed
from chassis.security import Principal, requires
from contracts import Money
from inventory.adapters.queries import stock as queries
from inventory.domain.alerts import AlertKind
from inventory.domain.stock import MoveKind
from inventory.entrypoints.shapes import (
    PlaceAsked,
    Read,
    SkuAsked,
    TextAsked,
)

router = APIRouter(tags=["inventory"])

Reader = Annotated[Principal, requires("stock:read")]


class LevelView(BaseModel):
    """Units. ``available`` = on hand − reserved; defective ones are apart. ``in_transit``: with a carrier on the way to
    a customer; ``incoming``: with a carrier on the way back."""

    model_config = ConfigDict(from_attributes=True)

    sku: str
    name: str | None
    location_id: str
    on_hand: int
    reserved: int
    available: int
    defective: int
    in_transit: int
    incoming: int


class MoveView(BaseModel):
    """A line of the ledger. ``quantity`` = on hand + defective; the signs are those of the change."""

    id: UUID
    at: AwareDatetime
    recorded_at: AwareDatetime
    sku: str
    location_id: str
    kind: MoveKind
    quantity: int
    on_hand: int
    defective: int
    value: Money
    order_id: UUID | None
    parcel_id: UUID | None
    return_id: UUID | None
    document: str | None
    reason: str | None
    actor: str


class ValueView(BaseModel):
    sku: str
    quantity: int
    value: Money


class TotalValueView(BaseModel):
    """All stock of all locations: what the stock account of the books must show."""

    quantity: int
    value: Money


class AlertView(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    at: AwareDatetime
    kind: AlertKind
    sku: str
    location_id: str
    available: int
    quantity: int
    order_id: UUID | None


@router.get("/inventory/stock")
async def list_stock(
    page: Paged,
    uow: Read,
    who: Reader,
    sku: SkuAsked = None,
    location: PlaceAsked = None,
    q: TextAsked = None,
) -> Listed[LevelView]:
    """Levels by SKU and location."""
    rows = await queries.levels_page(
        uow.connection,
        sku=sku,
        location_id=location,
        q=q,
        stores=who.stores_for("stock:read"),
        after=page.begins_after(str, str),
        limit=page.one_more,
    )
    return page.of(rows, key=lambda row: (row.sku, row.location_id), view=LevelView.model_validate)


@router.get("/inventory/moves")
async def list_moves(
    page: Paged,
    uow: Read,
    who: Reader,
    sku: SkuAsked = None,
    location: PlaceAsked = None,
    kind: MoveKind | None = None,
    order_id: UUID | None = None,
    document: Annotated[str | None, Query(max_length=100)] = None,
    since: Annotated[AwareDatetime | None, Query(alias="from")] = None,
    until: Annotated[AwareDatetime | None, Query(alias="to")] = None,
) -> Listed[MoveView]:
    """The ledger, newest first. It is only added to; levels are its sums."""
    asked = queries.MovesAsked(
        sku=sku,
        location_id=location,
        kind=str(kind) if kind else None,
        order_id=order_id,
        document=document,
        since=since,
        until=until,
        stores=who.stores_for("stock:read"),
    )
    rows = await queries.moves_page(uow.connection, asked, after=page.begins_after(int), limit=page.one_more)
    return page.of(rows, key=lambda row: (row.seq,), view=_move_view)


@router.get("/inventory/values")
async def list_values(page: Paged, uow: Read, who: Reader) -> Listed[ValueView]:
    """What each SKU's stock is worth, all locations together."""
    _everywhere(who)
    rows = await queries.values_page(uow.connection, after=page.begins_after(str), limit=page.one_more)
    return page.of(
        rows,
        key=lambda row: (row.sku,),
        view=lambda row: ValueView(sku=row.sku, quantity=row.quantity, value=Money(amount=row.value)),
    )


@router.get("/inventory/values/total")
async def total_value(uow: Read, who: Reader) -> TotalValueView:
    """What all stock is worth."""
    _everywhere(who)
    row = await queries.value_of_all(uow.connection)
    return TotalValueView(quantity=int(row.quantity), value=Money(amount=int(row.value)))


@router.get("/inventory/alerts")
async def list_alerts(
    page: Paged,
    uow: Read,
    who: Reader,
    sku: SkuAsked = None,
    kind: AlertKind | None = None,
) -> Listed[AlertView]:
    """What somebody should know of, newest first."""
    rows = await queries.alerts_page(
        uow.connection,
        kind=kind,
        sku=sku,
        stores=who.stores_for("stock:read"),
        after=page.begins_after(UUID),
        limit=page.one_more,
    )
    return page.of(rows, key=lambda row: (row.id,), view=AlertView.model_validate)


def _everywhere(who: Principal) -> None:
    """Value is kept of all locations together, so who may see only his own store may not see it."""
    if who.stores_for("stock:read") is not None:
        raise NotAllowed(permission="stock:read")


def _move_view(row: Any) -> MoveView:
    return MoveView(
        **{name: getattr(row, name) for name in MoveView.model_fields if name not in ("quantity", "value")},
        quantity=row.on_hand + row.defective,
        value=Money(amount=row.value),
    )
