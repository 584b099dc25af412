"""Orders that were to be paid in advance and are not (ORD-16): reminded after a day, cancelled after three.

What a payment in between does: the whole sum, or of a deposit anything, ends the matter. A part of a prepaid sum keeps
the order from being cancelled, and its flag ``unpaid`` shows it to a person. Money and cancellation at the same moment
meet at the order's row: whichever commits first holds, and money for a cancelled order is given back by accounting.
"""

from datetime import timedelta

from orders.application import thresholds
from orders.application.announce import news_of, summary, tell
from orders.application.ports import Work
from orders.domain.happenings import CancelReason
from orders.domain.order import Order

AT_ONCE = 200
UNPAID = "unpaid"
"""The note of a cancellation for want of money; the list of reasons has none of its own."""


async def remind_of_payments(uow: Work) -> int:
    """Remind up to 200 customers; how many. Who ordered long ago still has the time between reminder and cancelling."""
    after, grace = _times(uow)
    orders = await uow.unpaid.lock_unreminded(uow.now - after, AT_ONCE)
    for order in orders:
        order.remind_of_payment(uow.now, max(order.placed_at + after, uow.now) + grace)
    return await _saved(orders, "order.remind_of_payment", uow)


async def cancel_unpaid(uow: Work) -> int:
    """Cancel up to 200 orders for which nothing has come; how many. A confirmed one asks whoever has the parcel."""
    after, grace = _times(uow)
    orders = await uow.unpaid.lock_overdue(uow.now - after - grace, uow.now - grace, AT_ONCE)
    for order in orders:
        order.cancel(CancelReason.OTHER, UNPAID, by_lead=False)
    return await _saved(orders, "order.cancel", uow)


def _times(uow: Work) -> tuple[timedelta, timedelta]:
    """After which time somebody is reminded, and how long he has from then on."""
    after = timedelta(hours=uow.setting(thresholds.payment_reminder))
    return after, max(timedelta(0), timedelta(hours=uow.setting(thresholds.payment_cancel)) - after)


async def _saved(orders: list[Order], action: str, uow: Work) -> int:
    if orders:
        news = [news_of(order, uow) for order in orders]
        await uow.orders.save(*orders)
        await tell(news, uow)
        for order in orders:
            uow.audit(action, "order", order.id, after=summary(order), reason=UNPAID)
    return len(orders)
