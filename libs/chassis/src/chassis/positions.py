"""Where a reader stands in each partition it was given: as the database says, checked against what the log still has.

The database's word counts, because it is written with the effects; the broker's is for tools that show lag.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from aiokafka import TopicPartition

from chassis import hooks, inbox, kafka, rebuild
from chassis.delivery import Delivery
from chassis.failures import is_transient
from chassis.progress import Activity
from chassis.readers import Reader
from chassis.records import Record
from chassis.runtime import Runtime

if TYPE_CHECKING:
    from aiokafka import AIOKafkaConsumer

log = logging.getLogger(__name__)

_TELL_EVERY = 1.0


class PositionOutsideLog(RuntimeError):
    """Records between the stored position and the log are gone, or the log is another one. A person must decide."""


class Positions:
    """Those of one membership: empty until the first assignment."""

    def __init__(self, runtime: Runtime, reader: Reader, activity: Activity, delivery: Delivery) -> None:
        self.reader = reader
        self.next: dict[TopicPartition, int] = {}
        self._runtime = runtime
        self._activity = activity
        self._delivery = delivery
        self._told: dict[TopicPartition, int] = {}
        self._told_at = 0.0

    def forget(self) -> None:
        """A new membership begins."""
        self.next, self._told = {}, {}

    async def find(self, consumer: AIOKafkaConsumer) -> dict[TopicPartition, int]:
        """Where each assigned partition goes on; one that was never read begins at its start.

        Raises ``PositionOutsideLog``.
        """
        assigned = sorted(consumer.assignment())
        if not assigned:
            return {}
        stored = await self._stored(assigned)
        begins = await consumer.beginning_offsets(assigned)
        ends = await consumer.end_offsets(assigned)
        return {
            place: self._goal(place, stored.get((place.topic, place.partition)), begins[place], ends[place])
            for place in assigned
        }

    def take(self, consumer: AIOKafkaConsumer, goals: dict[TopicPartition, int]) -> None:
        """Go there."""
        for place, goal in goals.items():
            consumer.seek(place, goal)
        self.next = goals

    def passed(self, records: Sequence[Record]) -> None:
        """These are handled."""
        for record in records:
            self.next[TopicPartition(record.topic, record.partition)] = record.offset + 1

    def behind(self, ends: Mapping[TopicPartition, int]) -> int:
        """How many records lie between here and these ends."""
        return sum(max(0, end - self.next.get(place, end)) for place, end in ends.items())

    async def tell_broker(self, consumer: AIOKafkaConsumer) -> None:
        """Now and then commit where we are."""
        now = time.monotonic()
        if now - self._told_at < _TELL_EVERY:
            return
        here = consumer.assignment()
        news = {place: at for place, at in self.next.items() if place in here and self._told.get(place) != at}
        if news:
            self._told_at = now
            hooks.reach("effects-before-offset-commit")
            await kafka.quietly(consumer.commit(news))
            self._told |= news

    def _goal(self, place: TopicPartition, stored: int | None, begin: int, end: int) -> int:
        if stored is None:
            return begin
        if begin <= stored <= end:
            return stored
        sentence = f"position {stored} of {place.topic}/{place.partition} is outside its log ({begin} to {end})"
        if self.reader.once:
            raise PositionOutsideLog(sentence)
        # A compacted topic holds every state, and older ones change nothing: reading it all again is right.
        log.warning("%s: %s; reading it from its start", self.reader.name, sentence)
        return begin

    async def _stored(self, assigned: Sequence[TopicPartition]) -> Mapping[inbox.Partition, int]:
        while True:
            try:
                async with self._runtime.engine.connect() as connection:
                    name = self.reader.name
                    name = rebuild.position_name(name, await rebuild.generation_of(connection, name))
                    self._delivery.positions_as = name
                    return await inbox.positions(connection, name, {each.topic for each in assigned})
            except Exception as error:
                if not is_transient(error):
                    raise
                self._activity.trouble = f"PostgreSQL: {str(error)[:200]}"
                await asyncio.sleep(0.5)
