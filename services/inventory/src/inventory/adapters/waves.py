"""Waves in PostgreSQL, and which orders may go into one."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from inventory.adapters.holds import SqlHolds
from inventory.adapters.tables import waves
from inventory.domain.hold import Hold
from inventory.domain.wave import Wave

_NEXT = text("""
    INSERT INTO wave_numbers AS w (day, last) VALUES (:day, 1)
    ON CONFLICT (day) DO UPDATE SET last = w.last + 1 RETURNING last
""")
_FREE = text("""
    SELECT h.order_id FROM holds h JOIN orders o USING (order_id)
    WHERE h.state = 'held' AND NOT h.picked AND (h.waiting_since IS NULL OR h.released)
      AND NOT o.cancelling AND o.cancelled_at IS NULL
      AND (CAST(:place AS text) IS NULL OR h.location_id = :place)
    ORDER BY h.placed_at, h.order_id LIMIT :limit FOR UPDATE OF o, h SKIP LOCKED
""")
_NAMED = text("""
    SELECT order_id, code, cancelling OR cancelled_at IS NOT NULL AS cancelling FROM orders
    WHERE order_id = ANY(CAST(:ids AS uuid[])) ORDER BY order_id FOR UPDATE
""")
_PICK = text("UPDATE holds SET picked = true WHERE order_id = ANY(CAST(:ids AS uuid[]))")


class SqlWaves:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def next_number(self, day: date) -> int:
        return int((await self._connection.execute(_NEXT, {"day": day})).scalar_one())

    async def add(self, wave: Wave) -> None:
        await self._connection.execute(
            waves.insert().values(
                id=wave.id,
                code=wave.code,
                created_at=wave.created_at,
                created_by=wave.created_by,
                parcels=wave.parcels,
            )
        )

    async def free(self, *, location_id: str | None, limit: int) -> list[Hold]:
        rows = await self._connection.execute(_FREE, {"place": location_id, "limit": limit})
        order = list(rows.scalars())
        found = await SqlHolds(self._connection).of(order)
        return [found[order_id] for order_id in order]

    async def named(self, order_ids: Collection[UUID]) -> dict[UUID, tuple[str, Hold | None, bool]]:
        rows = (await self._connection.execute(_NAMED, {"ids": list(order_ids)})).all()
        holds = await SqlHolds(self._connection).of([row.order_id for row in rows], lock=True)
        return {row.order_id: (row.code, holds.get(row.order_id), row.cancelling) for row in rows}

    async def pick(self, order_ids: Collection[UUID]) -> None:
        await self._connection.execute(_PICK, {"ids": list(order_ids)})
