"""Forgets what the chassis has kept long enough, a bounded piece at a time. One job of every service, besides its own.

No transaction deletes more than a few thousand rows, however long the job was away: it neither holds up a writer nor
leaves more dead rows than vacuum keeps up with.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import TextClause, text

from chassis.http.idempotency import KEPT
from chassis.schedule import JobRun, job

STEP: Final = 5_000
"""Rows that one transaction deletes, at most."""
_MONTHS_6: Final = timedelta(days=180)
_REMEMBERED: Final = timedelta(days=30)
"""Longer than topics keep what consumers read (14 days), else reading it again would act twice."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """A table of the chassis and how long its rows are kept, by this server's clock.

    ``over``: when a row may go, as SQL with ``:kept``. ``first``: the column in whose order rows grow old, where no
    index leads to them; then only the oldest are looked at.
    """

    table: str
    over: str
    kept: timedelta = timedelta()
    first: str | None = None

    def statement(self) -> TextClause:
        found = f"SELECT ctid FROM chassis.{self.table} WHERE {self.over} LIMIT :step"  # noqa: S608 - all ours
        if self.first:
            # Here the limit counts before the condition: else everything that is kept would be read.
            oldest = f"SELECT ctid, * FROM chassis.{self.table} ORDER BY {self.first} LIMIT :step"  # noqa: S608
            found = f"SELECT ctid FROM ({oldest}) AS oldest WHERE {self.over}"  # noqa: S608
        return text(f"DELETE FROM chassis.{self.table} WHERE ctid = ANY(ARRAY({found}))")  # noqa: S608 - all ours


_ALL: Final = (
    _Kept("inbox", "handled_at < clock_timestamp() - CAST(:kept AS interval)", _REMEMBERED),
    _Kept("idempotency", "created_at < now() - CAST(:kept AS interval)", KEPT),
    _Kept("audit", "at < now() - CAST(:kept AS interval)", timedelta(days=730), first="id"),
    _Kept("job_run", "state <> 'running' AND started_at < now() - CAST(:kept AS interval)", timedelta(days=90)),
    _Kept("dead_letter", "settled_at < clock_timestamp() - CAST(:kept AS interval)", _MONTHS_6),
    _Kept("replay", "finished_at < clock_timestamp() - CAST(:kept AS interval)", _MONTHS_6),
    _Kept("identity", "until < now() - CAST(:kept AS interval)"),
    _Kept("strict_count", "since < now() - CAST(:kept AS interval)", timedelta(days=1)),
    _Kept("rate_limit", "at < now() - CAST(:kept AS interval)", timedelta(hours=1)),
    _Kept("relay_member", "expires_at < clock_timestamp() - CAST(:kept AS interval)", timedelta(days=1)),
)
"""The outbox is not among them: a row goes when the broker has it, and not before, however old it is."""


@job("housekeeping", every=timedelta(hours=1))
async def housekeeping(run: JobRun) -> None:
    """Forgets answers past 72 hours, what topics forgot long ago, commands past two years, old runs and letters."""
    for done, each in enumerate(_ALL, start=1):
        statement, deleted = each.statement(), STEP
        while deleted == STEP:
            async with run.transaction() as uow:
                found = await uow.connection.execute(statement, {"kept": each.kept, "step": STEP})
                deleted = found.rowcount
        await run.progress(done, len(_ALL))
