"""What the customer and the shop agreed on, as far as the road is concerned."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """Who gets the parcel and where. The phone is E.164."""

    name: str
    phone: str
    street: str
    ward: str
    district: str | None = None
    province: str
    country: str = "VN"


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
class Terms:
    """Amounts are whole units of ``currency``; ``cod`` is to be collected at the door (total less what is paid)."""

    code: str
    receiver: Receiver
    lines: tuple[Line, ...]
    freight: int
    total: int
    cod: int
    currency: str = "VND"
    carrier_choice: str | None = None
    note: str | None = None
    store_id: str | None = None
    owner_id: str | None = None

    @property
    def weight_g(self) -> int:
        """What the goods weigh by the catalogue, without the box; at least one gram, so that it can be priced."""
        return max(1, sum(line.weight_g * line.quantity for line in self.lines))

    def prints_like(self, other: Terms) -> bool:
        """Whether both give the same waybill: receiver, note, goods and the amount to collect."""
        return (self.receiver, self.note, self.cod, self.lines) == (
            other.receiver,
            other.note,
            other.cod,
            other.lines,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """The box as the warehouse packed it; ``weight_g`` is measured."""

    id: UUID
    location_id: str
    weight_g: int
