"""A parcel as the books see it: what its carrier must collect, owes us, has been told to pay and has paid.

``owed`` is the parcel's balance on the carrier's sub-ledger (1388): COD due, less fees booked, less money received.
``pending`` of it stands on approved statements whose money has not come. So ``owed - pending`` is what no statement
has claimed yet, and a later statement is compared with exactly that.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from accounting.domain.order_money import OrderMoney


class Road(StrEnum):
    """How far a parcel is. The last four are ends: nothing later takes them back."""

    CREATED = "created"
    HANDED_OVER = "handed_over"
    DELIVERED = "delivered"
    RETURNED = "returned"
    LOST = "lost"
    CANCELLED = "cancelled"


_ENDS = frozenset({Road.DELIVERED, Road.RETURNED, Road.LOST, Road.CANCELLED})


@dataclass(slots=True, kw_only=True)
class Shipment:
    """Half rows are allowed: a delivery may be known before the handover, an inspection before either."""

    shipment_id: UUID
    order_id: UUID
    carrier_id: str = ""
    tracking: str = ""
    currency: str = "VND"
    road: Road = Road.CREATED
    cod: int = 0
    cod_corrected: bool = False
    fee: int = 0
    delivered_on: date | None = None
    inspected: bool = False
    owed: int = 0
    pending: int = 0
    received: int = 0
    fee_booked: int = 0
    fee_settled: bool = False

    @property
    def unclaimed(self) -> int:
        """What the carrier owes for it and no approved statement has claimed."""
        return self.owed - self.pending

    @property
    def square(self) -> bool:
        """Its way has ended and nothing is open with its carrier."""
        ended = self.road is Road.DELIVERED or (self.road is Road.RETURNED and self.inspected)
        return ended and not self.owed and not self.pending and (self.fee_settled or not self.fee)

    def travel(self, road: Road) -> None:
        """Go on; an end is never left."""
        if self.road not in _ENDS:
            self.road = road

    def expect(self, cod: int) -> None:
        """What is to be collected, unless a person has corrected it (ACC-02)."""
        if not self.cod_corrected:
            self.cod = cod

    def deliver(self, day: date) -> int:
        """Signed for: the COD is due. Returns it."""
        self.road = Road.DELIVERED
        self.delivered_on = day
        self.owed += self.cod
        return self.cod

    def correct_cod(self, cod: int) -> int:
        """Set what must be collected. Returns by how much the carrier's debt grows: nothing before delivery."""
        grows = cod - self.cod
        self.cod, self.cod_corrected = cod, True
        if self.road is not Road.DELIVERED:
            return 0
        self.owed += grows
        return grows

    def approve(self, *, remit: int, fee: int, owed: int) -> None:
        """A statement line was approved: it will bring ``remit``, books ``fee`` and changes the debt by ``owed``."""
        self.pending += remit
        self.fee_booked += fee
        self.fee_settled = True
        self.owed += owed

    def receive(self, amount: int, *, pending: bool) -> None:
        """Money for it came in; ``pending`` if an approved line had claimed it."""
        self.owed -= amount
        self.received += amount
        if pending:
            self.pending -= amount


def is_settled(order: OrderMoney, shipments: Collection[Shipment]) -> bool:
    """All money and fees of an order are settled (ACC-01): every parcel is square with its carrier, and neither we
    owe the customer nor the customer us."""
    sent = [shipment for shipment in shipments if shipment.road is not Road.CANCELLED]
    return bool(sent) and not order.balance and all(shipment.square for shipment in sent)
