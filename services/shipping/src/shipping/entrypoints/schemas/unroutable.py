"""Orders that no carrier takes, and what came of trying again."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field


class UnroutableView(BaseModel):
    """An order for which no carrier was found. ``detail`` says what is wrong and the way out.

    ``shipment_id`` is set if a shipment exists that cannot go to the order's new address.
    """

    order_id: UUID
    code: str
    shipment_id: UUID | None
    obstacle: str
    detail: str
    province: str
    weight_g: int
    carrier_choice: str | None
    since: datetime


class RetryBody(BaseModel):
    """``order_ids``: only these, else those that have waited longest. ``carrier_id``: try it before any other."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{}, {"carrier_id": "ghn"}]})

    order_ids: Annotated[list[UUID], Field(min_length=1, max_length=200)] | None = None
    carrier_id: Annotated[str, Field(max_length=50)] | None = None


class TriedView(BaseModel):
    order_id: UUID
    shipment_id: UUID | None
    obstacle: str | None
    detail: str | None


class RetryView(BaseModel):
    """``solved`` have a shipment now, ``still`` wait."""

    solved: int
    still: int
    tried: list[TriedView]
