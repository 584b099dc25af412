"""The managed lists of sales channels and of sources, and who changed them (ORD-01)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import RowMapping
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.event import Actor
from orders.adapters.tables import channels, listed_changes, sources

_LISTS = {"channel": channels, "source": sources}
# From one source to the next along the index: as many steps as there are sources, however many orders.
_UNLISTED = sa.text("""
    WITH RECURSIVE seen AS (
        (SELECT source FROM orders ORDER BY source LIMIT 1)
        UNION ALL
        SELECT (SELECT o.source FROM orders o WHERE o.source > seen.source ORDER BY o.source LIMIT 1)
        FROM seen WHERE seen.source IS NOT NULL
    )
    SELECT source FROM seen
    WHERE source IS NOT NULL AND NOT EXISTS (SELECT FROM sources WHERE code = seen.source)
    LIMIT 1000
""")


async def save_listed(
    connection: AsyncConnection, list: str, code: str, values: Mapping[str, Any], *, by: Actor, at: datetime
) -> Mapping[str, Any] | None:
    """Write a channel or a source, and who did it; what it was before, None if it is new."""
    table = _LISTS[list]
    stored = (
        (await connection.execute(sa.select(table).where(table.c.code == code).with_for_update())).mappings().first()
    )
    before = {name: stored[name] for name in values} if stored else None
    if before == values:
        return before
    new = insert(table).values(code=code, **values)
    await connection.execute(new.on_conflict_do_update(index_elements=["code"], set_=dict(values)))
    change = {"list": list, "code": code, "at": at, "by": str(by), "by_name": by.name}
    await connection.execute(sa.insert(listed_changes), change | {"before": before, "after": dict(values)})
    return before


async def list_changes(
    connection: AsyncConnection, list: str, code: str, *, limit: int, after: int | None
) -> Sequence[RowMapping]:
    """Who changed a channel or a source, the latest first."""
    c = listed_changes.c
    query = sa.select(listed_changes).where(c.list == list, c.code == code).order_by(c.id.desc()).limit(limit)
    if after is not None:
        query = query.where(c.id < after)
    return (await connection.execute(query)).mappings().all()


async def list_channels(connection: AsyncConnection) -> Sequence[RowMapping]:
    return (await connection.execute(sa.select(channels).order_by(channels.c.code))).mappings().all()


async def list_sources(connection: AsyncConnection) -> Sequence[Mapping[str, Any]]:
    """Those on the list, then those that have handed orders in and that nobody has put on it."""
    listed = (await connection.execute(sa.select(sources).order_by(sources.c.code))).mappings().all()
    others = (await connection.execute(_UNLISTED)).scalars().all()
    rest = [{"code": code, "name": code, "active": True, "listed": False} for code in others]
    return [*({**row, "listed": True} for row in listed), *rest]
