"""Levels, worths and the ledger in PostgreSQL, each read and written for many SKUs in one statement."""

from collections.abc import Collection, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from inventory.application.records import Booked
from inventory.domain.stock import Level, Stock
from inventory.domain.worth import Worth

_LOCATIONS = text("SELECT id, serves_orders FROM locations ORDER BY place, id")
_LOCK_LEVELS = text("""
    SELECT v.sku, v.location_id, v.on_hand, v.reserved, v.defective, p.low_at
    FROM stock_levels v LEFT JOIN products p ON p.sku = v.sku
    WHERE v.sku = ANY(CAST(:skus AS text[]))
    ORDER BY v.sku, v.location_id FOR UPDATE OF v
""")
_MAKE_LEVELS = text("""
    INSERT INTO stock_levels (sku, location_id)
    SELECT sku, location_id FROM unnest(CAST(:skus AS text[])) sku, unnest(CAST(:places AS text[])) location_id
    ORDER BY sku, location_id ON CONFLICT DO NOTHING
""")
_LOCK_WORTHS = text("""
    SELECT sku, quantity, value FROM stock_worths WHERE sku = ANY(CAST(:skus AS text[])) ORDER BY sku FOR UPDATE
""")
_MAKE_WORTHS = text("""
    INSERT INTO stock_worths (sku, quantity, value) SELECT sku, 0, 0 FROM unnest(CAST(:skus AS text[])) sku
    ORDER BY sku ON CONFLICT DO NOTHING
""")
_SAVE_LEVELS = text("""
    UPDATE stock_levels v
    SET on_hand = n.on_hand, reserved = n.reserved, defective = n.defective, unannounced = true
    FROM unnest(CAST(:skus AS text[]), CAST(:places AS text[]), CAST(:on_hand AS bigint[]),
                CAST(:reserved AS bigint[]), CAST(:defective AS bigint[]))
         AS n (sku, location_id, on_hand, reserved, defective)
    WHERE v.sku = n.sku AND v.location_id = n.location_id
""")
_SAVE_WORTHS = text("""
    UPDATE stock_worths w SET quantity = n.quantity, value = n.value
    FROM unnest(CAST(:skus AS text[]), CAST(:quantities AS bigint[]), CAST(:values AS bigint[]))
         AS n (sku, quantity, value)
    WHERE w.sku = n.sku
""")
_BOOK = text("""
    INSERT INTO stock_moves (id, at, sku, location_id, kind, on_hand, defective, value,
                             order_id, parcel_id, return_id, document, reason, actor)
    SELECT n.* FROM unnest(
        CAST(:ids AS uuid[]), CAST(:at AS timestamptz[]), CAST(:skus AS text[]), CAST(:places AS text[]),
        CAST(:kinds AS text[]), CAST(:on_hand AS bigint[]), CAST(:defective AS bigint[]), CAST(:values AS bigint[]),
        CAST(:orders AS uuid[]), CAST(:parcels AS uuid[]), CAST(:returns AS uuid[]), CAST(:documents AS text[]),
        CAST(:reasons AS text[]), CAST(:actors AS text[])) AS n
""")
_UNANNOUNCED = text("SELECT DISTINCT sku FROM stock_levels WHERE unannounced ORDER BY sku LIMIT :limit")
_TRY_LEVELS = text("""
    SELECT sku, location_id FROM stock_levels WHERE sku = ANY(CAST(:skus AS text[]))
    ORDER BY sku, location_id FOR UPDATE SKIP LOCKED
""")
_SHARE_LEVELS = text("""
    SELECT sku FROM stock_levels WHERE sku = ANY(CAST(:skus AS text[])) ORDER BY sku, location_id FOR SHARE
""")
_LEVELS = text("""
    SELECT v.sku, v.location_id, v.on_hand, v.reserved, v.defective
    FROM stock_levels v LEFT JOIN locations l ON l.id = v.location_id
    WHERE v.sku = ANY(CAST(:skus AS text[])) ORDER BY v.sku, l.place, v.location_id
""")
_ANNOUNCED = text("""
    UPDATE stock_levels SET unannounced = false WHERE sku = ANY(CAST(:skus AS text[])) AND unannounced
""")
_SKUS_AFTER = text("""
    SELECT DISTINCT sku FROM stock_levels WHERE CAST(:after AS text) IS NULL OR sku > :after ORDER BY sku LIMIT :limit
""")


