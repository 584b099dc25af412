"""The list of places in PostgreSQL."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from inventory.adapters.tables import locations
from inventory.domain.location import Location, LocationKind, LocationNotFound, LocationTaken


class SqlLocations:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, location: Location) -> None:
        row = insert(locations).values(**_values(location)).on_conflict_do_nothing().returning(locations.c.id)
        if (await self._connection.execute(row)).first() is None:
            raise LocationTaken(field="id", id=location.id)

    async def get(self, id: str) -> Location:
        row = (
            await self._connection.execute(sa.select(locations).where(locations.c.id == id).with_for_update())
        ).first()
        if row is None:
            raise LocationNotFound(id=id)
        return location_of(row)

    async def save(self, location: Location) -> None:
        await self._connection.execute(
            locations.update().where(locations.c.id == location.id).values(**_values(location))
        )

    async def exists(self, id: str) -> bool:
        found = await self._connection.execute(sa.select(locations.c.id).where(locations.c.id == id))
        return found.first() is not None


def location_of(row: Any) -> Location:
    return Location(
        id=row.id,
        name=row.name,
        kind=LocationKind(row.kind),
        place=row.place,
        serves_orders=row.serves_orders,
        version=row.version,
    )


def _values(location: Location) -> dict[str, Any]:
    return {
        "id": location.id,
        "name": location.name,
        "kind": str(location.kind),
        "place": location.place,
        "serves_orders": location.serves_orders,
        "version": location.version,
    }
