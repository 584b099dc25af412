"""What shipping knows of an order before it travels: one half from the order desk, one from the warehouse.

Invariant: each half is recorded whenever it comes, in any order; the shipment is made in the transaction that
completes them. A consignment that is called off never gets a shipment, also when that came before anything else.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shipping.domain.quotes import Obstacle
from shipping.domain.terms import Parcel, Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class Consignment:
    """One order, as shipping has heard of it so far.

    ``terms`` is set once the order is confirmed, ``reserved_at`` while its stock is held. Stock that had to be waited
    for (``waiting_since``) travels only after the order desk has released it: the hold of ``released_for``, or, in news
    from before these were named, whatever was held (``released``). ``chosen`` is the carrier that a person picked for
    an order that could not be routed.
    """

    order_id: UUID
    terms: Terms | None = None
    terms_sequence: int = 0
    reserved_at: datetime | None = None
    waiting_since: datetime | None = None
    released: bool = False
    released_for: datetime | None = None
    parcel: Parcel | None = None
    called_off_at: datetime | None = None
    shipment_id: UUID | None = None
    obstacle: Obstacle | None = None
    obstacle_since: datetime | None = None
    chosen: str | None = None

    @property
    def is_free(self) -> bool:
        """Whether the warehouse may hand the goods out: held, and released if they had to be waited for."""
        if self.reserved_at is None:
            return False
        return self.waiting_since is None or self.released or self.released_for == self.reserved_at

    @property
    def is_ready(self) -> bool:
        """Whether a shipment is to be made now (SHP-03)."""
        return self.terms is not None and self.is_free and self.called_off_at is None and self.shipment_id is None

    @property
    def state(self) -> str:
        """In one word, for people."""
        if self.called_off_at is not None:
            return "called_off"
        if self.shipment_id is not None:
            return "shipped"
        if self.obstacle is not None:
            return "unroutable"
        if self.terms is None:
            return "waits_for_order"
        return "ready" if self.is_free else "waits_for_release" if self.reserved_at else "waits_for_stock"

    @property
    def weight_g(self) -> int:
        """The measured weight if the parcel is packed, else what the catalogue says."""
        if self.parcel is not None:
            return max(1, self.parcel.weight_g)
        return self.terms.weight_g if self.terms else 1
