"""The address book in PostgreSQL: filled from an edition, searched as one types, asked by the name of a ward."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from pydantic_core import to_json
from sqlalchemy import RowMapping
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from orders.adapters import tables
from orders.adapters.address_edition import TODAY, edition, parts
from orders.domain.places import BookWard, Sought, Ward
from orders.domain.words import folded

w, p, d = tables.wards.c, tables.provinces.c, tables.districts.c

_ENTRY = """
    SELECT w.kind, w.accented, w.keys, w.district_kind, w.district_keys, w.province_key, w.province_keys, w.wards
    FROM address_wards w WHERE w.keys && CAST(:ward_keys AS text[])
"""
SAME_NAME = f"{_ENTRY} AND CAST(:province AS text) = ANY(w.province_keys)"
_FOUND = sa.text(f"""
    SELECT EXISTS (SELECT FROM address_book) AS book, (SELECT jsonb_agg(same) FROM ({SAME_NAME}) same) AS wards
""").columns(wards=JSONB)  # noqa: S608 - no value is part of the text
_ALL_FOUND = sa.text(f"""
    SELECT EXISTS (SELECT FROM address_book) AS book, (
        SELECT jsonb_agg(same) FROM ({_ENTRY} AND w.province_keys && CAST(:provinces AS text[])) same
    ) AS wards
""").columns(wards=JSONB)  # noqa: S608 - no value is part of the text
_WARDS = sa.text("""
    SELECT code, wards -> 0 AS ward FROM address_wards
    WHERE scheme = 'two-level' AND code = ANY(CAST(:codes AS text[]))
""").columns(ward=JSONB)
_WARD = sa.text("SELECT wards -> 0 AS ward FROM address_wards WHERE scheme = 'two-level' AND code = :code").columns(
    ward=JSONB
)
_EDITION = sa.text("SELECT edition FROM address_book")
_FILL = {
    name: sa.text(f"INSERT INTO {name} SELECT * FROM jsonb_populate_recordset(NULL::{name}, CAST(:rows AS jsonb))")  # noqa: S608 - names of our own
    for name in ("address_provinces", "address_districts", "address_wards")
}


def asked_of(address: Sought | None) -> dict[str, Any]:
    """The parameters of ``SAME_NAME``."""
    return {"ward_keys": address.keys if address else [], "province": address.province if address else None}


def book_wards(rows: Sequence[Mapping[str, Any]] | None) -> list[BookWard]:
    return [
        BookWard(
            kind=row["kind"],
            accented=row["accented"],
            keys=frozenset(row["keys"]),
            district_kind=row["district_kind"],
            district_keys=frozenset(row["district_keys"]),
            province=row["province_key"],
            provinces=frozenset(row["province_keys"]),
            wards=tuple(Ward(**each) for each in row["wards"]),
        )
        for row in rows or ()
    ]


class SqlAddresses:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def same_name(self, address: Sought) -> Sequence[BookWard] | None:
        """Wards of the address' province with its ward's name; None while there is no book."""
        found = (await self._connection.execute(_FOUND, asked_of(address))).one()
        return book_wards(found.wards) if found.book else None

    async def same_names(self, addresses: Collection[Sought]) -> Sequence[BookWard] | None:
        """As :meth:`same_name`, of all these addresses together; ``BookWard.may_be`` tells which are an address's."""
        keys = sorted({key for address in addresses for key in address.keys})
        provinces = sorted({address.province for address in addresses})
        found = (await self._connection.execute(_ALL_FOUND, {"ward_keys": keys, "provinces": provinces})).one()
        return book_wards(found.wards) if found.book else None

    async def wards(self, codes: Collection[str]) -> Mapping[str, Ward]:
        """The wards of today with these codes."""
        found = await self._connection.execute(_WARDS, {"codes": sorted(codes)})
        return {row.code: Ward(**row.ward) for row in found}

    async def ward(self, code: str) -> Ward | None:
        """The ward of today with this code."""
        found = (await self._connection.execute(_WARD, {"code": code})).scalar()
        return Ward(**found) if found else None

    async def fill(self) -> int:
        """Write the installed edition in the place of the one that is there; how many wards, 0 if there is nothing new.

        Readers see the old book until this is committed.
        """
        installed = edition()
        if installed is None or (await self._connection.execute(_EDITION)).scalar() == installed:
            return 0
        for table in (tables.book, tables.wards, tables.districts, tables.provinces):
            await self._connection.execute(sa.delete(table))
        written, source = 0, parts()
        while part := await asyncio.to_thread(next, source, None):
            for name, rows in (
                ("address_provinces", part.provinces),
                ("address_districts", part.districts),
                ("address_wards", part.wards),
            ):
                await self._connection.execute(_FILL[name], {"rows": to_json(rows).decode()})
            written += len(part.wards)
        await self._connection.execute(sa.insert(tables.book).values(edition=installed))
        return written


async def list_provinces(connection: AsyncConnection, scheme: str) -> Sequence[RowMapping]:
    query = sa.select(p.scheme, p.code, p.name, p.linked).where(p.scheme == scheme).order_by(p.code)
    return (await connection.execute(query)).mappings().all()


async def list_districts(connection: AsyncConnection, province: str) -> Sequence[RowMapping]:
    query = sa.select(d.code, d.name, d.province_code).where(d.province_code == province).order_by(d.code)
    return (await connection.execute(query)).mappings().all()


async def list_wards(
    connection: AsyncConnection,
    *,
    scheme: str,
    text: str | None,
    province: str | None,
    district: str | None,
    limit: int,
    after: str | None,
) -> Sequence[RowMapping]:
    """Wards by code; of those whose names, or whose district's and province's, begin with the words of ``text``."""
    query = sa.select(tables.wards).where(w.scheme == scheme).order_by(w.code).limit(limit)
    if text is not None and (words := folded(text)):
        asked = sa.func.to_tsquery("simple", " & ".join(f"{word}:*" for word in words[:10]))
        query = query.where(sa.func.array_to_tsvector(w.words).op("@@", is_comparison=True)(asked))
    for column, value in ((w.province_code, province), (w.district_code, district)):
        if value is not None:
            query = query.where(column == value)
    if after is not None:
        query = query.where(w.code > after)
    return (await connection.execute(query)).mappings().all()


async def former_of(connection: AsyncConnection, codes: Sequence[str]) -> Sequence[RowMapping]:
    """The wards of before that have a part in these of today."""
    query = (
        sa.select(w.code, w.name, w.district, w.province, w.became)
        .where(w.became.op("&&", is_comparison=True)(sa.cast(list(codes), w.became.type)), w.scheme != TODAY)
        .order_by(w.code)
    )
    return (await connection.execute(query)).mappings().all()