class SqlStockRoom:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    def attempt(self) -> AbstractAsyncContextManager[object]:
        return self._connection.begin_nested()

    async def lock(self, skus: Collection[str], *, valued: bool, places: Iterable[str] = ()) -> Stock:
        wanted = sorted(set(skus))
        locations = (await self._connection.execute(_LOCATIONS)).all()
        everywhere = sorted({row.id for row in locations} | set(places))
        rows = await self._locked(_LOCK_LEVELS, wanted)
        if len(rows) < len(wanted) * len(everywhere):
            await self._connection.execute(_MAKE_LEVELS, {"skus": wanted, "places": everywhere})
            rows = await self._locked(_LOCK_LEVELS, wanted)
        return Stock(
            [Level(row.sku, row.location_id, row.on_hand, row.reserved, row.defective) for row in rows],
            [row.id for row in locations if row.serves_orders],
            locked=wanted,
            worths=await self._worths(wanted) if valued else None,
            thresholds={row.sku: row.low_at for row in rows if row.low_at is not None},
        )

    async def save(self, stock: Stock) -> None:
        if levels := sorted(stock.changed(), key=lambda level: (level.sku, level.location_id)):
            await self._connection.execute(
                _SAVE_LEVELS,
                {
                    "skus": [level.sku for level in levels],
                    "places": [level.location_id for level in levels],
                    "on_hand": [level.on_hand for level in levels],
                    "reserved": [level.reserved for level in levels],
                    "defective": [level.defective for level in levels],
                },
            )
        if worths := stock.revalued():
            await self._connection.execute(
                _SAVE_WORTHS,
                {
                    "skus": list(worths),
                    "quantities": [worth.quantity for worth in worths.values()],
                    "values": [worth.value for worth in worths.values()],
                },
            )

    async def book(self, moves: Sequence[Booked]) -> None:
        await self._connection.execute(
            _BOOK,
            {
                "ids": [each.id for each in moves],
                "at": [each.at for each in moves],
                "skus": [each.move.sku for each in moves],
                "places": [each.move.location_id for each in moves],
                "kinds": [str(each.move.kind) for each in moves],
                "on_hand": [each.move.on_hand for each in moves],
                "defective": [each.move.defective for each in moves],
                "values": [each.move.value for each in moves],
                "orders": [each.move.origin.order_id for each in moves],
                "parcels": [each.move.origin.parcel_id for each in moves],
                "returns": [each.move.origin.return_id for each in moves],
                "documents": [each.move.origin.document for each in moves],
                "reasons": [each.move.origin.reason for each in moves],
                "actors": [each.actor for each in moves],
            },
        )

    async def unannounced(self, limit: int) -> list[str]:
        skus = list((await self._connection.execute(_UNANNOUNCED, {"limit": limit})).scalars())
        if not skus:
            return []
        free = {(row.sku, row.location_id) for row in await self._locked(_TRY_LEVELS, skus)}
        levels = await self.levels(skus)
        return [sku for sku in skus if all((sku, level[0]) in free for level in levels[sku])]

    async def levels(self, skus: Collection[str], *, lock: bool = False) -> dict[str, list[tuple[str, int, int, int]]]:
        found: dict[str, list[tuple[str, int, int, int]]] = {sku: [] for sku in skus}
        if lock:
            await self._locked(_SHARE_LEVELS, list(skus))
        for row in await self._locked(_LEVELS, list(skus)):
            found[row.sku].append((row.location_id, row.on_hand, row.reserved, row.defective))
        return found

    async def announced(self, skus: Collection[str]) -> None:
        if skus:
            await self._connection.execute(_ANNOUNCED, {"skus": list(skus)})

    async def skus_after(self, after: str | None, limit: int) -> list[str]:
        return list((await self._connection.execute(_SKUS_AFTER, {"after": after, "limit": limit})).scalars())

    async def _worths(self, skus: Sequence[str]) -> dict[str, Worth]:
        rows = await self._locked(_LOCK_WORTHS, skus)
        if len(rows) < len(skus):
            await self._connection.execute(_MAKE_WORTHS, {"skus": list(skus)})
            rows = await self._locked(_LOCK_WORTHS, skus)
        return {row.sku: Worth(row.quantity, row.value) for row in rows}

    async def _locked(self, statement: Any, skus: Sequence[str]) -> Sequence[Any]:
        return (await self._connection.execute(statement, {"skus": list(skus)})).all()
