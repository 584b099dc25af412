"""Waves, parcels and returns as people on the floor see them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from inventory.adapters.tables import (
    orders,
    pack_attempts,
    parcel_lines,
    parcels,
    products,
    return_findings,
    return_lines,
    returns,
    shipments,
    waves,
)


async def waves_page(connection: AsyncConnection, *, after: UUID | None, limit: int) -> Sequence[Row[Any]]:
    """Newest first; ids are in the order of time."""
    rows = sa.select(waves).order_by(waves.c.id.desc()).limit(limit)
    if after is not None:
        rows = rows.where(waves.c.id < after)
    return (await connection.execute(rows)).all()


async def wave(connection: AsyncConnection, id: UUID) -> Row[Any] | None:
    return (await connection.execute(sa.select(waves).where(waves.c.id == id))).first()


@dataclass(frozen=True, slots=True, kw_only=True)
class ParcelsAsked:
    """Which parcels; what is None does not matter."""

    id: UUID | None = None
    order_id: UUID | None = None
    tracking: str | None = None
    wave_id: UUID | None = None
    state: str | None = None


async def parcels_page(
    connection: AsyncConnection, asked: ParcelsAsked, *, after: UUID | None, limit: int | None
) -> Sequence[Row[Any]]:
    """Parcels with their order's slip and their tracking number, in the order in which they were made."""
    parcel, order, shipment = parcels.c, orders.c, shipments.c
    rows = (
        sa.select(
            parcels,
            order.code,
            order.contact,
            order.note,
            order.carrier_choice,
            order.cod,
            order.cancelling,
            shipment.tracking,
            shipment.carrier_id,
            shipment.carrier_name,
        )
        .select_from(
            parcels.outerjoin(orders, order.order_id == parcel.order_id).outerjoin(
                shipments, shipment.shipment_id == parcel.shipment_id
            )
        )
        .order_by(parcel.id)
        .limit(limit)
    )
    equal = {
        parcel.id: asked.id,
        parcel.order_id: asked.order_id,
        shipment.tracking: asked.tracking,
        parcel.wave_id: asked.wave_id,
        parcel.state: asked.state,
    }
    for column, value in equal.items():
        if value is not None:
            rows = rows.where(column == value)
    if after is not None:
        rows = rows.where(parcel.id > after)
    return (await connection.execute(rows)).all()


async def lines_of_parcels(connection: AsyncConnection, parcel_ids: Collection[UUID]) -> Sequence[Row[Any]]:
    rows = (
        sa.select(parcel_lines, products.c.name, products.c.barcode)
        .outerjoin(products, products.c.sku == parcel_lines.c.sku)
        .where(parcel_lines.c.parcel_id.in_(list(parcel_ids)))
        .order_by(parcel_lines.c.parcel_id, parcel_lines.c.sku, parcel_lines.c.line_id)
    )
    return (await connection.execute(rows)).all()


async def attempts_at(connection: AsyncConnection, parcel_id: UUID) -> Sequence[Row[Any]]:
    """What was scanned and weighed, oldest first (INV-12)."""
    rows = sa.select(pack_attempts).where(pack_attempts.c.parcel_id == parcel_id).order_by(pack_attempts.c.id)
    return (await connection.execute(rows)).all()


async def returns_page(
    connection: AsyncConnection,
    *,
    state: str | None,
    order_id: UUID | None,
    tracking: str | None,
    stores: Collection[str] | None,
    after: tuple[datetime, UUID] | None,
    limit: int,
    id: UUID | None = None,
) -> Sequence[Row[Any]]:
    """Oldest arrival first."""
    back = returns.c
    rows = (
        sa.select(returns, orders.c.code, shipments.c.tracking)
        .select_from(
            returns.outerjoin(orders, orders.c.order_id == back.order_id).outerjoin(
                shipments, shipments.c.shipment_id == back.shipment_id
            )
        )
        .order_by(back.arrived_at, back.id)
        .limit(limit)
    )
    for column, value in {
        back.id: id,
        back.state: state,
        back.order_id: order_id,
        shipments.c.tracking: tracking,
    }.items():
        if value is not None:
            rows = rows.where(column == value)
    if stores is not None:
        rows = rows.where(back.location_id.in_(sorted(stores)))
    if after is not None:
        rows = rows.where(sa.tuple_(back.arrived_at, back.id) > sa.tuple_(*map(sa.literal, after)))
    return (await connection.execute(rows)).all()


async def lines_of_returns(connection: AsyncConnection, ids: Collection[UUID]) -> Sequence[Row[Any]]:
    rows = (
        sa.select(return_lines, products.c.name)
        .outerjoin(products, products.c.sku == return_lines.c.sku)
        .where(return_lines.c.return_id.in_(list(ids)))
        .order_by(return_lines.c.return_id, return_lines.c.line_id)
    )
    return (await connection.execute(rows)).all()


async def findings_of_returns(connection: AsyncConnection, ids: Collection[UUID]) -> Sequence[Row[Any]]:
    rows = (
        sa.select(return_findings)
        .where(return_findings.c.return_id.in_(list(ids)))
        .order_by(return_findings.c.line_id, return_findings.c.grade)
    )
    return (await connection.execute(rows)).all()
