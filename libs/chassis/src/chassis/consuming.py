"""The consume role: every consumer, copy and door of a service, each in a group of its own, in one process."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from chassis.gauges import watch_gauges
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

    A reader that does not get on although the broker answers and has records for it makes the process unready; if that
    does not pass, it ends the process.
    """
    subscriptions = [Subscription(runtime, reader) for reader in readers_of(runtime.service)]
    async with asyncio.TaskGroup() as group:
        for each in subscriptions:
            group.create_task(each.run(), name=each.reader.name)
        group.create_task(_watch(runtime, subscriptions))
        group.create_task(run_replays(runtime, [each.reader for each in subscriptions]))
        group.create_task(run_rebuilds(runtime, subscriptions))
        group.create_task(watch_halves(runtime, runtime.service.halves))
        group.create_task(watch_gauges(runtime, runtime.service.gauges))


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
            late = stuck > limit / 2
            each.activity.stalled = (
                f"{each.activity.lag} records wait, none was handled for {stuck:.0f} s" if late else None
            )
            if stuck > limit:
                runtime.end(f"{each.reader.name} has not got on for {stuck:.0f} s although the broker answers")
