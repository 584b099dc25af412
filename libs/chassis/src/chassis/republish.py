"""Says all states of a compacted topic again, from the tables that hold the truth.

For a topic that was lost or made anew, or after a field was added: whoever copies it becomes complete again without
anybody asking this service. Copies take the repeats as newer versions of the same content.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from chassis.schedule import Job, JobRun, job
from contracts.event import Event

STEP = 200
"""States in one transaction."""

States = Callable[[Any, str | None, int], Awaitable[Sequence[Event]]]
"""``(uow, after, limit)``: the states of the next ``limit`` keys after ``after`` (None: from the first), by key.

It must lock the rows it reads (``FOR SHARE``): a change that commits between reading and saying would otherwise be
overtaken by its own past.
"""


def republish(name: str, states: States, *, cron: str = "30 2 * * 0") -> Job:
    """A job that walks over all keys in bounded steps, by default on Sunday nights, or when it is started by hand."""

    async def say_all(run: JobRun) -> None:
        said = 0
        while True:
            async with run.transaction() as uow:
                found = await states(uow, run.position, STEP)
                for event in found:
                    uow.publish(event)
                if found:
                    run.position = found[-1].key
            said += len(found)
            await run.progress(said)
            if len(found) < STEP:
                return

    say_all.__doc__ = "Says every state of a compacted topic again."
    return job(name, cron=cron)(say_all)
