"""What the desk shows: an order, a row of a list, a step of its story."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from contracts.money import Money
from orders.domain.agreement import Payment
from orders.domain.facets import Delivery, Inspection, Sales, Stock
from orders.domain.facets import Money as Settlement
from orders.domain.happenings import CallOutcome, CancelReason, HoldReason
from orders.domain.places import Clarity
from orders.domain.status import Flag, Status
from orders.entrypoints.schemas import Command


class View(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class AddressView(View):
    street: str
    ward: str
    district: str | None
    province: str
    country: str


class ContactView(View):
    name: str
    phone: str
    email: str | None
    address: AddressView


class WardView(View):
    """A ward, commune or special zone of today by its official codes."""

    code: str
    name: str
    province_code: str
    province: str


class DestinationView(View):
    """Which ward of today the address means. ``candidates``: among which a person chooses; ``chosen``: one did."""

    clarity: Clarity
    ward: WardView | None
    candidates: list[WardView]
    chosen: bool


class LineView(View):
    """``amount`` = quantity × unit price − discount − ``share`` of the order's discount."""

    line_id: UUID
    sku: str
    name: str
    quantity: int
    unit_price: Money
    discount: Money
    share: Money
    amount: Money
    vat_rate_bp: int
    weight_g: int
    staff_added: bool


class CallView(View):
    at: datetime
    by: str
    outcome: CallOutcome
    note: str | None


class HoldView(View):
    reason: HoldReason
    until: datetime | None
    note: str | None


class CancelView(View):
    reason: CancelReason
    note: str | None


class FacetsView(View):
    """The four views from which the status follows."""

    sales: Sales
    stock: Stock
    inspection: Inspection
    delivery: Delivery
    money: Settlement


class MissingView(View):
    sku: str
    wanted: int
    available: int


class WaitingView(View):
    """``days`` by the shop's calendar, till the goods came or till now. ``must_ask``: first the customer is called."""

    since: datetime
    days: int
    missing: list[MissingView]
    must_ask: bool


class ShipmentView(View):
    id: UUID
    carrier_id: str
    carrier_name: str | None
    tracking: str
    attempts: int


class WarningView(View):
    code: str
    pointer: str | None
    params: dict[str, Any]


class OrderView(View):
    """An order as it is now. ``possible``: the commands its state allows. ``flags``: why somebody should look at it.

    ``replaces`` and ``replaced_by``: codes of the orders in whose place it goes on, and of those that go on for it."""

    id: UUID
    code: str
    version: int
    status: Status
    flags: list[Flag]
    possible: list[Command]
    facets: FacetsView
    channel: str
    source: str
    external_id: str | None
    store_id: str | None
    owner_id: str | None
    device: str | None
    contact: ContactView
    destination: DestinationView | None
    lines: list[LineView]
    freight: Money
    discount: Money
    total: Money
    paid: Money
    refunded: Money
    cod: Money
    payment: Payment
    carrier_choice: str | None
    note: str | None
    placed_at: datetime
    confirmed_at: datetime | None
    duplicate_of: list[str]
    replaces: list[str]
    replaced_by: list[str]
    blacklisted: bool
    calls: list[CallView]
    hold: HoldView | None
    cancel: CancelView | None
    waiting: WaitingView | None
    location_id: str | None
    shipment: ShipmentView | None
    trouble: str | None
    reconciled_at: datetime | None
    warnings: list[WarningView] = []


class OrderRowView(View):
    """An order in a list."""

    id: UUID
    code: str
    version: int
    status: Status
    flags: list[Flag]
    channel: str
    source: str
    external_id: str | None
    store_id: str | None
    owner_id: str | None
    name: str
    phone: str
    province: str
    skus: list[str]
    total: Money
    paid: Money
    cod: Money
    payment: Payment
    tracking: str | None
    waiting_since: datetime | None
    placed_at: datetime
    confirmed_at: datetime | None


class CallTaskView(OrderRowView):
    """An order whose customer is to be called, or that is to be decided. ``attempts``: calls so far."""

    due_at: datetime
    attempts: int
    last_outcome: CallOutcome | None


class NextCallView(View):
    """The order to call now; ``null``: nothing is due."""

    order: OrderView | None


class StepView(View):
    """One step of an order's story. ``at`` is when it happened, ``recorded_at`` when this service heard of it;
    ``status`` what people saw from then on."""

    at: datetime
    recorded_at: datetime
    kind: str
    service: str
    actor: str
    actor_name: str | None
    status: Status | None
    details: dict[str, Any]
    event_id: str | None


class TimelineView(View):
    order_id: UUID
    code: str
    status: Status
    items: list[StepView]


class BookProvinceView(View):
    """``linked``: names of the provinces it was made of, or has come to."""

    scheme: str
    code: str
    name: str
    linked: list[str]


class DistrictView(View):
    code: str
    name: str
    province_code: str


class FormerWardView(View):
    """A ward that has a part in one of today."""

    code: str
    name: str
    district: str
    province: str


class BookWardView(View):
    """A ward of either scheme. ``wards``: what it is or has become; several: it was divided, and a person decides."""

    scheme: str
    code: str
    name: str
    district_code: str | None
    district: str | None
    province_code: str
    province: str
    wards: list[WardView]
    former: list[FormerWardView]
