"""What the desk wants to know while the customer is on the phone, from this service's own tables (ORD-03, ORD-06)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from orders.adapters import tables
from orders.adapters.queries import JOINED, LISTED, o
from orders.application.ports import Stores
from orders.domain.duplicates import Sighting
from orders.domain.facets import GONE, Sales

_TOTALS = sa.text("""
    SELECT count(*) AS orders, count(*) FILTER (WHERE p.delivery = 'delivered') AS delivered,
           count(*) FILTER (WHERE p.sales = 'cancelled') AS cancelled,
           count(*) FILTER (WHERE p.delivery IN ('returning', 'returned')) AS returned
    FROM orders o JOIN progress p ON p.order_id = o.id
    WHERE o.phone = :phone AND (CAST(:stores AS text[]) IS NULL OR o.store_id = ANY(CAST(:stores AS text[])))
""")
_STANDING = sa.text("""
    SELECT coalesce(bool_or(blacklisted), false) AS blacklisted,
           max(blacklist_reason) FILTER (WHERE blacklisted) AS blacklist_reason,
           coalesce(max(refusals), 0) AS refusals
    FROM customers WHERE phone = :phone
""")
_GOODS = sa.text("""
    SELECT asked.sku, p.name, p.price, p.currency, coalesce(p.active, false) AS active, p.sku IS NOT NULL AS known,
           a.available, coalesce(a.levels, '[]') AS levels
    FROM unnest(CAST(:skus AS text[])) WITH ORDINALITY AS asked (sku, place)
    LEFT JOIN products p ON p.sku = asked.sku LEFT JOIN availability a ON a.sku = asked.sku
    ORDER BY asked.place
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """A customer by the phone: what he ordered, and what is known of him. ``near``: live orders within the window."""

    totals: RowMapping
    standing: RowMapping
    last: Sequence[RowMapping]
    near: Sequence[Sighting]


async def caller(
    connection: AsyncConnection, phone: str, stores: Stores, *, now: datetime, window: timedelta, limit: int
) -> Caller:
    """Four statements by the index of phones. Orders of stores that the reader may not see are left out."""
    mine = {"phone": phone, "stores": None if stores is None else sorted(stores)}
    last = sa.select(*LISTED).select_from(JOINED).where(o.phone == phone).order_by(o.placed_at.desc(), o.id.desc())
    p = tables.progress.c
    near = (
        sa.select(o.code, o.placed_at, o.skus)
        .select_from(JOINED)
        .where(o.phone == phone, o.placed_at.between(now - window, now + window))
        .where(p.sales.not_in(GONE | {Sales.CANCELLED}))
    )
    if stores is not None:
        last, near = last.where(o.store_id.in_(stores)), near.where(o.store_id.in_(stores))
    sighted = (await connection.execute(near)).all()
    return Caller(
        totals=(await connection.execute(_TOTALS, mine)).mappings().one(),
        standing=(await connection.execute(_STANDING, {"phone": phone})).mappings().one(),
        last=(await connection.execute(last.limit(limit))).mappings().all(),
        near=[Sighting(code=row.code, placed_at=row.placed_at, skus=frozenset(row.skus)) for row in sighted],
    )


async def goods(connection: AsyncConnection, skus: Collection[str]) -> Sequence[RowMapping]:
    """What is known of each SKU that was asked for, in that order."""
    return (await connection.execute(_GOODS, {"skus": list(skus)})).mappings().all()
