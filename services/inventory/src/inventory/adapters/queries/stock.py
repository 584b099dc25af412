"""What lies where, what it is worth, and how it came to be."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from inventory.adapters.products import matching
from inventory.adapters.tables import (
    alerts,
    locations,
    on_the_road,
    products,
    stock_levels,
    stock_moves,
    stock_worths,
)

_TOTAL = text("SELECT coalesce(sum(quantity), 0) AS quantity, coalesce(sum(value), 0) AS value FROM stock_worths")


async def products_page(
    connection: AsyncConnection, *, q: str | None, active: bool | None, after: str | None, limit: int
) -> Sequence[Row[Any]]:
    """Products by SKU, with quantity and value of all their stock."""
    rows = (
        sa.select(
            products,
            sa.func.coalesce(stock_worths.c.quantity, 0).label("stock_quantity"),
            sa.func.coalesce(stock_worths.c.value, 0).label("stock_value"),
        )
        .outerjoin(stock_worths, stock_worths.c.sku == products.c.sku)
        .order_by(products.c.sku)
        .limit(limit)
    )
    if q:
        rows = rows.where(matching(q))
    if active is not None:
        rows = rows.where(products.c.active == active)
    if after is not None:
        rows = rows.where(products.c.sku > after)
    return await _all(connection, rows)


async def product(connection: AsyncConnection, sku: str) -> Row[Any] | None:
    rows = (
        sa.select(
            products,
            sa.func.coalesce(stock_worths.c.quantity, 0).label("stock_quantity"),
            sa.func.coalesce(stock_worths.c.value, 0).label("stock_value"),
        )
        .outerjoin(stock_worths, stock_worths.c.sku == products.c.sku)
        .where(products.c.sku == sku)
    )
    return (await connection.execute(rows)).first()


async def levels_page(
    connection: AsyncConnection,
    *,
    sku: str | None,
    location_id: str | None,
    q: str | None,
    stores: Collection[str] | None,
    after: tuple[str, str] | None,
    limit: int,
) -> Sequence[Row[Any]]:
    """Levels by SKU and location (INV-04). ``in_transit``: handed to a carrier, not yet delivered or on its way back;
    ``incoming``: on its way back."""
    level, road = stock_levels.c, _road()
    rows = (
        sa.select(
            level.sku,
            products.c.name,
            level.location_id,
            level.on_hand,
            level.reserved,
            (level.on_hand - level.reserved).label("available"),
            level.defective,
            road.c.in_transit,
            road.c.incoming,
        )
        .select_from(stock_levels.outerjoin(products, products.c.sku == level.sku).join(road, sa.true()))
        .order_by(level.sku, level.location_id)
        .limit(limit)
    )
    if sku is not None:
        rows = rows.where(level.sku == sku)
    if location_id is not None:
        rows = rows.where(level.location_id == location_id)
    if stores is not None:
        rows = rows.where(level.location_id.in_(sorted(stores)))
    if q:
        rows = rows.where(matching(q))
    if after is not None:
        rows = rows.where(sa.tuple_(level.sku, level.location_id) > sa.tuple_(*map(sa.literal, after)))
    return await _all(connection, rows)


def _road() -> sa.FromClause:
    """Of each level, the units that are between it and a customer."""
    level, units, back = stock_levels.c, sa.func.sum(on_the_road.c.quantity), on_the_road.c.coming_back
    return (
        sa.select(
            sa.func.coalesce(units.filter(sa.not_(back)), 0).label("in_transit"),
            sa.func.coalesce(units.filter(back), 0).label("incoming"),
        )
        .where(on_the_road.c.sku == level.sku, on_the_road.c.location_id == level.location_id)
        .lateral("road")
    )


async def values_page(connection: AsyncConnection, *, after: str | None, limit: int) -> Sequence[Row[Any]]:
    rows = sa.select(stock_worths).order_by(stock_worths.c.sku).limit(limit)
    if after is not None:
        rows = rows.where(stock_worths.c.sku > after)
    return await _all(connection, rows)


async def value_of_all(connection: AsyncConnection) -> Row[Any]:
    return (await connection.execute(_TOTAL)).one()


@dataclass(frozen=True, slots=True, kw_only=True)
class MovesAsked:
    """Which lines of the ledger; what is None does not matter."""

    sku: str | None = None
    location_id: str | None = None
    kind: str | None = None
    order_id: UUID | None = None
    document: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    stores: Collection[str] | None


async def moves_page(
    connection: AsyncConnection, asked: MovesAsked, *, after: int | None, limit: int
) -> Sequence[Row[Any]]:
    """The ledger, newest line first."""
    move = stock_moves.c
    rows = sa.select(stock_moves).order_by(move.seq.desc()).limit(limit)
    equal = {
        move.sku: asked.sku,
        move.location_id: asked.location_id,
        move.kind: asked.kind,
        move.order_id: asked.order_id,
        move.document: asked.document,
    }
    for column, value in equal.items():
        if value is not None:
            rows = rows.where(column == value)
    if asked.since is not None:
        rows = rows.where(move.at >= asked.since)
    if asked.until is not None:
        rows = rows.where(move.at < asked.until)
    if asked.stores is not None:
        rows = rows.where(move.location_id.in_(sorted(asked.stores)))
    if after is not None:
        rows = rows.where(move.seq < after)
    return await _all(connection, rows)


async def all_locations(connection: AsyncConnection) -> Sequence[Row[Any]]:
    rows = sa.select(locations).order_by(locations.c.place, locations.c.id)
    return await _all(connection, rows)


async def alerts_page(
    connection: AsyncConnection,
    *,
    kind: str | None,
    sku: str | None,
    stores: Collection[str] | None,
    after: UUID | None,
    limit: int,
) -> Sequence[Row[Any]]:
    """Newest first; ids are in the order of time."""
    rows = sa.select(alerts).order_by(alerts.c.id.desc()).limit(limit)
    if stores is not None:
        rows = rows.where(alerts.c.location_id.in_(sorted(stores)))
    if kind is not None:
        rows = rows.where(alerts.c.kind == kind)
    if sku is not None:
        rows = rows.where(alerts.c.sku == sku)
    if after is not None:
        rows = rows.where(alerts.c.id < after)
    return await _all(connection, rows)


async def _all(connection: AsyncConnection, rows: sa.Executable) -> Sequence[Row[Any]]:
    return (await connection.execute(rows)).all()
