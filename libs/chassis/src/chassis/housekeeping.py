"""Forgets what the chassis has kept long enough. One job of every service, besides its own."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import TextClause, text

from chassis import inbox
from chassis.http.idempotency import FORGET, KEPT
from chassis.schedule import JobRun, job

_RUNS = text("DELETE FROM chassis.job_run WHERE state <> 'running' AND started_at < now() - interval '90 days'")
_SESSIONS = text("DELETE FROM chassis.identity WHERE until < now()")
_COUNTS = text("DELETE FROM chassis.strict_count WHERE since < now() - interval '1 day'")
_LETTERS = text("DELETE FROM chassis.dead_letter WHERE settled_at < clock_timestamp() - interval '180 days'")
_REPLAYS = text("DELETE FROM chassis.replay WHERE finished_at < clock_timestamp() - interval '180 days'")
_RELAYS = text("DELETE FROM chassis.relay_member WHERE expires_at < clock_timestamp() - interval '1 day'")
_BUCKETS = text("DELETE FROM chassis.rate_limit WHERE at < now() - interval '1 hour'")


_INBOX_STEP = 5_000


@job("housekeeping", every=timedelta(hours=1))
async def housekeeping(run: JobRun) -> None:
    """Forgets answers past 72 hours, old runs, ended sessions, idle counters, and what topics forgot long ago."""
    steps: tuple[tuple[TextClause, dict[str, Any]], ...] = (
        (FORGET, {"kept": KEPT}),
        (_RUNS, {}),
        (_SESSIONS, {}),
        (_COUNTS, {}),
        (_BUCKETS, {}),
        (_LETTERS, {}),
        (_REPLAYS, {}),
        (_RELAYS, {}),
    )
    for done, (statement, values) in enumerate(steps, start=1):
        async with run.transaction() as uow:
            await uow.connection.execute(statement, values)
        await run.progress(done, len(steps))
    while True:
        async with run.transaction() as uow:
            if await inbox.expire(uow.connection, limit=_INBOX_STEP) < _INBOX_STEP:
                return
