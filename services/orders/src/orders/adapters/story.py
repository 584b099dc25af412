"""Every step of every order, only added to (ORD-29)."""

from collections.abc import Sequence

import sqlalchemy as sa
from pydantic_core import to_json
from sqlalchemy.ext.asyncio import AsyncConnection

from orders.adapters.tables import story
from orders.application.story import Entry

columns = ", ".join(column.name for column in story.c if column.name not in ("id", "recorded_at"))

_TELL = sa.text(f"""
    INSERT INTO story ({columns})
    SELECT {columns} FROM ROWS FROM (jsonb_populate_recordset(NULL::story, CAST(:entries AS jsonb)))
        WITH ORDINALITY AS told ({", ".join(column.name for column in story.c)}, place)
    ORDER BY place
""")  # noqa: S608 - column names from the table's own definition


class SqlStory:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def tell(self, entries: Sequence[Entry]) -> None:
        """All entries with one statement, in this order."""
        if entries:
            rows = to_json(entries).decode()
            await self._connection.execute(_TELL, {"entries": rows})
