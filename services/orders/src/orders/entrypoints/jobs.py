"""What the desk does by itself when it is due."""

from datetime import timedelta

from chassis import JobRun, job
from orders.adapters.erasure import forget_erased
from orders.adapters.unit_of_work import OrdersUnitOfWork
from orders.application.call_queue import return_held, share_out
from orders.application.chase_payments import cancel_unpaid, remind_of_payments
from orders.application.close_orders import AT_ONCE, close_orders


@job("close-settled-orders", every=timedelta(hours=1))
async def close_settled(run: JobRun) -> None:
    """Closes orders that have been settled for a week without a question."""
    await run.repeat(close_orders)


@job("return-held-orders", every=timedelta(minutes=1))
async def return_held_orders(run: JobRun) -> None:
    """Puts orders whose hold is to be reviewed back into the call queue."""
    await run.repeat(return_held)


@job("assign-new-orders", every=timedelta(minutes=1))
async def assign_new_orders(run: JobRun) -> None:
    """Gives orders that nobody answers for to the staff, by the rule that is set."""
    await run.repeat(share_out)


@job("chase-payments", every=timedelta(minutes=5))
async def chase_payments(run: JobRun) -> None:
    """Reminds customers who were to pay in advance, and cancels orders for which nothing has come."""
    await run.repeat(remind_of_payments)
    await run.repeat(cancel_unpaid)


@job("fill-address-book", every=timedelta(hours=6))
async def fill_address_book(run: JobRun) -> None:
    """Takes the installed edition of the address book over, once; orders taken in from then on are looked up in it."""
    async with run.transaction() as uow:
        wards = await uow.addresses.fill()
    await run.progress(wards, wards)


@job("forget-erased-customers", every=timedelta(minutes=5))
async def forget_customers(run: JobRun) -> None:
    """Takes the person out of the ended orders of customers who asked to be forgotten."""
    await run.repeat(_forget_some)


async def _forget_some(uow: OrdersUnitOfWork) -> int:
    forgotten = await forget_erased(uow.connection, AT_ONCE)
    for order_id in forgotten:
        uow.audit("order.forget", "order", order_id, reason="the customer was erased")
    return len(forgotten)
