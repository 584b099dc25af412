"""A customer: one per phone, until erased."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from crm.domain.points import BoughtLine


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """Counts are those of the orders, points those of the ledger. An erased one has no phone, name or address."""

    id: UUID
    phone: str | None
    name: str | None
    email: str | None
    address: Mapping[str, Any] | None
    store_id: str | None
    orders: int
    cancelled: int
    delivered: int
    refusals: int
    points: int
    blacklisted: bool
    blacklist_reason: str | None
    erased: bool
    first_order_at: datetime | None
    last_order_at: datetime | None
    version: int


@dataclass(frozen=True, slots=True)
class Meeting:
    """Somebody ordered. ``at`` is when; the newest name and address become the customer's, all are remembered.

    ``id`` is for a phone whose former owner was erased; any other customer's id follows from the phone.
    """

    id: UUID
    phone: str
    name: str
    email: str | None
    address: Mapping[str, Any]
    store_id: str | None
    at: datetime

    @property
    def written_address(self) -> str:
        return json.dumps(self.address, ensure_ascii=False, sort_keys=True)


@dataclass(frozen=True, slots=True)
class Standing:
    """What an order stands for now: what was bought and came back, and the points booked for it so far."""

    order_id: UUID
    customer_id: UUID | None
    bought: Mapping[str, BoughtLine]
    inspected: Iterable[tuple[str, str, int]]
    dong_per_point: int | None
    points: int
