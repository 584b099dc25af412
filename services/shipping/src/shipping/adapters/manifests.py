"""Manifests and kept waybills in PostgreSQL. A shipment stands on at most one list that is not void."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from shipping.adapters.tables import manifest_days, manifest_entries, manifests, waybill_copies
from shipping.application.ports import Printed
from shipping.domain.manifest import Entry, LeftOut, Manifest, ManifestNotFound, State


class SqlManifests:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def next_number(self, day: date) -> int:
        statement = (
            insert(manifest_days)
            .values(day=day, last=1)
            .on_conflict_do_update(index_elements=["day"], set_={"last": manifest_days.c.last + 1})
            .returning(manifest_days.c.last)
        )
        return int((await self._connection.execute(statement)).scalar_one())

    async def add(self, manifest: Manifest) -> None:
        await self._connection.execute(
            sa.insert(manifests).values(
                id=manifest.id,
                code=manifest.code,
                carrier_id=manifest.carrier_id,
                carrier_name=manifest.carrier_name,
                drafted_at=manifest.drafted_at,
                drafted_by=manifest.drafted_by,
                **_signing(manifest),
            )
        )
        await self._connection.execute(
            sa.insert(manifest_entries),
            [
                {
                    "manifest_id": manifest.id,
                    "shipment_id": entry.shipment_id,
                    "order_id": entry.order_id,
                    "order_code": entry.order_code,
                    "tracking": entry.tracking,
                    "cod": entry.cod,
                    "waybill_version": entry.waybill_version,
                    **_outcome(manifest, entry),
                }
                for entry in manifest.entries
            ],
        )

    async def get(self, id: UUID) -> Manifest:
        row = (
            await self._connection.execute(sa.select(manifests).where(manifests.c.id == id).with_for_update())
        ).first()
        if row is None:
            raise ManifestNotFound(id=str(id))
        entries = await self._connection.execute(
            sa.select(manifest_entries)
            .where(manifest_entries.c.manifest_id == id)
            .order_by(manifest_entries.c.order_code, manifest_entries.c.shipment_id)
        )
        return manifest_from(row, entries.all())

    async def listed(self, shipment_ids: Collection[UUID]) -> Mapping[UUID, str]:
        rows = await self._connection.execute(
            sa.select(manifest_entries.c.shipment_id, manifests.c.code)
            .join(manifests, manifests.c.id == manifest_entries.c.manifest_id)
            .where(manifest_entries.c.live)
            .where(manifest_entries.c.shipment_id == sa.any_(sa.literal(list(shipment_ids), sa.ARRAY(sa.Uuid))))
        )
        return {row.shipment_id: row.code for row in rows}

    async def save(self, manifest: Manifest) -> None:
        await self._connection.execute(
            sa.update(manifests).where(manifests.c.id == manifest.id).values(_signing(manifest))
        )
        await self._connection.execute(
            sa.update(manifest_entries)
            .where(manifest_entries.c.manifest_id == manifest.id)
            .where(manifest_entries.c.shipment_id == sa.bindparam("of_shipment")),
            [{"of_shipment": entry.shipment_id, **_outcome(manifest, entry)} for entry in manifest.entries],
        )


class SqlWaybills:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def keep(self, copies: Sequence[Printed]) -> None:
        await self._connection.execute(
            sa.insert(waybill_copies),
            [
                {
                    "id": each.id,
                    "shipment_id": each.shipment_id,
                    "day": each.day,
                    "printed_at": each.printed_at,
                    "printed_by": each.printed_by,
                    "waybill_version": each.waybill_version,
                    "waybill": each.waybill,
                }
                for each in copies
            ],
        )


def _signing(manifest: Manifest) -> dict[str, Any]:
    return {
        "state": manifest.state,
        "signed_at": manifest.signed_at,
        "handed_over_by": manifest.handed_over_by,
        "received_by": manifest.received_by,
    }


def _outcome(manifest: Manifest, entry: Entry) -> dict[str, Any]:
    return {
        "weight_g": entry.weight_g,
        "fee": entry.fee,
        "left_out": entry.left_out,
        "live": manifest.state is not State.VOID and entry.left_out is None,
    }


def manifest_from(row: Any, entries: Sequence[Any]) -> Manifest:
    return Manifest(
        id=row.id,
        code=row.code,
        carrier_id=row.carrier_id,
        carrier_name=row.carrier_name,
        state=State(row.state),
        entries=[
            Entry(
                shipment_id=each.shipment_id,
                order_id=each.order_id,
                order_code=each.order_code,
                tracking=each.tracking,
                weight_g=each.weight_g,
                cod=each.cod,
                fee=each.fee,
                waybill_version=each.waybill_version,
                left_out=LeftOut(each.left_out) if each.left_out is not None else None,
            )
            for each in entries
        ],
        drafted_at=row.drafted_at,
        drafted_by=row.drafted_by,
        signed_at=row.signed_at,
        handed_over_by=row.handed_over_by,
        received_by=row.received_by,
    )
