"""The queue of orders whose customers are to be called: who gets which, and what comes back into it (ORD-04)."""

from datetime import timedelta

from chassis.refusals import refuse_stale
from orders.application import thresholds
from orders.application.announce import commanded, news_of, tell
from orders.application.desk import Target
from orders.application.ports import Stores, Work
from orders.domain.assignment import AssignmentRule, Roster
from orders.domain.order import Order

AT_ONCE = 200


async def take_next(staff_id: str, uow: Work, *, stores: Stores) -> Order | None:
    """The order that has been due longest among one's own and those nobody answers for; None if nothing is due.

    It is one's own from now on, and for some minutes given to nobody else, not even to who asks at the same moment.
    """
    found = await uow.call_queue.lock_next(staff_id, uow.now, stores)
    if found is None:
        return None
    until = uow.now + timedelta(minutes=uow.setting(thresholds.call_taken))
    async with commanded(found, "order.call_start", uow, stores=stores) as order:
        order.start_call(staff_id, until)
    return order


async def assign_order(
    target: Target, owner_id: str | None, note: str | None, uow: Work, *, expected: int | None = None
) -> Order:
    """Somebody else answers for the order; None: nobody, it goes back to the common queue.

    Raises ``StaleVersion`` or ``CannotAssign``.
    """
    async with commanded(target.ref, "order.assign", uow, stores=target.stores, reason=note) as order:
        refuse_stale(expected, order.version)
        order.assign(owner_id)
    return order


async def share_out(uow: Work) -> int:
    """Give up to 200 orders that nobody answers for to the staff, by the rule that is set; how many were given."""
    rule = AssignmentRule(uow.setting(thresholds.assignment_rule))
    staff, sources = uow.setting(thresholds.assignment_staff), uow.setting(thresholds.assignment_sources)
    if rule is AssignmentRule.NONE or not (staff or sources):
        return 0
    everybody = {*staff, *(each for own in sources.values() for each in own)}
    limited = None if staff else sorted(sources)
    orders = await uow.call_queue.lock_unassigned(AT_ONCE, sources=limited)
    if not orders:
        return 0
    roster = Roster(
        rule=rule,
        staff=staff,
        sources=sources,
        turns=dict(await uow.call_queue.lock_turns(everybody)),
        loads=dict(await uow.call_queue.loads(everybody)),
    )
    given = []
    for order in orders:
        if (chosen := roster.next_for(order.origin.source)) is not None:
            order.assign(chosen)
            given.append(order)
    await uow.call_queue.save_turns(roster.turns)
    await _save(given, uow)
    return len(given)


async def return_held(uow: Work) -> int:
    """Put up to 200 orders whose hold is to be reviewed by now back into the queue; how many there were."""
    orders = await uow.call_queue.lock_held(uow.now, AT_ONCE)
    for order in orders:
        order.release()
    await _save(orders, uow)
    return len(orders)


async def _save(orders: list[Order], uow: Work) -> None:
    news = [news_of(order, uow) for order in orders]
    if orders:
        await uow.orders.save(*orders)
        await tell(news, uow)
