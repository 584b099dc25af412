"""A parcel's way from the first label to its end (DOMAIN 4.2).

Invariant: the point of no return is the signed manifest. Before it a shipment can be cancelled and takes every change
of the order; after it only the carrier's scans and a recall move it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Self
from uuid import UUID

from chassis.domain import Aggregate, Conflict, Invalid, NotFound
from shipping.domain.journey import BEFORE_HANDOVER, FINAL, ON_THE_WAY_OUT, Status, is_further, may_move, target
from shipping.domain.quotes import Obstacle, Quote
from shipping.domain.scans import Outcome, Scan, ScanStatus
from shipping.domain.terms import Parcel, Terms


class ShipmentNotFound(NotFound):
    """No shipment has this id."""


class WaybillsRefused(Invalid):
    """Some of the named parcels get no waybill any more; each is named."""


class CannotRecall(Conflict):
    """The parcel is not on its way to the customer."""


@dataclass(frozen=True, slots=True)
class Created:
    shipment: Shipment


@dataclass(frozen=True, slots=True)
class Cancelled:
    shipment: Shipment


@dataclass(frozen=True, slots=True)
class CancelRefused:
    shipment: Shipment


@dataclass(frozen=True, slots=True)
class Unroutable:
    shipment: Shipment
    obstacle: Obstacle


@dataclass(frozen=True, slots=True)
class HandedOver:
    shipment: Shipment
    at: datetime


@dataclass(frozen=True, slots=True)
class Moved:
    """The parcel has come to ``to`` at ``at``, the carrier's time. ``attempt`` and ``final`` belong to a failed try."""

    shipment: Shipment
    to: Status
    at: datetime
    reason: str | None = None
    attempt: int = 0
    final: bool = False


