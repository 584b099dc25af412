"""What the use cases need from outside: one unit of work with the warehouse's books.

Locks are taken in this order, in every path: the order's own rows by id, SKUs sorted (their levels at all locations,
then their worth), holds by order id, parcels by id. Whoever changes a hold has the locks of all SKUs in it; so what
is read of holds under a SKU's lock stays true until commit.
"""

from abc import abstractmethod
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

from chassis import UnitOfWork
from inventory.domain.alerts import Alert
from inventory.domain.hold import Hold
from inventory.domain.location import Location
from inventory.domain.parcel import Parcel
from inventory.domain.product import Product
from inventory.domain.receipt import Receipt
from inventory.domain.returned import Return
from inventory.domain.stock import Move, Stock
from inventory.domain.wave import Wave


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


class Products(Protocol):
    """The SKU master. ``get`` locks, or raises ``ProductNotFound``; ``add`` and ``save`` refuse what is taken."""

    async def add(self, product: Product) -> None: ...
    async def get(self, sku: str) -> Product: ...
    async def save(self, product: Product) -> None: ...
    async def unknown(self, skus: Collection[str]) -> set[str]: ...
    async def named_by(self, codes: Collection[str]) -> dict[str, str]:
        """Barcode or SKU -> SKU, for those of the codes that name a product."""
        ...

    async def weights(self, skus: Collection[str]) -> dict[str, int]:
        """Grams of one unit; 0 for what is not known."""
        ...

    async def page(self, after: str | None, limit: int) -> list[Product]:
        """The next products by SKU; nobody changes them until commit."""
        ...


class Locations(Protocol):
    """Where stock lies. ``get`` locks and raises ``LocationNotFound``."""

    async def add(self, location: Location) -> None: ...
    async def get(self, id: str) -> Location: ...
    async def save(self, location: Location) -> None: ...
    async def exists(self, id: str) -> bool: ...


class StockRoom(Protocol):
    """Levels, worths and the ledger."""

    async def lock(self, skus: Collection[str], *, valued: bool, places: Iterable[str] = ()) -> Stock:
        """The stock of these SKUs everywhere (and at ``places``), locked until commit; ``valued``: with worths."""
        ...

    async def save(self, stock: Stock) -> None: ...
    async def book(self, moves: Sequence[Booked]) -> None: ...
    async def unannounced(self, limit: int) -> list[str]:
        """SKUs whose availability changed since it was last told, not locked by anybody now; locks them."""
        ...

    async def levels(self, skus: Collection[str], *, lock: bool = False) -> dict[str, list[tuple[str, int, int, int]]]:
        """SKU -> (location, on hand, reserved, defective); ``lock`` keeps others from changing them."""
        ...

    async def announced(self, skus: Collection[str]) -> None: ...
    async def skus_after(self, after: str | None, limit: int) -> list[str]: ...


class Holds(Protocol):
    """Live holds and the queue; an order whose goods left or that was cancelled has none."""

    async def of(self, order_ids: Collection[UUID], *, lock: bool = False) -> dict[UUID, Hold]: ...
    async def add(self, holds: Sequence[Hold]) -> None: ...
    async def save(self, holds: Sequence[Hold]) -> None: ...
    async def shrink(self, holds: Sequence[Hold]) -> None:
        """Store the lines that are left; a hold without any is removed."""
        ...

    async def remove(self, order_ids: Collection[UUID]) -> None: ...
    async def release(self, order_ids: Collection[UUID]) -> None:
        """Those that are held may go on."""
        ...

    async def fitting(
        self, skus: Collection[str], changes: Sequence[tuple[str, str, int]], *, skip: Collection[UUID], limit: int
    ) -> list[Hold]:
        """Waiting orders that need one of these SKUs and would each fit whole somewhere, if ``changes`` (SKU, location,
        units) were added to what is stored as available; oldest order first."""
        ...

    async def unpick(self, order_ids: Collection[UUID]) -> None:
        """Their goods are in no open parcel any more."""
        ...

    async def waited_for(self, skus: Collection[str]) -> set[str]: ...
    async def youngest(self, sku: str, location_id: str, units: int, *, skip: Collection[UUID]) -> list[Hold]:
        """Held orders that have the SKU there, youngest order first but packed parcels last, until ``units`` are
        covered; locks them."""
        ...

    async def wake(self, skus: Collection[str]) -> None:
        """The queue of these SKUs is to be looked at again, soon, in a transaction of its own."""
        ...

    async def woken(self, limit: int) -> list[str]: ...


