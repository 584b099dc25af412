"""What bodies, queries and cursors of this service have in common."""

from typing import Annotated

from fastapi import Query
from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from chassis.http import Reading, Transaction
from contracts.money import Money, WrittenMoney
from inventory.adapters.unit_of_work import InventoryUnitOfWork

Uow = Transaction[InventoryUnitOfWork]
Read = Reading[InventoryUnitOfWork]


def _is_dong(value: Money) -> Money:
    if value.currency != "VND" or value.amount < 0:
        raise PydanticCustomError("not_dong", "An amount of whole đồng, not below zero, is expected.")
    return value


Dong = Annotated[WrittenMoney, AfterValidator(_is_dong)]
"""Stock is valued in đồng only."""

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
