"""Parcels and what was sold in them. Whoever writes here holds the lock of the order."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from accounting.adapters.recordset import recordset
from accounting.application.ports import Inspection
from accounting.domain.sale import SoldLine
from accounting.domain.shipment import Road, Shipment

_MAKE_HALVES = text("""
    INSERT INTO shipments (shipment_id, order_id)
    SELECT shipment_id, order_id
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r (shipment_id uuid, order_id uuid) ORDER BY shipment_id
    ON CONFLICT (shipment_id) DO NOTHING
""")
_SAVE = text("""
    UPDATE shipments s SET carrier_id = r.carrier_id, tracking = r.tracking, currency = r.currency, road = r.road,
        cod = r.cod, cod_corrected = r.cod_corrected, fee = r.fee, delivered_on = r.delivered_on,
        inspected = r.inspected, owed = r.owed, pending = r.pending, received = r.received,
        fee_booked = r.fee_booked, fee_settled = r.fee_settled
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r (
        shipment_id uuid, carrier_id text, tracking text, currency text, road text, cod bigint, cod_corrected boolean,
        fee bigint, delivered_on date, inspected boolean, owed bigint, pending bigint, received bigint,
        fee_booked bigint, fee_settled boolean
    )
    WHERE s.shipment_id = r.shipment_id
""")
_SELL = text("""
    INSERT INTO sold_lines (shipment_id, line_id, order_id, sku, quantity, amount, vat_rate_bp)
    SELECT shipment_id, line_id, order_id, sku, quantity, amount, vat_rate_bp
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r (
        shipment_id uuid, line_id uuid, order_id uuid, sku text, quantity integer, amount bigint, vat_rate_bp integer
    )
    ON CONFLICT DO NOTHING
""")
_SAVE_SOLD = text("""
    UPDATE sold_lines s SET returned = r.returned
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r (shipment_id uuid, line_id uuid, returned integer)
    WHERE s.shipment_id = r.shipment_id AND s.line_id = r.line_id
""")
_INSPECT = text("""
    INSERT INTO inspections (return_id, shipment_id, order_id, came_back, business_day, noted_at)
    SELECT return_id, shipment_id, order_id, came_back, day, :now
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r (
        return_id uuid, shipment_id uuid, order_id uuid, came_back jsonb, day date
    )
    ON CONFLICT (return_id) DO NOTHING
""")


class SqlShipments:
    def __init__(self, connection: AsyncConnection, now: datetime) -> None:
        self._connection, self._now = connection, now

    async def of(self, ids: Mapping[UUID, UUID]) -> dict[UUID, Shipment]:
        if not ids:
            return {}
        found = await self._of(list(ids))
        if len(found) < len(ids):
            missing = [{"shipment_id": id, "order_id": order} for id, order in ids.items() if id not in found]
            await self._connection.execute(_MAKE_HALVES, {"rows": recordset(missing)})
            found = await self._of(list(ids))
        return found

    async def of_orders(self, order_ids: Collection[UUID]) -> list[Shipment]:
        rows = await self._connection.execute(
            text("SELECT * FROM shipments WHERE order_id = ANY(CAST(:ids AS uuid[])) ORDER BY shipment_id"),
            {"ids": sorted(order_ids)},
        )
        return [shipment_of(row) for row in rows.mappings()]

    async def save(self, shipments: Collection[Shipment]) -> None:
        if shipments:
            await self._connection.execute(_SAVE, {"rows": recordset(shipments)})

    async def sell(self, sold: Sequence[tuple[Shipment, Sequence[SoldLine]]]) -> None:
        rows = [
            {
                "shipment_id": shipment.shipment_id,
                "order_id": shipment.order_id,
                "line_id": line.line_id,
                "sku": line.sku,
                "quantity": line.quantity,
                "amount": line.amount,
                "vat_rate_bp": line.vat_rate_bp,
            }
            for shipment, lines in sold
            for line in lines
        ]
        if rows:
            await self._connection.execute(_SELL, {"rows": recordset(rows)})

    async def sold(self, shipment_ids: Collection[UUID]) -> dict[UUID, dict[UUID, SoldLine]]:
        rows = await self._connection.execute(
            text("SELECT * FROM sold_lines WHERE shipment_id = ANY(CAST(:ids AS uuid[])) ORDER BY line_id"),
            {"ids": sorted(shipment_ids)},
        )
        found: dict[UUID, dict[UUID, SoldLine]] = defaultdict(dict)
        for row in rows:
            found[row.shipment_id][row.line_id] = _sold(row)
        return found

    async def sold_to(self, order_id: UUID) -> list[SoldLine]:
        rows = await self._connection.execute(
            text("SELECT * FROM sold_lines WHERE order_id = :id ORDER BY shipment_id, line_id"), {"id": order_id}
        )
        return [_sold(row) for row in rows]

    async def save_sold(self, sold: Mapping[UUID, Mapping[UUID, SoldLine]]) -> None:
        rows = [
            {"shipment_id": shipment_id, "line_id": line.line_id, "returned": line.returned}
            for shipment_id, lines in sold.items()
            for line in lines.values()
        ]
        if rows:
            await self._connection.execute(_SAVE_SOLD, {"rows": recordset(rows)})

    async def inspect(self, inspections: Sequence[Inspection]) -> None:
        if inspections:
            await self._connection.execute(_INSPECT, {"rows": recordset(inspections), "now": self._now})

    async def unbooked(self, shipment_ids: Collection[UUID]) -> list[Inspection]:
        rows = await self._connection.execute(
            text("""
                SELECT * FROM inspections WHERE shipment_id = ANY(CAST(:ids AS uuid[])) AND NOT booked
                ORDER BY return_id
            """),
            {"ids": sorted(shipment_ids)},
        )
        return [_inspection(row) for row in rows]

    async def booked(self, return_ids: Collection[UUID]) -> None:
        if return_ids:
            await self._connection.execute(
                text("UPDATE inspections SET booked = true WHERE return_id = ANY(CAST(:ids AS uuid[]))"),
                {"ids": sorted(return_ids)},
            )

    async def _of(self, ids: list[UUID]) -> dict[UUID, Shipment]:
        rows = await self._connection.execute(
            text("SELECT * FROM shipments WHERE shipment_id = ANY(CAST(:ids AS uuid[]))"), {"ids": ids}
        )
        return {row["shipment_id"]: shipment_of(row) for row in rows.mappings()}


def shipment_of(row: RowMapping) -> Shipment:
    return Shipment(**{**row, "road": Road(row["road"])})


def _sold(row: Row[Any]) -> SoldLine:
    return SoldLine(
        line_id=row.line_id,
        sku=row.sku,
        quantity=row.quantity,
        amount=row.amount,
        vat_rate_bp=row.vat_rate_bp,
        returned=row.returned,
    )


def _inspection(row: Row[Any]) -> Inspection:
    raw = json.loads(row.came_back) if isinstance(row.came_back, str) else row.came_back
    return Inspection(
        return_id=row.return_id,
        shipment_id=row.shipment_id,
        order_id=row.order_id,
        came_back=tuple((UUID(line), int(quantity)) for line, quantity in raw),
        day=row.business_day,
    )
