"""Waiting until a stack has fallen quiet by itself: empty outboxes, nobody behind on a topic, and nothing new."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import asyncpg
from aiokafka.errors import KafkaError
from confluent_kafka import KafkaException

from devkit.stack.home import Home
from devkit.truth.delivery import nobody_behind
from devkit.truth.evidence import Evidence, evidence
from devkit.truth.history import History
from devkit.truth.streams import outboxes_empty

LOOKS = 3
EVERY = 1.0
AWAY = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, KafkaError, KafkaException, TimeoutError)

_DUE = {
    "inventory": """
        SELECT 'availability of ' || sku || ' that is not told' AS what FROM stock_levels WHERE unannounced
        UNION ALL SELECT 'the queue for ' || sku || ', which was woken' FROM queue_wakeups
    """,
}
"""Work that no topic shows: a job is going to do it."""


class StillMoving(Exception):
    """The stack did not fall quiet in time; says what still waits."""


async def until_quiet(home: Home, *, patience: float, heard: Callable[[int], None] = lambda waiting: None) -> float:
    """Seconds it took. Quiet means that several looks in a row find nothing under way and nothing new.

    ``heard`` is told how many things still wait. Raises ``StillMoving`` after ``patience`` seconds.
    """
    began = time.monotonic()
    before: object = None
    same = 0
    while True:
        waiting, now = await _look(home)
        heard(len(waiting))
        same = same + 1 if not waiting and now == before else 0
        before = now
        if same >= LOOKS:
            return time.monotonic() - began
        if time.monotonic() - began > patience:
            raise StillMoving("; ".join(waiting[:10]) or "it goes on saying new things")
        await asyncio.sleep(EVERY)


async def _look(home: Home) -> tuple[list[str], object]:
    """What waits, and how much was ever said. A server that does not answer is something that waits."""
    try:
        async with evidence(home, History(), records=False) as found:
            waiting = (await outboxes_empty(found))[1] + (await nobody_behind(found))[1] + await _due(found)
            return waiting, {name: tuple(topic.ends.values()) for name, topic in found.topics.items()}
    except AWAY as error:
        return [f"{type(error).__name__}: {error}"], None


async def _due(found: Evidence) -> list[str]:
    return [
        f"{service} has {row['what']}"
        for service, query in _DUE.items()
        if service in found.services
        for row in await found.ask(service, query)
    ]
