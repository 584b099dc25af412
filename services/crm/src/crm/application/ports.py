"""What the use cases need from outside."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

import chassis
from crm.domain.customer import Customer, Meeting, Standing

Stores = frozenset[str] | None
"""The stores whose customers may be seen; ``None``: all."""


class Customers(Protocol):
    """All customers. Each method locks what it changes, sorted."""

    async def meet(self, meetings: Sequence[Meeting]) -> Mapping[str, UUID]: ...
    async def recount(self, ids: Iterable[UUID]) -> Sequence[Customer]: ...
    async def get(self, id: UUID, stores: Stores) -> Customer: ...
    async def change(self, id: UUID, **values: Any) -> Customer: ...
    async def note_blacklisting(self, **row: Any) -> None: ...
    async def forget_contacts(self, id: UUID) -> None: ...


class CustomerOrders(Protocol):
    """Orders as their facts arrive; a row is made by whichever comes first."""

    async def placed(self, rows: Sequence[Mapping[str, Any]], now: datetime) -> None: ...
    async def belong_to(self, customer_of: Mapping[UUID, UUID]) -> None: ...
    async def standing(self, order_ids: Iterable[UUID]) -> list[Standing]: ...
    async def book_points(self, rows: Sequence[Mapping[str, Any]]) -> None: ...


class Work(chassis.Work, Protocol):
    """A unit of work."""

    @property
    def customers(self) -> Customers: ...
    @property
    def customer_orders(self) -> CustomerOrders: ...
