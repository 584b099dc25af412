"""Read side: straight SQL, no aggregate loaded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from shipping.adapters.tables import (
    carriers,
    consignments,
    manifest_entries,
    manifests,
    number_ranges,
    scans,
    shipments,
    waybill_copies,
)
from shipping.domain.manifest import ManifestNotFound
from shipping.domain.shipment import ShipmentNotFound

Rows = Sequence[sa.Row[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipmentFilter:
    order_id: UUID | None = None
    code: str | None = None
    tracking: str | None = None
    carrier_id: str | None = None
    status: str | None = None
    phone: str | None = None
    outdated: bool | None = None
    late: bool | None = None
    late_before: datetime | None = None


async def list_shipments(
    connection: AsyncConnection, wanted: ShipmentFilter, *, limit: int, after: UUID | None
) -> Rows:
    """Newest first; ids are in the order of time."""
    rows = sa.select(shipments).order_by(shipments.c.id.desc()).limit(limit)
    for column, value in (
        (shipments.c.order_id, wanted.order_id),
        (shipments.c.code, wanted.code),
        (shipments.c.tracking, wanted.tracking),
        (shipments.c.carrier_id, wanted.carrier_id),
        (shipments.c.status, wanted.status),
        (shipments.c.phone, wanted.phone),
    ):
        if value is not None:
            rows = rows.where(column == value)
    if wanted.outdated is not None:
        outdated = sa.and_(shipments.c.printed_version > 0, shipments.c.printed_version < shipments.c.waybill_version)
        rows = rows.where(outdated if wanted.outdated else ~outdated)
    if wanted.late is not None:
        rows = rows.where(_late(wanted.late_before) if wanted.late else ~_late(wanted.late_before))
    if after is not None:
        rows = rows.where(shipments.c.id < after)
    return (await connection.execute(rows)).all()


async def count_late(connection: AsyncConnection, late_before: datetime) -> int:
    rows = sa.select(sa.func.count()).select_from(shipments).where(_late(late_before))
    return (await connection.execute(rows)).scalar_one()


def _late(before: datetime | None) -> sa.ColumnElement[bool]:
    """``shipping.domain.lateness`` as a condition; never null, so that its opposite is every other parcel."""
    return sa.and_(shipments.c.ended_at.is_(None), shipments.c.seen_at.is_not(None), shipments.c.seen_at < before)


async def get_shipment(connection: AsyncConnection, id: UUID) -> sa.Row[Any]:
    row = (await connection.execute(sa.select(shipments).where(shipments.c.id == id))).first()
    if row is None:
        raise ShipmentNotFound(id=str(id))
    return row


async def scans_of(connection: AsyncConnection, tracking: str, carrier_id: str) -> Rows:
    """Everything that was reported about a parcel, by the carrier's time, applied or not."""
    rows = (
        sa.select(scans)
        .where(scans.c.tracking == tracking)
        .where(sa.or_(scans.c.carrier_id == carrier_id, scans.c.carrier_id.is_(None)))
        .order_by(scans.c.at, scans.c.id)
        .limit(1000)
    )
    return (await connection.execute(rows)).all()


async def list_scans(
    connection: AsyncConnection,
    *,
    outcome: str | None,
    tracking: str | None,
    carrier_id: str | None,
    limit: int,
    after: UUID | None,
) -> Rows:
    """Newest first, by when they came in."""
    rows = sa.select(scans).order_by(scans.c.id.desc()).limit(limit)
    for column, value in ((scans.c.outcome, outcome), (scans.c.tracking, tracking), (scans.c.carrier_id, carrier_id)):
        if value is not None:
            rows = rows.where(column == value)
    if after is not None:
        rows = rows.where(scans.c.id < after)
    return (await connection.execute(rows)).all()


async def ranges_of(connection: AsyncConnection, carrier_ids: Sequence[str]) -> Rows:
    rows = (
        sa.select(number_ranges)
        .where(number_ranges.c.carrier_id == sa.any_(sa.literal(list(carrier_ids), sa.ARRAY(sa.Text))))
        .order_by(number_ranges.c.carrier_id, number_ranges.c.id)
    )
    return (await connection.execute(rows)).all()


async def numbers_left(connection: AsyncConnection) -> dict[str, int]:
    """Tracking numbers that can still be given out, by active carrier."""
    rows = await connection.execute(
        sa.select(carriers.c.id, sa.func.coalesce(sa.func.sum(number_ranges.c.last - number_ranges.c.next + 1), 0))
        .outerjoin(number_ranges, number_ranges.c.carrier_id == carriers.c.id)
        .where(carriers.c.active)
        .group_by(carriers.c.id)
    )
    return {id: int(left) for id, left in rows}


