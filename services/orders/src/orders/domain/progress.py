"""What has become of an order: its facets, and the marks that facts leave.

Facts cannot be refused. They arrive at least once, in order per topic but in any order between topics, and may even
arrive before the order itself: then only this exists, without code and sales. The desk's own decisions that need two
facts (:meth:`Progress.decide_waiting`) are taken by whichever completes them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from uuid import UUID

from chassis.domain import Aggregate
from orders.domain.facets import ENDED, OURS, UNCONFIRMED, Delivery, Facets, Inspection, Money, Sales, Stock
from orders.domain.happenings import Cancelled, CancelReason, Closed, Released
from orders.domain.places import Clarity
from orders.domain.status import Flag, Status, flags_of, status_of
from orders.domain.waiting import must_ask


@dataclass(frozen=True, slots=True)
class Patience:
    """After how many days of waiting, by which calendar, the customer is asked (ORD-12)."""

    days: int
    zone: tzinfo


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipment:
    """The parcel's journey as far as people ask for it."""

    id: UUID
    carrier_id: str
    tracking: str
    carrier_name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """Goods the order waits for."""

    sku: str
    wanted: int
    available: int


@dataclass(eq=False, kw_only=True)
class Progress(Aggregate):
    """The moving half of an order. ``paid`` and ``refunded`` are sums so far, in the order's currency.

    ``replacement``: the orders that are to take its place wait for whoever has the parcel. ``address``: why somebody
    should look at where the order goes.
    """

    order_id: UUID
    code: str | None = None
    sales: Sales | None = None
    sales_before: Sales | None = None
    """What a deleted order was, and is again once it is restored."""
    cancel_reason: CancelReason | None = None
    cancel_note: str | None = None
    replacement: UUID | None = None
    duplicate: bool = False
    address: Clarity | None = None
    blacklisted: bool = False

    stock: Stock = Stock.NONE
    inspection: Inspection = Inspection.NONE
    location_id: str | None = None
    waiting_since: datetime | None = None
    reserved_at: datetime | None = None
    missing: tuple[Missing, ...] = ()
    released: bool = False
    held_back: bool = False

    delivery: Delivery = Delivery.NONE
    shipment: Shipment | None = None
    attempts: int = 0
    trouble: str | None = None
    unroutable: bool = False
    recall_offered: bool = False

    money: Money = Money.OPEN
    paid: int = 0
    refunded: int = 0
    overpaid: bool = False
    disputed: bool = False
    reconciled_at: datetime | None = None
    reminded_at: datetime | None = None
    """When the customer was reminded of money that is still to come in advance."""

    @property
    def known(self) -> bool:
        """Whether the order itself has been taken in here."""
        return self.sales is not None

    @property
    def status(self) -> Status | None:
        return None if self.sales is None else status_of(self._facets(self.sales))

    @property
    def flags(self) -> frozenset[Flag]:
        """Why a person should look at the order; nothing while it is unknown."""
        if self.sales is None:
            return frozenset()
        at_the_desk = self.sales in UNCONFIRMED
        with_us = self.sales not in ENDED and self.delivery in OURS
        marks = {
            Flag.ADDRESS_AMBIGUOUS: self.address is Clarity.AMBIGUOUS and with_us,
            Flag.ADDRESS_UNKNOWN: self.address is Clarity.UNKNOWN and with_us,
            Flag.DUPLICATE: self.duplicate and at_the_desk,
            Flag.BLACKLISTED: self.blacklisted and at_the_desk,
            Flag.UNROUTABLE: self.unroutable and self.sales is Sales.CONFIRMED and self.delivery is Delivery.NONE,
            Flag.COD_DIFFERENCE: self.disputed,
            Flag.PAID_DELETED: self.sales is Sales.DELETED and self.kept > 0,
            Flag.UNPAID: self.reminded_at is not None and self._before_the_road,
            Flag.OVERPAID: self.overpaid and self.refunded == 0,
            Flag.RECALL: self.recall_offered
            and self.delivery in (Delivery.HANDED_OVER, Delivery.IN_DELIVERY, Delivery.DELIVERY_FAILED),
        }
        return flags_of(self._facets(self.sales)) | {flag for flag, holds in marks.items() if holds}

    @property
    def _before_the_road(self) -> bool:
        return (self.sales in UNCONFIRMED or self.sales is Sales.CONFIRMED) and self.delivery in OURS

    @property
    def kept(self) -> int:
        """What was paid and has not been given back."""
        return max(0, self.paid - self.refunded)

    @property
    def handed_over(self) -> bool:
        """Past the point of no return."""
        return self.delivery not in OURS

    def _facets(self, sales: Sales) -> Facets:
        return Facets(
            sales=sales,
            stock=self.stock,
            inspection=self.inspection,
            delivery=self.delivery,
            money=self.money,
            held_back=self.held_back,
        )

    # --- stock: what the warehouse tells

    def stock_reserved(
        self, at: datetime, location_id: str, waiting_since: datetime | None, patience: Patience
    ) -> None:
        """All goods are held. ``waiting_since`` None: it never waited, and goes on by itself."""
        self.stock = Stock.RESERVED
        self.location_id = location_id
        self.waiting_since, self.reserved_at = waiting_since, at
        self.missing = ()
        self.released, self.held_back = waiting_since is None, False
        self.decide_waiting(patience)

    def stock_short(self, missing: tuple[Missing, ...], waiting_since: datetime) -> None:
        inherited = self.waiting_since if self.stock is Stock.NONE else None
        self.stock = Stock.WAITING
        self.missing = missing
        self.waiting_since, self.reserved_at = min(waiting_since, inherited or waiting_since), None
        self.released = self.held_back = False

    def stock_moved(self, stock: Stock) -> None:
        """Picked, packed, issued, given back: the warehouse says where the goods are."""
        self.stock = stock

    def return_inspected(self, complete: bool) -> None:
        """A later inspection may complete an earlier one, never undo it."""
        if complete or self.inspection is Inspection.NONE:
            self.inspection = Inspection.COMPLETE if complete else Inspection.INCOMPLETE

    def decide_waiting(self, patience: Patience) -> None:
        """Go on, or ask the customer first (ORD-12). Needs a confirmed order and held goods; does nothing before."""
        if self.sales is not Sales.CONFIRMED or self.code is None or self.stock is not Stock.RESERVED:
            return
        if self.released or self.held_back or self.waiting_since is None or self.reserved_at is None:
            return
        if must_ask(self.waiting_since, self.reserved_at, patience.days, patience.zone):
            self.held_back = True
        else:
            self.go_on()

    def go_on(self) -> None:
        """The goods may leave: the wait was short, or the customer said yes."""
        if self.code is not None:
            self.held_back, self.released = False, True
            self._record(Released(order_id=self.order_id, code=self.code, reserved_at=self.reserved_at))

    # --- delivery: what the road tells

    def shipment_created(self, shipment: Shipment) -> None:
        self.unroutable, self.trouble = False, None
        self.shipment = shipment
        if self.delivery is Delivery.NONE:
            self.delivery = Delivery.CREATED

    def shipment_unroutable(self, why: str) -> None:
        self.unroutable, self.trouble = True, why

    def shipment_cancelled(self) -> None:
        """The answer yes to a cancel request: only now is the order cancelled, and its stock and money given back."""
        if self.delivery in OURS:
            self.delivery, self.shipment, self.unroutable = Delivery.NONE, None, False
        if self.sales is Sales.CANCELLING and self.code is not None and self.replacement is None:
            self.sales = Sales.CANCELLED
            self._record(
                Cancelled(
                    order_id=self.order_id,
                    code=self.code,
                    reason=self.cancel_reason or CancelReason.OTHER,
                    note=self.cancel_note,
                    was_confirmed=True,
                )
            )

    def cancel_refused(self) -> None:
        """The answer no: the parcel is with the carrier. The order goes on; the team lead may have it recalled."""
        if self.sales is Sales.CANCELLING:
            self.sales = Sales.CONFIRMED
            self.recall_offered = self.replacement is None
            self.replacement = None

    def shipment_moved(
        self, delivery: Delivery, shipment: Shipment, *, trouble: str | None = None, attempt: int | None = None
    ) -> None:
        """The road says where the parcel is. Of several parcels only the first one's journey is the order's."""
        if self.shipment is None:
            self.shipment = shipment
        elif self.shipment.id != shipment.id:
            return
        self.delivery = delivery
        self.trouble = trouble
        if attempt is not None:
            self.attempts = attempt

    # --- money: what the books tell

    def disputed_by_carrier(self) -> None:
        self.disputed = True

    def settled(self, at: datetime) -> None:
        """All money and fees are in. Said again, the first time counts: it starts the days until the order closes."""
        self.disputed = False
        self.money = Money.RECONCILED
        self.reconciled_at = self.reconciled_at or at

    def refunded_so_far(self, refunded: int) -> None:
        self.refunded = refunded

    def close(self, now: datetime, quiet: timedelta) -> None:
        """Settled for ``quiet`` and nobody asked for anything: the order is over. Does nothing before that."""
        if self.sales is not Sales.CONFIRMED or self.code is None or self.reconciled_at is None:
            return
        if now - self.reconciled_at >= quiet:
            self.sales = Sales.CLOSED
            self._record(Closed(order_id=self.order_id, code=self.code))
