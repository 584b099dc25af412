"""Parcels in PostgreSQL: their rows, their lines, and what of them is on the road."""

import json
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from inventory.application.records import IssuedLine, PackAttempt
from inventory.domain.hold import GoodsLine
from inventory.domain.parcel import Parcel, ParcelNotFound, ParcelState

_WITH_LINES = """
    SELECT p.*, l.line_id, l.sku, l.quantity FROM parcels p JOIN parcel_lines l ON l.parcel_id = p.id
"""
_MANY = text(f"{_WITH_LINES} WHERE p.id = ANY(CAST(:ids AS uuid[])) ORDER BY p.id, l.line_id")
_LOCK = text(f"{_WITH_LINES} WHERE p.id = ANY(CAST(:ids AS uuid[])) ORDER BY p.id, l.line_id FOR UPDATE OF p")
_OPEN_OF = text(f"""
    {_WITH_LINES} WHERE p.order_id = ANY(CAST(:ids AS uuid[])) AND p.state IN ('picking', 'packing', 'packed')
    ORDER BY p.id, l.line_id FOR UPDATE OF p
""")
_ADD = text("""
    WITH added AS (
        INSERT INTO parcels (id, order_id, wave_id, shipment_id, location_id, state, weight_g, expected_weight_g,
                             made_at)
        SELECT n.*, CAST(:made_at AS timestamptz) FROM unnest(
            CAST(:ids AS uuid[]), CAST(:orders AS uuid[]), CAST(:waves AS uuid[]), CAST(:shipments AS uuid[]),
            CAST(:places AS text[]), CAST(:states AS text[]), CAST(:weights AS integer[]),
            CAST(:expected AS integer[])) AS n
    )
    INSERT INTO parcel_lines (parcel_id, line_id, sku, quantity)
    SELECT * FROM unnest(CAST(:line_parcels AS uuid[]), CAST(:lines AS uuid[]), CAST(:skus AS text[]),
                         CAST(:quantities AS bigint[]))
""")
_SAVE = text("""
    UPDATE parcels p SET
        state = n.state, shipment_id = coalesce(n.shipment_id, p.shipment_id), location_id = n.location_id,
        weight_g = n.weight_g, expected_weight_g = n.expected_weight_g, weight_reason = n.weight_reason,
        stop_reason = n.stop_reason, packed_at = n.packed_at, packed_by = n.packed_by, version = p.version + 1
    FROM unnest(
        CAST(:ids AS uuid[]), CAST(:states AS text[]), CAST(:shipments AS uuid[]), CAST(:places AS text[]),
        CAST(:weights AS integer[]), CAST(:expected AS integer[]), CAST(:weight_reasons AS text[]),
        CAST(:stop_reasons AS text[]), CAST(:packed_at AS timestamptz[]), CAST(:packed_by AS text[]))
        AS n (id, state, shipment_id, location_id, weight_g, expected_weight_g, weight_reason, stop_reason,
              packed_at, packed_by)
    WHERE p.id = n.id
""")
_ATTACH = text("""
    WITH open AS (
        SELECT DISTINCT ON (p.order_id) p.id, p.order_id, s.shipment_id FROM parcels p
        JOIN shipments s ON s.order_id = p.order_id AND s.state = 'created'
        WHERE p.order_id = ANY(CAST(:ids AS uuid[])) AND p.state IN ('picking', 'packing', 'packed')
          AND p.shipment_id IS DISTINCT FROM s.shipment_id
          AND NOT EXISTS (SELECT FROM parcels o WHERE o.shipment_id = s.shipment_id AND o.id <> p.id
                          AND o.state <> 'stopped')
        ORDER BY p.order_id, s.recorded_at DESC
    ), attached AS (
        UPDATE parcels p SET shipment_id = open.shipment_id FROM open WHERE p.id = open.id
    )
    UPDATE shipments s SET parcel_id = open.id FROM open WHERE s.shipment_id = open.shipment_id
""")
_ISSUED = text("""
    INSERT INTO parcel_lines AS l (parcel_id, line_id, sku, quantity, issued_value)
    SELECT * FROM unnest(CAST(:parcels AS uuid[]), CAST(:lines AS uuid[]), CAST(:skus AS text[]),
                         CAST(:quantities AS bigint[]), CAST(:values AS bigint[]))
    ON CONFLICT (parcel_id, line_id) DO UPDATE
        SET sku = excluded.sku, quantity = excluded.quantity, issued_value = excluded.issued_value
""")
_ISSUED_LINES = text("""
    SELECT parcel_id, line_id, sku, quantity, coalesce(issued_value, 0) AS value FROM parcel_lines
    WHERE parcel_id = ANY(CAST(:ids AS uuid[]))
""")
_ISSUED_OF = text("""
    SELECT p.order_id, l.line_id, sum(l.quantity) AS quantity
    FROM parcels p JOIN parcel_lines l ON l.parcel_id = p.id
    WHERE p.order_id = ANY(CAST(:ids AS uuid[])) AND p.state = 'issued' GROUP BY p.order_id, l.line_id
""")
_ATTEMPTED = text("""
    INSERT INTO pack_attempts (parcel_id, at, actor, scans, weight_g, deviations)
    VALUES (:parcel_id, :at, :actor, CAST(:scans AS jsonb), :weight_g, CAST(:deviations AS jsonb))
""")
_ON_THE_ROAD = text("""
    INSERT INTO on_the_road (parcel_id, line_id, sku, location_id, quantity)
    SELECT l.parcel_id, l.line_id, l.sku, p.location_id, l.quantity
    FROM parcels p JOIN parcel_lines l ON l.parcel_id = p.id WHERE p.id = ANY(CAST(:ids AS uuid[]))
    ON CONFLICT DO NOTHING
""")
_COMING_BACK = text("UPDATE on_the_road SET coming_back = true WHERE parcel_id = ANY(CAST(:ids AS uuid[]))")
_OFF_THE_ROAD = text("DELETE FROM on_the_road WHERE parcel_id = ANY(CAST(:ids AS uuid[]))")


