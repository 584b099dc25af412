"""What is written down beside the aggregates: what others said of an order, lines of the ledger, evidence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from inventory.domain.alerts import Alert
from inventory.domain.stock import Move


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderTerms:
    """What the warehouse keeps of an order: whom it is for, what the slip says, when it was placed."""

    order_id: UUID
    code: str
    contact: Mapping[str, Any]
    note: str | None
    carrier_choice: str | None
    cod: int
    store_id: str | None
    owner_id: str | None
    placed_at: datetime
    confirmed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownOrder:
    """An order's row as it was before the statement that returned it."""

    order_id: UUID
    confirmed: bool
    cancelled: bool
    issued: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipment:
    """What shipping said of one shipment."""

    shipment_id: UUID
    order_id: UUID
    kind: str
    carrier_id: str | None
    carrier_name: str | None
    service: str | None
    tracking: str
    state: str
    parcel_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Booked:
    """A move with what makes it a line of the ledger. ``actor`` is who caused it."""

    id: UUID
    at: datetime
    actor: str
    move: Move


@dataclass(frozen=True, slots=True)
class IssuedLine:
    """Goods of an order line that left in a parcel, at this value in all."""

    parcel_id: UUID
    line_id: UUID
    sku: str
    quantity: int
    value: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PackAttempt:
    """What was scanned and weighed, and what did not match: evidence for later questions (INV-12)."""

    parcel_id: UUID
    at: datetime
    actor: str
    scans: Sequence[Mapping[str, Any]]
    weight_g: int
    deviations: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """An alert with its place in time."""

    id: UUID
    at: datetime
    alert: Alert
    order_id: UUID | None = None
