"""Orders as customer care knows them: one row each, filled by the facts of several topics in whatever order they come.

Each write is one statement for a whole batch; it locks the rows of its orders, sorted, before anything else is locked.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from crm.adapters.tables import customer_orders, points_ledger
from crm.domain.customer import Standing
from crm.domain.points import BoughtLine


class SqlCustomerOrders:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def placed(self, rows: Sequence[Mapping[str, Any]], now: datetime) -> None:
        """Rows: order_id, code, channel, source, store_id, total, currency, placed_at."""
        await self._note(("code", "channel", "source", "store_id", "total", "currency", "placed_at"), rows, now)

    async def belong_to(self, customer_of: Mapping[UUID, UUID]) -> None:
        """Order -> customer."""
        await self._connection.execute(
            sa.text(
                "UPDATE customer_orders SET customer_id = n.customer_id "
                "FROM unnest(CAST(:orders AS uuid[]), CAST(:customers AS uuid[])) AS n (order_id, customer_id) "
                "WHERE customer_orders.order_id = n.order_id"
            ),
            {"orders": list(customer_of), "customers": list(customer_of.values())},
        )

    async def cancelled(self, rows: Sequence[Mapping[str, Any]], now: datetime) -> None:
        """Rows: order_id, cancelled_at, cancel_reason."""
        await self._note(("cancelled_at", "cancel_reason"), rows, now)

    async def delivered(self, rows: Sequence[Mapping[str, Any]], now: datetime) -> None:
        """Rows: order_id, delivered_at, bought (line -> [units, amount]), dong_per_point."""
        await self._note(("delivered_at", "bought", "dong_per_point"), rows, now, merged=("bought",))

    async def inspected(self, rows: Sequence[Mapping[str, Any]], now: datetime) -> None:
        """Rows: order_id, inspected (return -> [[line, grade, units], …])."""
        await self._note(("inspected",), rows, now, merged=("inspected",))

    async def refused(self, rows: Sequence[Mapping[str, Any]], now: datetime) -> None:
        """Rows: order_id, refused_at. Only an order that was never delivered counts as refused."""
        await self._note(("refused_at",), rows, now)

    async def standing(self, order_ids: Iterable[UUID]) -> list[Standing]:
        columns = customer_orders.c
        rows = await self._connection.execute(
            sa.select(
                columns.order_id, columns.customer_id, columns.bought, columns.inspected, columns.dong_per_point,
                columns.points,
            )
            .where(columns.order_id.in_(list(order_ids)))
            .order_by(columns.order_id)
        )  # fmt: skip
        return [
            Standing(
                row.order_id,
                row.customer_id,
                {line: BoughtLine(*goods) for line, goods in row.bought.items()},
                [(line, grade, units) for lines in row.inspected.values() for line, grade, units in lines],
                row.dong_per_point,
                row.points,
            )
            for row in rows
        ]

    async def book_points(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Rows of the ledger; the order remembers its sum."""
        if not rows:
            return
        await self._connection.execute(points_ledger.insert(), list(rows))
        await self._connection.execute(
            sa.text(
                "UPDATE customer_orders SET points = points + n.change "
                "FROM unnest(CAST(:orders AS uuid[]), CAST(:changes AS bigint[])) AS n (order_id, change) "
                "WHERE customer_orders.order_id = n.order_id"
            ),
            {"orders": [row["order_id"] for row in rows], "changes": [row["points"] for row in rows]},
        )

    async def _note(
        self, columns: tuple[str, ...], rows: Sequence[Mapping[str, Any]], now: datetime, merged: tuple[str, ...] = ()
    ) -> None:
        """Insert or complete rows. A column of ``merged`` is an object whose entries are added to what is there."""
        types = {"total": "bigint", "dong_per_point": "bigint", "bought": "jsonb", "inspected": "jsonb"}
        kinds = {name: "timestamptz" if name.endswith("_at") else types.get(name, "text") for name in columns}
        arrays = ", ".join(f"CAST(:{name} AS {_sent_as(kind)}[])" for name, kind in kinds.items())
        chosen = ", ".join(f"CAST(n.{name} AS {kind})" for name, kind in kinds.items())
        updates = ", ".join(
            f"{name} = o.{name} || excluded.{name}" if name in merged else f"{name} = excluded.{name}"
            for name in columns
        )
        statement = f"""
            INSERT INTO customer_orders AS o (order_id, first_seen_at, {", ".join(columns)})
            SELECT n.order_id, :now, {chosen}
            FROM unnest(CAST(:order_id AS uuid[]), {arrays}) AS n (order_id, {", ".join(columns)})
            ORDER BY n.order_id
            ON CONFLICT (order_id) DO UPDATE SET {updates}
        """  # noqa: S608 - names are those of the methods above
        values: dict[str, Any] = {
            name: [json.dumps(row[name]) if kinds[name] == "jsonb" else row[name] for row in rows] for name in columns
        }
        await self._connection.execute(
            sa.text(statement), {"now": now, "order_id": [row["order_id"] for row in rows], **values}
        )


def _sent_as(kind: str) -> str:
    return "text" if kind == "jsonb" else kind
