"""Bodies of requests and answers."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

Why = Annotated[str, Field(min_length=1, max_length=500)]


class Reasoned(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"reason": "Ba lần không nhận hàng"}]})

    reason: Why


class _Row(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class CustomerView(_Row):
    """``refusals`` are parcels that came back undelivered; ``points`` the balance of the ledger."""

    id: UUID
    phone: str | None
    name: str | None
    email: str | None
    address: dict[str, Any] | None
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


class OrderView(_Row):
    order_id: UUID
    code: str | None
    channel: str | None
    source: str | None
    store_id: str | None
    total: int | None
    currency: str | None
    placed_at: datetime | None
    cancelled_at: datetime | None
    cancel_reason: str | None
    delivered_at: datetime | None
    refused_at: datetime | None
    points: int


class PointsView(_Row):
    id: UUID
    order_id: UUID
    kind: str
    points: int
    at: datetime


class ContactView(_Row):
    name: str
    email: str | None
    address: dict[str, Any]
    first_used_at: datetime
    last_used_at: datetime


class BlacklistingView(_Row):
    listed: bool
    reason: str
    by: str
    at: datetime


class CustomerHistory(CustomerView):
    """A customer with the newest fifty of everything; the rest is in the lists below it."""

    latest_orders: list[OrderView]
    latest_points: list[PointsView]
    contacts: list[ContactView]
    blacklistings: list[BlacklistingView]
