"""What a use case may do beside its repositories, whoever keeps the tables.

A service's port adds its own collections: ``class Work(chassis.Work, Protocol)``. :class:`chassis.UnitOfWork` is the
real one; what each member promises is written there.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, tzinfo
from typing import Any, Protocol, TypeVar
from uuid import UUID

from chassis.business_settings import Setting
from contracts.event import Actor, Event

T = TypeVar("T")


class Work(Protocol):
    """One transaction: what it reads, writes, says and audits becomes true together, or not at all."""

    @property
    def actor(self) -> Actor: ...
    @property
    def now(self) -> datetime: ...
    @property
    def today(self) -> date: ...
    @property
    def zone(self) -> tzinfo: ...
    def day_of(self, moment: datetime) -> date: ...
    def new_id(self) -> UUID: ...
    def setting(self, declared: Setting[T]) -> T: ...
    def publish(self, event: Event, *, cause: Event | None = None, occurred_at: datetime | None = None) -> None: ...
    def audit(
        self,
        action: str,
        object_type: str,
        object_id: object,
        *,
        before: Mapping[str, Any] | None = None,
        after: Mapping[str, Any] | None = None,
        reason: str | None = None,
    ) -> None: ...
