"""Goods that came free go to the orders that wait, oldest first; one that does not fit whole lets the next one try.

Runs in the transaction in which the goods came: a receipt, a return, a cancelled hold.
"""

from collections.abc import Collection, Sequence
from uuid import UUID

from inventory.application import announce
from inventory.application.book_stock import book_stock
from inventory.application.causes import Causes
from inventory.application.locking import under_locks
from inventory.application.ports import Work
from inventory.domain.hold import Hold
from inventory.domain.stock import Stock

PAGE = 100
MOST = 500
"""So many orders are served in one transaction; then the rest of the queue is woken for the next."""


async def serve_queue(
    stock: Stock, uow: Work, *, skus: Collection[str] | None = None, skip: Collection[UUID] = ()
) -> list[Hold]:
    """Promise what has come free; the holds that were granted, to be stored with :func:`granted`.

    ``skus``: whose queue to look at, by default those of which more is available than is stored.
    """
    served: list[Hold] = []
    seen = set(skip)
    wanted = {sku for sku, _, units in stock.freed() if units > 0} if skus is None else set(skus)
    while wanted:
        candidates = await uow.holds.fitting(wanted, stock.freed(), skip=seen, limit=PAGE)
        stock.require(sku for hold in candidates for sku in hold.needs)
        for hold in candidates:
            seen.add(hold.order_id)
            if (location_id := stock.hold(hold.needs)) is not None:
                hold.grant(location_id, uow.now)
                served.append(hold)
        if len(candidates) < PAGE:
            break
        if len(served) >= MOST:
            await uow.holds.wake(wanted)
            break
    return served


async def granted(served: Sequence[Hold], uow: Work, causes: Causes) -> None:
    """Store and tell what the queue was given."""
    await uow.holds.save(served)
    for hold in served:
        uow.publish(announce.reserved(hold), cause=causes.of(hold.order_id))


async def serve_woken(uow: Work, *, limit: int) -> int:
    """Look again at the queue of SKUs that were woken (holds taken back, a long queue); how many SKUs there were."""
    woken = await uow.holds.woken(limit)
    if not woken:
        return 0
    causes = Causes()
    stock, served = await under_locks(uow, woken, lambda stock: serve_queue(stock, uow, skus=woken))
    await book_stock(stock, uow, causes)
    await granted(served, uow, causes)
    return len(woken)
