"""One service on a database of its own, driven through its real edges: requests, records, jobs.

Records take the whole path of a consumer (parsing, inbox, handler, desk, commit) but for the broker itself; what the
service says is read from its outbox. Time stands where the test puts it.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from typing import Any, TypeVar, overload
from uuid import uuid4

import httpx2
from sqlalchemy import text

from chassis.delivery import DEAD, Delivery
from chassis.http.app import make_app
from chassis.job_lease import finish, take
from chassis.readers import Reader, readers_of
from chassis.records import Record
from chassis.replays import carry_out
from chassis.runtime import Runtime, live
from chassis.schedule import Job, JobRun
from chassis.security import KeyRing, Principal, new_key, public_keys
from chassis.service import Service
from chassis.testing.said import decoded
from chassis.testing.stand_ins import ChangedSettings, SetClock, SignedIn
from contracts.event import Actor, Event, Meta
from contracts.headers import to_headers

E = TypeVar("E", bound=Event)

_PATIENCE = 60.0
"""Seconds for which a delivery waits for a fault to pass, before it raises ``Abandoned``."""

_ASK_FOR = """
    INSERT INTO chassis.job AS job (name, requested_at, requested_by) VALUES (:name, clock_timestamp(), 'test')
    ON CONFLICT (name) DO UPDATE SET requested_at = excluded.requested_at, requested_by = excluded.requested_by