class Orders(Protocol):
    """Half an order told by orders, half by shipping; one row per order, made by whoever speaks first."""

    async def confirm(self, terms: Sequence[OrderTerms], now: datetime) -> dict[UUID, KnownOrder]: ...
    async def change(self, terms: Sequence[OrderTerms]) -> None: ...
    async def hear(self, codes: Mapping[UUID, str], now: datetime, *, issued: bool = False) -> dict[UUID, KnownOrder]:
        """Lock the rows of these orders, making those that are not there yet."""
        ...

    async def cancelling(self, order_ids: Collection[UUID]) -> None: ...
    async def cancelled(self, codes: Mapping[UUID, str], now: datetime) -> None: ...


class Shipments(Protocol):
    """Tracking numbers by order."""

    async def put(self, shipments: Sequence[Shipment], now: datetime) -> None: ...
    async def become(self, states: Mapping[UUID, str]) -> None: ...


class Parcels(Protocol):
    """Parcels with their lines. ``get`` locks and raises ``ParcelNotFound``."""

    async def add(self, parcels: Sequence[Parcel], made_at: datetime) -> None: ...
    async def get(self, id: UUID) -> Parcel: ...
    async def peek(self, id: UUID) -> Parcel: ...
    async def many(self, ids: Collection[UUID]) -> dict[UUID, Parcel]: ...
    async def open_of(self, order_ids: Collection[UUID]) -> list[Parcel]: ...
    async def save(self, parcels: Sequence[Parcel]) -> None: ...
    async def attach(self, order_ids: Collection[UUID]) -> None:
        """Give the open parcels of these orders the shipment that has none yet."""
        ...

    async def issued(self, lines: Sequence[IssuedLine]) -> None:
        """Goods of a parcel left at this value; a line the parcel did not have is added."""
        ...

    async def issued_lines(self, parcel_ids: Collection[UUID]) -> dict[tuple[UUID, UUID], IssuedLine]:
        """What left, by parcel and order line."""
        ...

    async def issued_of(self, order_ids: Collection[UUID]) -> dict[UUID, dict[UUID, int]]:
        """Order -> line -> units that have left."""
        ...

    async def attempted(self, attempt: PackAttempt) -> None: ...
    async def on_the_road(self, parcels: Sequence[Parcel]) -> None: ...
    async def coming_back(self, parcel_ids: Collection[UUID]) -> None: ...
    async def off_the_road(self, parcel_ids: Collection[UUID]) -> None: ...


class Waves(Protocol):
    async def next_number(self, day: date) -> int: ...
    async def add(self, wave: Wave) -> None: ...
    async def free(self, *, location_id: str | None, limit: int) -> list[Hold]:
        """Orders that may be picked, oldest first, locked; those that somebody is busy with are left out."""
        ...

    async def named(self, order_ids: Collection[UUID]) -> dict[UUID, tuple[str, Hold | None, bool]]:
        """Code, hold and whether it is being cancelled, of those of the orders that are known; locked."""
        ...

    async def pick(self, order_ids: Collection[UUID]) -> None: ...


class Receipts(Protocol):
    async def add(self, receipt: Receipt) -> Receipt | None:
        """Store it, or return the one that has the same document."""
        ...


class Returns(Protocol):
    """Returns with their lines. ``get`` locks and raises ``ReturnNotFound``."""

    async def add(self, returns: Sequence[Return]) -> None: ...
    async def get(self, id: UUID) -> Return: ...
    async def save(self, returned: Return) -> None: ...


class Alerts(Protocol):
    async def add(self, alerts: Sequence[Noted]) -> None: ...
    async def forget(self, before: datetime, limit: int) -> int: ...


class Unit(UnitOfWork):
    """One unit of work of the warehouse."""

    @property
    @abstractmethod
    def products(self) -> Products: ...
    @property
    @abstractmethod
    def locations(self) -> Locations: ...
    @property
    @abstractmethod
    def stock(self) -> StockRoom: ...
    @property
    @abstractmethod
    def holds(self) -> Holds: ...
    @property
    @abstractmethod
    def orders(self) -> Orders: ...
    @property
    @abstractmethod
    def shipments(self) -> Shipments: ...
    @property
    @abstractmethod
    def parcels(self) -> Parcels: ...
    @property
    @abstractmethod
    def waves(self) -> Waves: ...
    @property
    @abstractmethod
    def receipts(self) -> Receipts: ...
    @property
    @abstractmethod
    def returns(self) -> Returns: ...
    @property
    @abstractmethod
    def alerts(self) -> Alerts: ...
