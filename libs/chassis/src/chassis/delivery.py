"""From a batch of records to effects: one transaction, every event once, each key in its order.

``deliver`` returns only when every record has had its effect, was handled before, or lies on the desk, and its position
is stored in the same transaction. It raises only ``Abandoned``: the partitions are being taken away, nothing more was
committed, and whoever owns them next goes on from the stored position.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from prometheus_client import Counter, Gauge, Histogram

from chassis import deadletters, hooks, inbox, telemetry
from chassis.failures import Circuit, Permanent, is_transient, kind_of
from chassis.inbox import Partition
from chassis.progress import Activity
from chassis.readers import Reader
from chassis.records import MAX_ID, Arrived, Record
from chassis.rounds import without_repeats
from chassis.runtime import Runtime
from chassis.unit_of_work import Situation, UnitOfWork
from contracts.event import Actor

log = logging.getLogger(__name__)

ATTEMPTS = 3
"""So often an event that fails for no known reason is handled again before it goes to the desk."""
_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 10.0

HANDLED = Counter("chassis_events_handled_total", "Events whose effects are committed", ["consumer"])
REPEATED = Counter("chassis_events_repeated_total", "Events dropped because they were handled before", ["consumer"])
DEAD = Counter("chassis_dead_letters_total", "Records put on the desk", ["consumer", "state"])
RETRIED = Counter("chassis_delivery_retries_total", "Batches and events tried again", ["consumer", "kind"])
STOPPED = Gauge("chassis_consumer_stopped", "1 while too many different keys fail alike", ["consumer"])
BATCH_TIME = Histogram("chassis_batch_seconds", "Time from a batch's first statement to its commit", ["consumer"])
HANDLER_TIME = Histogram("chassis_handler_seconds", "Time a handler took for events of one type", ["consumer", "type"])
EVENT_AGE = Histogram(
    "chassis_event_age_seconds",
    "From a record's coming onto its topic to its effects' being committed; of a batch, its oldest",
    ["consumer"],
    buckets=(0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 300, 1800),
)


class Abandoned(Exception):
    """The batch was given up because its partitions are being taken away."""


class Delivery:
    """The path of one reader's records in one process. Not for two batches at a time."""

    def __init__(
        self, runtime: Runtime, reader: Reader, activity: Activity, *, abandon: Callable[[], bool] = lambda: False
    ) -> None:
        self._runtime = runtime
        self._reader = reader
        self._activity = activity
        self._abandon = abandon
        self.positions_as = reader.name
        """The name under which positions are stored; a rebuild changes it."""
        self._circuit = Circuit(runtime.settings.poison_keys)

    async def deliver(self, records: Sequence[Record]) -> None:
        """Handle the records of one poll, in the order given; of one partition they are in the order of the log."""
        readable: list[Record] = []
        arrived: list[Arrived[Any]] = []
        for record in records:
            try:
                read = self._reader.read(record)
            except Permanent:
                await self._batch(readable, arrived)
                await self._alone(record)
                readable, arrived = [], []
            else:
                readable.append(record)
                arrived += [read] if read is not None else []
        await self._batch(readable, arrived)
        self._activity.step()

    async def _batch(self, records: Sequence[Record], arrived: Sequence[Arrived[Any]]) -> None:
        """Handle readable records together; if that fails for good, one by one."""
        pause = _FIRST_PAUSE
        while records:
            try:
                with BATCH_TIME.labels(self._reader.name).time():
                    await self._together(_ends(records), arrived)
            except Exception as error:
                if is_transient(error):
                    pause = await self._wait(error, pause)
                    continue
                log.info("%s: a batch of %d failed, its events go one by one", self._reader.name, len(arrived))
                break
            else:
                return
        for record in records:
            await self._alone(record)

    async def _alone(self, record: Record) -> None:
        """Handle one record until it is done or on the desk."""
        attempts, pause, stopped = 0, _FIRST_PAUSE, ""
        arrived: Arrived[Any] | None = None
        while True:
            try:
                arrived = self._reader.read(record)
                await self._together(_ends([record]), [arrived] if arrived is not None else [])
            except Exception as error:
                if is_transient(error):
                    pause = await self._wait(error, pause)
                    continue
                attempts += 1
                if attempts <= ATTEMPTS and not isinstance(error, Permanent) and not stopped:
                    pause = await self._wait(error, pause, trouble=False)
                elif stopped or self._too_much_fails(record, error):
                    stopped = kind_of(error)
                    STOPPED.labels(self._reader.name).set(1)
                    self._activity.trouble = f"stopped: more than {self._circuit.limit} keys fail with {stopped}"
                    pause = await self._wait(error, pause)
                elif await self._put_on_desk(record, arrived, error, attempts):
                    break
            else:
                break
        if stopped:
            STOPPED.labels(self._reader.name).set(0)
            self._circuit.clear()
        self._activity.step()

    async def _together(self, ends: Mapping[Partition, int], arrived: Sequence[Arrived[Any]]) -> None:
        """Positions, inbox, desk, handlers, outbox: one transaction."""
        name, reader = self._reader.name, self._reader
        async with self._runtime.unit(self._situation()) as uow:
            await inbox.advance(uow.connection, self.positions_as, ends)
            todo = await self._not_yet_handled(uow, arrived)
            repeated = len(arrived) - len(todo)
            waiting = await self._behind_a_failed_one(uow, todo)
            if waiting:
                todo = [each for each in todo if each not in waiting]
            if todo:
                metas = [each.meta for each in todo]
                with telemetry.consumer_spans(f"{uow.situation.service}.{name}", todo[0].record.topic, metas) as batch:
                    uow.situation.traces = batch.traceparents
                    for together in reader.cut(todo):
                        with HANDLER_TIME.labels(name, together[0].kind).time():
                            await reader.handle(together, uow)
        if todo:
            oldest = min(each.record.timestamp for each in todo)
            EVENT_AGE.labels(name).observe(max(0.0, time.time() - oldest / 1000))
        HANDLED.labels(name).inc(len(todo))
        REPEATED.labels(name).inc(repeated)
        DEAD.labels(name, "waiting").inc(len(waiting))

    async def _not_yet_handled(self, uow: UnitOfWork, arrived: Sequence[Arrived[Any]]) -> list[Arrived[Any]]:
        if not self._reader.once:
            return list(arrived)
        fresh = await inbox.remember(uow.connection, self._reader.name, [each.id for each in arrived])
        return without_repeats(each for each in arrived if each.id in fresh)

    async def _behind_a_failed_one(self, uow: UnitOfWork, todo: Sequence[Arrived[Any]]) -> list[Arrived[Any]]:
        """Put what belongs to a parked key on the desk; what that was."""
        if not self._reader.parks or not todo:
            return []
        name = self._reader.name
        parked = await inbox.parked(uow.connection, name, [each.key for each in todo if each.key is not None])
        waiting = [each for each in todo if each.key in parked]
        await deadletters.put_waiting(uow.connection, name, [each.record for each in waiting])
        return waiting

    async def _put_on_desk(self, record: Record, arrived: Arrived[Any] | None, error: Exception, attempts: int) -> bool:
        """Store the record on the desk instead of its effects. False if the database was away; then try all again."""
        reader = self._reader
        try:
            async with self._runtime.unit(self._situation()) as uow:
                await inbox.advance(uow.connection, self.positions_as, _ends([record]))
                id = self._id_on_desk(record, arrived)
                if id is not None and not await inbox.remember(uow.connection, reader.name, [id]):
                    return True
                counted = id is not None or not reader.once
                await deadletters.put_failed(
                    uow.connection, reader.name, record, error, attempts=attempts, park=reader.parks, counted=counted
                )
                hooks.reach("dead-letter-before-commit")
        except Exception as failure:
            if not is_transient(failure):
                raise
            await self._wait(failure, _FIRST_PAUSE)
            return False
        DEAD.labels(reader.name, "failed").inc()
        log.error(
            "dead letter: %s could not handle %s %s (%s)",
            reader.name, record.header("ce_type"), record.header("ce_id"), kind_of(error),
        )  # fmt: skip
        return True

    def _id_on_desk(self, record: Record, arrived: Arrived[Any] | None) -> str | None:
        """Under which id a letter counts as handled, so that a repeat of it is dropped.

        Bytes at a door have none: a partner who sends again under the same id, now well formed, must be answered.
        """
        if not self._reader.once:
            return None
        if arrived is not None:
            return arrived.id
        said = record.header("ce_id") if self._reader.parks else None
        return said if said and len(said) <= MAX_ID and "\0" not in said else None

    def _situation(self) -> Situation:
        name = self._reader.name
        situation = self._runtime.situation(Actor.system(f"{self._runtime.service.name}.{name}"), origin=name)
        situation.consumer = name
        return situation

    def _too_much_fails(self, record: Record, error: Exception) -> bool:
        key = record.text_key or f"{record.partition}:{record.offset}"
        return self._circuit.failed(kind_of(error), f"{record.topic}/{key}")

    async def _wait(self, error: Exception, pause: float, *, trouble: bool = True) -> float:
        """Pause before another try; the next pause, longer. ``Abandoned`` if the partitions are to be given up."""
        RETRIED.labels(self._reader.name, kind_of(error)).inc()
        if trouble and pause > _FIRST_PAUSE:
            if self._activity.trouble is None or not self._activity.trouble.startswith("stopped"):
                self._activity.trouble = f"{kind_of(error)}: {str(error)[:200]}"
            log.warning("%s waits: %s", self._reader.name, self._activity.trouble)
        if self._abandon():
            raise Abandoned
        await asyncio.sleep(pause * random.uniform(0.5, 1))  # noqa: S311 - spreads retries, keeps no secret
        if self._abandon():
            raise Abandoned
        return min(pause * 2, _LONGEST_PAUSE)


def _ends(records: Sequence[Record]) -> dict[Partition, int]:
    ends: dict[Partition, int] = {}
    for record in records:
        place = (record.topic, record.partition)
        ends[place] = max(ends.get(place, 0), record.offset + 1)
    return ends