class SqlParcels:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, parcels: Sequence[Parcel], made_at: datetime) -> None:
        lines = [(parcel.id, line) for parcel in parcels for line in parcel.lines]
        await self._connection.execute(
            _ADD,
            {
                "ids": [parcel.id for parcel in parcels],
                "orders": [parcel.order_id for parcel in parcels],
                "waves": [parcel.wave_id for parcel in parcels],
                "shipments": [parcel.shipment_id for parcel in parcels],
                "places": [parcel.location_id for parcel in parcels],
                "states": [str(parcel.state) for parcel in parcels],
                "weights": [parcel.weight_g for parcel in parcels],
                "expected": [parcel.expected_weight_g for parcel in parcels],
                "made_at": made_at,
                "line_parcels": [parcel_id for parcel_id, _ in lines],
                "lines": [line.line_id for _, line in lines],
                "skus": [line.sku for _, line in lines],
                "quantities": [line.quantity for _, line in lines],
            },
        )

    async def get(self, id: UUID) -> Parcel:
        return await self._one(id, _LOCK)

    async def peek(self, id: UUID) -> Parcel:
        return await self._one(id, _MANY)

    async def many(self, ids: Collection[UUID]) -> dict[UUID, Parcel]:
        rows = await self._connection.execute(_LOCK, {"ids": list(ids)})
        return {parcel.id: parcel for parcel in parcels_in(rows)}

    async def open_of(self, order_ids: Collection[UUID]) -> list[Parcel]:
        return parcels_in(await self._connection.execute(_OPEN_OF, {"ids": list(order_ids)}))

    async def save(self, parcels: Sequence[Parcel]) -> None:
        if not parcels:
            return
        await self._connection.execute(
            _SAVE,
            {
                "ids": [parcel.id for parcel in parcels],
                "states": [str(parcel.state) for parcel in parcels],
                "shipments": [parcel.shipment_id for parcel in parcels],
                "places": [parcel.location_id for parcel in parcels],
                "weights": [parcel.weight_g for parcel in parcels],
                "expected": [parcel.expected_weight_g for parcel in parcels],
                "weight_reasons": [parcel.weight_reason for parcel in parcels],
                "stop_reasons": [parcel.stop_reason for parcel in parcels],
                "packed_at": [parcel.packed_at for parcel in parcels],
                "packed_by": [parcel.packed_by for parcel in parcels],
            },
        )
        for parcel in parcels:
            parcel.version += 1

    async def attach(self, order_ids: Collection[UUID]) -> None:
        await self._connection.execute(_ATTACH, {"ids": list(order_ids)})

    async def issued(self, lines: Sequence[IssuedLine]) -> None:
        await self._connection.execute(
            _ISSUED,
            {
                "parcels": [line.parcel_id for line in lines],
                "lines": [line.line_id for line in lines],
                "skus": [line.sku for line in lines],
                "quantities": [line.quantity for line in lines],
                "values": [line.value for line in lines],
            },
        )

    async def issued_lines(self, parcel_ids: Collection[UUID]) -> dict[tuple[UUID, UUID], IssuedLine]:
        rows = await self._connection.execute(_ISSUED_LINES, {"ids": list(parcel_ids)})
        return {(row.parcel_id, row.line_id): IssuedLine(*row) for row in rows}

    async def issued_of(self, order_ids: Collection[UUID]) -> dict[UUID, dict[UUID, int]]:
        if not order_ids:
            return {}
        found: dict[UUID, dict[UUID, int]] = {}
        for row in await self._connection.execute(_ISSUED_OF, {"ids": list(order_ids)}):
            found.setdefault(row.order_id, {})[row.line_id] = int(row.quantity)
        return found

    async def attempted(self, attempt: PackAttempt) -> None:
        await self._connection.execute(
            _ATTEMPTED,
            {
                "parcel_id": attempt.parcel_id,
                "at": attempt.at,
                "actor": attempt.actor,
                "scans": json.dumps(attempt.scans),
                "weight_g": attempt.weight_g,
                "deviations": json.dumps(attempt.deviations),
            },
        )

    async def on_the_road(self, parcels: Sequence[Parcel]) -> None:
        await self._connection.execute(_ON_THE_ROAD, {"ids": [parcel.id for parcel in parcels]})

    async def coming_back(self, parcel_ids: Collection[UUID]) -> None:
        await self._connection.execute(_COMING_BACK, {"ids": list(parcel_ids)})

    async def off_the_road(self, parcel_ids: Collection[UUID]) -> None:
        await self._connection.execute(_OFF_THE_ROAD, {"ids": list(parcel_ids)})

    async def _one(self, id: UUID, statement: Any) -> Parcel:
        found = parcels_in(await self._connection.execute(statement, {"ids": [id]}))
        if not found:
            raise ParcelNotFound(id=str(id))
        return found[0]


def parcels_in(rows: Iterable[Any]) -> list[Parcel]:
    """Parcels from their rows joined with their lines, in the order of the rows."""
    return [_parcel(list(of_one)) for _, of_one in groupby(rows, key=lambda row: row.id)]


def _parcel(rows: Sequence[Any]) -> Parcel:
    head = rows[0]
    return Parcel(
        id=head.id,
        order_id=head.order_id,
        location_id=head.location_id,
        lines=tuple(GoodsLine(row.line_id, row.sku, row.quantity) for row in rows),
        wave_id=head.wave_id,
        shipment_id=head.shipment_id,
        state=ParcelState(head.state),
        weight_g=head.weight_g,
        expected_weight_g=head.expected_weight_g,
        weight_reason=head.weight_reason,
        stop_reason=head.stop_reason,
        packed_at=head.packed_at,
        packed_by=head.packed_by,
        version=head.version,
    )
