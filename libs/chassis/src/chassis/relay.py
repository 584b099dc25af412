"""From the outbox to the broker: in order under each key, until every row is acknowledged.

Rows of the shards this relay holds are read in the order of ``seq``, sent all at once, and deleted when all acks are
there, naming the lease's epoch. If the broker refuses a row, no later row of its key is deleted, or read again, before
it is accepted. The first occurrence of each event is in order under its key; a relay that was stopped and wakes can
only repeat. (What was on its way beside a record that the broker refuses for its size may overtake it: that is why size
is limited when an event is said.) Kafka that is away is waited for: a producer whose batch may still arrive is never
given up for a second one.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from prometheus_client import Counter, Gauge, Histogram
from sqlalchemy import text

from chassis import hooks, kafka, leases, pacing
from chassis.failures import is_transient
from chassis.runtime import Runtime
from chassis.sending import Sending

log = logging.getLogger(__name__)

BATCH = 1_000
_SHORTEST, _LONGEST = 0.02, 0.1
"""Seconds between two looks into an empty outbox: longer the longer it stays empty."""

SENT = Counter("chassis_outbox_sent_total", "Rows acknowledged by the broker and deleted")
WAITING = Gauge("chassis_outbox_waiting", "Rows in the outbox, counted up to 100,000")
OLDEST = Gauge("chassis_outbox_oldest_seconds", "Age of the oldest row in the outbox")
DELAY = Histogram("chassis_outbox_delay_seconds", "From a row's insertion to its acknowledgement")

_READ = text("""
    SELECT seq, id, topic, record_key, aggregateid, version, payload, headers, traceparent, shard,
           extract(epoch FROM clock_timestamp() - created_at)::float8 AS age
    FROM chassis.outbox o
    WHERE shard = ANY(CAST(:shards AS smallint[]))
      AND NOT EXISTS (SELECT FROM unnest(CAST(:topics AS text[]), CAST(:keys AS text[])) AS resting (topic, key)
                      WHERE resting.topic = o.topic AND (resting.key IS NULL OR resting.key = o.aggregateid))
    ORDER BY seq LIMIT :limit
""")

_DELETE = text("""
    DELETE FROM chassis.outbox o
    USING unnest(CAST(:shards AS smallint[]), CAST(:epochs AS bigint[])) AS mine (shard, epoch),
          chassis.relay_lease held
    WHERE o.seq = ANY(CAST(:seqs AS bigint[])) AND o.shard = mine.shard
      AND held.shard = mine.shard AND held.epoch = mine.epoch AND held.owner = :owner
""")

_WAITING = text("""
    SELECT (SELECT count(*) FROM (SELECT FROM chassis.outbox LIMIT 100000) AS counted) AS waiting,
           coalesce((SELECT extract(epoch FROM clock_timestamp() - created_at) FROM chassis.outbox
                     ORDER BY seq LIMIT 1), 0)::float8 AS oldest
