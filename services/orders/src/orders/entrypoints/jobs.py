"""What the desk does by itself when it is due."""

from datetime import timedelta

from chassis import JobRun, job
from orders.application.close_orders import AT_ONCE
from orders.application.close_orders import close_settled as close_some


@job("close-settled-orders", every=timedelta(hours=1))
async def close_settled(run: JobRun) -> None:
    """Closes orders that have been settled for a week without a question."""
    closed, last = 0, AT_ONCE
    while last == AT_ONCE:
        async with run.transaction() as uow:
            last = await close_some(uow)
        closed += last
        await run.progress(closed)
