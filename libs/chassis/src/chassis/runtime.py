"""A service while it runs in one process: its declaration, its settings, its database, its clock.

Made once per process by :func:`live`; every edge (a request, a batch, a step of a job) opens its transaction here.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn

from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from chassis import hooks
from chassis.business_settings import StoredSettings
from chassis.clock import Clock, clock_of
from chassis.database import WAIT_FOR_CONNECTION, make_engine
from chassis.progress import Progress
from chassis.settings import ServiceSettings
from chassis.unit_of_work import AuditEntry, AuditTrail, LiveSettings, Situation, UnitOfWork
from contracts.event import Actor

if TYPE_CHECKING:
    from chassis.service import Service

log = logging.getLogger(__name__)


class _StoredAudit:
    async def write(self, connection: AsyncConnection, entries: Sequence[AuditEntry]) -> None:
        from chassis import audit  # the trail's table is not needed by a process that audits nothing

        await audit.write(connection, entries)


def end_process(reason: str) -> NoReturn:
    """Leave at once, without another word to a broker or database that might not answer."""
    log.critical("this process ends itself: %s", reason)
    logging.shutdown()
    os._exit(70)


@dataclass(kw_only=True)
class Runtime:
    """``end`` is called when going on would break a promise; it does not return in a running service."""

    service: Service
    settings: ServiceSettings
    engine: AsyncEngine
    clock: Clock
    role: str = ""
    stored_settings: StoredSettings = field(default_factory=StoredSettings)
    """Business settings as the database said last; defaults until it has said anything."""
    live_settings: LiveSettings = field(init=False)
    """What units of work see: the stored ones, unless a test stands before them."""
    audit_trail: AuditTrail = field(default_factory=_StoredAudit)
    progress: Progress = field(default_factory=Progress)
    end: Callable[[str], Any] = end_process
    committed: list[Callable[[], None]] = field(default_factory=list)
    """Called after every commit in this process (a relay in the same process wakes by it)."""
    stopping: list[Callable[[], None]] = field(default_factory=list)
    """Called when the process is asked to stop, before open requests are waited for: answers without end end here."""

    def __post_init__(self) -> None:
        self.live_settings = self.stored_settings
        self._turns = asyncio.Semaphore(self.settings.pool_size)

    def situation(self, actor: Actor, *, origin: str = "", traceparent: str | None = None) -> Situation:
        return Situation(
            service=self.service.name,
            actor=actor,
            now=self.clock.now(),
            settings=self.live_settings,
            audit_trail=self.audit_trail,
            origin=origin,
            traceparent=traceparent,
            topic_prefix=self.settings.topic_prefix,
            max_payload=self.settings.max_payload,
            business_zone=self.settings.business_zone,
        )

    @asynccontextmanager
    async def transaction(
        self, actor: Actor, *, origin: str = "", traceparent: str | None = None
    ) -> AsyncIterator[UnitOfWork]:
        """A unit of work that is flushed and committed at the end of the block, or rolled back if it raises."""
        async with self.unit(self.situation(actor, origin=origin, traceparent=traceparent)) as uow:
            yield uow

    @asynccontextmanager
    async def unit(self, situation: Situation) -> AsyncIterator[UnitOfWork]:
        """As :meth:`transaction`, in a situation the caller has described."""
        async with self._connection() as connection:
            async with connection.begin():
                uow = self.service.unit_of_work(connection, situation)
                yield uow
                await uow.flush()
                hooks.reach("effects-before-commit")
            hooks.reach("commit-before-wake")
        for wake in self.committed:
            wake()

    @asynccontextmanager
    async def reading(self, actor: Actor) -> AsyncIterator[UnitOfWork]:
        """A unit of work that cannot write and sees one moment. What it publishes or audits goes nowhere."""
        async with self._connection() as connection:
            await connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            async with connection.begin():
                yield self.service.unit_of_work(connection, self.situation(actor))

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[AsyncConnection]:
        """Who asked first has it first: the pool alone gives a connection to a newcomer before those who wait.

        Raises SQLAlchemy's ``TimeoutError``, as the pool does, when its turn does not come.
        """
        try:
            async with asyncio.timeout(WAIT_FOR_CONNECTION):
                await self._turns.acquire()
        except TimeoutError:
            raise PoolTimeout(f"no connection became free within {WAIT_FOR_CONNECTION} s") from None
        try:
            async with self.engine.connect() as connection:
                yield connection
        finally:
            self._turns.release()


def made(service: Service, settings: ServiceSettings, role: str = "") -> Runtime:
    """The runtime of a process, or of one that will be forked: it has no connection and knows no event loop yet."""
    return Runtime(
        service=service,
        settings=settings,
        engine=make_engine(settings, role),
        clock=clock_of(settings),
        role=role,
        stored_settings=StoredSettings(service.business_settings),
    )


@asynccontextmanager
async def live(service: Service, settings: ServiceSettings | None = None, role: str = "") -> AsyncIterator[Runtime]:
    """The runtime of a process. Connects to nothing yet, so it comes up with every server away."""
    runtime = made(service, settings or service.settings(), role)
    try:
        yield runtime
    finally:
        await runtime.engine.dispose()
