"""What has become of orders, in PostgreSQL: locked by the key, many at once, written in one statement."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from pydantic_core import to_json
from sqlalchemy.ext.asyncio import AsyncConnection

from orders.adapters.mapping import progress_of, progress_row
from orders.adapters.tables import progress
from orders.domain.progress import Progress

_WRITTEN = [column.name for column in progress.c if column.name not in ("order_id", "code", "placed_at", "heard_at")]
_SAVE = sa.text(f"""
    UPDATE progress SET ({", ".join(_WRITTEN)}) = (SELECT {", ".join(f"n.{name}" for name in _WRITTEN)})
    FROM jsonb_populate_recordset(NULL::progress, CAST(:rows AS jsonb)) n
    WHERE progress.order_id = n.order_id
""")  # noqa: S608 - column names from the table's own definition
_MAKE = sa.text("""
    INSERT INTO progress (order_id, heard_at)
    SELECT id, :heard_at FROM unnest(CAST(:ids AS uuid[])) id ORDER BY id
    ON CONFLICT (order_id) DO NOTHING
""")


class SqlProgress:
    """``now`` is when an order that nobody knows yet was first heard of."""

    def __init__(self, connection: AsyncConnection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    async def lock(self, order_ids: Collection[UUID]) -> Mapping[UUID, Progress]:
        """One row for each, made where the order is not known yet, locked in the order of the ids."""
        found = await self._lock(order_ids)
        unheard = sorted(set(order_ids) - found.keys())
        if unheard:
            await self._connection.execute(_MAKE, {"ids": unheard, "heard_at": self._now})
            found |= await self._lock(unheard)
        return found

    async def _lock(self, order_ids: Collection[UUID]) -> dict[UUID, Progress]:
        wanted = (
            sa.select(progress)
            .where(progress.c.order_id == sa.any_(sa.cast(list(order_ids), sa.ARRAY(sa.Uuid))))
            .order_by(progress.c.order_id)
            .with_for_update()
        )
        rows = (await self._connection.execute(wanted)).mappings()
        return {row["order_id"]: progress_of(row) for row in rows}

    async def lock_settled(self, before: datetime, limit: int) -> Sequence[Progress]:
        """Confirmed orders that were settled at or before that time; those somebody works on are left for next time."""
        wanted = (
            sa.select(progress)
            .where(progress.c.money == "reconciled", progress.c.sales == "confirmed")
            .where(progress.c.reconciled_at <= before)
            .order_by(progress.c.reconciled_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        rows = (await self._connection.execute(wanted)).mappings()
        return [progress_of(row) for row in rows]

    async def save(self, changed: Collection[Progress]) -> None:
        if changed:
            rows = to_json([progress_row(each) for each in changed]).decode()
            await self._connection.execute(_SAVE, {"rows": rows})
