"""What becomes of a parcel on the road, and the door at which carriers report their scans."""

from enum import StrEnum
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from contracts.event import Body, Event, Instant, Visibility
from contracts.money import Money
from contracts.refusal import Refusal


class ShipmentKind(StrEnum):
    """Why something travels."""

    OUTBOUND = "outbound"
    RESHIP = "reship"
    PICKUP = "pickup"
    EXCHANGE = "exchange"
    TRANSFER = "transfer"


class ShippedLine(Body):
    """Goods in a shipment with what the customer pays for them, VAT included."""

    line_id: UUID
    sku: str
    quantity: int
    amount: Money
    vat_rate_bp: int = 0


class ShipmentEvent(Event):
    """All facts of the road about one order, in order."""

    topic: ClassVar[str] = "shipping.shipment.v1"
    key_field: ClassVar[str] = "order_id"

    order_id: UUID
    code: str


class ShipmentCreated(ShipmentEvent):
    """A carrier is chosen and has given its tracking number (SHP-02, SHP-03). ``fee`` is what we expect to pay it."""

    type: Literal["shipment.created"] = "shipment.created"
    shipment_id: UUID
    kind: ShipmentKind = ShipmentKind.OUTBOUND
    carrier_id: str
    carrier_name: str
    service: str
    tracking: str
    cod: Money
    fee: Money


class ShipmentUnroutable(ShipmentEvent):
    """No shipment can be made: no carrier reaches the address, or none has a number left. A person must choose."""

    type: Literal["shipment.unroutable"] = "shipment.unroutable"
    reason: str


class ShipmentCancelled(ShipmentEvent):
    """The answer yes to a cancel request; also when there was no shipment yet, and then none is ever made."""

    type: Literal["shipment.cancelled"] = "shipment.cancelled"
    shipment_id: UUID | None = None


class ShipmentCancelRefused(ShipmentEvent):
    """The answer no: the manifest is signed, the parcel is with the carrier. It can only be recalled."""

    type: Literal["shipment.cancel_refused"] = "shipment.cancel_refused"
    shipment_id: UUID
    manifest_id: UUID


class TravellingShipment(ShipmentEvent):
    """What every later fact about a shipment repeats, so that few readers need to remember an earlier one."""

    shipment_id: UUID
    parcel_id: UUID
    carrier_id: str
    tracking: str
    store_id: str | None = None
    owner_id: str | None = None
    lines: tuple[ShippedLine, ...]
    freight: Money
    total: Money
    cod: Money


class ShipmentHandedOver(TravellingShipment):
    """The manifest is signed: the parcel is the carrier's. Stock leaves, COD is expected (SHP-05)."""

    type: Literal["shipment.handed_over"] = "shipment.handed_over"
    manifest_id: UUID
    manifest_code: str
    location_id: str
    fee: Money
    weight_g: int


class ShipmentInTransit(TravellingShipment):
    """The carrier's first scan, or a later one on its way."""

    type: Literal["shipment.in_transit"] = "shipment.in_transit"


class ShipmentDeliveryFailed(TravellingShipment):
    """A try failed (SHP-13); ``final`` when no try is left."""

    type: Literal["shipment.delivery_failed"] = "shipment.delivery_failed"
    attempt: int
    reason: str
    final: bool


class ShipmentDelivered(TravellingShipment):
    """Signed for. Revenue is earned and the carrier owes the COD; ``delivered_at`` is the carrier's time."""

    type: Literal["shipment.delivered"] = "shipment.delivered"
    delivered_at: Instant


class ShipmentReturning(TravellingShipment):
    """Refused, out of tries, or recalled: it is on its way back (SHP-14)."""

    type: Literal["shipment.returning"] = "shipment.returning"
    reason: str


class ShipmentReturned(TravellingShipment):
    """The carrier has brought it back; the warehouse inspects it."""

    type: Literal["shipment.returned"] = "shipment.returned"


class ShipmentLost(TravellingShipment):
    """The carrier has lost or destroyed it."""

    type: Literal["shipment.lost"] = "shipment.lost"
    reason: str | None = None


class ScanStatus(StrEnum):
    """What a scan can say, after the carrier's own words are mapped to ours (SHP-08)."""

    PICKED_UP = "picked_up"
    IN_TRANSIT = "in_transit"
    OUT_FOR_DELIVERY = "out_for_delivery"
    DELIVERED = "delivered"
    FAILED = "failed"
    REFUSED = "refused"
    RETURNING = "returning"
    RETURNED = "returned"
    LOST = "lost"
    DAMAGED = "damaged"


class CarrierScan(Event):
    """A scan handed in at a carrier's door. The same scan may come late, twice or out of order."""

    topic: ClassVar[str] = "shipping.carrier-scan.v1"
    key_field: ClassVar[str] = "tracking"
    visibility: ClassVar[Visibility] = Visibility.DOOR

    type: Literal["carrier.scan"] = "carrier.scan"
    tracking: Annotated[str, Field(min_length=1, max_length=64)]
    status: Annotated[str, Field(min_length=1, max_length=64)]
    at: Instant
    place: Annotated[str, Field(max_length=200)] | None = None
    reason: Annotated[str, Field(max_length=500)] | None = None


class CarrierScanResult(Event):
    """The answer to one scan: whether it was recorded, and whether it moved the parcel."""

    topic: ClassVar[str] = "shipping.carrier-scan-result.v1"
    key_field: ClassVar[str] = "tracking"
    visibility: ClassVar[Visibility] = Visibility.DOOR

    type: Literal["carrier.scan-result"] = "carrier.scan-result"
    tracking: str
    accepted: bool
    applied: bool = False
    reasons: tuple[Refusal, ...] = ()
