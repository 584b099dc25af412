"""An order is to be cancelled, and then is: picking stops at once, the promise ends only with the second."""

from collections.abc import Sequence

from contracts.orders.v1 import OrderCancelled, OrderCancelRequested
from inventory.application import announce
from inventory.application.book_stock import book_stock
from inventory.application.causes import Causes
from inventory.application.locking import under_locks
from inventory.application.ports import Work
from inventory.application.serve_queue import granted, serve_queue
from inventory.domain.hold import Hold, HoldState
from inventory.domain.stock import Stock


async def stop_picking(events: Sequence[OrderCancelRequested], uow: Work) -> None:
    """Take the order's parcel off the floor and put it into no wave; it keeps its hold until the answer is known."""
    ids = [event.order_id for event in events]
    await uow.orders.hear({event.order_id: event.code for event in events}, uow.now)
    await uow.orders.cancelling(ids)
    await _stop_parcels(events, uow)


async def release_stock(events: Sequence[OrderCancelled], uow: Work) -> None:
    """The promise ends, or the place in the queue; who waits for these goods gets them now."""
    confirmed = [event for event in events if event.was_confirmed]
    if not confirmed:
        return
    ids = [event.order_id for event in confirmed]
    await uow.orders.cancelled({event.order_id: event.code for event in confirmed}, uow.now)
    peeked = await uow.holds.of(ids)

    async def plan(stock: Stock) -> tuple[list[Hold], list[Hold]]:
        holds = list((await uow.holds.of(ids, lock=True)).values())
        for hold in holds:
            if hold.state is HoldState.HELD and hold.location_id is not None:
                stock.release(hold.location_id, hold.needs)
        return holds, await serve_queue(stock, uow, skip=ids)

    stock, (ended, served) = await under_locks(uow, {sku for hold in peeked.values() for sku in hold.needs}, plan)
    causes = Causes(confirmed)
    await book_stock(stock, uow, causes)
    await uow.holds.remove([hold.order_id for hold in ended])
    await _stop_parcels(confirmed, uow)
    for hold in ended:
        uow.publish(announce.released(hold), cause=causes.of(hold.order_id))
    await granted(served, uow, causes)


async def _stop_parcels(events: Sequence[OrderCancelRequested | OrderCancelled], uow: Work) -> None:
    ids = [event.order_id for event in events]
    causes = Causes(events)
    parcels = await uow.parcels.open_of(ids)
    if not parcels:
        return
    for parcel in parcels:
        parcel.stop("order_cancelled")
        uow.publish(announce.picking_stopped(parcel), cause=causes.of(parcel.order_id))
    await uow.parcels.save(parcels)
    await uow.holds.unpick(ids)
