"""What the use cases need from outside. Everything that returns aggregates to be changed locks their rows.

Locks are taken in one order in every path: carrier, manifest, consignments by order id, shipments by id, number ranges
by carrier and id, scans by tracking number. No path goes back up.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol, TypeVar
from uuid import UUID

import chassis
from shipping.domain.carrier import Carrier
from shipping.domain.consignment import Consignment
from shipping.domain.manifest import Manifest
from shipping.domain.numbers import NumberRange
from shipping.domain.scans import Outcome, Scan
from shipping.domain.shipment import Shipment
from shipping.domain.terms import Parcel, Terms

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class TermsNews:
    """The order desk's half, numbered by its stream."""

    order_id: UUID
    sequence: int
    terms: Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldNews:
    """The warehouse's half: held since ``at``, after waiting since ``waiting_since`` if it had to."""

    order_id: UUID
    at: datetime
    waiting_since: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """A waybill as it went onto a box; kept (SHP-06)."""

    id: UUID
    shipment_id: UUID
    day: date
    printed_at: datetime
    printed_by: str
    waybill_version: int
    waybill: Mapping[str, Any]


class Carriers(Protocol):
    async def add(self, carrier: Carrier) -> None:
        """Raises ``CarrierExists``."""
        ...

    async def get(self, id: str) -> Carrier:
        """Locked against other changes of it. Raises ``CarrierNotFound``."""
        ...

    async def find(self, id: str) -> Carrier:
        """Not locked. Raises ``CarrierNotFound``."""
        ...

    async def all(self) -> list[Carrier]:
        """Not locked, by id."""
        ...

    async def save(self, carrier: Carrier) -> None: ...


class CarrierPort(Protocol):
    """How shipping gets a tracking number from a carrier. The one adapter today takes it from ranges handed out ahead.

    A carrier with an interface of its own is reached by filling such a range from it, outside of any transaction.
    """

    async def allocate(self, wishes: Sequence[Sequence[str]]) -> list[tuple[str, str] | None]:
        """For each parcel the carriers in order of preference; what it gets: (carrier, number), or None if all are out.

        No number is ever given twice, whoever asks at the same time.
        """
        ...


class NumberRanges(Protocol):
    async def add(self, range: NumberRange) -> None:
        """Raises ``RangeOverlaps`` if another range could give the same number."""
        ...


class Consignments(Protocol):
    """All ``record_…`` make the row if it is the first that is heard of the order, and return the rows that changed."""

    async def record_terms(self, news: Sequence[TermsNews], heard_at: datetime) -> list[Consignment]: ...
    async def record_hold(self, news: Sequence[HoldNews], heard_at: datetime) -> list[Consignment]: ...
    async def record_release(self, holds: Mapping[UUID, datetime | None], heard_at: datetime) -> list[Consignment]: ...
    async def record_parcels(self, parcels: Mapping[UUID, Parcel], heard_at: datetime) -> list[Consignment]: ...

    async def drop_hold(self, order_ids: Collection[UUID], heard_at: datetime) -> None:
        """The stock is not held any more, or not yet: the order waits for it."""
        ...

    async def drop_parcel(self, order_id: UUID, parcel_id: UUID) -> None: ...

    async def known(self, order_ids: Collection[UUID], heard_at: datetime) -> list[Consignment]:
        """The rows of these orders, made where they were missing."""
        ...

    async def unroutable(
        self, limit: int, order_ids: Collection[UUID] | None = None, after: UUID | None = None
    ) -> list[Consignment]:
        """Those that wait for a carrier, by order id ``after`` one; what somebody else works on is left out."""
        ...

    async def save(self, consignments: Collection[Consignment]) -> None:
        """What shipping itself decided: called off, shipment made, obstacle, chosen carrier."""
        ...


class Shipments(Protocol):
    async def add(self, shipments: Sequence[Shipment]) -> None: ...
    async def save(self, shipments: Collection[Shipment]) -> None: ...

    async def get(self, id: UUID) -> Shipment:
        """Raises ``ShipmentNotFound``."""
        ...

    async def of(self, ids: Collection[UUID]) -> list[Shipment]: ...
    async def of_orders(self, order_ids: Collection[UUID]) -> list[Shipment]: ...
    async def tracked(self, numbers: Collection[str]) -> list[Shipment]: ...

    async def stopped(
        self, limit: int, order_ids: Collection[UUID] | None = None, after: UUID | None = None
    ) -> list[Shipment]:
        """Made, but nobody takes them to the new address; by order id, what somebody else works on left out."""
        ...

    async def waiting_for_pickup(self, carrier_id: str, location_id: str | None) -> list[Shipment]:
        """Packed, and on no list yet."""
        ...


class Scans(Protocol):
    async def record(self, scans: Sequence[Scan], at: datetime, by: str) -> frozenset[UUID]:
        """Keep them; the ids of those that were not known before. A known one counts its repeats."""
        ...

    async def waiting(self, shipments: Collection[Shipment]) -> Mapping[UUID, list[Scan]]:
        """What was reported about these parcels before it could be applied, oldest first, by shipment."""
        ...

    async def now_mean(self, carrier: Carrier) -> list[Scan]:
        """The carrier's scans whose word had no meaning and now has one; their meaning is stored with them."""
        ...

    async def conclude(self, outcomes: Mapping[UUID, Outcome]) -> None: ...


class Manifests(Protocol):
    async def next_number(self, day: date) -> int:
        """The number of the next manifest of a day, from 1."""
        ...

    async def add(self, manifest: Manifest) -> None: ...

    async def get(self, id: UUID) -> Manifest:
        """Raises ``ManifestNotFound``."""
        ...

    async def listed(self, shipment_ids: Collection[UUID]) -> Mapping[UUID, str]:
        """Which of these stand on a list that is not void, and on which (its code)."""
        ...

    async def save(self, manifest: Manifest) -> None: ...


class Waybills(Protocol):
    async def keep(self, copies: Sequence[Printed]) -> None: ...


class Work(chassis.Work, Protocol):
    """The unit of work, as the use cases see it."""

    @property
    def carriers(self) -> Carriers: ...
    @property
    def carrier_port(self) -> CarrierPort: ...
    @property
    def number_ranges(self) -> NumberRanges: ...
    @property
    def consignments(self) -> Consignments: ...
    @property
    def shipments(self) -> Shipments: ...
    @property
    def scans(self) -> Scans: ...
    @property
    def manifests(self) -> Manifests: ...
    @property
    def waybills(self) -> Waybills: ...
