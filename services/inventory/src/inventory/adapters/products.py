"""The SKU master in PostgreSQL."""

import re
import unicodedata
from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from inventory.adapters.tables import products
from inventory.domain.product import BarcodeTaken, Product, ProductNotFound, SkuTaken

_COLUMNS = tuple(column.name for column in products.columns if column.name != "searched")

_UNKNOWN = text("""
    SELECT sku FROM unnest(CAST(:skus AS text[])) sku WHERE NOT EXISTS (SELECT FROM products p WHERE p.sku = sku.sku)
""")
_NAMED_BY = text("""
    SELECT code, sku FROM unnest(CAST(:codes AS text[])) code JOIN products p ON p.barcode = code OR p.sku = code
    ORDER BY p.sku = code
""")
_WEIGHTS = text("SELECT sku, weight_g FROM products WHERE sku = ANY(CAST(:skus AS text[]))")


class SqlProducts:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, product: Product) -> None:
        await self._written(products.insert().values(**_values(product)), product)

    async def get(self, sku: str) -> Product:
        row = (
            await self._connection.execute(sa.select(products).where(products.c.sku == sku).with_for_update())
        ).first()
        if row is None:
            raise ProductNotFound(sku=sku)
        return product_of(row)

    async def save(self, product: Product) -> None:
        statement = products.update().where(products.c.sku == product.sku).values(**_values(product))
        await self._written(statement, product)

    async def unknown(self, skus: Collection[str]) -> set[str]:
        return set((await self._connection.execute(_UNKNOWN, {"skus": list(skus)})).scalars())

    async def named_by(self, codes: Collection[str]) -> dict[str, str]:
        rows = await self._connection.execute(_NAMED_BY, {"codes": list(codes)})
        return {row.code: row.sku for row in rows}

    async def weights(self, skus: Collection[str]) -> dict[str, int]:
        rows = await self._connection.execute(_WEIGHTS, {"skus": list(skus)})
        return {row.sku: row.weight_g for row in rows}

    async def page(self, after: str | None, limit: int) -> list[Product]:
        rows = sa.select(products).order_by(products.c.sku).limit(limit).with_for_update(read=True)
        if after is not None:
            rows = rows.where(products.c.sku > after)
        return [product_of(row) for row in await self._connection.execute(rows)]

    async def _written(self, statement: Any, product: Product) -> None:
        try:
            async with self._connection.begin_nested():
                await self._connection.execute(statement)
        except IntegrityError as error:
            if "products_barcode_key" in str(error.orig):
                raise BarcodeTaken(field="barcode", barcode=product.barcode) from error
            if "products_pkey" in str(error.orig):
                raise SkuTaken(field="sku", sku=product.sku) from error
            raise


def product_of(row: Any) -> Product:
    return Product(**{column: getattr(row, column) for column in _COLUMNS})


def searchable(said: str) -> list[str]:
    """Words as they are searched: lower case, without accents, letters and digits only (``Áo-L`` -> ``ao``, ``l``)."""
    plain = unicodedata.normalize("NFD", said.lower().replace("đ", "d"))
    return re.findall(r"[^\W_]+", "".join(sign for sign in plain if not unicodedata.combining(sign)))


def matching(said: str) -> sa.ColumnElement[bool]:
    """Products in which every word of ``said`` begins a word of SKU, name or barcode; all, if it has no word."""
    words = searchable(said)
    if not words:
        return sa.true()
    wanted = " & ".join(f"'{word}':*" for word in words)
    return sa.func.to_tsvector(sa.literal_column("'simple'"), products.c.searched).op("@@")(
        sa.func.to_tsquery(sa.literal_column("'simple'"), wanted)
    )


def _values(product: Product) -> dict[str, Any]:
    said = " ".join((product.sku, product.name, product.barcode or ""))
    return {column: getattr(product, column) for column in _COLUMNS} | {"searched": " ".join(searchable(said))}
