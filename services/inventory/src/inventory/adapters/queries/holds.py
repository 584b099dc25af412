"""Who is promised what, and who waits for what."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from inventory.adapters.tables import hold_lines, holds, orders

_WANTED = text("""
    SELECT l.order_id, l.sku, sum(l.quantity) AS wanted,
           coalesce((SELECT max(v.on_hand - v.reserved) FROM stock_levels v JOIN locations p ON p.id = v.location_id
                     WHERE v.sku = l.sku AND p.serves_orders), 0) AS available
    FROM hold_lines l WHERE l.order_id = ANY(CAST(:ids AS uuid[])) GROUP BY l.order_id, l.sku ORDER BY l.sku
""")


async def waiting_page(
    connection: AsyncConnection, *, stores: Collection[str] | None, after: tuple[datetime, UUID] | None, limit: int
) -> Sequence[Row[Any]]:
    """The queue, oldest order first. ``stores`` are those the orders were placed in."""
    rows = (
        sa.select(holds.c.order_id, orders.c.code, orders.c.store_id, holds.c.placed_at, holds.c.waiting_since)
        .join(orders, orders.c.order_id == holds.c.order_id)
        .where(holds.c.state == "waiting")
        .order_by(holds.c.placed_at, holds.c.order_id)
        .limit(limit)
    )
    if stores is not None:
        rows = rows.where(orders.c.store_id.in_(sorted(stores)))
    return await _all(connection, _after(rows, after))


async def wanted_by(connection: AsyncConnection, order_ids: Collection[UUID]) -> Sequence[Row[Any]]:
    """What waiting orders want, with what is available at the location that has most of it."""
    return (await connection.execute(_WANTED, {"ids": list(order_ids)})).all()


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldsAsked:
    """Which holds; what is None does not matter. ``stores``: the locations the goods lie at."""

    state: str | None = None
    order_id: UUID | None = None
    sku: str | None = None
    free: bool | None = None
    stores: Collection[str] | None


async def holds_page(
    connection: AsyncConnection, asked: HoldsAsked, *, after: tuple[datetime, UUID] | None, limit: int
) -> Sequence[Row[Any]]:
    """Live holds and places in the queue, oldest order first."""
    hold, order = holds.c, orders.c
    free = sa.and_(
        hold.state == "held",
        sa.not_(hold.picked),
        sa.or_(hold.waiting_since.is_(None), hold.released),
        sa.not_(order.cancelling),
        order.cancelled_at.is_(None),
    )
    rows = (
        sa.select(holds, order.code, free.label("free"))
        .join(orders, order.order_id == hold.order_id)
        .order_by(hold.placed_at, hold.order_id)
        .limit(limit)
    )
    if asked.state is not None:
        rows = rows.where(hold.state == asked.state)
    if asked.order_id is not None:
        rows = rows.where(hold.order_id == asked.order_id)
    if asked.sku is not None:
        rows = rows.where(hold.order_id.in_(sa.select(hold_lines.c.order_id).where(hold_lines.c.sku == asked.sku)))
    if asked.free is not None:
        rows = rows.where(free if asked.free else sa.not_(free))
    if asked.stores is not None:
        rows = rows.where(hold.location_id.in_(sorted(asked.stores)))
    return await _all(connection, _after(rows, after))


async def lines_of_holds(connection: AsyncConnection, order_ids: Collection[UUID]) -> Sequence[Row[Any]]:
    rows = (
        sa.select(hold_lines)
        .where(hold_lines.c.order_id.in_(list(order_ids)))
        .order_by(hold_lines.c.order_id, hold_lines.c.line_id)
    )
    return (await connection.execute(rows)).all()


def _after(rows: Any, after: tuple[datetime, UUID] | None) -> Any:
    if after is None:
        return rows
    return rows.where(sa.tuple_(holds.c.placed_at, holds.c.order_id) > sa.tuple_(*map(sa.literal, after)))


async def _all(connection: AsyncConnection, rows: sa.Executable) -> Sequence[Row[Any]]:
    return (await connection.execute(rows)).all()
