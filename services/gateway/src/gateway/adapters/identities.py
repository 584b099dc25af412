"""Who is signed in, as this process knows it.

Invariant: a session, key, user or role that was changed is looked up again before the next call it makes: at once in
the process that changed it, within ``LOOK_EVERY`` in the others. While the database is away, what is known goes on.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.failures import is_transient
from chassis.security import Principal
from gateway.adapters.users import edit_of
from gateway.application.accounts import all_roles, permissions_of_roles
from gateway.application.login import Login

log = structlog.get_logger("gateway.identities")

LOOK_EVERY = 0.3
OVERLAP = 60.0
"""Seconds for which the log is read again: a transaction may commit a lower number after a higher one was seen."""
UNKNOWN_FOR = 5.0
"""Seconds for which nobody is asked again about a session that does not hold."""
MOST = 20_000
MOST_UNKNOWN = 10_000

_SESSION = text("""
    SELECT s.id, extract(epoch FROM s.expires_at) AS expires, u.id AS user_id, u.login, u.name, u.roles, u.stores,
           coalesce((SELECT jsonb_agg(to_jsonb(r)) FROM roles r WHERE r.name = ANY(u.roles)), '[]') AS edits
    FROM sessions s JOIN users u ON u.id = s.user_id
    WHERE s.id = :id AND s.ended_at IS NULL AND s.expires_at > clock_timestamp() AND u.active
""")
_KEY = text("""
    SELECT id, name, permissions, stores, calls_per_second,
           coalesce(extract(epoch FROM expires_at), 'infinity') AS expires
    FROM api_keys WHERE hash = :hash AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > clock_timestamp())
""")
_LOG = text("SELECT seq, kind, subject FROM identity_log WHERE seq > :after ORDER BY seq")
_LOG_END = text("SELECT coalesce(max(seq), 0) FROM identity_log")


class Identities:
    """Sessions and keys in memory. ``on_change`` is called whenever something was forgotten."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._sessions: dict[str, Login] = {}
        self._keys: dict[bytes, Login] = {}
        self._unknown: dict[str | bytes, float] = {}
        self._loading: dict[str | bytes, asyncio.Task[Login | None]] = {}
        self._forgotten = 0
        self.on_change: list[Callable[[], None]] = []

    async def session(self, id: str) -> Login | None:
        """The login of a session, if it holds. Raises what the database raises when it is away and must be asked."""
        known = self._sessions.get(id)
        return known if known is not None and known.holds() else await self._once(id, self._session)

    async def key(self, hash: bytes) -> Login | None:
        """The login of an API key, if it holds."""
        known = self._keys.get(hash)
        return known if known is not None and known.holds() else await self._once(hash, self._key)

    def forget(self, kind: str, subject: str) -> None:
        """Look it up again at its next call. ``kind`` is session, user, key or role."""
        self._forgotten += 1
        self._unknown.clear()
        for id, login in list(self._sessions.items()):
            if kind == "role" or (kind == "session" and id == subject) or (kind == "user" and login.user == subject):
                self._sessions.pop(id).dead = True
        for hash, login in list(self._keys.items()):
            if kind == "key" and login.user == subject:
                self._keys.pop(hash).dead = True
        for changed in self.on_change:
            changed()

    async def follow_log(self) -> None:
        """Read the log of changes until cancelled."""
        seen: dict[int, float] = {}
        after: int | None = None
        while True:
            try:
                async with self._engine.connect() as connection:
                    if after is None:
                        after = int((await connection.execute(_LOG_END)).scalar_one())
                        # What was changed between the first login here and this moment is in no row we will read.
                        self._forget_all()
                    rows = (await connection.execute(_LOG, {"after": after})).all()
            except Exception as error:
                if not is_transient(error):
                    raise
                await asyncio.sleep(1)
                continue
            now = time.monotonic()
            for row in rows:
                if row.seq not in seen:
                    seen[row.seq] = now
                    self.forget(row.kind, row.subject)
            settled = [seq for seq, at in seen.items() if now - at > OVERLAP]
            after = max(settled, default=after)
            for seq in settled:
                del seen[seq]
            await asyncio.sleep(LOOK_EVERY)

    def _forget_all(self) -> None:
        self.forget("role", "")
        for login in self._keys.values():
            login.dead = True
        self._keys.clear()

    async def _once(self, id: str | bytes, load: Callable[[Any], Coroutine[Any, Any, Login | None]]) -> Login | None:
        """One look-up for all who ask for the same at the same time; who gives up waiting does not end it."""
        if self._unknown.get(id, 0) > time.monotonic():
            return None
        task = self._loading.get(id)
        if task is None:
            task = self._loading[id] = asyncio.create_task(load(id), name="identity")
            task.add_done_callback(lambda done: self._loaded(id, done))
        return await asyncio.shield(task)

    def _loaded(self, id: str | bytes, task: asyncio.Task[Login | None]) -> None:
        del self._loading[id]
        if not task.cancelled() and task.exception() is None and task.result() is None:
            if len(self._unknown) >= MOST_UNKNOWN:
                self._unknown.clear()
            self._unknown[id] = time.monotonic() + UNKNOWN_FOR

    async def _session(self, id: str) -> Login | None:
        try:
            wanted = UUID(id)
        except ValueError:
            return None
        row, kept = await self._row(_SESSION, {"id": wanted})
        if row is None:
            return None
        roles = all_roles(edit_of(_Edit(each)) for each in row.edits)
        principal = Principal(
            subject=str(row.user_id),
            name=row.name,
            session=id,
            kind="user",
            roles=frozenset(row.roles),
            permissions=permissions_of_roles(row.roles, roles),
            stores=frozenset(row.stores),
        )
        login = Login(principal=principal, name=row.login, user=principal.subject, expires=float(row.expires))
        if kept:
            _keep(self._sessions, id, login)
        return login

    async def _key(self, hash: bytes) -> Login | None:
        row, kept = await self._row(_KEY, {"hash": hash})
        if row is None:
            return None
        principal = Principal(
            subject=str(row.id),
            name=row.name,
            session=str(row.id),
            kind="key",
            permissions=frozenset(row.permissions),
            stores=frozenset(row.stores),
        )
        login = Login(
            principal=principal,
            name=row.name,
            user=principal.subject,
            expires=float(row.expires),
            calls_per_second=row.calls_per_second,
        )
        if kept:
            _keep(self._keys, hash, login)
        return login

    async def _row(self, statement: TextClause, values: dict[str, Any]) -> tuple[Any, bool]:
        """The row, and whether it may be kept: not if something was forgotten while it was being read."""
        before = self._forgotten
        async with self._engine.connect() as connection:
            row = (await connection.execute(statement, values)).first()
        return row, before == self._forgotten


def _keep(place: dict[Any, Login], id: Any, login: Login) -> None:
    if len(place) >= MOST:
        for other in [each for each, known in place.items() if not known.holds()]:
            del place[other]
        if len(place) >= MOST:
            place.clear()
    place[id] = login


class _Edit:
    """A role's row as JSON, readable like a row."""

    def __init__(self, fields: dict[str, Any]) -> None:
        self.__dict__.update(fields)
