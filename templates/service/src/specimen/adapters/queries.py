"""Read side: straight SQL, no aggregate loaded."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from specimen.adapters.tables import entries
from specimen.domain.entry import EntryNotFound


async def list_entries(connection: AsyncConnection, *, limit: int, after: UUID | None) -> Sequence[Row[Any]]:
    """Oldest first; ids are in the order of time."""
    rows = sa.select(entries).order_by(entries.c.id).limit(limit)
    if after is not None:
        rows = rows.where(entries.c.id > after)
    return (await connection.execute(rows)).all()


async def get_entry(connection: AsyncConnection, id: UUID) -> Row[Any]:
    row = (await connection.execute(sa.select(entries).where(entries.c.id == id))).first()
    if row is None:
        raise EntryNotFound(id=str(id))
    return row
