"""Splits and merges in PostgreSQL. A row is locked by its answers, so the last one is known to be the last."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from orders.adapters.tables import replacements
from orders.domain.replacement import Kind, Replacement, State

r = replacements.c


class SqlReplacements:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, made: Replacement, by: str, at: datetime, reason: str | None) -> None:
        row = _row(made) | {"asked_by": by, "asked_at": at, "reason": reason}
        await self._connection.execute(sa.insert(replacements).values(row))

    async def save(self, changed: Replacement) -> None:
        await self._connection.execute(sa.update(replacements).where(r.id == changed.id).values(_row(changed)))

    async def that_made(self, order_id: UUID) -> Replacement | None:
        """The one that made this order, if one did."""
        wanted = sa.select(replacements).where(r.successors.contains([order_id]))
        row = (await self._connection.execute(wanted)).mappings().first()
        return _of(row) if row is not None else None

    async def answered(self, id: UUID, order_ids: Collection[UUID], gone: bool) -> Replacement:
        """Write down whether these orders could still stand aside, and give it with all answers so far. Locks it."""
        found = (await self._connection.execute(sa.select(replacements).where(r.id == id).with_for_update())).mappings()
        heard = _of(found.one())
        if gone:
            heard.gone |= frozenset(order_ids)
        else:
            heard.kept |= frozenset(order_ids)
        await self.save(heard)
        return heard


def _row(made: Replacement) -> dict[str, Any]:
    return {
        "id": made.id,
        "kind": made.kind,
        "orders": list(made.orders),
        "parts": [{str(line): quantity for line, quantity in part.items()} for part in made.parts],
        "gone": sorted(made.gone),
        "kept": sorted(made.kept),
        "successors": list(made.successors),
        "state": made.state,
    }


def _of(row: sa.RowMapping) -> Replacement:
    return Replacement(
        id=row["id"],
        kind=Kind(row["kind"]),
        orders=tuple(row["orders"]),
        parts=tuple({UUID(line): quantity for line, quantity in part.items()} for part in row["parts"]),
        gone=frozenset(row["gone"]),
        kept=frozenset(row["kept"]),
        successors=tuple(row["successors"]),
        state=State(row["state"]),
    )