""")


class LeaseLost(RuntimeError):
    """Another relay owns what this one was sending."""


class ProducerSpoiled(RuntimeError):
    """A producer failed in a way that says nothing about the record; a new one may do better."""


class Relay:
    """One process's relay. ``run`` goes on until its task is cancelled."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._owner = f"{runtime.settings.instance}/{id(self):x}"
        self._held: dict[int, int] = {}
        self._share = 0
        self._renewed = False
        self._leases = asyncio.Lock()
        self._woken = asyncio.Event()
        self._turned = time.monotonic()
        self.activity = runtime.progress.activity("relay")
        self._sending = Sending(self.activity)
        runtime.committed.append(self._woken.set)

    async def run(self) -> None:
        """Hold leases, send, delete; begin again after every failure but a lost lease, which ends the process."""
        keeping = asyncio.create_task(self._keep_leases())
        try:
            while True:
                try:
                    await self._send_for_ever()
                except LeaseLost as error:
                    self._runtime.end(str(error))
                    return
                except (KafkaError, OSError, TimeoutError, ProducerSpoiled) as error:
                    self.activity.trouble = f"Kafka: {type(error).__name__}: {str(error)[:200]}"
                except Exception as error:
                    self.activity.trouble = f"{type(error).__name__}: {str(error)[:200]}"
                    if not is_transient(error):
                        log.exception("the relay stumbles")
                log.warning("relay: %s", self.activity.trouble)
                self._turned = time.monotonic()
                await asyncio.sleep(1)
        finally:
            keeping.cancel()
            self._runtime.committed.remove(self._woken.set)
            with suppress(Exception):
                async with asyncio.timeout(3), self._runtime.engine.begin() as connection:
                    await leases.leave(connection, self._owner, sorted(self._held))

    def stuck_for(self) -> float:
        """Seconds for which no round has come to an end, good or bad: something it waits for never answers."""
        return time.monotonic() - self._turned

    async def _keep_leases(self) -> None:
        """Renew three times within a lease, however long a send takes."""
        seconds = self._runtime.settings.lease_time
        while True:
            try:
                async with asyncio.timeout(seconds), self._leases:
                    async with self._runtime.engine.begin() as connection:
                        self._held, self._share = await leases.hold(connection, self._owner, seconds)
                        found = (await connection.execute(_WAITING)).one()
                self._renewed = True
                self.activity.lag = found.waiting
                WAITING.set(found.waiting)
                OLDEST.set(found.oldest)
            except Exception as error:
                self._renewed = False
                if not is_transient(error):
                    log.exception("the relay's leases could not be renewed")
                self.activity.trouble = f"PostgreSQL: {str(error)[:200]}"
            await asyncio.sleep(seconds / 3)

    async def _send_for_ever(self) -> None:
        producer = kafka.producer(self._runtime.settings)
        self._sending.begin()
        pause = _SHORTEST
        try:
            await producer.start()
            while True:
                self._woken.clear()
                begun = time.monotonic()
                sent = await self._round(producer)
                self._turned = time.monotonic()
                if sent == BATCH:
                    continue
                if sent:
                    await pacing.gather(self._turned - begun)
                pause = _SHORTEST if sent else min(pause * 1.5, _LONGEST)
                with suppress(TimeoutError):
                    async with asyncio.timeout(pause):  # wait_for of Python 3.11 can swallow the end of this task
                        await self._woken.wait()
        finally:
            with suppress(KafkaError, OSError, TimeoutError):
                async with asyncio.timeout(5):
                    await producer.stop()

    async def _round(self, producer: AIOKafkaProducer) -> int:
        """Send what waits, at most a batch; how many rows were acknowledged."""
        held = await self._own_share()
        resting = self._sending.resting.now()
        if not held:
            if self._renewed:
                self.activity.step()
            return 0
        values = {
            "shards": sorted(held),
            "limit": BATCH,
            "topics": [topic for topic, _ in resting],
            "keys": [key for _, key in resting],
        }
        async with self._runtime.engine.connect() as connection:
            rows = (await connection.execute(_READ, values)).all()
        acknowledged: list[Any] = []
        if rows:
            acknowledged, spoiled = await self._sending.send(producer, rows)
            hooks.reach("ack-before-delete")
            await self._delete(held, acknowledged)
            if spoiled is not None:
                raise ProducerSpoiled(f"{type(spoiled).__name__}: {spoiled}") from spoiled
        if len(acknowledged) == len(rows) and not resting:
            self.activity.step()
        return len(acknowledged)

    async def _own_share(self) -> dict[int, int]:
        """The shards to send from in this round; what is too many is given up first."""
        if len(self._held) > self._share:
            async with self._leases, self._runtime.engine.begin() as connection:
                surplus = sorted(self._held)[self._share :]
                await leases.give_up(connection, self._owner, surplus)
                self._held = {shard: epoch for shard, epoch in self._held.items() if shard not in surplus}
        return dict(self._held)

    async def _delete(self, held: Mapping[int, int], rows: Sequence[Any]) -> None:
        if not rows:
            return
        values = {
            "owner": self._owner,
            "shards": list(held),
            "epochs": list(held.values()),
            "seqs": [row.seq for row in rows],
        }
        while True:
            try:
                async with self._runtime.engine.begin() as connection:
                    deleted = (await connection.execute(_DELETE, values)).rowcount
                break
            except Exception as error:
                if not is_transient(error):
                    raise
                self.activity.trouble = f"PostgreSQL: {str(error)[:200]}"
                self._turned = time.monotonic()
                await asyncio.sleep(0.5)
        if deleted < len(rows):
            raise LeaseLost(f"{len(rows) - deleted} rows that were sent belong to another relay now")
        SENT.inc(len(rows))
        for row in rows:
            DELAY.observe(row.age)


async def run_relay(runtime: Runtime) -> None:
    """The relay role: sends until cancelled. Unready when it hangs; if the broker answers meanwhile, that ends it."""
    relay = Relay(runtime)
    async with asyncio.TaskGroup() as group:
        group.create_task(relay.run())
        group.create_task(_watch(runtime, relay))


async def _watch(runtime: Runtime, relay: Relay) -> None:
    limit = runtime.settings.stuck_after
    while True:
        await asyncio.sleep(min(5.0, limit / 4))
        stuck = relay.stuck_for()
        late = stuck > limit / 2
        relay.activity.stalled = f"{relay.activity.lag} rows wait, none was sent for {stuck:.0f} s" if late else None
        if stuck > limit and await kafka.answers(runtime.settings):
            runtime.end(f"nothing was sent for {stuck:.0f} s and the broker answers")
        elif relay.stuck_for() > 5:
            relay.activity.trouble = "Kafka does not acknowledge"