async def carrier_of_key(connection: AsyncConnection, key_id: str) -> str | None:
    """The carrier for which an API key speaks, if it speaks for one."""
    rows = sa.select(carriers.c.id).where(carriers.c.key_ids.contains([key_id])).order_by(carriers.c.id).limit(1)
    found = (await connection.execute(rows)).scalar_one_or_none()
    return str(found) if found is not None else None


_UNROUTABLE = sa.text("""
    SELECT order_id, code, shipment_id, terms, obstacle, obstacle_since AS since FROM consignments
    WHERE obstacle IS NOT NULL AND shipment_id IS NULL AND called_off_at IS NULL
      AND (CAST(:after AS uuid) IS NULL OR order_id > :after)
    UNION ALL
    SELECT order_id, code, id, terms, obstacle, created_at FROM shipments
    WHERE obstacle IS NOT NULL AND status IN ('created', 'labelled', 'awaiting_pickup')
      AND (CAST(:after AS uuid) IS NULL OR order_id > :after)
    ORDER BY order_id LIMIT :limit
""").columns(order_id=sa.Uuid, shipment_id=sa.Uuid, terms=JSONB)


async def list_unroutable(connection: AsyncConnection, *, limit: int, after: UUID | None) -> Rows:
    """Orders for which no carrier was found, or whose shipment cannot go to its new address; oldest order first."""
    return (await connection.execute(_UNROUTABLE, {"limit": limit, "after": after})).all()


async def count_unroutable(connection: AsyncConnection) -> int:
    """How many orders have no carrier."""
    waiting = (
        sa.select(sa.func.count())
        .select_from(consignments)
        .where(consignments.c.obstacle.is_not(None), consignments.c.shipment_id.is_(None))
        .where(consignments.c.called_off_at.is_(None))
    )
    return int((await connection.execute(waiting)).scalar_one())


async def list_manifests(
    connection: AsyncConnection, *, carrier_id: str | None, state: str | None, limit: int, after: UUID | None
) -> Rows:
    """Newest first, with the totals of what went or goes."""
    goes = manifest_entries.c.left_out.is_(None)
    total = sa.func.coalesce
    rows = (
        sa.select(
            manifests,
            sa.func.count().filter(goes).label("count"),
            total(sa.func.sum(manifest_entries.c.weight_g).filter(goes), 0).label("weight_g"),
            total(sa.func.sum(manifest_entries.c.cod).filter(goes), 0).label("cod"),
            total(sa.func.sum(manifest_entries.c.fee).filter(goes), 0).label("fee"),
        )
        .join(manifest_entries, manifest_entries.c.manifest_id == manifests.c.id)
        .group_by(manifests.c.id)
        .order_by(manifests.c.id.desc())
        .limit(limit)
    )
    if carrier_id is not None:
        rows = rows.where(manifests.c.carrier_id == carrier_id)
    if state is not None:
        rows = rows.where(manifests.c.state == state)
    if after is not None:
        rows = rows.where(manifests.c.id < after)
    return (await connection.execute(rows)).all()


async def get_manifest(connection: AsyncConnection, id: UUID) -> tuple[sa.Row[Any], Rows]:
    """The list and its entries, in the order of order codes."""
    row = (await connection.execute(sa.select(manifests).where(manifests.c.id == id))).first()
    if row is None:
        raise ManifestNotFound(id=str(id))
    entries = await connection.execute(
        sa.select(manifest_entries)
        .where(manifest_entries.c.manifest_id == id)
        .order_by(manifest_entries.c.order_code, manifest_entries.c.shipment_id)
    )
    return row, entries.all()


async def list_waybill_copies(
    connection: AsyncConnection, *, day: date | None, shipment_id: UUID | None, limit: int, after: UUID | None
) -> Rows:
    """Waybills as they were printed, newest first."""
    rows = sa.select(waybill_copies).order_by(waybill_copies.c.id.desc()).limit(limit)
    if day is not None:
        rows = rows.where(waybill_copies.c.day == day)
    if shipment_id is not None:
        rows = rows.where(waybill_copies.c.shipment_id == shipment_id)
    if after is not None:
        rows = rows.where(waybill_copies.c.id < after)
    return (await connection.execute(rows)).all()
