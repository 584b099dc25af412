"""Orders as the books know them. Their rows are locked in the order of ids, before anything else of theirs."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from accounting.adapters.recordset import recordset
from accounting.domain.order_money import OrderMoney, OrderUnknown

_MAKE_HALVES = text("""
    INSERT INTO orders (order_id, first_seen_at) SELECT id, :now FROM unnest(CAST(:ids AS uuid[])) AS i (id) ORDER BY id
    ON CONFLICT (order_id) DO NOTHING
""")
_LOCK = text("""
    SELECT order_id, code, currency, store_id, owner_id, known, total, goods, freight, cancelled, paid, collected,
           refunds_open, refunded, revenue, credited, reconciled_at
    FROM orders WHERE order_id = ANY(CAST(:ids AS uuid[])) ORDER BY order_id FOR UPDATE
""")
_SAVE = text("""
    UPDATE orders o SET code = r.code, currency = r.currency, store_id = r.store_id, owner_id = r.owner_id,
        known = r.known, total = r.total, goods = r.goods, freight = r.freight, cancelled = r.cancelled,
        paid = r.paid, collected = r.collected, refunds_open = r.refunds_open, refunded = r.refunded,
        revenue = r.revenue, credited = r.credited, reconciled_at = r.reconciled_at
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r (
        order_id uuid, code text, currency text, store_id text, owner_id text, known boolean, total bigint,
        goods bigint, freight bigint, cancelled boolean, paid bigint, collected bigint, refunds_open bigint,
        refunded bigint, revenue bigint, credited bigint, reconciled_at timestamptz
    )
    WHERE o.order_id = r.order_id
""")


class SqlOrders:
    def __init__(self, connection: AsyncConnection, now: datetime) -> None:
        self._connection, self._now = connection, now

    async def locked(self, ids: Collection[UUID]) -> dict[UUID, OrderMoney]:
        """The orders by id, theirs alone until commit; a half for each that was never heard of."""
        wanted = sorted(set(ids))
        if not wanted:
            return {}
        found = await self._lock(wanted)
        if len(found) < len(wanted):
            await self._connection.execute(_MAKE_HALVES, {"ids": wanted, "now": self._now})
            found = await self._lock(wanted)
        return found

    async def known_by_code(self, code: str) -> UUID:
        """The order behind a code people use. ``OrderUnknown`` if accounting has not heard of it."""
        found = text("SELECT order_id FROM orders WHERE code = :code ORDER BY first_seen_at LIMIT 1")
        id: UUID | None = (await self._connection.execute(found, {"code": code})).scalar()
        if id is None:
            raise OrderUnknown(order=code)
        return id

    async def save(self, orders: Collection[OrderMoney]) -> None:
        if orders:
            await self._connection.execute(_SAVE, {"rows": recordset(orders)})

    async def _lock(self, ids: list[UUID]) -> dict[UUID, OrderMoney]:
        rows = (await self._connection.execute(_LOCK, {"ids": ids})).mappings()
        return {row["order_id"]: order_of(row) for row in rows}


def order_of(row: RowMapping) -> OrderMoney:
    return OrderMoney(**row)
