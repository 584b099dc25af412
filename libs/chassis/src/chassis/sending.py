"""Handing rows of the outbox to the broker, and learning which of them it took.

What it refuses rests with its key, or with its whole topic, so that nothing overtakes it and nobody else waits for it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, MessageSizeTooLargeError
from prometheus_client import Counter

from chassis import hooks, telemetry
from chassis.progress import Activity
from chassis.resting import REFUSES_TOPIC, Resting

log = logging.getLogger(__name__)

REFUSED = Counter("chassis_outbox_refused_total", "Rows the broker did not take", ["topic", "error"])
_KNOWS_WITHIN = 3.0
"""Seconds in which a broker that answers says where a topic's partitions are."""


class Sending:
    """What one relay knows of the broker: topics it shows us, what rests, and keys of which a record was too large."""

    def __init__(self, activity: Activity) -> None:
        self.resting = Resting()
        self._activity = activity
        self._known: set[str] = set()
        self._suspect: set[tuple[str, str]] = set()

    def begin(self) -> None:
        """A new producer, which knows no topic yet."""
        self._known.clear()

    async def send(self, producer: AIOKafkaProducer, rows: Sequence[Any]) -> tuple[list[Any], BaseException | None]:
        """The rows that are acknowledged, without those behind a refused one of their key.

        The second value is a failure that was the producer's and not the record's. Keys of which a record was refused
        are sent one record at a time: the broker refuses a whole batch, and the others in it may be innocent.
        """
        stopped = await self._unknown(producer, rows)
        together = [row for row in rows if (row.topic, row.aggregateid) not in self._suspect]
        alone = [row for row in rows if (row.topic, row.aggregateid) in self._suspect]
        acknowledged: list[Any] = []
        spoiled: BaseException | None = None
        for group in (together, *([row] for row in alone)):
            flying = [
                (row, await self._launch(producer, row, stopped))
                for row in group
                if (row.topic, None) not in stopped and (row.topic, row.aggregateid) not in stopped
            ]
            hooks.reach("send-before-delete")
            answers = await asyncio.gather(*(answer for _, answer in flying), return_exceptions=True)
            for (row, _), answer in zip(flying, answers, strict=True):
                if isinstance(answer, BaseException):
                    stopped.add(self._refused(row, answer))
                    if not isinstance(answer, (*REFUSES_TOPIC, MessageSizeTooLargeError, ValueError)):
                        spoiled = answer
                elif not stopped or not stopped & {(row.topic, None), (row.topic, row.aggregateid)}:
                    acknowledged.append(row)
                    self.resting.taken(row.topic, row.aggregateid)
                    self._suspect.discard((row.topic, row.aggregateid))
        return acknowledged, spoiled

    async def _launch(self, producer: AIOKafkaProducer, row: Any, stopped: set[tuple[str, str | None]]) -> Any:
        """Hand a row to the producer; what will say whether the broker took it."""
        span = telemetry.producer_span(row.topic, row.id, row.traceparent)
        trace = telemetry.traceparent(span) if span is not None else row.traceparent
        try:
            answer = await producer.send(row.topic, value=row.payload, key=row.record_key, headers=_headers(row, trace))
        except (KafkaError, ValueError, AssertionError) as error:
            answer = asyncio.get_running_loop().create_future()
            answer.set_exception(error)
            stopped.add((row.topic, row.aggregateid))
        if span is not None:
            answer.add_done_callback(lambda _: span.end())
        return answer

    async def _unknown(self, producer: AIOKafkaProducer, rows: Sequence[Any]) -> set[tuple[str, str | None]]:
        """Topics that the broker does not show us. Asked before anything is sent, so that they hold up no other."""
        stopped: set[tuple[str, str | None]] = set()
        for row in {row.topic: row for row in rows if row.topic not in self._known}.values():
            try:
                async with asyncio.timeout(_KNOWS_WITHIN):
                    await producer.partitions_for(row.topic)
                self._known.add(row.topic)
            except (KafkaError, TimeoutError) as error:
                stopped.add(self._refused(row, error))
        return stopped

    def _refused(self, row: Any, error: BaseException) -> tuple[str, str | None]:
        """Let what the broker refused rest; which topic or key that is."""
        place = (row.topic, None if isinstance(error, REFUSES_TOPIC) else row.aggregateid)
        if isinstance(error, MessageSizeTooLargeError):
            self._suspect.add((row.topic, row.aggregateid))
        self.resting.add(*place)
        REFUSED.labels(row.topic, type(error).__name__).inc()
        self._activity.trouble = f"{row.topic} does not take a record: {type(error).__name__}: {str(error)[:200]}"
        log.error("the broker refused %s on %s: %s", row.id, row.topic, error)
        return place


def _headers(row: Any, traceparent: str | None) -> list[tuple[str, bytes]]:
    headers = [(name, value.encode()) for name, value in row.headers.items()]
    headers.append(("ce_sequence", str(row.version).encode()))
    if traceparent is not None:
        headers.append(("traceparent", traceparent.encode()))
    return headers
