"""Sessions and their refresh tokens as rows. All times are PostgreSQL's: sessions do not move with business time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextvars import ContextVar
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.security.tokens import LEEWAY, LIFETIME
from gateway.application.ports import UseOfRefresh

OUTLIVES = 2 * (LIFETIME + LEEWAY)
"""Seconds for which services are told of an ended session: no token minted for it lives longer."""

_OPEN = text("""
    WITH opened AS (
        INSERT INTO sessions (id, user_id, expires_at, origin, agent)
        VALUES (:id, :user, clock_timestamp() + make_interval(secs => :hours * 3600), :origin, :agent)
    )
    INSERT INTO refresh_tokens (hash, session_id) VALUES (:refresh, :id)
""")
_USE = text("""
    UPDATE refresh_tokens SET used_at = clock_timestamp() WHERE hash = :hash AND used_at IS NULL RETURNING session_id
""")
_LIVE = text("""
    SELECT s.user_id FROM sessions s JOIN users u ON u.id = s.user_id
    WHERE s.id = :id AND s.ended_at IS NULL AND s.expires_at > clock_timestamp() AND u.active
    FOR UPDATE OF s
""")
_USED = text("SELECT session_id FROM refresh_tokens WHERE hash = :hash")
_RENEW = text("""
    WITH renewed AS (
        UPDATE sessions SET expires_at = clock_timestamp() + make_interval(secs => :hours * 3600) WHERE id = :id
    )
    INSERT INTO refresh_tokens (hash, session_id) VALUES (:refresh, :id)
""")
_END = text("""
    UPDATE sessions SET ended_at = clock_timestamp(), ended_because = :because,
                        announced_until = clock_timestamp() + make_interval(secs => :outlives)
    WHERE id = ANY(:ids) AND ended_at IS NULL
    RETURNING id, announced_until
""")
_OPEN_OF = text("SELECT id FROM sessions WHERE user_id = :user AND ended_at IS NULL ORDER BY id FOR UPDATE")


_NOTE = text("INSERT INTO identity_log (kind, subject) VALUES (:kind, :subject)")


class SqlSessions:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def open(self, id: UUID, user: UUID, refresh: bytes, *, hours: float, origin: str, agent: str) -> None:
        values = {"id": id, "user": user, "refresh": refresh, "hours": float(hours), "origin": origin, "agent": agent}
        await self._connection.execute(_OPEN, values)

    async def use_refresh(self, hash: bytes) -> UseOfRefresh:
        """Spend a refresh token. Of two who bring it at once, the database lets one win; the other replays it."""
        spent = (await self._connection.execute(_USE, {"hash": hash})).first()
        if spent is None:
            known = (await self._connection.execute(_USED, {"hash": hash})).first()
            return UseOfRefresh("replayed", known.session_id) if known is not None else UseOfRefresh("unknown")
        live = (await self._connection.execute(_LIVE, {"id": spent.session_id})).first()
        if live is None:
            return UseOfRefresh("ended", spent.session_id)
        return UseOfRefresh("fresh", spent.session_id, live.user_id)

    async def renew(self, id: UUID, refresh: bytes, *, hours: float) -> None:
        await self._connection.execute(_RENEW, {"id": id, "refresh": refresh, "hours": float(hours)})

    async def end(self, ids: Sequence[UUID], because: str) -> Mapping[UUID, datetime]:
        values = {"ids": sorted(ids), "because": because, "outlives": float(OUTLIVES)}
        return {row.id: row.announced_until for row in await self._connection.execute(_END, values)}

    async def open_of(self, user: UUID) -> Sequence[UUID]:
        return [row.id for row in await self._connection.execute(_OPEN_OF, {"user": user})]


noted_here: ContextVar[list[tuple[str, str]] | None] = ContextVar("noted_here", default=None)
"""What this request or task has noted: its own process need not wait for the log to be read."""


class SqlIdentityLog:
    """Rows that every gateway process reads within a moment."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def note(self, kind: str, subjects: Iterable[object]) -> None:
        rows: list[dict[str, Any]] = [{"kind": kind, "subject": str(subject)} for subject in subjects]
        if rows:
            await self._connection.execute(_NOTE, rows)
            noted_here.set([*(noted_here.get() or ()), *((row["kind"], row["subject"]) for row in rows)])
