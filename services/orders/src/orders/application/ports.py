"""What the use cases need from the outside, in their own words."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Protocol, TypeVar
from uuid import UUID

import chassis
from orders.application.story import Entry
from orders.domain.duplicates import Sighting
from orders.domain.imports import Import, RowState
from orders.domain.order import Order
from orders.domain.places import BookWard, Sought, Ward
from orders.domain.progress import Progress
from orders.domain.replacement import Replacement

T = TypeVar("T")

Stores = frozenset[str] | None
"""The stores to which a caller is confined; ``None``: to none. No default says so: who asks names them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """A product as the warehouse described it last. ``available`` informs, it never promises (ORD-03)."""

    sku: str
    name: str
    price: int
    currency: str
    vat_rate_bp: int
    weight_g: int
    active: bool
    available: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """Where customers order (ORD-01). A marketplace has spoken with its customer itself: no call is required."""

    code: str
    name: str
    call_required: bool
    active: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Who hands orders in (ORD-01). One that was retired hands in nothing more."""

    code: str
    name: str
    active: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Knowledge:
    """What is known here about an order that is being handed in. ``existing``: it was handed in before.

    ``source`` None: nobody has put it on the list yet.
    ``same_name``: wards that its address may mean, None while there is no book; ``ward``: which it names by code.
    """

    number: int
    products: Mapping[str, Product]
    channel: Channel | None
    source: Source | None
    blacklisted: bool
    existing: bool
    same_name: Sequence[BookWard] | None = None
    ward: Ward | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Where to look for earlier orders of a phone."""

    phone: str
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """An order that was handed in before, as much as somebody who hands it in again is told."""

    id: UUID
    code: str
    source: str
    external_id: str
    store_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """What is known about many orders that are being handed in together."""

    numbers: Sequence[int]
    products: Mapping[str, Product]
    channels: Mapping[str, Channel]
    sources: Mapping[str, Source]
    blacklisted: Collection[str]
    existing: Mapping[tuple[str, str], Before]
    sightings: Mapping[str, Sequence[Sighting]]


@dataclass(slots=True, kw_only=True)
class FileOrder:
    """One order of a file that is being imported. ``rows``: where its lines stand in the file; ``reasons`` and
    ``warnings`` as :func:`orders.domain.imports.stored` makes them."""

    first_row: int
    rows: list[int]
    external_id: str | None
    state: RowState = RowState.READ
    body: Any = None
    reasons: list[dict[str, Any]] = field(default_factory=list)
    warnings: list[dict[str, Any]] = field(default_factory=list)
    order_id: UUID | None = None
    code: str | None = None


class Orders(Protocol):
    """The orders of the desk. ``get`` locks: whoever has an order from there may change it."""

    async def look_up(
        self,
        *,
        phone: str | None,
        skus: Collection[str],
        channel: str,
        source: str,
        external_id: str | None,
        day: date,
        address: Sought | None,
        ward_code: str | None,
    ) -> Knowledge: ...

    async def look_over(
        self,
        *,
        windows: Sequence[Window],
        skus: Collection[str],
        channels: Collection[str],
        handed_in: Collection[tuple[str, str | None]],
        numbers: int,
        day: date,
    ) -> Overview: ...

    async def sightings(
        self, phone: str, placed_at: datetime, window: timedelta, *, besides: UUID | None = None
    ) -> Sequence[Sighting]: ...

    async def products(self, skus: Collection[str]) -> Mapping[str, Product]: ...

    async def is_blacklisted(self, phone: str) -> bool: ...

    async def lock_phones(self, phones: Collection[str]) -> None: ...

    async def add(self, order: Order, entries: Sequence[Entry]) -> bool: ...

    async def add_many(self, placed: Sequence[Order], entries: Sequence[Entry]) -> int: ...

    async def get(self, ref: UUID | str, stores: Stores) -> Order: ...

    async def get_all(self, refs: Sequence[UUID | str], stores: Stores) -> list[Order]: ...

    async def read(self, ids: Collection[UUID]) -> list[Order]: ...

    async def next_numbers(self, day: date, count: int) -> list[int]: ...

    async def handed_in(self, source: str, external_id: str, stores: Stores) -> Order: ...

    async def behind(self, progresses: Mapping[UUID, Progress]) -> Mapping[UUID, Order]: ...

    async def save(self, *changed: Order) -> None: ...


