"""Collections of aggregates in PostgreSQL."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from specimen.adapters.tables import entries
from specimen.domain.entry import Entry, EntryNotFound


class SqlEntries:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, entry: Entry) -> None:
        await self._connection.execute(
            entries.insert().values(id=entry.id, title=entry.title, closed=entry.closed, version=entry.version)
        )

    async def get(self, id: UUID) -> Entry:
        row = (await self._connection.execute(sa.select(entries).where(entries.c.id == id).with_for_update())).first()
        if row is None:
            raise EntryNotFound(id=str(id))
        return Entry(id=row.id, title=row.title, closed=row.closed, version=row.version)

    async def save(self, entry: Entry) -> None:
        entry.version += 1
        await self._connection.execute(
            entries.update().where(entries.c.id == entry.id).values(closed=entry.closed, version=entry.version)
        )