@dataclass(eq=False, kw_only=True)
class Shipment(Aggregate):
    """Goods of one order under one tracking number.

    ``fee`` is the postage we expect, after the handover the one agreed with the courier (SHP-06). ``waybill_version``
    counts what is printed on the waybill; ``printed_version`` is the one on the box. ``moved_at`` is the carrier's time
    of the last scan that moved the parcel, ``seen_at`` that of the last sign of it at all. ``return_is_certain`` is
    false while only we assume that it comes back.
    """

    id: UUID
    order_id: UUID
    kind: str = "outbound"
    carrier_id: str
    carrier_name: str
    service: str
    tracking: str
    fee: int
    status: Status = Status.CREATED
    terms: Terms
    terms_sequence: int
    parcel: Parcel | None = None
    weight_g: int | None = None
    manifest_id: UUID | None = None
    manifest_code: str | None = None
    waybill_version: int = 1
    printed_version: int = 0
    printed_at: datetime | None = None
    obstacle: Obstacle | None = None
    attempts: int = 0
    return_is_certain: bool = True
    moved_at: datetime | None = None
    seen_at: datetime | None = None
    created_at: datetime
    handed_over_at: datetime | None = None
    ended_at: datetime | None = None
    inspected_at: datetime | None = None
    version: int = 1

    @classmethod
    def make(
        cls,
        *,
        id: UUID,
        order_id: UUID,
        terms: Terms,
        terms_sequence: int,
        quote: Quote,
        tracking: str,
        parcel: Parcel | None,
        at: datetime,
    ) -> Self:
        """A carrier is chosen and has given its number (SHP-02, SHP-03)."""
        shipment = cls(
            id=id,
            order_id=order_id,
            carrier_id=quote.carrier_id,
            carrier_name=quote.carrier_name,
            service=quote.service,
            tracking=tracking,
            fee=quote.fee,
            terms=terms,
            terms_sequence=terms_sequence,
            created_at=at,
        )
        shipment._record(Created(shipment))
        if parcel is not None:
            shipment.attach(parcel)
        return shipment

    @property
    def is_with_us(self) -> bool:
        """Whether the manifest is not signed yet and nobody has cancelled."""
        return self.status in BEFORE_HANDOVER

    @property
    def has_left(self) -> bool:
        """Whether a manifest with it was signed, whatever became of it since."""
        return self.handed_over_at is not None

    @property
    def can_go(self) -> bool:
        """Whether it may stand on a manifest: packed, and a carrier takes it to where the customer is now."""
        return self.status is Status.AWAITING_PICKUP and self.obstacle is None

    @property
    def waybill_is_outdated(self) -> bool:
        """Whether the label on the box says something that is no longer so."""
        return self.is_with_us and 0 < self.printed_version < self.waybill_version

    def revise(self, terms: Terms, sequence: int) -> None:
        """The order has changed: newest address, note and COD, as long as the parcel is with us (SHP-04)."""
        if not self.is_with_us or sequence <= self.terms_sequence:
            return
        if not terms.prints_like(self.terms):
            self.waybill_version += 1
        self.terms, self.terms_sequence = terms, sequence

    def attach(self, parcel: Parcel) -> None:
        """The warehouse has packed it; the measured weight counts from now on (INV-11)."""
        if self.is_with_us:
            self.parcel, self.weight_g, self.status = parcel, parcel.weight_g, Status.AWAITING_PICKUP

    def detach(self, parcel_id: UUID) -> None:
        """The warehouse has taken the parcel apart again; it cannot be handed over until it is packed anew."""
        if self.is_with_us and self.parcel is not None and self.parcel.id == parcel_id:
            self.parcel, self.weight_g = None, None
            self.status = Status.LABELLED if self.printed_version else Status.CREATED

    def reroute(self, quote: Quote, tracking: str) -> None:
        """Another carrier takes it, under a new number; the old number is never used again."""
        self.carrier_id, self.carrier_name, self.service = quote.carrier_id, quote.carrier_name, quote.service
        self.tracking, self.fee, self.obstacle = tracking, quote.fee, None
        self.waybill_version += 1
        self._record(Created(self))

    def reprice(self, fee: int) -> None:
        """The same service goes to the new address, at another price."""
        self.fee, self.obstacle = fee, None

    def stop_at(self, obstacle: Obstacle) -> None:
        """Nobody takes it to the new address: it stays here until a person finds a way."""
        if self.obstacle is not obstacle:
            self.obstacle = obstacle
            self._record(Unroutable(self, obstacle))

    def print(self, at: datetime) -> None:
        """A waybill goes onto the box (SHP-04)."""
        if not self.is_with_us:
            return
        self.printed_version, self.printed_at = self.waybill_version, at
        if self.status is Status.CREATED:
            self.status = Status.LABELLED

    def cancel(self, at: datetime) -> bool:
        """Decide a cancel request and say so: yes until the manifest is signed, no after it, however often asked."""
        if self.is_with_us:
            self.status, self.ended_at = Status.CANCELLED, at
        agreed = self.status is Status.CANCELLED
        self._record(Cancelled(self) if agreed else CancelRefused(self))
        return agreed

    def hand_over(self, *, manifest_id: UUID, manifest_code: str, weight_g: int, fee: int, at: datetime) -> None:
        """The manifest is signed: the carrier's, at the weight and postage both agreed on (SHP-05, SHP-06)."""
        self.status, self.handed_over_at, self.seen_at = Status.HANDED_OVER, at, at
        self.manifest_id, self.manifest_code = manifest_id, manifest_code
        self.weight_g, self.fee = weight_g, fee
        self._record(HandedOver(self, at))

    def recall(self, at: datetime, reason: str) -> None:
        """Ask the carrier to bring it back; it may still be delivered if the courier is faster (SHP-14)."""
        if self.status is Status.RETURNING:
            return
        if self.status not in ON_THE_WAY_OUT:
            raise CannotRecall(state=self.status, possible=sorted(ON_THE_WAY_OUT))
        self.status, self.return_is_certain = Status.RETURNING, False
        self._record(Moved(self, Status.RETURNING, at, reason))

    def report(self, scan: Scan, *, tries: int) -> Outcome:
        """What a scan does to the parcel. After ``tries`` failed ones, or a refusal, it goes back (SHP-13, SHP-14)."""
        if scan.status is None:
            return Outcome.UNMAPPED
        if self.is_with_us:
            return Outcome.EARLY
        if self.status in FINAL:
            return Outcome.FINAL
        self.seen_at = max(scan.at, self.seen_at or scan.at)
        to = target(scan.status)
        if self._is_past(scan, to):
            if to is Status.FAILED and self.moved_at != scan.at and self.status in ON_THE_WAY_OUT:
                self.attempts += 1
            return Outcome.LATE
        if not may_move(self.status, to, return_is_certain=self.return_is_certain):
            self.return_is_certain = self.return_is_certain or to is Status.RETURNING
            return Outcome.NOTED
        self._move(scan, to, tries)
        return Outcome.APPLIED

    def _is_past(self, scan: Scan, to: Status) -> bool:
        if self.moved_at is None or scan.at > self.moved_at:
            return False
        return scan.at < self.moved_at or not is_further(to, self.status)

    def _move(self, scan: Scan, to: Status, tries: int) -> None:
        self.status, self.moved_at = to, scan.at
        reason = scan.reason
        if to is Status.FAILED:
            self.attempts += 1
            self._fail(scan, tries)
            return
        if to is Status.RETURNING:
            self.return_is_certain = True
            reason = reason or str(scan.status)
        if to in FINAL:
            self.ended_at = scan.at
        self._record(Moved(self, to, scan.at, reason))

    def _fail(self, scan: Scan, tries: int) -> None:
        final = self.attempts >= tries
        reason = scan.reason or scan.said
        self._record(Moved(self, Status.FAILED, scan.at, reason, self.attempts, final))
        if final:
            self.status, self.return_is_certain = Status.RETURNING, False
            self._record(Moved(self, Status.RETURNING, scan.at, "tries_used"))


REFUSED_AT_THE_DOOR = str(ScanStatus.REFUSED)
"""The reason of a return that the customer caused by not taking the parcel."""
