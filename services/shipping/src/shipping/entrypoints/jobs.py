"""What shipping does by itself: tries stuck orders again, and counts what waits."""

from datetime import timedelta

import structlog
from prometheus_client import Gauge

from chassis import JobRun, job
from shipping.adapters import queries
from shipping.application import thresholds
from shipping.application.retry_unroutable import AT_ONCE, retry_orders, retry_shipments

log = structlog.get_logger("shipping.jobs")

half_known = Gauge(
    "shipping_half_known_orders", "Orders of which only one side has told for longer than it should take"
)
unroutable = Gauge("shipping_unroutable_orders", "Orders that wait for a carrier")
numbers = Gauge("shipping_tracking_numbers_left", "Tracking numbers that can still be given out", ["carrier"])


@job("retry-unroutable", every=timedelta(minutes=1))
async def try_again(run: JobRun) -> None:
    """Look again for a carrier for every order that has none."""
    done = 0
    for retry in (retry_orders, retry_shipments):
        after = None
        while True:
            async with run.transaction() as uow:
                tried = await retry(uow, after=after)
            done += len(tried)
            await run.progress(done)
            if len(tried) < AT_ONCE:
                break
            after = max(each.order_id for each in tried)


@job("count-waiting", every=timedelta(minutes=1))
async def count_waiting(run: JobRun) -> None:
    """Count what waits, so that somebody is alerted before a customer is."""
    async with run.transaction() as uow:
        before = uow.now - timedelta(minutes=uow.setting(thresholds.half_known_minutes))
        half, stuck = await queries.count_waiting(uow.connection, before=before)
        left = await queries.numbers_left(uow.connection)
        low = uow.setting(thresholds.numbers_low)
    half_known.set(half)
    unroutable.set(stuck)
    for carrier, count in left.items():
        numbers.labels(carrier).set(count)
        if count < low:
            log.warning("tracking numbers run out", carrier=carrier, left=count)
    if half:
        log.warning("orders are only half known", orders=half)
    if stuck:
        log.warning("orders have no carrier", orders=stuck)
