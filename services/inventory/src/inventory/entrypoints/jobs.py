"""What the warehouse does by itself."""

import asyncio
from datetime import timedelta

from chassis import JobRun, half, job, republish
from inventory.adapters.unit_of_work import InventoryUnitOfWork
from inventory.application.announce_stock import announce_stock, product_states, stock_states
from inventory.application.serve_queue import serve_woken
from inventory.application.thresholds import alerts_kept_days

TICKS = 60
"""Rounds of one run, a second apart; the next run is due right after the last."""
AT_ONCE = 200
"""SKUs in one transaction."""
FORGOTTEN_AT_ONCE = 1_000


@job("tell-stock", every=timedelta(minutes=1))
async def tell_stock(run: JobRun) -> None:
    """Tells availability that changed, at most once a second and SKU, and looks at queues that were woken."""
    for tick in range(TICKS):
        started = asyncio.get_running_loop().time()
        while await _served(run) == AT_ONCE:
            pass
        while await _told(run) == AT_ONCE:
            pass
        await asyncio.sleep(max(0.0, started + 1 - asyncio.get_running_loop().time()) if tick < TICKS - 1 else 0)


async def _served(run: JobRun) -> int:
    async with run.transaction() as uow:
        return await serve_woken(uow, limit=AT_ONCE)


async def _told(run: JobRun) -> int:
    async with run.transaction() as uow:
        return await announce_stock(uow, limit=AT_ONCE)


@job("forget-alerts", cron="40 2 * * *")
async def forget_alerts(run: JobRun) -> None:
    """Deletes stock alerts nobody will ask for any more."""
    await run.repeat(_forget_some_alerts)


async def _forget_some_alerts(uow: InventoryUnitOfWork) -> int:
    before = uow.now - timedelta(days=uow.setting(alerts_kept_days))
    return await uow.alerts.forget(before, FORGOTTEN_AT_ONCE)


repeat_products = republish("repeat-products", product_states)
repeat_stock = republish("repeat-stock", stock_states, cron="45 2 * * 0")

unheard = half(
    "orders-nobody-confirmed",
    "SELECT order_id::text AS key, first_heard_at AS since, 'order' AS missing FROM orders "
    "WHERE confirmed_at IS NULL AND cancelled_at IS NULL",
)
