"""A new lot from a supplier, at what it cost (INV-06)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chassis.domain import Conflict, Invalid


class ReceiptDiffers(Conflict):
    """The document was booked before, with other goods. A document is booked once and never changed."""


class ReceiptRefused(Invalid):
    """The goods or the place on the document are not ours."""


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """Units of a SKU and what they cost in all, in đồng."""

    sku: str
    quantity: int
    value: int


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """Idempotent by ``document``, the number on the paper."""

    id: UUID
    document: str
    supplier: str
    location_id: str
    lines: tuple[ReceiptLine, ...]
    note: str | None = None
    received_at: datetime
    received_by: str = ""

    def says_the_same_as(self, other: "Receipt") -> bool:
        return (self.supplier, self.location_id, self.lines) == (other.supplier, other.location_id, other.lines)
