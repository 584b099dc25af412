"""The managed list of sales channels (ORD-01)."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from orders.adapters.tables import channels


async def save_channel(
    connection: AsyncConnection, code: str, name: str, call_required: bool, active: bool
) -> Mapping[str, Any] | None:
    """Write a channel; what it was before, None if it is new."""
    before = (await connection.execute(sa.select(channels).where(channels.c.code == code).with_for_update())).first()
    values = {"name": name, "call_required": call_required, "active": active}
    new = insert(channels).values(code=code, **values)
    await connection.execute(new.on_conflict_do_update(index_elements=["code"], set_=values))
    return dict(before._mapping) if before else None  # noqa: SLF001 - SQLAlchemy's public spelling of a row as mapping
