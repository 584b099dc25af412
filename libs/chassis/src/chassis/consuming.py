"""The consume role: every consumer, copy and door of a service, each in a group of its own, in one process."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from chassis.half import watch_halves
from chassis.readers import readers_of
from chassis.rebuild import run_rebuilds
from chassis.replays import run_replays
from chassis.runtime import Runtime
from chassis.subscription import Subscription

log = logging.getLogger(__name__)

_LOOK_EVERY = 10.0


async def run_consumers(runtime: Runtime) -> None:
    """Read and handle until cancelled. Starts and stays up with Kafka or PostgreSQL absent.

    Ends the process if a reader does not get on although the broker answers and has records for it.
    """
    subscriptions = [Subscription(runtime, reader) for reader in readers_of(runtime.service)]
    async with asyncio.TaskGroup() as group:
        for each in subscriptions:
            group.create_task(each.run(), name=each.reader.name)
        group.create_task(_watch(runtime, subscriptions))
        group.create_task(run_replays(runtime, [each.reader for each in subscriptions]))
        group.create_task(run_rebuilds(runtime, subscriptions))
        group.create_task(watch_halves(runtime, runtime.service.halves))


async def _watch(runtime: Runtime, subscriptions: Sequence[Subscription]) -> None:
    limit = runtime.settings.stuck_after
    while True:
        await asyncio.sleep(min(_LOOK_EVERY, limit / 4))
        for each in subscriptions:
            try:
                stuck = await each.stuck_for()
            except Exception as error:
                log.warning("%s: the broker does not answer: %s", each.reader.name, error)
                continue
            if stuck > limit:
                runtime.end(f"{each.reader.name} has not got on for {stuck:.0f} s although the broker answers")
