"""What the desk does by itself when it is due."""

from datetime import timedelta

import structlog
from prometheus_client import Gauge

from chassis import JobRun, job
from orders.adapters.queries import count_unheard
from orders.application.close_orders import AT_ONCE
from orders.application.close_orders import close_settled as close_some
from orders.application.thresholds import half_alert

log = structlog.get_logger("orders")

UNHEARD = Gauge("orders_unheard", "Orders others have spoken of for some minutes and nobody took in here")


@job("close-settled-orders", every=timedelta(hours=1))
async def close_settled(run: JobRun) -> None:
    """Closes orders that have been settled for a week without a question."""
    closed, last = 0, AT_ONCE
    while last == AT_ONCE:
        async with run.transaction() as uow:
            last = await close_some(uow)
        closed += last
        await run.progress(closed)


@job("watch-unheard-orders", every=timedelta(minutes=1))
async def watch_unheard(run: JobRun) -> None:
    """Counts orders of which only others have spoken, and says so where they are many minutes old."""
    async with run.transaction() as uow:
        before = uow.now - timedelta(minutes=uow.setting(half_alert))
        found = await count_unheard(uow.connection, before)
    UNHEARD.set(found)
    if found:
        log.warning("facts about orders that nobody took in", orders=found, see="GET /orders/unheard")
