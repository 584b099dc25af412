"""Shipments in PostgreSQL. Many are written with one statement, from one JSON document."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from pydantic_core import to_json
from sqlalchemy.ext.asyncio import AsyncConnection

from shipping.adapters.documents import terms_document, terms_from
from shipping.adapters.tables import manifest_entries, shipments
from shipping.domain.journey import Status
from shipping.domain.quotes import Obstacle
from shipping.domain.shipment import Shipment, ShipmentNotFound
from shipping.domain.terms import Parcel

_fixed = ("id", "order_id", "kind", "created_at")
_columns = [column.name for column in shipments.columns]
_changing = [name for name in _columns if name not in _fixed]

_ADD = sa.text(
    f"INSERT INTO shipments ({', '.join(_columns)}) "  # noqa: S608 - names from the table's own definition
    f"SELECT {', '.join(_columns)} FROM jsonb_populate_recordset(NULL::shipments, CAST(:rows AS jsonb))"
)
_SAVE = sa.text(
    f"UPDATE shipments s SET {', '.join(f'{name} = n.{name}' for name in _changing)} "  # noqa: S608 - as above
    "FROM jsonb_populate_recordset(NULL::shipments, CAST(:rows AS jsonb)) n WHERE s.id = n.id"
)


class SqlShipments:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, made: Sequence[Shipment]) -> None:
        if made:
            await self._connection.execute(_ADD, {"rows": to_json([_values(each) for each in made]).decode()})

    async def save(self, changed: Collection[Shipment]) -> None:
        if not changed:
            return
        for shipment in changed:
            shipment.version += 1
        await self._connection.execute(_SAVE, {"rows": to_json([_values(each) for each in changed]).decode()})

    async def get(self, id: UUID) -> Shipment:
        found = await self.of([id])
        if not found:
            raise ShipmentNotFound(id=str(id))
        return found[0]

    async def of(self, ids: Collection[UUID]) -> list[Shipment]:
        return await self._locked(shipments.c.id == sa.any_(sa.literal(list(ids), sa.ARRAY(sa.Uuid))))

    async def of_orders(self, order_ids: Collection[UUID]) -> list[Shipment]:
        if not order_ids:
            return []
        return await self._locked(shipments.c.order_id == sa.any_(sa.literal(list(order_ids), sa.ARRAY(sa.Uuid))))

    async def tracked(self, numbers: Collection[str]) -> list[Shipment]:
        if not numbers:
            return []
        return await self._locked(shipments.c.tracking == sa.any_(sa.literal(sorted(numbers), sa.ARRAY(sa.Text))))

    async def stopped(
        self, limit: int, order_ids: Collection[UUID] | None = None, after: UUID | None = None
    ) -> list[Shipment]:
        statement = (
            sa.select(shipments)
            .where(shipments.c.obstacle.is_not(None))
            .where(shipments.c.status.in_([Status.CREATED, Status.LABELLED, Status.AWAITING_PICKUP]))
            .order_by(shipments.c.order_id, shipments.c.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        if after is not None:
            statement = statement.where(shipments.c.order_id > after)
        if order_ids is not None:
            statement = statement.where(shipments.c.order_id == sa.any_(sa.literal(list(order_ids), sa.ARRAY(sa.Uuid))))
        return [shipment_from(row) for row in await self._connection.execute(statement)]

    async def waiting_for_pickup(self, carrier_id: str, location_id: str | None) -> list[Shipment]:
        listed = sa.exists().where(manifest_entries.c.shipment_id == shipments.c.id, manifest_entries.c.live)
        wanted = [
            shipments.c.status == Status.AWAITING_PICKUP,
            shipments.c.carrier_id == carrier_id,
            shipments.c.obstacle.is_(None),
            ~listed,
        ]
        if location_id is not None:
            wanted.append(shipments.c.parcel_location == location_id)
        return await self._locked(sa.and_(*wanted))

    async def _locked(self, which: sa.ColumnElement[bool]) -> list[Shipment]:
        statement = sa.select(shipments).where(which).order_by(shipments.c.id).with_for_update(of=shipments)
        return [shipment_from(row) for row in await self._connection.execute(statement)]


def _values(shipment: Shipment) -> dict[str, Any]:
    parcel = shipment.parcel
    return {
        "id": shipment.id,
        "order_id": shipment.order_id,
        "code": shipment.terms.code,
        "kind": shipment.kind,
        "carrier_id": shipment.carrier_id,
        "carrier_name": shipment.carrier_name,
        "service": shipment.service,
        "tracking": shipment.tracking,
        "fee": shipment.fee,
        "cod": shipment.terms.cod,
        "status": shipment.status,
        "phone": shipment.terms.receiver.phone,
        "terms": terms_document(shipment.terms),
        "terms_sequence": shipment.terms_sequence,
        "parcel_id": parcel.id if parcel else None,
        "parcel_location": parcel.location_id if parcel else None,
        "parcel_weight_g": parcel.weight_g if parcel else None,
        "weight_g": shipment.weight_g,
        "manifest_id": shipment.manifest_id,
        "manifest_code": shipment.manifest_code,
        "waybill_version": shipment.waybill_version,
        "printed_version": shipment.printed_version,
        "printed_at": shipment.printed_at,
        "obstacle": shipment.obstacle,
        "attempts": shipment.attempts,
        "return_is_certain": shipment.return_is_certain,
        "moved_at": shipment.moved_at,
        "seen_at": shipment.seen_at,
        "created_at": shipment.created_at,
        "handed_over_at": shipment.handed_over_at,
        "ended_at": shipment.ended_at,
        "inspected_at": shipment.inspected_at,
        "version": shipment.version,
    }


def shipment_from(row: Any) -> Shipment:
    parcel = None
    if row.parcel_id is not None:
        parcel = Parcel(id=row.parcel_id, location_id=row.parcel_location, weight_g=row.parcel_weight_g)
    return Shipment(
        id=row.id,
        order_id=row.order_id,
        kind=row.kind,
        carrier_id=row.carrier_id,
        carrier_name=row.carrier_name,
        service=row.service,
        tracking=row.tracking,
        fee=row.fee,
        status=Status(row.status),
        terms=terms_from(row.terms),
        terms_sequence=row.terms_sequence,
        parcel=parcel,
        weight_g=row.weight_g,
        manifest_id=row.manifest_id,
        manifest_code=row.manifest_code,
        waybill_version=row.waybill_version,
        printed_version=row.printed_version,
        printed_at=row.printed_at,
        obstacle=Obstacle(row.obstacle) if row.obstacle is not None else None,
        attempts=row.attempts,
        return_is_certain=row.return_is_certain,
        moved_at=row.moved_at,
        seen_at=row.seen_at,
        created_at=row.created_at,
        handed_over_at=row.handed_over_at,
        ended_at=row.ended_at,
        inspected_at=row.inspected_at,
        version=row.version,
    )
