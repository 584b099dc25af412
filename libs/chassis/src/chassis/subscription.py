"""One reader's membership in its group: it polls the broker and goes on from the positions the database has.

Why the consumer is polled here and not by FastStream's own loop is written in docs/decisions (the broker's listener is
called after fetching may have begun, and a failure in it is only logged; here nothing is fetched until every assigned
partition stands where the database says).
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from aiokafka import TopicPartition
from aiokafka.abc import ConsumerRebalanceListener
from aiokafka.errors import KafkaError, NoOffsetForPartitionError, OffsetOutOfRangeError
from prometheus_client import Gauge

from chassis import kafka, pacing
from chassis.delivery import Abandoned, Delivery
from chassis.doors import Door
from chassis.positions import PositionOutsideLog, Positions
from chassis.readers import Reader
from chassis.records import Record
from chassis.runtime import Runtime

if TYPE_CHECKING:
    from aiokafka import AIOKafkaConsumer

log = logging.getLogger(__name__)

LAG = Gauge("chassis_consumer_lag", "Records between the position and the end of the log", ["consumer"])
_POLL_MS = 500
_FEWEST = 50
_IDLE_AFTER = 3.0
"""Seconds without a record after which none is expected soon."""
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 10.0
_ANSWERS_WITHIN = 10.0
"""Seconds for a question about offsets."""
_DEAF_AFTER = 15.0
"""Seconds without an answer after which a client that hangs while the broker answers others is given up."""


class Subscription(ConsumerRebalanceListener):  # type: ignore[misc] # aiokafka has no types
    """Runs until its task is cancelled. ``activity`` tells how it does.

    Partitions are given up only between two batches: the listener takes the same lock as the handling of a batch. A
    batch that cannot be finished (the database is away) is abandoned, and nothing of it was committed.
    """

    def __init__(self, runtime: Runtime, reader: Reader) -> None:
        self.reader = reader
        self.activity = runtime.progress.activity(reader.name)
        self.delivery = Delivery(runtime, reader, self.activity, abandon=lambda: self._leaving)
        self._positions = Positions(runtime, reader, self.activity, self.delivery)
        self._runtime = runtime
        self._consumer: AIOKafkaConsumer | None = None
        self._lock = asyncio.Lock()
        self._assigned = asyncio.Event()
        self._leaving = False
        self._generation = 0
        self._positioned = -1
        self._size = runtime.settings.batch_events
        self._away = False
        self._moved = time.monotonic()
        self._came = time.monotonic()
        self._answered = time.monotonic()
        self._patience = asyncio.timeout(None)

    async def run(self) -> None:
        """Join the group and handle what comes; join again after every failure. Kafka may be away at any time."""
        pause = _FIRST_PAUSE
        while True:
            begun = time.monotonic()
            try:
                await self._member()
            except (KafkaError, OSError, TimeoutError) as error:
                self.activity.trouble = f"Kafka: {type(error).__name__}: {str(error)[:200]}"
            except PositionOutsideLog as error:
                self.activity.trouble = f"stopped: {error}"
                pause = _LONGEST_PAUSE
            except Exception as error:
                self.activity.trouble = f"{type(error).__name__}: {str(error)[:200]}"
                log.exception("%s stumbles and joins its group again", self.reader.name)
            log.error("%s: %s", self.reader.name, self.activity.trouble)
            await asyncio.sleep(pause)
            lasted = time.monotonic() - begun
            pause = _FIRST_PAUSE if lasted > 2 * _LONGEST_PAUSE else min(pause * 2, _LONGEST_PAUSE)

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        self._assigned.clear()
        self._leaving = True
        try:
            async with self._lock:
                self._generation += 1
        finally:
            self._leaving = False

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        self._generation += 1
        self._assigned.set()

    async def stuck_for(self) -> float:
        """Seconds for which nothing was handled although the broker answers and has something; 0 if all is well.

        A reader in trouble has named what it waits for and is not stuck. Raises if the broker does not answer.
        """
        waiting = await self._behind() if self._assigned.is_set() else await kafka.answers(self._runtime.settings)
        if not waiting or self.activity.trouble is not None:
            self._moved = time.monotonic()
        return time.monotonic() - self._moved

    async def _behind(self) -> bool:
        consumer = self._consumer
        if consumer is None or not self._positions.next:
            self._answered = time.monotonic()  # nothing was asked, so nothing is late
            self._lags(0)
            return False
        try:
            async with asyncio.timeout(_ANSWERS_WITHIN):
                ends = await consumer.end_offsets(list(self._positions.next))
        except (KafkaError, TimeoutError):
            self._away = True
            self.activity.trouble = "Kafka does not answer"
            await self._give_up_if_deaf(consumer)
            raise
        self._away = False
        self._answered = time.monotonic()
        return self._lags(self._positions.behind(ends)) > 0

    async def _give_up_if_deaf(self, consumer: AIOKafkaConsumer) -> None:
        """Ends this membership, and so its client, if only this client gets no answer.

        On uvloop a connection that closed in the wrong moment raises ``RuntimeError`` where aiokafka expects
        ``OSError`` (its issue 1038): the task that keeps the client's metadata ends without a word, and whatever asks
        for metadata from then on waits for ever.
        """
        late = time.monotonic() - self._answered > _DEAF_AFTER
        if late and await kafka.answers(self._runtime.settings) and consumer is self._consumer:
            log.warning("%s: its client hangs while the broker answers others; a new one joins", self.reader.name)
            self._patience.reschedule(asyncio.get_running_loop().time())

    def _lags(self, records: int) -> int:
        """So many records wait in the partitions that are ours; none while others have them all."""
        self.activity.lag = records
        LAG.labels(self.reader.name).set(records)
        return records

    async def ends(self) -> dict[int, int]:
        """The ends of all partitions of the topic now, by number; empty while Kafka cannot be asked."""
        consumer = self._consumer
        topic = self._runtime.settings.topic_prefix + self.reader.family.topic
        if consumer is None or not (partitions := consumer.partitions_for_topic(topic)):
            return {}
        places = [TopicPartition(topic, each) for each in partitions]
        async with asyncio.timeout(_ANSWERS_WITHIN):
            found = await consumer.end_offsets(places)
        return {place.partition: end for place, end in found.items()}

    def begin_again(self) -> None:
        """Forget what was fetched and go on from the stored positions, which somebody has changed."""
        self._generation += 1

    async def _member(self) -> None:
        settings, name = self._runtime.settings, self.reader.name
        prefix = settings.topic_prefix
        where = (
            {"pattern": self.reader.pattern(prefix)}
            if isinstance(self.reader, Door)
            else {"topic": prefix + self.reader.family.topic}
        )
        group = f"{prefix}{self._runtime.service.name}.{name}"
        broker, subscriber = kafka.subscriber(settings, group=group, listener=self, **where)
        self._assigned.clear()
        self._positioned = -1
        self._positions.forget()
        try:
            async with asyncio.timeout(None) as self._patience:
                await broker.connect()
                await subscriber.start()
                self._answered = time.monotonic()
                consumer = self._consumer = subscriber.consumer
                while consumer is not None:
                    await self._assigned.wait()
                    await self._turn(consumer)
        finally:
            self._consumer = None
            consumer = subscriber.consumer
            if not await kafka.quietly(subscriber.stop()) and consumer is not None:
                kafka.hang_up(consumer)
            await kafka.quietly(broker.stop())

    async def _turn(self, consumer: AIOKafkaConsumer) -> None:
        """Poll once and handle what came, unless the assignment changed while polling."""
        generation = self._generation
        if self._positioned != generation and not await self._position(consumer, generation):
            return
        try:
            polled = await consumer.getmany(timeout_ms=_POLL_MS, max_records=self._size)
        except (NoOffsetForPartitionError, OffsetOutOfRangeError):
            self.begin_again()
            return
        self._came = time.monotonic() if polled else self._came
        kafka.expect(consumer, records=time.monotonic() - self._came < _IDLE_AFTER)
        begun = time.monotonic()
        async with self._lock:
            if generation != self._generation:
                return  # fetched for an assignment that is over; the next owner reads it from the stored position
            records = [_record(each) for several in polled.values() for each in several]
            if records:
                await self._handle(records)
            elif not self._away:
                self.activity.step()
        await self._positions.tell_broker(consumer)
        if 0 < len(records) < self._size:
            await pacing.gather(time.monotonic() - begun)

    async def _handle(self, records: Sequence[Record]) -> None:
        begun = time.monotonic()
        try:
            await self.delivery.deliver(records)
        except Abandoned:
            self.begin_again()
            return
        self._adapt(time.monotonic() - begun)
        self._positions.passed(records)
        self._moved = time.monotonic()

    def _adapt(self, took: float) -> None:
        """Shrink batches that take longer than they should; let them grow again when they are quick.

        Gently: one slow batch says little, and many small ones on a busy machine make it busier.
        """
        limit = self._runtime.settings.batch_time
        if took > limit:
            self._size = max(min(_FEWEST, self._runtime.settings.batch_events), self._size * 3 // 4)
        elif took < limit * 0.75:
            self._size = min(self._runtime.settings.batch_events, self._size + 20)

    async def _position(self, consumer: AIOKafkaConsumer, generation: int) -> bool:
        """Go on in every assigned partition where the database says; False if the assignment changed meanwhile."""
        goals = await self._positions.find(consumer)
        if generation != self._generation:
            return False
        self._positions.take(consumer, goals)
        self._positioned = generation
        return True


def _record(raw: Any) -> Record:
    return Record(
        topic=raw.topic,
        partition=raw.partition,
        offset=raw.offset,
        key=raw.key,
        value=raw.value,
        headers=raw.headers,
        timestamp=raw.timestamp,
    )
