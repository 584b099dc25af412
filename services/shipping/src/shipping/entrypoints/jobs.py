"""What shipping does by itself: tries stuck orders again, and counts what waits."""

from datetime import timedelta

import structlog

from chassis import JobRun, job
from shipping.adapters import queries
from shipping.adapters.erasure import forget_erased
from shipping.adapters.unit_of_work import ShippingUnitOfWork
from shipping.application import thresholds
from shipping.application.retry_unroutable import AT_ONCE, retry_orders, retry_shipments
from shipping.domain.lateness import late_before

log = structlog.get_logger("shipping.jobs")


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
    """Say in the log how many orders are stuck, how many parcels are late, and whose numbers run out."""
    async with run.transaction() as uow:
        stuck = await queries.count_unroutable(uow.connection)
        left = await queries.numbers_left(uow.connection)
        low = uow.setting(thresholds.numbers_low)
        late = await queries.count_late(uow.connection, late_before(uow.now, uow.setting(thresholds.late_after_hours)))
    if stuck:
        log.warning("orders have no carrier", orders=stuck)
    if late:
        log.warning("parcels are late", parcels=late)
    for carrier, count in left.items():
        if count < low:
            log.warning("tracking numbers run out", carrier=carrier, left=count)


@job("forget-erased-customers", every=timedelta(minutes=5))
async def forget_customers(run: JobRun) -> None:
    """Takes the person out of the ended parcels of customers who asked to be forgotten."""
    await run.repeat(_forget_some)


async def _forget_some(uow: ShippingUnitOfWork) -> int:
    forgotten = await forget_erased(uow.connection, AT_ONCE)
    for order_id in forgotten:
        uow.audit("forget", "order", order_id, reason="the customer was erased")
    return len(forgotten)
