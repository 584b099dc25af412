"""What bodies, queries and cursors of this service have in common."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query
from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from chassis.domain import Reason
from chassis.http import Page, paged, reading, transaction
from chassis.refusals import Unprocessable
from contracts import Money
from inventory.adapters.unit_of_work import InventoryUnitOfWork

Uow = Annotated[InventoryUnitOfWork, Depends(transaction, scope="function")]
Read = Annotated[InventoryUnitOfWork, Depends(reading)]
Paged = Annotated[Page, Depends(paged)]


def _as_money(value: Any) -> Any:
    return {"amount": value} if isinstance(value, int) and not isinstance(value, bool) else value


def _is_dong(value: Money) -> Money:
    if value.currency != "VND" or value.amount < 0:
        raise PydanticCustomError("not_dong", "An amount of whole đồng, not below zero, is expected.")
    return value


Dong = Annotated[Money, BeforeValidator(_as_money, json_schema_input_type=Money | int), AfterValidator(_is_dong)]
"""``{"amount": 150000, "currency": "VND"}``; a plain whole number means đồng. Stock is valued in đồng only."""

Sku = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[^\s/]([^/]*[^\s/])?$")]
Barcode = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^\S+$")]
LocationId = Annotated[str, Field(min_length=1, max_length=20, pattern=r"^[A-Za-z0-9_-]+$")]
Words = Annotated[str, Field(max_length=300)]
Note = Annotated[str, Field(max_length=2_000)]
Units = Annotated[int, Field(ge=1, le=100_000)]
Grams = Annotated[int, Field(ge=1, le=1_000_000)]
SkuAsked = Annotated[str | None, Query(max_length=64)]
PlaceAsked = Annotated[str | None, Query(max_length=20)]
TextAsked = Annotated[str | None, Query(max_length=100)]


def position(page: Page, *kinds: type) -> Any:
    """The key after which the page begins, as a tuple of these kinds, or None. ``Unprocessable`` for another list's."""
    after = page.after
    if after is None:
        return None
    if len(after) != len(kinds) or not all(isinstance(part, kind) for part, kind in zip(after, kinds, strict=True)):
        raise Unprocessable(reasons=(Reason("bad-cursor", "query:cursor"),), count=1)
    return after


def text_position(page: Page) -> str | None:
    after = position(page, str)
    return after[0] if after else None


def id_position(page: Page) -> UUID | None:
    after = position(page, UUID)
    return after[0] if after else None
