"""What the warehouse says: what there is, what is promised to whom, what was packed, what left and what came back."""

from enum import StrEnum
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from contracts.event import Body, Event, Instant, Visibility
from contracts.money import Money


class ProductChanged(Event):
    """The whole of a product's public data (INV-01). Compacted; a null value deletes."""

    topic: ClassVar[str] = "inventory.product.v1"
    key_field: ClassVar[str] = "sku"
    visibility: ClassVar[Visibility] = Visibility.PUBLIC
    compacted: ClassVar[bool] = True

    type: Literal["product.changed"] = "product.changed"
    sku: str
    name: str
    barcode: str | None = None
    weight_g: int = 0
    price: Money
    vat_rate_bp: int = 0
    kind: str | None = None
    design: str | None = None
    colour: str | None = None
    size: str | None = None
    material: str | None = None
    use: str | None = None
    selling_points: str | None = None
    active: bool = True


class StockLevel(Body):
    """One location's stock of a SKU; ``available`` = on hand − reserved."""

    location_id: str
    on_hand: int
    reserved: int
    available: int
    defective: int = 0


class StockChanged(Event):
    """Availability of a SKU at all locations. It informs, it never promises; at most one a second and SKU."""

    topic: ClassVar[str] = "inventory.stock.v1"
    key_field: ClassVar[str] = "sku"
    visibility: ClassVar[Visibility] = Visibility.PUBLIC
    compacted: ClassVar[bool] = True

    type: Literal["stock.changed"] = "stock.changed"
    sku: str
    levels: tuple[StockLevel, ...]
    available: int


class FulfilmentEvent(Event):
    """All facts of the warehouse about one order, in order."""

    topic: ClassVar[str] = "inventory.fulfilment.v1"
    key_field: ClassVar[str] = "order_id"

    order_id: UUID


class HeldLine(Body):
    """Goods of one order line."""

    line_id: UUID
    sku: str
    quantity: int


class MissingGoods(Body):
    """What a hold lacks; ``available`` is what there was at the best location when it was asked."""

    sku: str
    wanted: int
    available: int


class StockReserved(FulfilmentEvent):
    """All lines are held at one location (INV-05). ``waiting_since`` is set if the order had to wait: then picking
    and shipment wait for ``order.released``; one that never waited is free at once."""

    type: Literal["stock.reserved"] = "stock.reserved"
    location_id: str
    lines: tuple[HeldLine, ...]
    waiting_since: Instant | None = None


class StockShort(FulfilmentEvent):
    """No location has all lines, or a physical fact took the hold back: the order waits, oldest first."""

    type: Literal["stock.short"] = "stock.short"
    missing: tuple[MissingGoods, ...]
    waiting_since: Instant
    taken_back: bool = False


class StockReleased(FulfilmentEvent):
    """The hold or the place in the queue is gone."""

    type: Literal["stock.released"] = "stock.released"
    lines: tuple[HeldLine, ...] = ()


class PickingStarted(FulfilmentEvent):
    """The order is on a printed pick list (INV-08)."""

    type: Literal["picking.started"] = "picking.started"
    wave_id: UUID
    wave_code: str
    parcel_id: UUID


class PackingStarted(FulfilmentEvent):
    """Everything was picked and inspected; the parcel is being checked (INV-09, INV-10)."""

    type: Literal["packing.started"] = "packing.started"
    parcel_id: UUID


class PickingStopped(FulfilmentEvent):
    """The parcel was taken off the floor: a defect without a replacement, or the order is being cancelled."""

    type: Literal["picking.stopped"] = "picking.stopped"
    parcel_id: UUID
    reason: str


class ParcelPacked(FulfilmentEvent):
    """Scans match and the weight is stored (INV-10, INV-11)."""

    type: Literal["parcel.packed"] = "parcel.packed"
    parcel_id: UUID
    location_id: str
    lines: tuple[HeldLine, ...]
    weight_g: int
    expected_weight_g: int


class GoodsIssued(FulfilmentEvent):
    """The parcel's goods left the stock. ``planned`` is false if no hold was found for them."""

    type: Literal["goods.issued"] = "goods.issued"
    parcel_id: UUID
    shipment_id: UUID
    location_id: str
    lines: tuple[HeldLine, ...]
    planned: bool = True


class Grade(StrEnum):
    """What a return inspection finds (INV-13)."""

    SELLABLE = "sellable"
    DEFECTIVE = "defective"
    WRONG = "wrong"
    MISSING = "missing"


class InspectedLine(Body):
    """Quantity of an order line that came back in one grade (``missing``: that did not come back)."""

    line_id: UUID
    sku: str
    quantity: int
    grade: Grade


class ReturnInspected(FulfilmentEvent):
    """The warehouse has seen what came back. ``complete``: every unit that was shipped is back, whatever its grade."""

    type: Literal["return.inspected"] = "return.inspected"
    return_id: UUID
    shipment_id: UUID
    location_id: str
    lines: tuple[InspectedLine, ...]
    complete: bool


class MoveKind(StrEnum):
    """Why stock changed its value."""

    RECEIPT = "receipt"
    ISSUE = "issue"
    RETURN = "return"
    ADJUSTMENT = "adjustment"
    FOUND = "found"
    COUNT = "count"


class StockMoved(Event):
    """A move that changed the value of stock, with its value in đồng; accounting posts exactly that, once.

    ``quantity`` and ``value`` carry the sign of the stock's change: an issue is negative in both.
    """

    topic: ClassVar[str] = "inventory.stock-move.v1"
    key_field: ClassVar[str] = "sku"

    type: Literal["stock.moved"] = "stock.moved"
    move_id: UUID
    sku: str
    location_id: str
    kind: MoveKind
    quantity: int
    value: Money
    order_id: UUID | None = None
    document: str | None = None
    reason: str | None = None

    @property
    def correlation_id(self) -> str:
        return str(self.order_id) if self.order_id is not None else self.sku


class StockAlert(Event):
    """Stock crossed a line that somebody should know of (INV-18)."""

    topic: ClassVar[str] = "inventory.alert.v1"
    key_field: ClassVar[str] = "sku"

    sku: str
    location_id: str
    available: int


class StockLow(StockAlert):
    """Available fell to the SKU's threshold or below."""

    type: Literal["stock.low"] = "stock.low"
    threshold: Annotated[int, Field(ge=0)]


class StockDepleted(StockAlert):
    """Nothing is available any more at any location."""

    type: Literal["stock.depleted"] = "stock.depleted"


class StockArrived(StockAlert):
    """A SKU that had run out, or that orders wait for, has come in."""

    type: Literal["stock.arrived"] = "stock.arrived"
    quantity: int
