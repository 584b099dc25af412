"""Forgets what the edge has kept long enough. One job of every service, besides its own."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import TextClause, text

from chassis.http.idempotency import FORGET, KEPT
from chassis.schedule import JobRun, job

_RUNS = text("DELETE FROM chassis.job_run WHERE state <> 'running' AND started_at < now() - interval '90 days'")
_SESSIONS = text("DELETE FROM chassis.identity WHERE until < now()")
_COUNTS = text("DELETE FROM chassis.strict_count WHERE since < now() - interval '1 day'")
_BUCKETS = text("DELETE FROM chassis.rate_limit WHERE at < now() - interval '1 hour'")


@job("housekeeping", every=timedelta(hours=1))
async def housekeeping(run: JobRun) -> None:
    """Forgets answers past 72 hours, old runs, ended sessions and idle counters."""
    steps: tuple[tuple[TextClause, dict[str, Any]], ...] = (
        (FORGET, {"kept": KEPT}),
        (_RUNS, {}),
        (_SESSIONS, {}),
        (_COUNTS, {}),
        (_BUCKETS, {}),
    )
    for done, (statement, values) in enumerate(steps, start=1):
        async with run.transaction() as uow:
            await uow.connection.execute(statement, values)
        await run.progress(done, len(steps))
