"""Who runs a job: a row per job, owned until a moment of PostgreSQL's clock, fenced by an epoch.

Invariant: between ``take`` and ``finish`` at most one holder's transactions commit. Each of them updates the job's row
under its epoch before it commits, which also keeps others from taking the row until then.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.ids import new_id

_KNOW = text("""
    INSERT INTO chassis.job (name, next_due) VALUES (:name, :next_due) ON CONFLICT (name) DO NOTHING
""")
_LOOK = text("""
    SELECT *, expires_at > clock_timestamp() AS held, clock_timestamp() AS at
    FROM chassis.job WHERE name = :name FOR UPDATE SKIP LOCKED
""")
_PEEK = text("""
    SELECT next_due, expires_at <= clock_timestamp() AND (run_id IS NOT NULL OR requested_at IS NOT NULL) AS waiting
    FROM chassis.job WHERE name = :name
""")
_PLAN = text("UPDATE chassis.job SET next_due = :next_due WHERE name = :name AND run_id IS NULL")
_OWN = text("""
    UPDATE chassis.job
    SET owner = :owner, epoch = epoch + 1, expires_at = clock_timestamp() + CAST(:time AS interval), run_id = :run_id,
        next_due = :next_due, requested_at = NULL, requested_by = NULL
    WHERE name = :name RETURNING epoch
""")
_BEGIN = text("""
    INSERT INTO chassis.job_run (id, job, due_at, started_by, state) VALUES (:id, :job, :due_at, :by, 'running')
    ON CONFLICT (job, due_at) DO NOTHING RETURNING 1
""")
_PASS = text("""
    UPDATE chassis.job SET next_due = :next_due, requested_at = NULL, requested_by = NULL WHERE name = :name
""")
_RESUME = text("""
    UPDATE chassis.job_run SET attempts = attempts + 1 WHERE id = :id RETURNING due_at, attempts, position
""")
_HOLD = text("""
    UPDATE chassis.job SET expires_at = clock_timestamp() + CAST(:time AS interval)
    WHERE name = :name AND epoch = :epoch AND run_id = :run_id RETURNING 1
""")
_POSITION = text("UPDATE chassis.job_run SET position = CAST(:position AS jsonb) WHERE id = :run_id")
_PROGRESS = text("UPDATE chassis.job_run SET done = :done, total = :total WHERE id = :run_id")
_FINISH = text("""
    UPDATE chassis.job_run SET state = :state, error = :error, finished_at = clock_timestamp() WHERE id = :run_id
""")
_FREE = text("""
    UPDATE chassis.job SET owner = NULL, run_id = NULL, expires_at = '-infinity'
    WHERE name = :name AND epoch = :epoch AND run_id = :run_id RETURNING 1
""")
_RELEASE = text("""
    UPDATE chassis.job SET owner = NULL, expires_at = clock_timestamp() + interval '1 second'
    WHERE name = :name AND epoch = :epoch AND run_id = :run_id
""")


_ASK_FOR = text("""
    INSERT INTO chassis.job AS job (name, requested_at, requested_by) VALUES (:name, clock_timestamp(), :by)
    ON CONFLICT (name) DO UPDATE
        SET requested_at = coalesce(job.requested_at, excluded.requested_at),
            requested_by = coalesce(job.requested_by, excluded.requested_by)
""")


class LeaseLost(Exception):
    """Another replica runs the job now; whatever is not committed yet must not be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A run this process holds."""

    name: str
    epoch: int
    run_id: UUID
    due_at: datetime
    attempts: int
    position: Any
    time: timedelta

    def values(self) -> dict[str, Any]:
        """What fences a statement."""
        return {"name": self.name, "epoch": self.epoch, "run_id": self.run_id, "time": self.time}


async def take(
    connection: AsyncConnection,
    name: str,
    owner: str,
    now: datetime,
    next_after: Callable[[datetime], datetime],
    seconds: float,
) -> Taken | None:
    """The run to do now: one that died, one that was asked for, or one that is due. None if there is none."""
    planned = next_after(now)
    peeked = (await connection.execute(_PEEK, {"name": name})).first()
    if peeked is None:
        await connection.execute(_KNOW, {"name": name, "next_due": planned})
        return None
    due = peeked.next_due is not None and peeked.next_due <= now
    if not due and not peeked.waiting:
        if peeked.next_due is None or peeked.next_due > planned:
            # The timing was changed, or the business clock set back: the old due time would be waited for in vain.
            await connection.execute(_PLAN, {"name": name, "next_due": planned})
        return None
    row = (await connection.execute(_LOOK, {"name": name})).first()
    if row is None or row.held:
        return None
    time = timedelta(seconds=seconds)
    if row.run_id is not None:
        resumed = (await connection.execute(_RESUME, {"id": row.run_id})).one()
        run_id, due_at, attempts, position = row.run_id, resumed.due_at, resumed.attempts, resumed.position
        after = row.next_due
    elif row.requested_at is not None:
        run_id, due_at, attempts, position = new_id(), row.requested_at, 1, None
        after = row.next_due
        by = row.requested_by or owner
    elif row.next_due is not None and row.next_due <= now:
        run_id, due_at, attempts, position = new_id(), row.next_due, 1, None
        after, by = planned, owner
    else:
        return None
    if row.run_id is None:
        begun = await connection.execute(_BEGIN, {"id": run_id, "job": name, "due_at": due_at, "by": by})
        if begun.first() is None:
            # The business clock was set back, and this due time comes a second time: it has had its run.
            await connection.execute(_PASS, {"name": name, "next_due": after})
            return None
    owned = {"name": name, "owner": owner, "time": time, "run_id": run_id, "next_due": after}
    epoch = (await connection.execute(_OWN, owned)).scalar_one()
    return Taken(name=name, epoch=epoch, run_id=run_id, due_at=due_at, attempts=attempts, position=position, time=time)


async def ask_for(connection: AsyncConnection, name: str, by: str) -> None:
    """Ask for a run besides the due times. Asked while one is at work, it follows when that has ended."""
    await connection.execute(_ASK_FOR, {"name": name, "by": by})


async def hold(connection: AsyncConnection, taken: Taken, *, position: str | None = None) -> None:
    """Renew the lease in this transaction and store where the run is. Raises ``LeaseLost``."""
    if (await connection.execute(_HOLD, taken.values())).first() is None:
        raise LeaseLost(taken.name)
    if position is not None:
        await connection.execute(_POSITION, {"position": position, "run_id": taken.run_id})


async def progress(connection: AsyncConnection, taken: Taken, done: int, total: int | None) -> None:
    await connection.execute(_PROGRESS, {"done": done, "total": total, "run_id": taken.run_id})


async def finish(connection: AsyncConnection, taken: Taken, state: str, error: str | None) -> None:
    """The run has ended, well or not. Raises ``LeaseLost`` if it was not ours any more."""
    if (await connection.execute(_FREE, taken.values())).first() is None:
        raise LeaseLost(taken.name)
    await connection.execute(_FINISH, {"state": state, "error": error, "run_id": taken.run_id})


async def release(connection: AsyncConnection, taken: Taken) -> None:
    """Give the unfinished run to whoever looks next, a second from now."""
    await connection.execute(_RELEASE, taken.values())
