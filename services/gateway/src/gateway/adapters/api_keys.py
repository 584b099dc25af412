"""Integrations' keys as rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.adapters.sessions import OUTLIVES
from gateway.adapters.tables import api_keys
from gateway.application.accounts import ApiKey
from gateway.application.errors import KeyNotFound

_REVOKE = text("""
    UPDATE api_keys SET revoked_at = clock_timestamp(),
                        announced_until = clock_timestamp() + make_interval(secs => :outlives)
    WHERE id = :id AND revoked_at IS NULL RETURNING *
""")


class SqlApiKeys:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, key: ApiKey, hash: bytes) -> None:
        values: dict[str, Any] = {name: getattr(key, name) for name in ApiKey.__slots__}
        values |= {"hash": hash, "permissions": list(key.permissions), "stores": list(key.stores)}
        await self._connection.execute(insert(api_keys).values(values | {"created_at": func.clock_timestamp()}))

    async def revoke(self, id: UUID) -> tuple[ApiKey, datetime]:
        row = (await self._connection.execute(_REVOKE, {"id": id, "outlives": float(OUTLIVES)})).first()
        if row is None:
            raise KeyNotFound(id=str(id))
        return _key(row), row.announced_until

    async def page(self, limit: int, after: tuple[datetime, UUID] | None) -> Sequence[ApiKey]:
        """The latest first; revoked ones too, so that the trail can be read."""
        wanted = select(api_keys).order_by(api_keys.c.created_at.desc(), api_keys.c.id.desc()).limit(limit)
        if after is not None:
            at, id = after
            wanted = wanted.where((api_keys.c.created_at < at) | ((api_keys.c.created_at == at) & (api_keys.c.id < id)))
        return [_key(row) for row in await self._connection.execute(wanted)]


def _key(row: Any) -> ApiKey:
    return ApiKey(
        id=row.id,
        name=row.name,
        hint=row.hint,
        permissions=tuple(row.permissions),
        stores=tuple(row.stores),
        calls_per_second=row.calls_per_second,
        created_by=row.created_by,
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
    )
