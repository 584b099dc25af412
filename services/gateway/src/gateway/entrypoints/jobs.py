"""What the gateway does by itself."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import text

from chassis import JobRun, job
from chassis.republish import republish
from gateway.adapters import announcements, feed, forgetting

_BEFORE = text(f"SELECT clock_timestamp() - interval '{feed.KEPT_HOURS} hours'")


@job("forget-feed", every=timedelta(minutes=10))
async def forget_feed(run: JobRun) -> None:
    """Forgets changes older than a day."""
    for slot in range(feed.SLOTS):
        async with run.transaction() as uow:
            before = (await uow.connection.execute(_BEFORE)).scalar_one()
            await feed.forget_slot(uow.connection, slot, before)
        await run.progress(slot + 1, feed.SLOTS)


@job("forget-sessions", every=timedelta(minutes=15))
async def forget_sessions(run: JobRun) -> None:
    """Forgets ended sessions and used refresh tokens, and takes back what services need not know any more."""
    done = 0
    while True:
        async with run.transaction() as uow:
            step = await forgetting.retract(uow)
        done += step
        await run.progress(done)
        if step < forgetting.STEP:
            break
    for statement in forgetting.DELETIONS:
        step = forgetting.STEP
        while step == forgetting.STEP:
            async with run.transaction() as uow:
                step = (await uow.connection.execute(statement, {"step": forgetting.STEP})).rowcount
            done += step
            await run.progress(done)


republish_identity = republish("republish-identity", announcements.states)
