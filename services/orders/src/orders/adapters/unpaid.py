"""Orders that were to be paid in advance and are still here, in PostgreSQL. What somebody works on is left."""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from orders.adapters.mapping import order_of, progress_of
from orders.adapters.orders import part
from orders.adapters.queries import JOINED
from orders.adapters.tables import orders, progress
from orders.domain.agreement import Payment
from orders.domain.order import Order
from orders.domain.status import Status

o, p = orders.c, progress.c
NOT_PACKED = (
    Status.NEW,
    Status.CONFIRMING,
    Status.ON_HOLD,
    Status.CONFIRMED,
    Status.WAITING_STOCK,
    Status.PICKING,
    Status.PACKING,
)
"""A packed parcel goes on: what is not paid is collected at the door, or the lead cancels it."""


class SqlUnpaid:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def lock_unreminded(self, before: datetime, limit: int) -> list[Order]:
        """Placed by then, still owing, and not reminded."""
        owing = sa.or_(
            sa.and_(o.payment == Payment.PREPAID, p.paid < o.total),
            sa.and_(o.payment == Payment.DEPOSIT, p.paid == 0, o.total > 0),
        )
        return await self._locked([owing, p.placed_at <= before, p.reminded_at.is_(None)], limit)

    async def lock_overdue(self, placed_before: datetime, reminded_before: datetime, limit: int) -> list[Order]:
        """Placed and reminded by then, and nothing has come."""
        owing = sa.and_(o.payment != Payment.COD, p.paid == 0, o.total > 0)
        return await self._locked([owing, p.placed_at <= placed_before, p.reminded_at <= reminded_before], limit)

    async def _locked(self, conditions: Collection[sa.ColumnElement[bool]], limit: int) -> list[Order]:
        wanted = (
            sa.select(progress, orders)
            .select_from(JOINED)
            .where(p.status.in_(NOT_PACKED), *conditions)
            .order_by(p.placed_at, o.id)
            .limit(limit)
            .with_for_update(of=(progress, orders), skip_locked=True)
        )
        rows = (await self._connection.execute(wanted)).mappings()
        return [order_of(part(row, orders), progress_of(part(row, progress))) for row in rows]
