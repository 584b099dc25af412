"""Live holds and the queue in PostgreSQL. Rows exist only while an order is promised something or waits for it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from inventory.domain.hold import GoodsLine, Hold, HoldState

_OF = """
    SELECT h.*, l.line_id, l.sku, l.quantity FROM holds h JOIN hold_lines l USING (order_id)
    WHERE h.order_id = ANY(CAST(:ids AS uuid[])) ORDER BY h.order_id, l.line_id
"""
_PEEK = text(_OF)
_LOCK = text(_OF + " FOR UPDATE OF h")
_ADD = text("""
    WITH added AS (
        INSERT INTO holds (order_id, placed_at, state, location_id, waiting_since, held_at)
        SELECT * FROM unnest(CAST(:ids AS uuid[]), CAST(:placed AS timestamptz[]), CAST(:states AS text[]),
                             CAST(:places AS text[]), CAST(:waiting AS timestamptz[]), CAST(:held AS timestamptz[]))
    )
    INSERT INTO hold_lines (order_id, line_id, sku, quantity)
    SELECT * FROM unnest(CAST(:line_orders AS uuid[]), CAST(:lines AS uuid[]), CAST(:skus AS text[]),
                         CAST(:quantities AS bigint[]))
""")
_SAVE = text("""
    UPDATE holds h SET state = n.state, location_id = n.location_id, waiting_since = n.waiting_since,
                       held_at = n.held_at, released = n.released, picked = n.picked
    FROM unnest(CAST(:ids AS uuid[]), CAST(:states AS text[]), CAST(:places AS text[]),
                CAST(:waiting AS timestamptz[]), CAST(:held AS timestamptz[]), CAST(:released AS boolean[]),
                CAST(:picked AS boolean[]))
         AS n (order_id, state, location_id, waiting_since, held_at, released, picked)
    WHERE h.order_id = n.order_id
""")
_SHRINK = text("""
    UPDATE hold_lines l SET quantity = n.quantity
    FROM unnest(CAST(:ids AS uuid[]), CAST(:lines AS uuid[]), CAST(:quantities AS bigint[]))
         AS n (order_id, line_id, quantity)
    WHERE l.order_id = n.order_id AND l.line_id = n.line_id
""")
_DROP_LINES = text("""
    DELETE FROM hold_lines l WHERE l.order_id = ANY(CAST(:ids AS uuid[])) AND NOT EXISTS (
        SELECT FROM unnest(CAST(:kept_orders AS uuid[]), CAST(:kept AS uuid[])) AS k (order_id, line_id)
        WHERE k.order_id = l.order_id AND k.line_id = l.line_id)
""")
_UNPICK = text("UPDATE holds SET picked = false WHERE order_id = ANY(CAST(:ids AS uuid[])) AND picked")
_REMOVE = text("DELETE FROM holds WHERE order_id = ANY(CAST(:ids AS uuid[]))")
_RELEASE = text("""
    UPDATE holds SET released = true WHERE order_id IN (
        SELECT h.order_id FROM holds h
        JOIN unnest(CAST(:ids AS uuid[]), CAST(:held AS timestamptz[])) AS n (order_id, held_at) USING (order_id)
        WHERE h.state = 'held' AND (n.held_at IS NULL OR n.held_at = h.held_at)
        ORDER BY h.order_id FOR UPDATE OF h)
""")
_FITTING = text("""
    WITH change AS (
        SELECT * FROM unnest(CAST(:changed AS text[]), CAST(:places AS text[]), CAST(:units AS bigint[]))
                      AS c (sku, location_id, units)
    ), fit AS (
        SELECT h.order_id, h.placed_at FROM holds h
        WHERE h.state = 'waiting' AND NOT h.order_id = ANY(CAST(:skip AS uuid[]))
          AND h.order_id IN (SELECT order_id FROM hold_lines WHERE sku = ANY(CAST(:skus AS text[])))
          AND EXISTS (
            SELECT FROM locations p WHERE p.serves_orders AND NOT EXISTS (
                SELECT FROM (SELECT l.sku, sum(l.quantity) AS units FROM hold_lines l
                             WHERE l.order_id = h.order_id GROUP BY l.sku) need
                LEFT JOIN stock_levels v ON v.sku = need.sku AND v.location_id = p.id
                LEFT JOIN change c ON c.sku = need.sku AND c.location_id = p.id
                WHERE need.units > coalesce(v.on_hand - v.reserved, 0) + coalesce(c.units, 0)))
        ORDER BY h.placed_at, h.order_id LIMIT :limit
    )
    SELECT h.*, l.line_id, l.sku, l.quantity FROM fit JOIN holds h USING (order_id) JOIN hold_lines l USING (order_id)
    ORDER BY h.placed_at, h.order_id, l.line_id
""")
_WAITED_FOR = text("""
    SELECT DISTINCT l.sku FROM hold_lines l JOIN holds h USING (order_id)
    WHERE l.sku = ANY(CAST(:skus AS text[])) AND h.state = 'waiting'
""")
_YOUNGEST = text("""
    WITH candidate AS (
        SELECT h.order_id, h.placed_at, sum(l.quantity) AS units,
               EXISTS (SELECT FROM parcels p WHERE p.order_id = h.order_id AND p.state = 'packed') AS packed
        FROM holds h JOIN hold_lines l USING (order_id)
        WHERE l.sku = :sku AND h.state = 'held' AND h.location_id = :place
          AND NOT h.order_id = ANY(CAST(:skip AS uuid[]))
        GROUP BY h.order_id
    ), ranked AS (
        SELECT *, sum(units) OVER (ORDER BY packed, placed_at DESC, order_id DESC ROWS UNBOUNDED PRECEDING) - units
                  AS covered
        FROM candidate
    )
    SELECT order_id FROM ranked WHERE covered < :units ORDER BY packed, placed_at DESC, order_id DESC
