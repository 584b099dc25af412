"""The address book for the desk's form: provinces, districts and wards, today's and those until July 2025."""

from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Query

from chassis.http import Listed, Paged
from chassis.security import requires
from orders.adapters import addresses
from orders.entrypoints.units import Read
from orders.entrypoints.views import BookProvinceView, BookWardView, DistrictView, FormerWardView

router = APIRouter(tags=["addresses"], dependencies=[requires("orders:read")])

Code = Annotated[str | None, Query(max_length=10, pattern="^[0-9]+$")]


class Scheme(StrEnum):
    """Ward and province since July 2025, or ward, district and province until then. Their codes are not the same."""

    TWO_LEVEL = "two-level"
    THREE_LEVEL = "three-level"


@router.get("/addresses/provinces")
async def list_provinces(uow: Read, scheme: Scheme = Scheme.TWO_LEVEL) -> list[BookProvinceView]:
    """All provinces of a scheme. ``linked``: those they were merged from, or have become a part of."""
    rows = await addresses.list_provinces(uow.connection, scheme)
    return [BookProvinceView.model_validate(dict(row)) for row in rows]


@router.get("/addresses/districts")
async def list_districts(uow: Read, province: Annotated[str, Query(max_length=10)]) -> list[DistrictView]:
    """The districts that a province had until July 2025; ``province`` is its code of then."""
    rows = await addresses.list_districts(uow.connection, province)
    return [DistrictView.model_validate(dict(row)) for row in rows]


@router.get("/addresses/wards")
async def list_wards(
    uow: Read,
    page: Paged,
    scheme: Scheme = Scheme.TWO_LEVEL,
    q: Annotated[str | None, Query(max_length=100, description="beginnings of words, with or without accents")] = None,
    province: Code = None,
    district: Code = None,
) -> Listed[BookWardView]:
    """Wards by code. ``wards``: what each is today, several if it was divided; ``former``: what it was made of."""
    rows = await addresses.list_wards(
        uow.connection,
        scheme=scheme,
        text=q,
        province=province,
        district=district,
        limit=page.one_more,
        after=page.begins_after(str),
    )
    former: dict[str, list[FormerWardView]] = {}
    if scheme is Scheme.TWO_LEVEL:
        codes = [row["code"] for row in rows]
        for row in await addresses.former_of(uow.connection, codes):
            for code in row["became"]:
                former.setdefault(code, []).append(FormerWardView.model_validate(dict(row)))
    return page.of(
        rows,
        key=lambda row: (row["code"],),
        view=lambda row: BookWardView.model_validate(dict(row) | {"former": former.get(row["code"], [])}),
    )
