"""What the customer and the shop agreed on, as far as the road is concerned."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """Who gets the parcel and where. The phone is E.164; ``standard``: ward and province of today, if known."""

    name: str
    phone: str
    street: str
    ward: str
    district: str | None = None
    province: str
    country: str = "VN"
    standard: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Goods in the parcel; ``amount`` is what the customer pays for the line, VAT included."""

    line_id: UUID
    sku: str
    name: str
    quantity: int
    amount: int
    vat_rate_bp: int = 0
    weight_g: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """What of the terms stands on the label. A field that is added here is on every waybill, and a new value makes a
    label that was printed before outdated. ``cod``, in whole units of ``currency``, is to be collected at the door."""

    receiver: Receiver
    lines: tuple[Line, ...]
    note: str | None = None
    cod: int
    currency: str = "VND"

    def printed(self) -> dict[str, Any]:
        return {field.name: getattr(self, field.name) for field in fields(Printed)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms(Printed):
    """Amounts are whole units of ``currency``; ``cod`` = total less what is paid."""

    code: str
    freight: int
    total: int
    carrier_choice: str | None = None
    store_id: str | None = None
    owner_id: str | None = None

    @property
    def weight_g(self) -> int:
        """What the goods weigh by the catalogue, without the box; at least one gram, so that it can be priced."""
        return max(1, sum(line.weight_g * line.quantity for line in self.lines))

    def prints_like(self, other: Terms) -> bool:
        """Whether both give the same waybill."""
        return self.printed() == other.printed()


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """The box as the warehouse packed it; ``weight_g`` is measured."""

    id: UUID
    location_id: str
    weight_g: int
