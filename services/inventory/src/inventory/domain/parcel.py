"""A parcel from the pick list to the carrier (INV-08 to INV-11).

picking → packing → packed → issued; before it is issued it can be stopped, and then another one is made later.
Nothing is packed unless every scan matches: a wrong, missing or extra item is named and the parcel stays open.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from chassis.domain import Conflict, Invalid, NotFound
from inventory.domain.hold import GoodsLine
from inventory.domain.stock import Needs, needs_of


class ParcelState(StrEnum):
    PICKING = "picking"
    PACKING = "packing"
    PACKED = "packed"
    ISSUED = "issued"
    STOPPED = "stopped"


OPEN = frozenset({ParcelState.PICKING, ParcelState.PACKING, ParcelState.PACKED})
"""On the floor or on the shelf: an order has at most one such parcel."""

_possible = {
    ParcelState.PICKING: ["pack", "defects"],
    ParcelState.PACKING: ["pack", "defects"],
    ParcelState.PACKED: ["defects"],
}


class ParcelNotFound(NotFound):
    """No parcel has this id."""


class ParcelNotOpen(Conflict):
    """The parcel's state does not allow it."""


class NotInParcel(Invalid):
    """The parcel does not hold so many of it."""


@dataclass(eq=False, kw_only=True)
class Parcel:
    """Weights are gross, in grams. ``expected_weight_g`` is None where a product was never weighed."""

    id: UUID
    order_id: UUID
    location_id: str
    lines: tuple[GoodsLine, ...]
    wave_id: UUID | None = None
    shipment_id: UUID | None = None
    state: ParcelState = ParcelState.PICKING
    weight_g: int | None = None
    expected_weight_g: int | None = None
    weight_reason: str | None = None
    stop_reason: str | None = None
    packed_at: datetime | None = None
    packed_by: str | None = None
    version: int = 1

    @property
    def needs(self) -> Needs:
        return needs_of((line.sku, line.quantity) for line in self.lines)

    def begin_packing(self) -> bool:
        """Everything is picked and inspected; True the first time. Raises ``ParcelNotOpen``."""
        if self.state not in (ParcelState.PICKING, ParcelState.PACKING):
            raise self._not_open()
        began = self.state is ParcelState.PICKING
        self.state = ParcelState.PACKING
        return began

    def pack(self, weight_g: int, reason: str | None, by: str, at: datetime) -> None:
        self.state, self.weight_g, self.weight_reason = ParcelState.PACKED, weight_g, reason
        self.packed_by, self.packed_at = by, at

    def stop(self, reason: str) -> None:
        """Off the floor. Raises ``ParcelNotOpen`` for one that has left."""
        if self.state not in OPEN:
            raise self._not_open()
        self.state, self.stop_reason = ParcelState.STOPPED, reason

    def spoil(self, sku: str, units: int) -> None:
        """An item is found defective (INV-09). Raises if the parcel is closed or does not hold so many."""
        if self.state not in OPEN:
            raise self._not_open()
        if self.needs.get(sku, 0) < units:
            raise NotInParcel(sku=sku, quantity=units, expected=self.needs.get(sku, 0), field="quantity")

    def _not_open(self) -> ParcelNotOpen:
        return ParcelNotOpen(state=str(self.state), possible=_possible.get(self.state, []))