class CallQueue(Protocol):
    """Orders at the desk by when they are due. What is locked here may be changed; what others work on is left out."""

    async def lock_next(self, staff_id: str, now: datetime, stores: Stores) -> UUID | None: ...

    async def lock_unassigned(self, limit: int, *, sources: Collection[str] | None) -> list[Order]: ...

    async def lock_held(self, now: datetime, limit: int) -> list[Order]: ...

    async def loads(self, staff: Collection[str]) -> Mapping[str, int]: ...

    async def lock_turns(self, staff: Collection[str]) -> Mapping[str, int]: ...

    async def save_turns(self, given: Mapping[str, int]) -> None: ...


class Unpaid(Protocol):
    """Orders that were to be paid in advance; what is locked here may be changed, what others work on is left out."""

    async def lock_unreminded(self, before: datetime, limit: int) -> list[Order]: ...

    async def lock_overdue(self, placed_before: datetime, reminded_before: datetime, limit: int) -> list[Order]: ...


class Addresses(Protocol):
    """The address book: which wards there are, and were."""

    async def same_name(self, address: Sought) -> Sequence[BookWard] | None: ...

    async def same_names(self, addresses: Collection[Sought]) -> Sequence[BookWard] | None: ...

    async def wards(self, codes: Collection[str]) -> Mapping[str, Ward]: ...

    async def ward(self, code: str) -> Ward | None: ...


class Progresses(Protocol):
    """What has become of orders, known or not yet."""

    async def lock(self, order_ids: Collection[UUID]) -> Mapping[UUID, Progress]: ...

    async def lock_settled(self, before: datetime, limit: int) -> Sequence[Progress]: ...

    async def save(self, changed: Collection[Progress]) -> None: ...


class Replacements(Protocol):
    """Splits, merges and their undoing."""

    async def add(self, made: Replacement, by: str, at: datetime, reason: str | None) -> None: ...

    async def save(self, changed: Replacement) -> None: ...

    async def that_made(self, order_id: UUID) -> Replacement | None: ...

    async def answered(self, id: UUID, order_ids: Collection[UUID], gone: bool) -> Replacement: ...


class Story(Protocol):
    """Everything that happened to every order, told once and never changed (ORD-29)."""

    async def tell(self, entries: Sequence[Entry]) -> None: ...


class Imports(Protocol):
    """Files of orders. ``get``, ``turn`` and ``stale`` lock: whoever has an import from there may change it."""

    async def add(self, opened: Import) -> None: ...

    async def get(self, id: UUID, stores: Stores) -> Import: ...

    async def turn(self) -> Import | None: ...

    async def stale(self, before: datetime) -> Import | None: ...

    async def save(self, changed: Import) -> None: ...

    async def put_part(self, id: UUID, part: int, content: bytes) -> bool: ...

    def parts(self, id: UUID) -> AsyncIterator[bytes]: ...

    async def staged(self, id: UUID, external_ids: Sequence[str]) -> Mapping[str, FileOrder]: ...

    async def stage(self, id: UUID, read: Sequence[FileOrder]) -> None: ...

    async def some(self, id: UUID, state: RowState, limit: int) -> Sequence[FileOrder]: ...

    async def settle(self, id: UUID, decided: Sequence[FileOrder]) -> None: ...

    async def drop_parts(self, id: UUID) -> None: ...

    async def empty(self, id: UUID) -> None: ...

    async def forget(self, id: UUID) -> None: ...

    async def forget_old(self, before: datetime, limit: int) -> int: ...


class Work(chassis.Work, Protocol):
    """The unit of work as use cases see it."""

    @property
    def orders(self) -> Orders: ...

    @property
    def call_queue(self) -> CallQueue: ...

    @property
    def unpaid(self) -> Unpaid: ...

    @property
    def addresses(self) -> Addresses: ...

    @property
    def progress(self) -> Progresses: ...

    @property
    def replacements(self) -> Replacements: ...

    @property
    def story(self) -> Story: ...

    @property
    def imports(self) -> Imports: ...
