"""What the gateway need not know any more, in steps of a few hundred rows."""

from __future__ import annotations

from typing import Any

from sqlalchemy import TextClause, text

from contracts.gateway.v1 import IdentityChanged

STEP = 500

_RETRACT = """
    UPDATE {table} SET announced_until = NULL
    WHERE id IN (SELECT id FROM {table} WHERE announced_until < clock_timestamp() - interval '1 minute'
                 ORDER BY id LIMIT :step FOR UPDATE SKIP LOCKED)
    RETURNING id
"""
_RETRACTIONS = tuple(text(_RETRACT.format(table=table)) for table in ("sessions", "api_keys"))
_LOG = text("""
    DELETE FROM identity_log WHERE seq IN (
        SELECT seq FROM identity_log WHERE at < clock_timestamp() - interval '1 hour' ORDER BY seq LIMIT :step)
""")
_SESSIONS = text("""
    DELETE FROM sessions WHERE id IN (
        SELECT id FROM sessions WHERE expires_at < clock_timestamp() - interval '30 days' AND announced_until IS NULL
        ORDER BY id LIMIT :step)
""")
_TOKENS = text("""
    DELETE FROM refresh_tokens WHERE hash IN (
        SELECT t.hash FROM refresh_tokens t JOIN sessions s ON s.id = t.session_id
        WHERE s.expires_at < clock_timestamp() - interval '1 day' LIMIT :step)
""")
DELETIONS: tuple[TextClause, ...] = (_LOG, _TOKENS, _SESSIONS)


async def retract(uow: Any) -> int:
    """Take back what was said of sessions whose last token has expired; how many rows were done, at most ``STEP``."""
    done = 0
    for statement in _RETRACTIONS:
        for row in await uow.connection.execute(statement, {"step": STEP - done}):
            uow.retract(IdentityChanged, f"session:{row.id}")
            done += 1
    return done
