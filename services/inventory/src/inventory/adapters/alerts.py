"""Stock alerts in PostgreSQL, kept for a while."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from inventory.adapters.tables import alerts
from inventory.application.records import Noted

_FORGET = text("""
    DELETE FROM alerts WHERE id IN (SELECT id FROM alerts WHERE at < :before ORDER BY at LIMIT :limit)
""")


class SqlAlerts:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, noted: Sequence[Noted]) -> None:
        await self._connection.execute(
            alerts.insert(),
            [
                {
                    "id": each.id,
                    "at": each.at,
                    "kind": str(each.alert.kind),
                    "sku": each.alert.sku,
                    "location_id": each.alert.location_id,
                    "available": each.alert.available,
                    "quantity": each.alert.quantity,
                    "order_id": each.order_id,
                }
                for each in noted
            ],
        )

    async def forget(self, before: datetime, limit: int) -> int:
        return (await self._connection.execute(_FORGET, {"before": before, "limit": limit})).rowcount
