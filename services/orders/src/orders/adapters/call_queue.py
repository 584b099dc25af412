"""The desk's queue in PostgreSQL: orders by when they are due. What somebody works on is left to him."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from orders.adapters.mapping import order_of, progress_of
from orders.adapters.orders import part
from orders.adapters.queries import JOINED, LISTED
from orders.adapters.tables import assignment_turns, orders, progress
from orders.application.ports import Stores
from orders.domain.order import Order

o, p, turns = orders.c, progress.c, assignment_turns.c
TO_CALL = p.sales.in_(("new", "confirming"))
OF = (progress, orders)


class SqlCallQueue:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def lock_next(self, staff_id: str, now: datetime, stores: Stores) -> UUID | None:
        """The order due longest among those of this member of staff and of nobody; locked."""
        wanted = (
            sa.select(o.id)
            .select_from(JOINED)
            .where(o.due_at <= now, TO_CALL, sa.or_(o.owner_id == staff_id, o.owner_id.is_(None)), *_of(stores))
            .order_by(o.due_at, o.id)
            .limit(1)
            .with_for_update(of=OF, skip_locked=True)
        )
        return (await self._connection.execute(wanted)).scalar()

    async def lock_unassigned(self, limit: int, *, sources: Collection[str] | None) -> list[Order]:
        """Orders nobody answers for, those due longest first; ``sources``: only theirs."""
        conditions = [o.due_at.is_not(None), TO_CALL, o.owner_id.is_(None)]
        if sources is not None:
            conditions.append(o.source.in_(sources))
        return await self._locked(conditions, limit)

    async def lock_held(self, now: datetime, limit: int) -> list[Order]:
        """Orders on hold that are to be looked at again by now."""
        return await self._locked([o.due_at <= now, p.sales == "on_hold"], limit)

    async def loads(self, staff: Collection[str]) -> Mapping[str, int]:
        """How many orders at the desk each of the staff answers for."""
        wanted = (
            sa.select(o.owner_id, sa.func.count())
            .where(o.due_at.is_not(None), o.owner_id.in_(staff))
            .group_by(o.owner_id)
        )
        return {row[0]: row[1] for row in await self._connection.execute(wanted)}

    async def lock_turns(self, staff: Collection[str]) -> Mapping[str, int]:
        """When each was given an order last, as a number that grows; who is not there was never given one."""
        wanted = sa.select(assignment_turns).where(turns.staff_id.in_(staff)).order_by(turns.staff_id).with_for_update()
        return {row.staff_id: row.turn for row in await self._connection.execute(wanted)}

    async def save_turns(self, given: Mapping[str, int]) -> None:
        rows = [{"staff_id": staff, "turn": turn} for staff, turn in sorted(given.items())]
        if rows:
            new = insert(assignment_turns)
            stored = new.on_conflict_do_update(index_elements=["staff_id"], set_={"turn": new.excluded.turn})
            await self._connection.execute(stored, rows)

    async def _locked(self, conditions: Collection[sa.ColumnElement[bool]], limit: int) -> list[Order]:
        wanted = (
            sa.select(progress, orders)
            .select_from(JOINED)
            .where(*conditions)
            .order_by(o.due_at, o.id)
            .limit(limit)
            .with_for_update(of=OF, skip_locked=True)
        )
        rows = (await self._connection.execute(wanted)).mappings()
        return [order_of(part(row, orders), progress_of(part(row, progress))) for row in rows]


async def list_calls(
    connection: AsyncConnection,
    *,
    owner: str | None,
    unassigned: bool,
    due_by: datetime | None,
    stores: Stores,
    limit: int,
    after: tuple[datetime, UUID] | None,
) -> Sequence[sa.RowMapping]:
    """The work list: orders to call or to decide, those due longest first."""
    calls: Any = o.calls
    columns = (
        *LISTED,
        o.due_at,
        sa.func.jsonb_array_length(calls).label("attempts"),
        calls[-1]["outcome"].astext.label("last_outcome"),
    )
    wanted = sa.select(*columns).select_from(JOINED).where(o.due_at.is_not(None), TO_CALL, *_of(stores))
    if unassigned:
        wanted = wanted.where(o.owner_id.is_(None))
    elif owner is not None:
        wanted = wanted.where(o.owner_id == owner)
    if due_by is not None:
        wanted = wanted.where(o.due_at <= due_by)
    if after is not None:
        wanted = wanted.where(sa.tuple_(o.due_at, o.id) > sa.tuple_(sa.literal(after[0]), sa.literal(after[1])))
    return (await connection.execute(wanted.order_by(o.due_at, o.id).limit(limit))).mappings().all()


def _of(stores: Stores) -> tuple[sa.ColumnElement[bool], ...]:
    return () if stores is None else (o.store_id.in_(stores),)
