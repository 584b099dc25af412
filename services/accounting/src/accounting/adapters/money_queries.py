"""Reading payments, refunds, carriers' debts and one order's money. Straight SQL, no aggregate loaded."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from accounting.adapters.orders import order_of
from accounting.domain.order_money import OrderUnknown


async def payments(
    connection: AsyncConnection,
    *,
    order_id: UUID | None,
    reference: str | None,
    first: date | None,
    last: date | None,
    limit: int,
    after: UUID | None,
) -> Sequence[RowMapping]:
    """Newest first."""
    found = await connection.execute(
        text("""
            SELECT * FROM payments
            WHERE (CAST(:order AS uuid) IS NULL OR order_id = :order)
              AND (CAST(:reference AS text) IS NULL OR reference = :reference)
              AND (CAST(:first AS date) IS NULL OR received_on >= :first)
              AND (CAST(:last AS date) IS NULL OR received_on <= :last)
              AND (CAST(:after AS uuid) IS NULL OR id < :after)
            ORDER BY id DESC LIMIT :limit
        """),
        {"order": order_id, "reference": reference, "first": first, "last": last, "after": after, "limit": limit},
    )
    return found.mappings().all()


async def refunds(
    connection: AsyncConnection,
    *,
    order_id: UUID | None,
    state: str | None,
    stores: frozenset[str] | None,
    limit: int,
    after: UUID | None,
) -> Sequence[RowMapping]:
    """Newest first; of own stores only, if confined to them."""
    found = await connection.execute(
        text("""
            SELECT r.* FROM refunds r JOIN orders o USING (order_id)
            WHERE (CAST(:order AS uuid) IS NULL OR r.order_id = :order)
              AND (CAST(:state AS text) IS NULL OR r.state = :state)
              AND (CAST(:all AS boolean) OR o.store_id = ANY(CAST(:stores AS text[])))
              AND (CAST(:after AS uuid) IS NULL OR r.id < :after)
            ORDER BY r.id DESC LIMIT :limit
        """),
        {
            "order": order_id,
            "state": state,
            "all": stores is None,
            "stores": sorted(stores or ()),
            "after": after,
            "limit": limit,
        },
    )
    return found.mappings().all()


async def open_items(
    connection: AsyncConnection, *, carrier_id: str | None, expected: bool, limit: int, after: UUID | None
) -> Sequence[RowMapping]:
    """Parcels for which a carrier's balance is open, or (``expected``) that are on the road with COD to collect."""
    found = await connection.execute(
        text("""
            SELECT s.*, o.code FROM shipments s JOIN orders o USING (order_id)
            WHERE CASE WHEN CAST(:expected AS boolean) THEN s.road = 'handed_over' AND s.cod > 0 ELSE s.owed <> 0 END
              AND (CAST(:carrier AS text) IS NULL OR s.carrier_id = :carrier)
              AND (CAST(:after AS uuid) IS NULL OR s.shipment_id > :after)
            ORDER BY s.shipment_id LIMIT :limit
        """),
        {"expected": expected, "carrier": carrier_id, "after": after, "limit": limit},
    )
    return found.mappings().all()


async def carrier_debts(connection: AsyncConnection) -> Sequence[RowMapping]:
    """Per carrier: what it owes now, and what it is still to collect. The first equals its balance on 1388, less
    money for parcels nobody knows."""
    found = await connection.execute(
        text("""
            SELECT carrier_id, currency,
                   coalesce(sum(owed), 0)::bigint AS due, count(*) FILTER (WHERE owed <> 0) AS due_parcels,
                   coalesce(sum(cod) FILTER (WHERE road = 'handed_over'), 0)::bigint AS expected,
                   count(*) FILTER (WHERE road = 'handed_over' AND cod > 0) AS expected_parcels
            FROM shipments WHERE owed <> 0 OR road = 'handed_over'
            GROUP BY carrier_id, currency ORDER BY carrier_id, currency
        """)
    )
    return found.mappings().all()


async def customer_balances(
    connection: AsyncConnection, *, we_owe: bool, limit: int, after: UUID | None
) -> Sequence[RowMapping]:
    """Orders whose customer owes us, or whom we owe; by id, which is the order of placing."""
    found = await connection.execute(
        text("""
            SELECT order_id, code, currency, cancelled, refunds_open,
                   revenue - credited - paid - collected + refunded AS balance
            FROM orders
            WHERE revenue - credited - paid - collected + refunded <> 0
              AND (revenue - credited - paid - collected + refunded < 0) = CAST(:we_owe AS boolean)
              AND (CAST(:after AS uuid) IS NULL OR order_id > :after)
            ORDER BY order_id LIMIT :limit
        """),
        {"we_owe": we_owe, "after": after, "limit": limit},
    )
    return found.mappings().all()


async def corrections(
    connection: AsyncConnection, *, state: str | None, limit: int, after: UUID | None
) -> Sequence[RowMapping]:
    """Newest first."""
    found = await connection.execute(
        text("""
            SELECT * FROM cod_corrections
            WHERE (CAST(:state AS text) IS NULL OR state = :state) AND (CAST(:after AS uuid) IS NULL OR id < :after)
            ORDER BY id DESC LIMIT :limit
        """),
        {"state": state, "after": after, "limit": limit},
    )
    return found.mappings().all()


async def order_money(connection: AsyncConnection, order_id: UUID) -> dict[str, Any]:
    """One order's money with its parcels. ``OrderUnknown``."""
    found = text("""
        SELECT order_id, code, currency, store_id, owner_id, known, total, goods, freight, cancelled, paid, collected,
               refunds_open, refunded, revenue, credited, reconciled_at
        FROM orders WHERE order_id = :id
    """)
    row = (await connection.execute(found, {"id": order_id})).mappings().one_or_none()
    if row is None:
        raise OrderUnknown(order=str(order_id))
    order = order_of(row)
    sent = await connection.execute(
        text("SELECT * FROM shipments WHERE order_id = :id ORDER BY shipment_id"), {"id": order_id}
    )
    return {**row, "balance": order.balance, "refundable": order.refundable, "shipments": sent.mappings().all()}