"""

SOMEBODY = Actor.parse("user:test")


class Harness:
    """Made by the fixture ``harness_for``; closed by it too.

    ``settings[window] = 48`` changes a business setting, ``now`` moves business time.
    """

    def __init__(self, runtime: Runtime, clock: SetClock, settings: ChangedSettings, stack: AsyncExitStack) -> None:
        self.runtime = runtime
        self.settings = settings
        self._clock = clock
        self._stack = stack
        self._key = new_key("test")
        self._offsets: dict[str, int] = defaultdict(int)
        self._sequences: dict[tuple[str, str], int] = defaultdict(int)
        self._deliveries: dict[str, Delivery] = {}
        self._app: Any = None
        self._give_up_at = 0.0

    @classmethod
    @asynccontextmanager
    async def running(cls, service: Service, database_url: str, **settings: Any) -> AsyncIterator[Harness]:
        chosen: dict[str, Any] = {"database_url": database_url, "pool_size": 10, "instance": "test"} | settings
        configured = service.settings(**chosen)
        async with AsyncExitStack() as stack:
            runtime = await stack.enter_async_context(live(service, configured, role="test"))
            clock = SetClock()
            changed = ChangedSettings(runtime.live_settings)
            runtime.clock, runtime.live_settings = clock, changed
            yield cls(runtime, clock, changed, stack)

    @property
    def now(self) -> datetime:
        """Business time. Set it to move it."""
        return self._clock.moment

    @now.setter
    def now(self, moment: datetime) -> None:
        self._clock.moment = moment.astimezone(UTC)

    @asynccontextmanager
    async def uow(self, actor: Actor = SOMEBODY) -> AsyncIterator[Any]:
        """A unit of work of the service, committed at the end: to lay out rows, or to call a use case."""
        async with self.runtime.transaction(actor, origin="test") as uow:
            yield uow

    async def receives(
        self,
        *events: Event,
        id: str | None = None,
        sequence: int | None = None,
        partner: str | None = None,
        actor: Actor = SOMEBODY,
        occurred_at: datetime | None = None,
        causation_id: str | None = None,
        traceparent: str | None = None,
        may_fail: bool = False,
    ) -> list[Event]:
        """Deliver events as one batch to everybody in the service who reads their topics; the events with metadata.

        ``id`` and ``sequence`` are those of the first event; by default the one is new, the other counts on under
        the key. ``partner`` hands them in at that partner's door. What lands on the dead-letter desk fails the test
        unless it ``may_fail``.
        """
        batch: dict[str, list[Record]] = defaultdict(list)
        for index, event in enumerate(events):
            meta = Meta(
                id=id if id is not None and index == 0 else str(uuid4()),
                type=event.type_name(),
                source=partner or event.topic.partition(".")[0],
                time=datetime.now(UTC),
                occurred_at=occurred_at or self.now,
                actor=actor,
                subject=event.key,
                sequence=self._sequence(event, sequence if index == 0 else None),
                correlation_id=event.correlation_id,
                causation_id=causation_id,
                traceparent=traceparent,
            )
            topic = f"{event.topic}.{partner}" if partner else event.topic
            batch[event.topic].append(
                self._record(topic, event.key.encode(), event.model_dump_json().encode(), to_headers(meta))
            )
            event.received(meta)
        for topic, records in batch.items():
            await self._deliver(topic, records, may_fail)
        return list(events)

    async def receives_bytes(
        self,
        family: type[Event],
        value: bytes | None,
        *,
        key: bytes | None = None,
        headers: Iterable[tuple[str, bytes]] = (),
        partner: str | None = None,
        may_fail: bool = True,
    ) -> None:
        """Deliver a record that may be anything."""
        topic = f"{family.topic}.{partner}" if partner else family.topic
        await self._deliver(family.topic, [self._record(topic, key, value, list(headers))], may_fail)

    @overload
    async def published(self) -> list[Event]: ...
    @overload
    async def published(self, *types: type[E]) -> list[E]: ...
    async def published(self, *types: type[Event]) -> list[Any]:
        """What the service has said so far and not forgotten, in order, with metadata; only ``types`` if named."""
        rows = await self.rows("SELECT * FROM chassis.outbox ORDER BY seq")
        said = [event for row in rows if (event := decoded(row)) is not None]
        return [event for event in said if not types or isinstance(event, types)]

    async def forget_published(self) -> None:
        """Begin a new page: what was said until now is no longer listed."""
        async with self.runtime.engine.begin() as connection:
            await connection.execute(text("DELETE FROM chassis.outbox"))

    async def rows(self, statement: str, /, **values: Any) -> Sequence[Any]:
        """The rows of a statement, each readable by column name (``row["sku"]``)."""
        async with self.runtime.engine.begin() as connection:
            result = await connection.execute(text(statement), values)
            return list(result.mappings()) if result.returns_rows else []

    async def dead_letters(self) -> Sequence[Any]:
        """What lies on the desk, oldest first."""
        return await self.rows("SELECT * FROM chassis.dead_letter ORDER BY place")

    async def replays(self) -> None:
        """Carry out all replays that were ordered at the desk, as the consumer's process would."""
        while await carry_out(self.runtime, readers_of(self.runtime.service)):
            pass

    async def runs(self, job: Job) -> None:
        """Run a job now, to its end; what it raises, the test sees."""
        runtime = self.runtime
        await self.rows(_ASK_FOR, name=job.name)
        after = job.timing(runtime.settings.business_zone).after
        async with runtime.engine.begin() as connection:
            taken = await take(connection, job.name, "test", self.now, after, 600)
        if taken is None:
            raise AssertionError(f"{job.name} is running already")
        state = "failed"
        try:
            await job.body(JobRun(runtime, job, taken))
            state = "done"
        finally:
            async with runtime.engine.begin() as connection:
                await finish(connection, taken, state, None)

    def client(
        self,
        *,
        permissions: Collection[str] = (),
        stores: Collection[str] = (),
        subject: str = "test",
        name: str = "Test",
        kind: Any = "user",
        language: str = "en",
    ) -> httpx2.AsyncClient:
        """A client of the service's HTTP application, signed in with a gateway's token for what is named here."""
        principal = Principal(
            subject=subject,
            name=name,
            session=f"session-{subject}",
            kind=kind,
            roles=frozenset(),
            permissions=frozenset(permissions),
            stores=frozenset(stores),
        )
        return self._client(SignedIn(self._key, principal, self.runtime.service.name), language)

    def stranger(self, token: str | None = None, language: str = "en") -> httpx2.AsyncClient:
        """A client with a token of the test's making, or none."""
        client = self._client(None, language)
        if token is not None:
            client.headers["Authorization"] = f"Bearer {token}"
        return client

    def _client(self, auth: httpx2.Auth | None, language: str) -> httpx2.AsyncClient:
        if self._app is None:
            keys = KeyRing()
            keys.learn(public_keys([self._key]), ())
            self._app = make_app(self.runtime, keys=keys)
        client = httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app=self._app, raise_app_exceptions=False),
            base_url=f"http://{self.runtime.service.name}",
            headers={"Accept-Language": language},
            auth=auth,
        )
        self._stack.push_async_callback(client.aclose)
        return client

    async def _deliver(self, topic: str, records: Sequence[Record], may_fail: bool) -> None:
        service = self.runtime.service
        readers = [each for each in readers_of(service) if each.family.topic == topic]
        if not readers:
            raise LookupError(f"nobody in {service.name} reads {topic}")
        for reader in readers:
            before = _put_on_desk(reader)
            await self._delivery(reader).deliver(records)
            if _put_on_desk(reader) > before and not may_fail:
                letter = [row for row in await self.dead_letters() if row["consumer"] == reader.name][-1]
                raise AssertionError(f"{reader.name} could not handle {letter['type']}:\n{letter['details']}")

    def _delivery(self, reader: Reader) -> Delivery:
        if reader.name not in self._deliveries:
            activity = self.runtime.progress.activity(reader.name)
            self._deliveries[reader.name] = Delivery(
                self.runtime, reader, activity, abandon=lambda: time.monotonic() > self._give_up_at
            )
        self._give_up_at = time.monotonic() + _PATIENCE
        return self._deliveries[reader.name]

    def _record(self, topic: str, key: bytes | None, value: bytes | None, headers: list[tuple[str, bytes]]) -> Record:
        offset = self._offsets[topic]
        self._offsets[topic] += 1
        return Record(
            topic=topic,
            partition=0,
            offset=offset,
            key=key,
            value=value,
            headers=headers,
            timestamp=int(time.time() * 1000),
        )

    def _sequence(self, event: Event, said: int | None) -> int:
        place = (event.topic, event.key)
        self._sequences[place] = said if said is not None else self._sequences[place] + 1
        return self._sequences[place]


def _put_on_desk(reader: Reader) -> float:
    """How many letters of this reader this process has put on a desk, failed ones and those behind them."""
    return sum(
        sample.value
        for metric in DEAD.collect()
        for sample in metric.samples
        if sample.name.endswith("_total") and sample.labels["consumer"] == reader.name
    )


__all__ = ["SOMEBODY", "Harness"]
