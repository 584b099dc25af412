"""Work that is due by itself: declared in a service, done once per due time by whichever replica takes it first.

    @job("auto-close", every=timedelta(hours=1))
    async def close_settled(run: JobRun) -> None: ...

Due times are business time. Who runs a job holds a lease in PostgreSQL's time, renews it with every transaction, and
loses everything uncommitted with it: a transaction commits only while the lease is held. A run that died goes on from
the ``position`` its last transaction left. Due times that passed while nobody was there are made up for by one run.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog
from prometheus_client import Counter

from chassis import job_lease
from chassis.cron import Cron, Every
from chassis.failures import is_transient
from chassis.job_lease import LeaseLost, Taken
from chassis.runtime import Runtime
from chassis.unit_of_work import UnitOfWork
from contracts import Actor

log = structlog.get_logger("chassis.schedule")

LOOK = 1.0
"""Seconds between two looks for due jobs."""
ATTEMPTS = 5
"""So often a run is taken up again after the database failed it or its process died; then it counts as failed."""

runs_total = Counter("chassis_job_runs_total", "Finished runs of jobs by how they ended", ["name", "state"])

Body = Callable[["JobRun"], Coroutine[Any, Any, None]]


@dataclass(frozen=True, eq=False, kw_only=True)
class Job:
    """One declared job. Exactly one of ``every`` and ``cron`` says when it is due."""

    name: str
    body: Body
    every: timedelta | None = None
    cron: str | None = None

    @property
    def description(self) -> str:
        return (self.body.__doc__ or "").strip().partition("\n")[0]

    def timing(self, zone: str) -> Every | Cron:
        return Every(self.every) if self.every is not None else Cron(self.cron or "", ZoneInfo(zone))


def job(name: str, *, every: timedelta | None = None, cron: str | None = None) -> Callable[[Body], Job]:
    """Declare a job. ``cron`` has five fields and is read in the business zone. Raises ``ValueError`` at once."""
    if (every is None) == (cron is None):
        raise ValueError(f"{name} needs either every or cron")
    if every is not None and (every < timedelta(seconds=1) or every % timedelta(seconds=1)):
        raise ValueError(f"{name}: an interval is whole seconds, at least one")
    if cron is not None:
        Cron(cron, ZoneInfo("UTC")).checked()
    return lambda body: Job(name=name, body=body, every=every, cron=cron)


class JobRun:
    """What a job works with. Its transactions are bounded: a few hundred rows each, then the next."""

    def __init__(self, runtime: Runtime, declared: Job, taken: Taken) -> None:
        self.job = declared
        self.due_at: datetime = taken.due_at
        self.position: Any = taken.position
        """Where to go on, any JSON value; None in a fresh run. Set it inside a transaction, it commits with it."""
        self._runtime = runtime
        self._taken = taken

    @property
    def id(self) -> UUID:
        return self._taken.run_id

    @property
    def now(self) -> datetime:
        """Business time."""
        return self._runtime.clock.now()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Any]:
        """A unit of work of the service. Raises ``LeaseLost``, and undoes the block, if another replica took over."""
        actor = Actor.system(f"{self._runtime.service.name}.{self.job.name}")
        async with self._runtime.transaction(actor, origin=f"job:{self.job.name}") as uow:
            yield uow
            await job_lease.hold(uow.connection, self._taken, position=json.dumps(self.position, default=str))

    async def repeat(self, step: Callable[[Any], Awaitable[int]]) -> None:
        """Do ``step(uow)`` in transactions of their own, until one of them did nothing. It says how much it did."""
        done, did = 0, 1
        while did:
            async with self.transaction() as uow:
                did = await step(uow)
            done += did
            await self.progress(done)

    async def progress(self, done: int, total: int | None = None) -> None:
        """Say how far the run is, for people to see."""
        async with self._runtime.engine.begin() as connection:
            await job_lease.progress(connection, self._taken, done, total)


async def ask_for(uow: UnitOfWork, declared: Job) -> None:
    """Have a job run as soon as this commits, within a second or two, besides its due times.

    A run that is at work will be followed by another one: what is committed here is not missed.
    """
    await job_lease.ask_for(uow.connection, declared.name, str(uow.actor))


async def run_schedule(runtime: Runtime) -> None:
    """Run due jobs until cancelled. Belongs to the consume role; any number of replicas may do it at once."""
    activity = runtime.progress.activity("schedule")
    running: dict[str, asyncio.Task[None]] = {}
    for declared in jobs_of(runtime):
        runs_total.labels(declared.name, "failed")  # shown as 0 from the start, or the first failure is no increase
    try:
        while True:
            try:
                await _start_due(runtime, running)
                activity.step()
            except Exception as error:
                if not is_transient(error):
                    raise
                activity.trouble = f"{type(error).__name__}: {error}"[:200]
            await asyncio.sleep(LOOK)
    finally:
        for task in running.values():
            task.cancel()
        for task in running.values():
            with suppress(asyncio.CancelledError):
                await task


def jobs_of(runtime: Runtime) -> list[Job]:
    """The service's jobs and the chassis' own."""
    from chassis.housekeeping import housekeeping  # it is a job itself and needs this module

    return [*runtime.service.jobs, housekeeping]


async def _start_due(runtime: Runtime, running: dict[str, asyncio.Task[None]]) -> None:
    for declared in jobs_of(runtime):
        task = running.get(declared.name)
        if (task is None or task.done()) and (taken := await _take(runtime, declared)) is not None:
            running[declared.name] = asyncio.create_task(_run(runtime, declared, taken), name=declared.name)


async def _take(runtime: Runtime, declared: Job) -> Taken | None:
    now = runtime.clock.now()
    timing = declared.timing(runtime.settings.business_zone)
    async with runtime.engine.begin() as connection:
        return await job_lease.take(
            connection, declared.name, runtime.settings.instance, now, timing.after, runtime.settings.lease_time
        )


async def _run(runtime: Runtime, declared: Job, taken: Taken) -> None:
    """One run from its position to its end. Never raises but for cancellation; what went wrong is on its row."""
    said = log.bind(job=declared.name, run=str(taken.run_id), attempt=taken.attempts)
    if taken.attempts > ATTEMPTS:
        await _finish(runtime, declared, taken, "failed", f"given up after {ATTEMPTS} attempts, none of which ended")
        return
    keeper = asyncio.create_task(_keep(runtime, taken), name=f"{declared.name} lease")
    work = asyncio.create_task(declared.body(JobRun(runtime, declared, taken)), name=declared.name)
    state, trouble = "done", None
    try:
        await asyncio.wait((keeper, work), return_when=asyncio.FIRST_COMPLETED)
        if not work.done():
            raise LeaseLost(declared.name)
        await work
    except LeaseLost:
        said.warning("another replica took this job over")
        return
    except asyncio.CancelledError:
        await _let_go(runtime, taken)
        raise
    except Exception as error:
        trouble = f"{type(error).__name__}: {error}"[:2000]
        if is_transient(error) and taken.attempts < ATTEMPTS:
            said.warning("job interrupted, will go on", error=trouble)
            await _let_go(runtime, taken)
            return
        state = "failed"
        said.error("job failed", exc_info=error)
    finally:
        for task in (keeper, work):
            task.cancel()
        await asyncio.gather(keeper, work, return_exceptions=True)
    await _finish(runtime, declared, taken, state, trouble)


async def _finish(runtime: Runtime, declared: Job, taken: Taken, state: str, trouble: str | None) -> None:
    """Close the run on its row. Where the database is away the lease runs out and the run is taken up again."""
    try:
        async with runtime.engine.begin() as connection:
            await job_lease.finish(connection, taken, state, trouble)
    except LeaseLost:
        return
    except Exception as error:
        if not is_transient(error):
            raise
        log.warning("the end of a job could not be noted", job=declared.name, error=f"{type(error).__name__}"[:200])
        return
    runs_total.labels(declared.name, state).inc()
    log.info("job finished", job=declared.name, run=str(taken.run_id), state=state)


async def _keep(runtime: Runtime, taken: Taken) -> None:
    """Renew the lease between transactions; ends when it is lost. The database being away is waited for."""
    while True:
        await asyncio.sleep(runtime.settings.lease_time / 3)
        try:
            async with runtime.engine.begin() as connection:
                await job_lease.hold(connection, taken)
        except LeaseLost:
            return
        except Exception as error:
            if not is_transient(error):
                raise


async def _let_go(runtime: Runtime, taken: Taken) -> None:
    """Let the next replica go on at once instead of after the lease; if that cannot be said, it will run out."""
    with suppress(Exception):
        async with asyncio.timeout(2), runtime.engine.begin() as connection:
            await job_lease.release(connection, taken)