""")
_WAKE = text("""
    INSERT INTO queue_wakeups AS w (sku) SELECT sku FROM unnest(CAST(:skus AS text[])) sku ORDER BY sku
    ON CONFLICT (sku) DO UPDATE SET times = w.times + 1
""")
_WOKEN = text("""
    DELETE FROM queue_wakeups WHERE sku IN (
        SELECT sku FROM queue_wakeups ORDER BY sku LIMIT :limit FOR UPDATE SKIP LOCKED) RETURNING sku
""")


class SqlHolds:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def of(self, order_ids: Collection[UUID], *, lock: bool = False) -> dict[UUID, Hold]:
        if not order_ids:
            return {}
        rows = await self._connection.execute(_LOCK if lock else _PEEK, {"ids": list(order_ids)})
        return {hold.order_id: hold for hold in holds_in(rows)}

    async def add(self, holds: Sequence[Hold]) -> None:
        lines = [(hold.order_id, line) for hold in holds for line in hold.lines]
        await self._connection.execute(
            _ADD,
            _columns(holds)
            | {
                "placed": [hold.placed_at for hold in holds],
                "line_orders": [order_id for order_id, _ in lines],
                "lines": [line.line_id for _, line in lines],
                "skus": [line.sku for _, line in lines],
                "quantities": [line.quantity for _, line in lines],
            },
        )

    async def save(self, holds: Sequence[Hold]) -> None:
        if not holds:
            return
        await self._connection.execute(_LOCK, {"ids": [hold.order_id for hold in holds]})
        await self._connection.execute(
            _SAVE,
            _columns(holds)
            | {"released": [hold.released for hold in holds], "picked": [hold.picked for hold in holds]},
        )

    async def shrink(self, holds: Sequence[Hold]) -> None:
        await self.remove([hold.order_id for hold in holds if not hold.lines])
        rest = [hold for hold in holds if hold.lines]
        if not rest:
            return
        kept = [(hold.order_id, line) for hold in rest for line in hold.lines]
        ids = [hold.order_id for hold in rest]
        orders, lines = [order_id for order_id, _ in kept], [line.line_id for _, line in kept]
        await self._connection.execute(_DROP_LINES, {"ids": ids, "kept_orders": orders, "kept": lines})
        await self._connection.execute(
            _SHRINK, {"ids": orders, "lines": lines, "quantities": [line.quantity for _, line in kept]}
        )
        await self.unpick(ids)

    async def remove(self, order_ids: Collection[UUID]) -> None:
        if order_ids:
            await self._connection.execute(_REMOVE, {"ids": list(order_ids)})

    async def unpick(self, order_ids: Collection[UUID]) -> None:
        await self._connection.execute(_UNPICK, {"ids": list(order_ids)})

    async def release(self, holds: Mapping[UUID, datetime | None]) -> None:
        await self._connection.execute(_RELEASE, {"ids": list(holds), "held": list(holds.values())})

    async def fitting(
        self, skus: Collection[str], changes: Sequence[tuple[str, str, int]], *, skip: Collection[UUID], limit: int
    ) -> list[Hold]:
        rows = await self._connection.execute(
            _FITTING,
            {
                "skus": list(skus),
                "changed": [sku for sku, _, _ in changes],
                "places": [place for _, place, _ in changes],
                "units": [units for _, _, units in changes],
                "skip": list(skip),
                "limit": limit,
            },
        )
        return holds_in(rows)

    async def waited_for(self, skus: Collection[str]) -> set[str]:
        return set((await self._connection.execute(_WAITED_FOR, {"skus": list(skus)})).scalars())

    async def youngest(self, sku: str, location_id: str, units: int, *, skip: Collection[UUID]) -> list[Hold]:
        asked = {"sku": sku, "place": location_id, "units": units, "skip": list(skip)}
        order = list((await self._connection.execute(_YOUNGEST, asked)).scalars())
        found = await self.of(order, lock=True)
        return [found[order_id] for order_id in order]

    async def wake(self, skus: Collection[str]) -> None:
        await self._connection.execute(_WAKE, {"skus": list(skus)})

    async def woken(self, limit: int) -> list[str]:
        return list((await self._connection.execute(_WOKEN, {"limit": limit})).scalars())


def holds_in(rows: Iterable[Any]) -> list[Hold]:
    """Holds from their rows joined with their lines, in the order of the rows."""
    return [_hold(list(of_one)) for _, of_one in groupby(rows, key=lambda row: row.order_id)]


def _hold(rows: Sequence[Any]) -> Hold:
    head = rows[0]
    return Hold(
        order_id=head.order_id,
        placed_at=head.placed_at,
        lines=tuple(GoodsLine(row.line_id, row.sku, row.quantity) for row in rows),
        state=HoldState(head.state),
        location_id=head.location_id,
        waiting_since=head.waiting_since,
        held_at=head.held_at,
        released=head.released,
        picked=head.picked,
    )


def _columns(holds: Sequence[Hold]) -> dict[str, list[Any]]:
    return {
        "ids": [hold.order_id for hold in holds],
        "states": [str(hold.state) for hold in holds],
        "places": [hold.location_id for hold in holds],
        "waiting": [hold.waiting_since for hold in holds],
        "held": [hold.held_at for hold in holds],
    }
