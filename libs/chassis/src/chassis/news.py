"""What a process learns from its database every two seconds: changed settings, the gateway's keys, ended sessions.

One statement for all of it. While the database is away everything stays as it was last known.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import structlog
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from chassis.runtime import Runtime
from chassis.security.keys import KeyRing

log = structlog.get_logger("chassis.news")

EVERY = 2.0
"""Seconds. A changed setting is seen by all processes within five."""

_READ = text("""
    SELECT (SELECT jsonb_object_agg(name, value) FROM chassis.business_setting) AS settings,
           (SELECT key_set FROM chassis.identity WHERE identity = 'keys') AS key_set,
           (SELECT array_agg(revoked_session) FROM chassis.identity
            WHERE revoked_session IS NOT NULL AND (until IS NULL OR until > now())) AS revoked
""")


async def refresh(runtime: Runtime, keys: KeyRing | None = None) -> None:
    """Learn at once. Raises if the database is away."""
    async with runtime.engine.connect() as connection:
        found = (await connection.execute(_READ)).one()
    runtime.stored_settings.learn(found.settings or {})
    if keys is not None:
        keys.learn(found.key_set, found.revoked or ())


@asynccontextmanager
async def follow(runtime: Runtime, keys: KeyRing | None = None) -> AsyncIterator[None]:
    """Keep learning while the block runs."""
    task = asyncio.create_task(_follow(runtime, keys), name="news")
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _follow(runtime: Runtime, keys: KeyRing | None) -> None:
    silent = False
    while True:
        try:
            await refresh(runtime, keys)
            silent = False
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            if not silent:
                log.warning("no news from the database", error=f"{type(error).__name__}: {error}"[:200])
            silent = True
        await asyncio.sleep(EVERY)
